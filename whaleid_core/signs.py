"""What the evidence says of a tail, as the numbers that a calibration weighs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from whaleid_core.gallery import Evidence

Numbers = NDArray[np.float64]

SAYS = ("bias", "lead", "points", "most", "chance", "agreement", "photos", "whales", "detail")
"""What the odds that a whale is known are made of, in the order of `known_signs`."""
LATER = frozenset({"whales"})
"""Signs that calibrations of older packages don't weigh."""
MANY_POINTS = 100.0
"""Matching points from which more say nothing more."""
BY_CHANCE = 5
"""The whale with the fifth most points of a shortlist is another one: it shows how many match by chance."""
USUAL_CHANCE = 8.0
"""How many do as a rule, which is taken where fewer whales were compared."""
NEXT = 9
"""The whales after the most similar one, which show how similar any whale is to a tail: some pictures are like all."""


def chance_points(points: NDArray[np.floating]) -> Numbers:
    """How many points of each tail match those of a wrong whale, (tails,): of a busy picture more than of a smooth one.

    Args:
        points: (tails, whales), NaN where a whale wasn't compared.
    """
    if points.shape[1] < BY_CHANCE:
        return np.full(len(points), USUAL_CHANCE)
    compared = np.where(np.isnan(points), -1.0, points)
    found = -np.partition(-compared, BY_CHANCE - 1, axis=1)[:, BY_CHANCE - 1]
    return np.asarray(np.where(found >= 0, np.minimum(found, MANY_POINTS), USUAL_CHANCE))


def beyond_chance(points: NDArray[np.floating]) -> Numbers:
    """log(1 + the points beyond what matches by chance), (tails, whales); 0 for whales that weren't compared.

    The tenth point says more than the fiftieth, and the first few say nothing.
    """
    more = np.clip(np.nan_to_num(points, nan=0.0), 0, MANY_POINTS) - chance_points(points)[:, None]
    return np.asarray(np.log1p(np.maximum(more, 0)))


def detail_of(width: float, network_width: int) -> float:
    """How much of what a network can take in a tail of that many photo pixels has, 0 to 1."""
    return min(1.0, width / network_width)


def known_signs(logits: Numbers, evidence: Evidence, detail: NDArray[np.floating]) -> Numbers:
    """What the odds are made of, (tails, len(SAYS)).

    `lead`: by how much the most similar whale is more similar than the next ones are, 0 where there are none; `points`,
    `most` and `chance`: log(1 + the matching points) of the best whale, of the one that has most, and by chance;
    `agreement`: the share of the members that put the best whale first; `photos`: the logarithm of its tails; `whales`:
    that of the number of whales, since among many the next ones are nearer, and the same lead says more; `detail`.
    """
    tails = np.arange(len(logits))
    best = logits.argmax(1)
    chance = chance_points(evidence.points)
    points = np.where(np.isnan(evidence.points), -1.0, evidence.points)
    of_best, most = points[tails, best], points.max(1)
    columns = [
        np.ones(len(logits)),
        _lead(np.where(evidence.photos > 0, evidence.scores, -np.inf)),
        _log_points(np.where(of_best < 0, chance, of_best)),
        _log_points(np.where(most < 0, chance, most)),
        _log_points(chance),
        (evidence.votes == best).mean(0),
        np.log(np.maximum(evidence.photos[tails, best], 1)),
        np.log(np.maximum(evidence.among, 1)),
        np.asarray(detail, np.float64),
    ]
    return np.stack(columns, axis=1)


def _log_points(points: Numbers) -> Numbers:
    return np.asarray(np.log1p(np.minimum(points, MANY_POINTS)))


def _lead(similarities: NDArray[np.floating]) -> Numbers:
    count = min(NEXT + 1, similarities.shape[1])
    top = -np.sort(np.partition(-similarities.astype(np.float64), count - 1, axis=1)[:, :count], axis=1)
    there = np.isfinite(top[:, 1:])
    others = np.where(there, top[:, 1:], 0.0).sum(1) / np.maximum(there.sum(1), 1)
    return np.asarray(np.where(there.any(1), np.nan_to_num(top[:, 0], neginf=0.0) - others, 0.0))
