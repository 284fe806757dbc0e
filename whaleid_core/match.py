"""Searches the gallery for each whale's most similar photo (the Siamese search), and fuses the evidence."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from whaleid_core.classify import NO_TRAINED_HEADS, Heads, imprinted
from whaleid_core.embed import Vectors, unit
from whaleid_core.local import Keypoints, agreement

Similarities = NDArray[np.float32]
KeypointsOf = Callable[[Sequence[int]], Mapping[int, Keypoints]]
Count = Callable[[Keypoints, Keypoints], float]
PHOTOS = 2
"""How many of a whale's nearest photos are compared point by point."""


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
    def heads(self) -> tuple[Vectors, ...]:
        """Each member's gallery head: (whales, length)."""
        return tuple(imprinted(matrix, self.starts) for matrix in self.matrices)

    def vectors(self, member: int, rows: slice | NDArray[np.intp]) -> Vectors:
        """A member's vectors of some of the rows."""
        return self.matrices[member][rows]

    def similarities(self, member: int, query: Vectors) -> tuple[Similarities, Similarities]:
        """How like tails, (n, length), are to each row and to each whale's mean: (n, rows) and (n, whales)."""
        return query @ self.matrices[member].T, query @ self.heads[member].T


@dataclass(frozen=True)
class Evidence:
    """What the gallery says of some tails.

    Attributes:
        nearest: (tails, whales): similarity to the whale's most similar photo, mean over the members; -inf where the
            whale has no photo but the tail itself.
        networks: (tails, whales): similarity to the whale's mean vector, mean over the members.
        rows: (tails, gallery rows): similarity to each gallery tail, mean over the members.
        votes: (members, tails): the whale that each member puts first.
        photos: (tails, whales): in how many gallery tails the whale is.
        points: (tails, whales): matching points with the whale's most similar photos; NaN where that wasn't tried.
    """

    nearest: Similarities
    networks: Similarities
    rows: Similarities
    votes: NDArray[np.intp]
    photos: NDArray[np.intp]
    points: Similarities

    @property
    def scores(self) -> Similarities:
        """Both in equal parts: the mean vector is steadier, the nearest photo knows the view."""
        return np.asarray((self.nearest + self.networks) / 2, dtype=np.float32)


def search(gallery: Gallery, vectors: Sequence[Vectors], without: NDArray[np.intp] | None = None) -> Evidence:
    """Compare tails with the whole gallery, exactly, by the members with a gallery head, or by all where none has one.

    Args:
        gallery: at least one whale (ValueError otherwise).
        vectors: one (tails, length) matrix a member, in the gallery's order of members.
        without: (tails,) the gallery row that is the tail itself and so doesn't count, -1 where there is none.
    """
    if not gallery.whales:
        raise ValueError("a gallery without whales can't be searched")
    if len(vectors) != len(gallery.matrices):
        raise ValueError(f"the gallery has {len(gallery.matrices)} members, the tails {len(vectors)}")
    count = len(vectors[0])
    own = np.full(count, -1, np.intp) if without is None else without
    inside = np.flatnonzero(own >= 0)
    own_whale = np.searchsorted(gallery.starts, own[inside], side="right") - 1
    photos = np.repeat(gallery.counts[None], count, axis=0)
    photos[inside, own_whale] -= 1
    rows = np.zeros((count, len(gallery)), np.float32)
    networks = np.zeros((count, len(gallery.whales)), np.float32)
    searching = gallery.trained.searching(len(vectors))
    votes = np.empty((len(searching), count), np.intp)
    for number, member in enumerate(searching):
        query = vectors[member]
        to_rows, to_heads = gallery.similarities(member, query)
        for tail, whale in zip(inside, own_whale, strict=True):
            to_rows[tail, own[tail]] = -np.inf
            to_heads[tail, whale] = _rest(gallery, member, int(own[tail]), int(whale)) @ query[tail]
        nearest = np.maximum.reduceat(to_rows, gallery.starts, axis=1)
        votes[number] = (nearest + to_heads).argmax(1)
        rows += to_rows / len(searching)
        networks += to_heads / len(searching)
    nearest = np.maximum.reduceat(rows, gallery.starts, axis=1)
    return Evidence(nearest, networks, rows, votes, photos, np.full_like(networks, np.nan))


def _rest(gallery: Gallery, member: int, row: int, whale: int) -> Vectors:
    """A whale's mean unit vector without one of its rows."""
    start = int(gallery.starts[whale])
    own = gallery.vectors(member, slice(start, start + int(gallery.counts[whale])))
    return np.asarray(unit((own.sum(0) - own[row - start])[None])[0])


def shortlist(logits: NDArray[np.floating], count: int) -> NDArray[np.intp]:
    """The best `count` whales of each tail, best first; equals keep the whales' order: (tails, at most count)."""
    return np.asarray(np.argsort(-logits, axis=1, kind="stable")[:, :count], dtype=np.intp)


def nearest_rows(gallery: Gallery, rows: Similarities, whale: int, count: int) -> list[int]:
    """The gallery rows of a whale's most similar tails, best first, given one tail's similarities to all rows; the tail
    itself is not among them."""
    start = int(gallery.starts[whale])
    own = rows[start : start + int(gallery.counts[whale])]
    best = np.argsort(-own, kind="stable")[:count]
    return [start + int(i) for i in best if np.isfinite(own[i])]


def matching_points(a: Keypoints, b: Keypoints) -> int:
    """How many points of two tails agree."""
    return agreement(a, b).points


def with_points(
    gallery: Gallery,
    evidence: Evidence,
    best: NDArray[np.intp],
    keypoints: Sequence[Keypoints],
    count: Count = matching_points,
) -> Evidence:
    """The evidence with the matching points of each tail's shortlist: the most of the whale's `PHOTOS` nearest photos.

    Args:
        best: (tails, n) the whales to compare point by point.
        keypoints: of each tail.
        count: compares two tails; may be called from several threads.
    """
    points = np.full(evidence.networks.shape, np.nan, np.float32)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for tail, whales in enumerate(best):
            rows = {int(w): nearest_rows(gallery, evidence.rows[tail], int(w), PHOTOS) for w in whales}
            numbers = {row: int(gallery.order[row]) for own in rows.values() for row in own}
            known = gallery.points_of(list(numbers.values()))
            pairs = [
                (whale, known[numbers[row]]) for whale, own in rows.items() for row in own if numbers[row] in known
            ]
            found = pool.map(lambda other, own=keypoints[tail]: count(own, other), [p for _, p in pairs])
            for (whale, _), number in zip(pairs, found, strict=True):
                points[tail, whale] = np.fmax(points[tail, whale], number)
    return replace(evidence, points=points)
