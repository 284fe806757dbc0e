"""Measures an engine's answers: closed set, new catalogue, open set and calibration."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from whaleid_core.calibrate import Calibration
from whaleid_core.identify import Watch
from whaleid_core.match import Count
from whaleid_core.train.asking import DEFAULT, Asked, Ranked, Shares, against, among, ask, remembering, spoken
from whaleid_core.train.evaluate import SPLITS, Seen, check_splits
from whaleid_core.train.measures import Figure, Names, Open, ahead, by_photos, open_set, ranking, separation
from whaleid_core.train.metrics import calibration_error, equal_bins, middle, resampled

Bars = Callable[[str], Watch]
HALVINGS = 4
"""How often half of the whales of unseen are taken out of the gallery, each time others."""
BINS = 10
"""Of equal mass, for the expected calibration error and the reliability diagram."""


@dataclass(frozen=True)
class Curve:
    """Points of a picture."""

    x: NDArray[np.float64]
    y: NDArray[np.float64]


@dataclass(frozen=True)
class Measured:
    """What was measured.

    Attributes:
        figures: in the order of the table.
        curves: "known" and "best": the mean probability of each bin, that the whale is known and of the best candidate,
            and how often it was so. "receiver" and "identified": the share of new tails called known, and of known ones
            called so, and of those whose own whale is put first, as fewer odds are asked for.
        counts: photos and whales of each split, and photos in which no tail was found.
    """

    figures: list[Figure]
    curves: Mapping[str, Curve]
    counts: Mapping[str, int]


def measure(seen: Seen, members: Sequence[str], calibration: Calibration, bar: Bars) -> Measured:
    """Measure all systems on what an engine saw.

    Args:
        seen: photos of all splits.
        members: the names of the engine's members.
        bar: adds a progress bar.

    Raises:
        WhaleIdError: see `check_splits`.
    """
    check_splits(seen.table)
    train, unseen = seen.of("train"), seen.of("unseen")
    test, new = seen.of("test").to_ask, seen.of("new").to_ask
    of_test, known = ask(against(train, test), members, calibration, watch=bar("Known whales"))
    of_new, strange = ask(against(train, new), members, calibration, watch=bar("New whales"))
    count = remembering()
    every = among(unseen.whales, unseen.tails, np.ones(len(unseen.whales), bool), unseen.heads)
    of_unseen, _ = ask(every.some(unseen.found), members, calibration, count, bar("New catalogue"))
    whales = Open(test.whales, test.missed_whales, new.whales, new.missed_whales)
    figures: list[Figure] = []
    for system, ranked in of_test.items():
        figures += _closed(system, ranked, of_test[DEFAULT], train.to_ask, test)
        figures += _unseen(system, of_unseen[system], of_unseen[DEFAULT], unseen.to_ask)
        figures.append(separation(system, ranked, of_new[system], whales))
    first = of_test[DEFAULT].found == 1
    figures += open_set(calibration, known, first, strange, whales)
    calibrated, curves = _calibration(unseen, calibration, count, bar("Half of the whales"))
    curves |= _receiver(known.odds, first, strange.odds)
    return Measured([*figures, *calibrated], curves, _counts(seen))


def _counts(seen: Seen) -> dict[str, int]:
    counts = {}
    for split in SPLITS:
        part = seen.of(split).to_ask
        counts[split] = len(part.table) + len(part.missed)
        counts[f"{split}_whales"] = len(np.unique(np.append(part.whales, part.missed_whales)))
        counts[f"{split}_without_tail"] = len(part.missed)
    return counts


def _with_missed(ranked: Ranked, part: Seen) -> tuple[NDArray[np.float64], Names]:
    """Ranks and whales of all photos: those in which no tail was found come last, with the rank infinity."""
    found = np.append(ranked.found, np.full(len(part.missed), np.inf))
    return found, np.append(part.whales, part.missed_whales)


def _closed(system: str, ranked: Ranked, default: Ranked, train: Seen, test: Seen) -> list[Figure]:
    found, whales = _with_missed(ranked, test)
    names, counts = np.unique(np.append(train.whales, train.missed_whales), return_counts=True)
    in_gallery = dict(zip(names.tolist(), counts.tolist(), strict=True))
    photos = np.array([in_gallery.get(whale, 0) for whale in whales.tolist()], np.intp)
    return [
        *ranking(system, "closed", found, whales),
        ahead(system, "closed", found, _with_missed(default, test)[0], whales),
        *by_photos(system, found, whales, photos),
    ]


def _unseen(system: str, ranked: Ranked, default: Ranked, unseen: Seen) -> list[Figure]:
    """Only of whales with several photos, found or not: of a lone one there is nothing to find."""
    found, whales = _with_missed(ranked, unseen)
    _, index, counts = np.unique(whales, return_inverse=True, return_counts=True)
    several = counts[index] > 1
    best = _with_missed(default, unseen)[0]
    return [
        *ranking(system, "unseen", found[several], whales[several]),
        ahead(system, "unseen", found[several], best[several], whales[several]),
    ]


def _halves(whales: Names, seed: int) -> NDArray[np.bool_]:
    """Which tails are of the half of the whales that stays in the gallery: of those with several tails and of the
    others half each."""
    names, counts = np.unique(whales, return_counts=True)
    rng = np.random.default_rng(seed)
    kept: list[str] = []
    for some in (names[counts > 1], names[counts == 1]):
        kept += rng.permutation(some)[: (len(some) + 1) // 2].tolist()
    return np.isin(whales, kept)


def _calibration(
    unseen: Seen, calibration: Calibration, count: Count, watch: Watch
) -> tuple[list[Figure], dict[str, Curve]]:
    """How far the probabilities of being known, and of the best candidate, are from how often it is so."""
    halves: list[tuple[Asked, Shares]] = []
    for number in range(HALVINGS):
        asked = among(unseen.whales, unseen.tails, _halves(unseen.whales, number), unseen.heads).some(unseen.found)
        halves.append((asked, spoken(asked, calibration, count)))
        watch.progress(number + 1, HALVINGS)
    asked_of = unseen.to_ask.whales
    weights = resampled(asked_of.tolist(), seed=3)
    said: dict[str, list[tuple[NDArray[np.float64], NDArray[np.bool_]]]] = {"known": [], "best": []}
    for asked, shares in halves:
        inside = asked.own >= 0
        chances = calibration.chance_known(shares.odds, float(1 - inside.mean()))
        said["known"].append((chances, inside))
        said["best"].append((chances * shares.best[:, 0], inside & (shares.own >= shares.best[:, 0])))
    figures, curves = [], {}
    for name, parts in said.items():
        value = float(np.mean([calibration_error(p, hit, count=BINS) for p, hit in parts]))
        low, high = middle(np.mean([calibration_error(p, hit, weights, BINS) for p, hit in parts], axis=0))
        figures.append(Figure(DEFAULT, "calibration", "", f"ece_{name}", value, low, high, len(asked_of)))
        curves[name] = reliability(np.concatenate([p for p, _ in parts]), np.concatenate([hit for _, hit in parts]))
    share = float(np.mean([(asked.own < 0).mean() for asked, _ in halves]))
    figures.append(Figure(DEFAULT, "calibration", "", "new_share", share, np.nan, np.nan, len(asked_of)))
    return figures, curves


def reliability(chances: NDArray[np.float64], hits: NDArray[np.bool_]) -> Curve:
    """The mean probability of each bin of equal mass, and the share of hits in it."""
    bins = equal_bins(chances, BINS)
    mass = np.maximum(np.bincount(bins, minlength=BINS), 1)
    return Curve(np.bincount(bins, chances, BINS) / mass, np.bincount(bins, hits, BINS) / mass)


def _receiver(known: NDArray[np.float64], first: NDArray[np.bool_], new: NDArray[np.float64]) -> dict[str, Curve]:
    """Shares called known at each odds that a new tail has, from asking for the most to asking for nothing."""
    limits = np.append(-np.sort(-new), -np.inf)
    false = np.arange(len(limits)) / max(1, len(new))
    right = np.array([(known > limit).mean() for limit in limits])
    found = np.array([(first & (known > limit)).mean() for limit in limits])
    return {"receiver": Curve(false, right), "identified": Curve(false, found)}
