"""Settles which whales are nearest to tails, in full precision, where similarities were found coarsely."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from whaleid_core.layers import Layers

Numbers = NDArray[np.float32]
Rows = NDArray[np.intp]
Exactly = Callable[[Rows, Rows], Numbers]
"""Gives the similarities of some tails, by their numbers, each to one row: (members, n)."""
_GROUPS = 10
"""To bound the best few of very many, so many groups a best one are looked at."""


@dataclass(frozen=True, eq=False)
class Coarsely:
    """Similarities of tails to the rows of a gallery, summed over the members, with how far off they can be.

    Attributes:
        found: (tails, rows), in layers.
        tails: (tails,) how far off those of each tail are at most, besides what `Off` says of the row.
    """

    found: Numbers
    tails: Numbers

    def __add__(self, other: Coarsely) -> Coarsely:
        return Coarsely(self.found + other.found, self.tails + other.tails)

    def some(self, tails: slice) -> Coarsely:
        """Those of some of the tails."""
        return Coarsely(self.found[tails], self.tails[tails])


@dataclass(frozen=True, eq=False)
class Off:
    """How far off coarse similarities to the rows of a gallery can be, summed over the members.

    Attributes:
        rows: (rows,), in layers.
        whales: (whales,) the greatest of each whale's.
    """

    rows: Numbers
    whales: Numbers

    @classmethod
    def of(cls, rows: Numbers, layers: Layers) -> Off:
        return cls(rows, layers.greatest(rows[None])[0])


def settle(
    coarse: Coarsely, layers: Layers, off: Off, by_whale: Sequence[Numbers], count: int, exactly: Exactly
) -> None:
    """Put exact similarities where each tail's `count` nearest whales may be.

    The last of these is at least as near as the last of any `count` whales, exactly. So a row that makes a whale one of
    them was found to be at least as near as that, less what it may be off.

    Args:
        by_whale: (tails, whales) of each member and of their sum, as they were found; are changed.
    """
    together = by_whale[-1]
    last = at_least(together, count)
    tail, _, found = _looked(coarse, layers, together >= last[:, None], last, exactly)
    best = _last_of_each(found[-1], tail, len(together), count) - coarse.tails
    # What a row may be off is less than what any row of its whale may be: the whales are fewer, so they come first.
    maybe = together + off.whales >= best[:, None]
    tail, whale, found = _looked(coarse, layers, maybe, best, exactly, off.rows)
    settled = found[-1] > -np.inf
    tail, whale, found = tail[settled], whale[settled], found[:, settled]
    for own, one in zip(by_whale, found, strict=True):
        own[tail, whale] = one


def _looked(
    coarse: Coarsely,
    layers: Layers,
    whales: NDArray[np.bool_],
    least: Numbers,
    exactly: Exactly,
    off: Numbers | None = None,
) -> tuple[Rows, Rows, Numbers]:
    """Looks in full precision at the rows of some whales that are coarsely at least so near.

    Args:
        whales: (tails, whales) which.
        least: (tails,) how near.
        off: (rows,) how much farther a row may be found.

    Returns:
        Tails and whales, (pairs,), and how near the nearest row of each is by each member and by their sum, (members +
        1, pairs); -inf where no row is so near.
    """
    tail, whale = np.divmod(np.flatnonzero(whales), whales.shape[1])
    counts = layers.counts[whale]
    begins = np.cumsum(counts) - counts
    pair = np.repeat(np.arange(len(counts)), counts)
    depth = np.arange(len(pair)) - begins[pair]
    place, of = layers.begins[depth] + layers.column[whale[pair]], tail[pair]
    near = coarse.found[of, place] if off is None else coarse.found[of, place] + off[place]
    near_enough = np.flatnonzero(near >= least[of])
    exact = exactly(of[near_enough], (layers.starts[whale[pair]] + depth)[near_enough])
    found = np.full((len(exact) + 1, len(pair)), -np.inf, np.float32)
    found[:-1, near_enough] = exact
    found[-1, near_enough] = exact.sum(axis=0)
    return tail, whale, np.maximum.reduceat(found, begins, axis=1)


def at_least(numbers: NDArray[Any], count: int) -> NDArray[Any]:
    """Of (n, many) what `count` of each row reach, (n,): at most the last of its best `count`, and seldom much less."""
    while (half := numbers.shape[1] // 2) >= _GROUPS * count:
        # Of an odd number one is left out: what so many of the others reach, so many of all reach.
        numbers = np.maximum(numbers[:, :half], numbers[:, half : 2 * half])
    return np.asarray(np.partition(numbers, -count, axis=1)[:, -count])


def _last_of_each(numbers: Numbers, tail: Rows, tails: int, count: int) -> Numbers:
    """The last of the best `count` of each tail's, (tails,); `tail` says whose each is, in order."""
    begins = np.searchsorted(tail, np.arange(tails + 1))
    table = np.full((tails, int(np.diff(begins).max(initial=count))), -np.inf, np.float32)
    table[tail, np.arange(len(tail)) - begins[tail]] = numbers
    return np.asarray(np.partition(table, -count, axis=1)[:, -count])
