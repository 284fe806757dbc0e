"""The gallery, the tails that are compared with it, and what it says of them."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from whaleid_core.classify import NO_TRAINED_HEADS, Heads, lengths_of_sums
from whaleid_core.coarse import Coarse
from whaleid_core.embed import Vectors
from whaleid_core.layers import Layers
from whaleid_core.local import Keypoints
from whaleid_core.settle import Coarsely, Off

Similarities = NDArray[np.float32]
KeypointsOf = Callable[[Sequence[int]], Mapping[int, Keypoints]]
_FEW, _MANY, _WORTH_THREADS = 4, 20_000, 2**25


@dataclass(frozen=True)
class Gallery:
    """The vectors of tails whose whale is decided, ordered by whale.

    Attributes:
        whales: the distinct whales, sorted.
        photos: what to call each tail's photo, one a row.
        starts: the first row of each whale.
        matrices: one a member, (rows, length), unit vectors.
        order: which of the tails that it was made of is in each row.
        points_of: gives the keypoints of some of the tails that it was made of, by their numbers; those that it leaves
            out aren't compared point by point.
        trained: which members have a trained head.
    """

    whales: tuple[str, ...]
    photos: tuple[str, ...]
    starts: NDArray[np.intp]
    matrices: tuple[Vectors, ...]
    order: NDArray[np.intp]
    points_of: KeypointsOf
    trained: Heads = NO_TRAINED_HEADS

    @classmethod
    def of(
        cls,
        whales: Sequence[str],
        photos: Sequence[str],
        matrices: Sequence[Vectors],
        points_of: KeypointsOf = lambda tails: {},
        trained: Heads = NO_TRAINED_HEADS,
    ) -> Gallery:
        """Order the tails by whale: whales[i], photos[i] and row i of each matrix are of one tail."""
        names = np.asarray(whales, dtype=object)
        order = np.argsort(names, kind="stable") if len(names) else np.zeros(0, np.intp)
        distinct, starts = np.unique(names[order].astype(str), return_index=True)
        return cls(
            tuple(distinct.tolist()),
            tuple(photos[i] for i in order),
            starts.astype(np.intp),
            tuple(np.ascontiguousarray(matrix[order]) for matrix in matrices),
            order,
            points_of,
            trained,
        )

    def __len__(self) -> int:
        return len(self.photos)

    @cached_property
    def counts(self) -> NDArray[np.intp]:
        """How many tails each whale has."""
        return np.diff(np.append(self.starts, len(self)))

    @cached_property
    def lengths(self) -> tuple[NDArray[np.float32], ...]:
        """What each member's gallery head is scaled by: (whales,), see `lengths_of_sums`."""
        return tuple(lengths_of_sums(matrix, self.starts) for matrix in self.matrices)

    @cached_property
    def layers(self) -> Layers:
        """The order in which similarities to its rows are given."""
        return Layers.of(self.starts, len(self))

    @cached_property
    def coarse(self) -> tuple[Coarse, ...]:
        """Each member's vectors in 8 bits, in layers. Once they are made, a large gallery is searched by them."""
        return tuple(Coarse.of(matrix, self.layers.rows) for matrix in self.matrices)

    @cached_property
    def off(self) -> Off:
        """How far off what `to_rows_coarsely` gives can be."""
        return Off.of(np.asarray(sum(self._off(member) for member in self.searching)), self.layers)

    def _off(self, member: int) -> NDArray[np.float32]:
        return self.coarse[member].off

    @property
    def is_coarse_made(self) -> bool:
        return "coarse" in vars(self)

    def vectors(self, member: int, rows: slice | NDArray[np.intp]) -> Vectors:
        """A member's vectors of some of the rows."""
        return self.matrices[member][rows]

    def to_rows(self, member: int, query: Vectors) -> Similarities:
        """How like tails, (n, length), are to each row, (n, rows), in layers."""
        return np.take(products(query, self.matrices[member]), self.layers.rows, axis=1)

    def to_rows_coarsely(self, member: int, query: Vectors) -> Coarsely:
        """The same in 8 bits."""
        return self.coarse[member].similarities(query)

    @property
    def searching(self) -> tuple[int, ...]:
        """The members that say what the gallery is like."""
        return self.trained.searching(len(self.matrices))

    def whale_of(self, rows: NDArray[np.intp]) -> NDArray[np.intp]:
        """The number of each row's whale."""
        return np.asarray(np.searchsorted(self.starts, rows, side="right") - 1)


