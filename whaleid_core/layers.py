"""Rows of a gallery in layers: the first of each whale, then the second of each that has one, and so on."""

# The greatest of each whale's numbers, and the sum, come from long straight runs: five times as fast as whale by whale.

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float32]


def rows_of(starts: NDArray[np.intp], counts: NDArray[np.intp]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The rows of some whales, one whale after the other, and where those of each begin among them: (n,), (whales,).

    Args:
        starts, counts: (whales,) the first row of each, and how many it has.
    """
    begins = np.cumsum(counts) - counts
    return np.repeat(starts - begins, counts) + np.arange(counts.sum()), begins


@dataclass(frozen=True, eq=False)
class Layers:
    """In which order. Whales with more rows come first in each layer, so that a layer is the head of the one before.

    Attributes:
        rows: (rows,) the row in each place.
        starts, counts: (whales,) the first row of each whale, and how many it has.
        begins: (layers + 1,) the first place of each layer, and the end.
        column: (whales,) where each whale is in the first layer.
    """

    rows: NDArray[np.intp]
    starts: NDArray[np.intp]
    counts: NDArray[np.intp]
    begins: NDArray[np.intp]
    column: NDArray[np.intp]

    @classmethod
    def of(cls, starts: NDArray[np.intp], total: int) -> Layers:
        """Of rows that are ordered by whale; each whale has at least one."""
        counts = np.diff(np.append(starts, total))
        order = np.argsort(-counts, kind="stable")
        firsts, fewer = starts[order], -counts[order]
        sizes = np.searchsorted(fewer, -np.arange(1, int(counts.max(initial=0)) + 1), side="right")
        rows = np.concatenate([firsts[:size] + depth for depth, size in enumerate(sizes.tolist())] or [firsts])
        column = np.empty(len(starts), np.intp)
        column[order] = np.arange(len(starts))
        return cls(rows, starts, counts, np.append(0, np.cumsum(sizes)), column)

    def places(self, rows: NDArray[np.intp], whales: NDArray[np.intp]) -> NDArray[np.intp]:
        """Where rows are, of these whales."""
        return np.asarray(self.begins[rows - self.starts[whales]] + self.column[whales])

    def greatest(self, numbers: Numbers) -> Numbers:
        """Of (n, rows) in these places the greatest of each whale's, (n, whales)."""
        return self._folded(numbers, np.maximum)[0]

    def greatest_and_sums(self, numbers: Numbers) -> tuple[Numbers, Numbers]:
        """The same, and the sum of each whale's, (n, whales)."""
        greatest, sums = self._folded(numbers, np.maximum, np.add)
        return greatest, sums

    def _folded(self, numbers: Numbers, *by: np.ufunc) -> list[Numbers]:
        found = [np.empty((len(numbers), len(self.starts)), np.float32) for _ in by]
        if len(self.begins) < 2:
            return found
        begins = self.begins.tolist()
        # One at a time, for it to stay near the processor.
        for tail, given in enumerate(numbers):
            for fold, into in zip(by, found, strict=True):
                folded = given[: begins[1]].copy()
                for begin, end in pairwise(begins[1:]):
                    head = folded[: end - begin]
                    fold(head, given[begin:end], out=head)
                np.take(folded, self.column, out=into[tail])
        return found
