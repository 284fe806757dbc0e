"""What all members together say of tails: the calibrated search of the gallery, and the votes of trained heads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from whaleid_core.calibrate import NEW_SHARE, Calibration, log_odds
from whaleid_core.classify import Heads, Probabilities, outputs, soft_vote, softmax
from whaleid_core.embed import Vectors
from whaleid_core.gallery import Evidence, Gallery
from whaleid_core.records import NEW_WHALE

_LEAST = 1e-300


@dataclass(frozen=True)
class Opinion:
    """What is said of some tails.

    Attributes:
        chances: (tails, whales) the probability of each whale; a row sums to `known` where any whale is possible.
        known: (tails,) the probability that the whale is in the gallery.
        order: (tails, whales) what the whales are ranked by; -inf where the gallery has no other tail of the whale.
        odds: (tails,) the log odds that the whale is in the gallery, as `Calibration.chance_known` takes them.
    """

    chances: Probabilities
    known: NDArray[np.float64]
    order: NDArray[np.float64]
    odds: NDArray[np.float64]


def opinion(
    gallery: Gallery,
    evidence: Evidence,
    vectors: Sequence[Vectors],
    calibration: Calibration,
    detail: NDArray[np.floating],
    new_share: float = NEW_SHARE,
) -> Opinion:
    """Put together what the members say: soft voting, in which the calibrated search counts as often as it has members.

    A trained head votes for those of its whales that are in the gallery, and for new_whale; where the gallery has none
    of them, it abstains. One that has no class new_whale says nothing of that: `new_share` stands for it.

    Args:
        vectors: of the tails, one (tails, length) matrix a member.
        detail: (tails,) see `signs.detail_of`.
    """
    odds = calibration.odds(evidence, detail)
    known = calibration.chance_known(odds, new_share)
    chances = calibration.probabilities(evidence, known)
    if not gallery.trained.trained:
        return Opinion(chances, known, calibration.logits(evidence), odds)
    possible = evidence.photos > 0
    votes = ballots(gallery, possible, vectors, new_share)
    searching = len(vectors) - len(gallery.trained.trained)
    weight = searching + len(votes)
    if not weight:
        chances, known = np.zeros_like(chances), np.full(len(known), 1 - new_share)
    else:
        chances = (searching * chances + sum(own for own, _ in votes)) / weight
        known = (searching * known + sum(own for _, own in votes)) / weight
    order = np.where(possible, np.log(np.maximum(chances, _LEAST)), -np.inf)
    shift = log_odds(1 - new_share) - log_odds(1 - calibration.new_share)
    return Opinion(chances, known, order, np.array([log_odds(chance) - shift for chance in known]))


def ballots(
    gallery: Gallery, possible: NDArray[np.bool_], vectors: Sequence[Vectors], new_share: float
) -> list[tuple[Probabilities, NDArray[np.float64]]]:
    """The vote of each trained head that knows a whale of the gallery: (tails, whales) and (tails,) that one is known.

    Where the mean of raw outputs is asked for, all of them have the same vote, made of that.

    Args:
        possible: (tails, whales) whether the gallery has another tail of the whale.
    """
    heads: Heads = gallery.trained
    raw = [(outputs(vectors[member]), heads.classes[member]) for member in heads.trained]
    raw = [(matrix, classes) for matrix, classes in raw if not set(classes).isdisjoint(gallery.whales)]
    if heads.outputs and raw:
        raw = [(soft_vote([matrix for matrix, _ in raw]), raw[0][1])] * len(raw)
    return [_vote(matrix, classes, gallery.whales, possible, new_share) for matrix, classes in raw]


def _vote(
    raw: Probabilities,
    classes: Sequence[str],
    whales: Sequence[str],
    possible: NDArray[np.bool_],
    new_share: float,
) -> tuple[Probabilities, NDArray[np.float64]]:
    """Softmax over a head's outputs for the gallery's whales and new_whale."""
    column = {name: number for number, name in enumerate(classes)}
    shared = np.array([whale in column for whale in whales])
    own = np.full((len(raw), len(whales) + 1), -np.inf)
    own[:, :-1][:, shared] = raw[:, [column[whale] for whale in whales if whale in column]]
    own[:, :-1][~possible] = -np.inf
    asked = NEW_WHALE in column
    if asked:
        own[:, -1] = raw[:, column[NEW_WHALE]]
    nobody = np.isneginf(own).all(1)
    own[nobody, -1] = 0.0
    shares = softmax(own, 1.0)
    if asked:
        return shares[:, :-1], 1 - shares[:, -1]
    return shares[:, :-1] * (1 - new_share), np.full(len(raw), 1 - new_share)