@dataclass(frozen=True)
class Queries:
    """Tails to be identified.

    Attributes:
        vectors: one (tails, length) matrix a member.
        keypoints: of each tail.
        detail: (tails,) see `Engine.detail`.
        rows: (tails,) the gallery row that is the tail itself, -1 where it is in none; None where all are.
    """

    vectors: Sequence[Vectors]
    keypoints: Sequence[Keypoints]
    detail: NDArray[np.float64]
    rows: NDArray[np.intp] | None = None

    def __len__(self) -> int:
        return len(self.detail)

    def some(self, rows: NDArray[np.intp]) -> Queries:
        """Those of the tails that these numbers name."""
        own = None if self.rows is None else self.rows[rows]
        points = [self.keypoints[i] for i in rows.tolist()]
        return Queries([matrix[rows] for matrix in self.vectors], points, self.detail[rows], own)

    @property
    def pooled(self) -> Queries:
        """All as one tail, without points of its own: what `look_up_together` says is said of it."""
        vectors = [np.asarray(matrix.mean(0, keepdims=True), np.float32) for matrix in self.vectors]
        return Queries(vectors, [], self.detail.mean(keepdims=True))

    def own_rows(self, tail: int) -> list[int]:
        """The gallery rows that are a tail itself."""
        return [] if self.rows is None or self.rows[tail] < 0 else [int(self.rows[tail])]


@dataclass(frozen=True)
class Evidence:
    """What the gallery says of some tails.

    Attributes:
        nearest: (tails, whales): similarity to the whale's most similar photo, mean over the members; -inf where the
            whale has no photo but the tail itself.
        networks: (tails, whales): similarity to the whale's mean vector, mean over the members.
        votes: (members, tails): the whale that each member puts first.
        photos: (tails, whales): in how many gallery tails the whale is.
        points: (tails, whales): matching points with the whale's most similar photos; NaN where that wasn't tried.
        among: (tails,): how many whales each was compared with, those included whose columns were cut since.
        pointed: by tail and whale, where points were sought: the gallery row of the photo that has so many.
    """

    nearest: Similarities
    networks: Similarities
    votes: NDArray[np.intp]
    photos: NDArray[np.intp]
    points: Similarities
    among: NDArray[np.intp]
    pointed: Mapping[tuple[int, int], int] = field(default_factory=dict)

    @property
    def scores(self) -> Similarities:
        """Both in equal parts: the mean vector is steadier, the nearest photo knows the view."""
        return np.asarray((self.nearest + self.networks) / 2, dtype=np.float32)


def products(query: Vectors, matrix: Vectors) -> Similarities:
    """Of each of some vectors, (n, length), with each of many, (rows, length): (n, rows)."""
    few = len(query) <= _FEW and len(matrix) >= _MANY
    if not few and len(query) * matrix.size < _WORTH_THREADS:
        return query @ matrix.T
    found = np.empty((len(query), len(matrix)), np.float32)

    def fill_some(rows: slice) -> None:
        # A product of a few only waits for memory, and einsum reads it twice as fast as @ does.
        for one, own in zip(query, found, strict=True):
            np.einsum("rl,l->r", matrix[rows], one, out=own[rows])

    def fill(tails: slice) -> None:
        found[tails] = query[tails] @ matrix.T

    work, count = (fill_some, len(matrix)) if few else (fill, len(query))
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(work, parts(count)))
    return found


def parts(count: int) -> list[slice]:
    """One after another as many parts as there are processors, if there are so many."""
    bounds = np.linspace(0, count, min(count, os.cpu_count() or 1) + 1).astype(int).tolist()
    return [slice(begin, end) for begin, end in pairwise(bounds)]
