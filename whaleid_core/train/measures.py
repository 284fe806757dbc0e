"""The figures of rankings and of the open set, each with its interval."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from whaleid_core.calibrate import FALSE_MATCH_RATE, Answer, Calibration
from whaleid_core.train.asking import DEFAULT, Ranked, Shares
from whaleid_core.train.metrics import (
    area_under_curve,
    interval,
    middle,
    misses_at,
    precision,
    resampled,
)

Names = NDArray[np.str_]
Draws = NDArray[np.floating]

BANDS = {"1": (1, 1), "2": (2, 2), "3 to 5": (3, 5), "6 or more": (6, 10**9)}
"""Photos of a whale in the gallery, by which the closed set is told apart."""
RATES = (0.01, 0.05, 0.1)
"""The false-match rates at which misses are counted."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One number.

    Attributes:
        system: what was measured.
        part: "closed", "unseen", "open", "calibration" or "detector".
        group: which photos of it; empty for all.
        name: of the number.
        low, high: its 95 % interval by a bootstrap over whales; NaN where there is none.
        count: photos that it was measured on; 0 where that isn't told.
    """

    system: str
    part: str
    group: str
    name: str
    value: float
    low: float
    high: float
    count: int


def ranking(system: str, part: str, found: NDArray[np.float64], whales: Names, group: str = "") -> list[Figure]:
    """MAP@5 and top-1, 5 and 10 of ranks; nothing where there are none."""
    if not len(found):
        return []
    each = {"map5": precision(found), **{f"top{k}": (found <= k).astype(np.float64) for k in (1, 5, 10)}}
    return [_mean(system, part, group, name, values, whales) for name, values in each.items()]


def ahead(system: str, part: str, found: NDArray[np.float64], default: NDArray[np.float64], whales: Names) -> Figure:
    """By how much MAP@5 of the default is ahead of a system's; both ranked the same photos, so that the interval of the
    difference is narrower than the two would let expect."""
    return _mean(system, part, "", "default_ahead", precision(default) - precision(found), whales)


def by_photos(system: str, found: NDArray[np.float64], whales: Names, photos: NDArray[np.intp]) -> list[Figure]:
    """The closed set by the photos of the whale in the gallery."""
    figures = []
    for band, (least, most) in BANDS.items():
        some = (photos >= least) & (photos <= most)
        figures += ranking(system, "closed", found[some], whales[some], band)
    return figures


def _mean(system: str, part: str, group: str, name: str, values: NDArray[np.floating], whales: Names) -> Figure:
    low, high = interval(np.asarray(values, np.float64), whales.tolist())
    return Figure(system, part, group, name, float(values.mean()), low, high, len(values))


@dataclass(frozen=True)
class Open:
    """Photos of known and of new whales, and how they count in each draw of the bootstrap.

    Those in which no tail was found come last; nothing is said of them.
    """

    known: Names
    known_missed: Names
    new: Names
    new_missed: Names

    @cached_property
    def weights(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """(draws, photos) of the known and of the new ones."""
        known = resampled([*self.known.tolist(), *self.known_missed.tolist()], seed=1)
        return known, resampled([*self.new.tolist(), *self.new_missed.tolist()], seed=2)


def separation(system: str, known: Ranked, new: Ranked, whales: Open) -> Figure:
    """AUROC of what the system is surest by: tails of known whales against those of new ones."""
    of_known, of_new = (w[:, :n] for w, n in zip(whales.weights, (len(known.sure), len(new.sure)), strict=True))
    value = area_under_curve(known.sure, new.sure)[0]
    low, high = middle(area_under_curve(known.sure, new.sure, of_known, of_new))
    return Figure(system, "open", "", "auroc", float(value), low, high, len(known.sure) + len(new.sure))


def open_set(
    calibration: Calibration, known: Shares, first: NDArray[np.bool_], new: Shares, whales: Open
) -> list[Figure]:
    """What the default answers for known and for new whales.

    Args:
        first: (known tails,) whether the own whale is put first.
    """
    weights = whales.weights
    missed, unseen = len(whales.known_missed), len(whales.new_missed)
    # Nothing is answered without a tail: a known whale is missed, a new one neither matched nor called new.
    said_known = np.array([*_answers(calibration, known), *[Answer.UNSURE] * missed])
    said_new = np.array([*_answers(calibration, new), *[Answer.UNSURE] * unseen])
    right = np.append(first, np.zeros(missed, bool))
    named = (said_known == Answer.KNOWN) & right
    called_new = said_new == Answer.NEW
    figures = [
        _share("known_right", named, weights[0]),
        _share("known_wrong_whale", (said_known == Answer.KNOWN) & ~right, weights[0]),
        _share("known_called_new", said_known == Answer.NEW, weights[0]),
        _share("new_right", called_new, weights[1]),
        _share("new_called_known", said_new == Answer.KNOWN, weights[1]),
        _geometric(named, called_new, weights),
    ]
    for rate in RATES:
        figures += _misses(calibration, rate, known, new, right, weights)
    return [*figures, *_as_kaggle(calibration, known, new, weights)]


def _answers(calibration: Calibration, shares: Shares, rate: float = FALSE_MATCH_RATE) -> list[Answer]:
    chances = calibration.chance_known(shares.odds)
    best = chances * shares.best[:, 0]
    return [calibration.answer(k, b, rate) for k, b in zip(chances.tolist(), best.tolist(), strict=True)]


def _share(name: str, values: NDArray[np.floating] | NDArray[np.bool_], weights: Draws, group: str = "") -> Figure:
    low, high = middle(_means(values, weights))
    return Figure(DEFAULT, "open", group, name, float(values.mean()), low, high, len(values))


def _means(values: NDArray[np.floating] | NDArray[np.bool_], weights: Draws) -> NDArray[np.float64]:
    return np.asarray(weights @ values.astype(np.float64) / weights.sum(1, dtype=np.float64))


def _geometric(known: NDArray[np.bool_], new: NDArray[np.bool_], weights: tuple[Draws, Draws]) -> Figure:
    low, high = middle(np.sqrt(_means(known, weights[0]) * _means(new, weights[1])))
    value = float(np.sqrt(known.mean() * new.mean()))
    return Figure(DEFAULT, "open", "", "geometric_mean", value, low, high, len(known) + len(new))


def _misses(
    calibration: Calibration,
    rate: float,
    known: Shares,
    new: Shares,
    right: NDArray[np.bool_],
    weights: tuple[Draws, Draws],
) -> list[Figure]:
    """Misses at a false-match rate: by the calibration's own threshold, with the rate that came out, and by the odds
    that this share of the new tails here really reaches."""
    group = f"{rate:.0%}"
    missed, unseen = len(right) - len(known.odds), weights[1].shape[1] - len(new.odds)
    said_known = np.array([*_answers(calibration, known, rate), *[Answer.UNSURE] * missed])
    said_new = np.array([*_answers(calibration, new, rate), *[Answer.UNSURE] * unseen])
    padded = np.append(known.odds, np.full(missed, -np.inf)), np.append(new.odds, np.full(unseen, -np.inf))
    value = misses_at(rate, padded[0], right, padded[1])[0]
    low, high = middle(misses_at(rate, padded[0], right, padded[1], *weights))
    return [
        _share("miss_rate", ~((said_known == Answer.KNOWN) & right), weights[0], group),
        _share("false_match_rate", said_new == Answer.KNOWN, weights[1], group),
        Figure(DEFAULT, "open", group, "miss_rate_at_quantile", float(value), low, high, len(right)),
    ]


def _as_kaggle(calibration: Calibration, known: Shares, new: Shares, weights: tuple[Draws, Draws]) -> list[Figure]:
    """MAP@5 with new_whale among the candidates; a photo without a tail is answered with new_whale alone."""
    chances = calibration.chance_known(known.odds)
    mine = chances * known.own
    # Of an own whale below the kept ones this counts too few ahead, but more than five.
    ahead = (known.best * chances[:, None] >= mine[:, None]).sum(1) + (1 - chances >= mine)
    rank = np.where(known.own > 0, ahead, np.inf)
    of_new = calibration.chance_known(new.odds)
    place = 1 + (new.best * of_new[:, None] >= (1 - of_new)[:, None]).sum(1)
    missed, unseen = weights[0].shape[1] - len(rank), weights[1].shape[1] - len(place)
    return [
        _share("map5_known", np.append(precision(rank), np.zeros(missed)), weights[0]),
        _share("map5_new", np.append(precision(place), np.ones(unseen)), weights[1]),
    ]
