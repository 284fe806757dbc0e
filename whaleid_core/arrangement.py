"""Which pairs of points lie in one arrangement: two tails of one whale differ by a moderate affine map."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.float64]

NEAR, TOLERANCE = 32.0, 6.0
"""In pixels: how unlike the moves of two pairs may be that are put together at first, and how far from its place in the
arrangement a point may lie in the end."""
STIFFNESS = 2000.0
"""In square pixels: how much an arrangement is held to a mere shift, so that few points in one spot can't bend it."""
BEND = 0.4
"""How far an arrangement may stretch, turn or shear: two views of one fluke differ by less, a mirrored one by more."""
STARTS, ROUNDS = 5, (18.0, 12.0, TOLERANCE, TOLERANCE)
FEWEST = 4
"""How many points an arrangement has at least: three fit many."""
SPOT = 6.0
"""In pixels: the standard deviation in x or in y above which points aren't all in one spot."""


@dataclass(frozen=True, eq=False)
class Affine:
    """Maps of places: shifted, and moved the more the farther they are from the centre.

    Each is fitted to some pairs by ridge regression: without evidence it is a shift.

    Attributes:
        shift: (maps, 2) how far the place (0, 0) is moved.
        bend: (maps, 2, 2).
    """

    shift: Places
    bend: Places

    @classmethod
    def of(cls, means: _Means) -> Affine:
        """One for each set of pairs."""
        centre, shift = means.places, means.moves
        own = means.squares - centre[:, :, None] * centre[:, None] + STIFFNESS / means.counts * np.eye(2)
        moved = means.products - centre[:, :, None] * shift[:, None]
        bend = np.asarray(np.linalg.solve(own, moved), np.float64)
        return cls(shift - (centre[:, None] @ bend)[:, 0], bend)

    def moves(self, places: Places) -> Places:
        """How far each map moves each place, (maps, n, 2)."""
        return np.asarray(places @ self.bend + self.shift[:, None])


@dataclass(frozen=True, eq=False)
class _Means:
    """Of pairs, over some sets of them: all that the normal equations of a map need that is fitted to each set.

    Attributes:
        counts: (sets, 1, 1) how many pairs are in each, at least 1.
        places, moves: (sets, 2).
        squares, products: (sets, 2, 2) of places with places, and with moves.
    """

    counts: NDArray[np.intp]
    places: Places
    moves: Places
    squares: Places
    products: Places

    @classmethod
    def over(cls, inside: NDArray[np.bool_], terms: Places) -> _Means:
        """The sets' means.

        Args:
            inside: (sets, n) which pairs are in each.
            terms: (n, 12) of `_terms`.
        """
        counts = np.maximum(inside.sum(axis=1), 1)
        means = inside.astype(np.float64) @ terms / counts[:, None]
        squares, products = means[:, 4:8].reshape(-1, 2, 2), means[:, 8:].reshape(-1, 2, 2)
        return cls(counts[:, None, None], means[:, :2], means[:, 2:4], squares, products)

    @property
    def spread(self) -> NDArray[np.float64]:
        """(sets,) the larger one of the standard deviations of the places in x and in y."""
        variances = np.diagonal(self.squares, axis1=1, axis2=2) - np.square(self.places)
        return np.asarray(np.sqrt(np.maximum(variances, 0)).max(axis=1))


def _terms(places: Places, moves: Places) -> Places:
    """What `_Means` are taken of, (n, 12): each pair's place, its move, and their products."""
    squares = (places[:, :, None] * places[:, None]).reshape(-1, 4)
    products = (places[:, :, None] * moves[:, None]).reshape(-1, 4)
    return np.concatenate([places, moves, squares, products], axis=1)


def affine(places: NDArray[np.floating], moves: NDArray[np.floating]) -> Affine:
    """The one map that fits all of some pairs.

    Args:
        places: (n, 2), n > 0.
        moves: (n, 2) how far each is moved.
    """
    terms = _terms(places.astype(np.float64), moves.astype(np.float64))
    return Affine.of(_Means.over(np.ones((1, len(places)), np.bool_), terms))


def arranged(pairs: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Which of the pairs are in the arrangement that most of them share.

    Args:
        pairs: (n, 4): x and y in the first crop, x and y in the second.
    """
    best = np.zeros(len(pairs), np.bool_)
    # Places are taken in the middle of each pair's points: so neither crop is the first.
    places, moves = (pairs[:, :2] + pairs[:, 2:]) / 2.0, pairs[:, 2:] - pairs[:, :2]
    together = np.square(moves[:, None] - moves).sum(axis=2) < NEAR**2
    starts, votes = _starts(together)
    for found, count in zip(_refined(places, moves, together[starts]), votes, strict=True):
        if count < best.sum() / 2:
            break
        best = found if found.sum() > best.sum() else best
    return best


def _starts(together: NDArray[np.bool_]) -> tuple[list[int], list[int]]:
    """The pairs that most others go together with, and how many these are; those that did with one aren't asked again,
    since they would come to the same."""
    votes = together.sum(axis=1)
    starts: list[int] = []
    counts: list[int] = []
    while len(starts) < STARTS and votes.max(initial=0) >= FEWEST:
        starts.append(int(votes.argmax()))
        counts.append(int(votes[starts[-1]]))
        votes[together[starts[-1]]] = 0
    return starts, counts


def _refined(places: NDArray[np.float32], moves: NDArray[np.float32], inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The pairs that agree with the affine map of some of them, fitted anew with ever less tolerance; none if it
    bends.

    Args:
        inside: (sets, n) the pairs that each begins with; all are refined at once, for each is small.
    """
    here, moved = places.astype(np.float64), moves.astype(np.float64)
    terms, good = _terms(here, moved), np.ones((len(inside), 1), np.bool_)
    for tolerance in ROUNDS:
        good &= inside.sum(axis=1, keepdims=True) >= FEWEST
        found = Affine.of(_Means.over(inside, terms))
        inside = np.square(found.moves(here) - moved).sum(axis=2) < tolerance**2
        good &= np.abs(found.bend).max(axis=(1, 2))[:, None] <= BEND
    good &= inside.sum(axis=1, keepdims=True) >= FEWEST
    good &= _Means.over(inside, terms).spread[:, None] > SPOT
    return inside & good
