"""Searches the gallery for each whale's most similar photo (the Siamese search), and fuses the evidence."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import reduce
from itertools import pairwise
from operator import add

import numpy as np
from numpy.typing import NDArray

from whaleid_core.coarse import AT_ONCE, of_use
from whaleid_core.embed import Vectors, unit
from whaleid_core.gallery import Evidence, Gallery, Queries, Similarities, parts
from whaleid_core.layers import rows_of
from whaleid_core.local import Keypoints, agreement
from whaleid_core.settle import Coarsely, at_least, settle

Count = Callable[[Keypoints, Keypoints], float]
PHOTOS = 2
"""How many of a whale's nearest photos are compared point by point."""
BEST = 50
"""So many whales of each tail have exact similarities in a gallery that is searched coarsely."""
FIRST = 10
"""So many of them have exact ones to their mean vectors too."""
LARGE, MANY_WHALES = 20_000, 20 * BEST
"""A gallery of so many tails and whales may be searched coarsely first: a smaller one is searched at once anyway."""
SEVERAL = 8
"""For so many tails it pays to make the coarse vectors first."""
_CELLS = 2**24
"""So many similarities are held at a time: 64 MB."""
_WORTH_THREADS = 2**18
_EXACT = np.zeros(0, np.float32)


def search(gallery: Gallery, vectors: Sequence[Vectors], without: NDArray[np.intp] | None = None) -> Evidence:
    """Compare tails with the whole gallery, by the members with a gallery head, or by all where none has one.

    All is exact but in a large gallery: there `nearest` is so for the `BEST` whales that are nearest to a tail, and
    `networks` for the `FIRST` of each member; all others are within a hundredth or two, as a rule within a thousandth.

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
    coarse = _coarsely(gallery, count)
    at_once = max(1, _CELLS // (len(gallery) * len(gallery.searching)))
    at_once -= at_once % AT_ONCE if at_once > AT_ONCE else 0
    nearest = np.empty((count, len(gallery.whales)), np.float32)
    networks = np.empty_like(nearest)
    votes = np.empty((len(gallery.searching), count), np.intp)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for start in range(0, count, at_once):
            some = slice(start, start + at_once)
            part = _Part(gallery, [matrix[some] for matrix in vectors], own[some], pool)
            nearest[some], networks[some], votes[:, some] = part.compared(coarse)
    photos = np.repeat(gallery.counts[None], count, axis=0)
    inside = np.flatnonzero(own >= 0)
    photos[inside, gallery.whale_of(own[inside])] -= 1
    return Evidence(nearest, networks, votes, photos, np.full_like(networks, np.nan), (photos > 0).sum(1))


def _coarsely(gallery: Gallery, tails: int) -> bool:
    """Whether to look through the gallery coarsely first."""
    if len(gallery) < LARGE or len(gallery.whales) < MANY_WHALES:
        return False
    return (tails >= SEVERAL or gallery.is_coarse_made) and of_use()


@dataclass(frozen=True)
class _Part:
    """Some tails, so many that their similarities to all rows of the gallery fit into memory."""

    gallery: Gallery
    vectors: Sequence[Vectors]
    own: NDArray[np.intp]
    pool: ThreadPoolExecutor

    def compared(self, coarse: bool) -> tuple[Similarities, Similarities, NDArray[np.intp]]:
        """`nearest`, `networks` and `votes`."""
        rows = [self._to_rows(member, coarse) for member in self.gallery.searching]
        together = reduce(add, rows)
        nearest = np.empty((len(self.own), len(self.gallery.whales)), np.float32)
        networks, votes = np.empty_like(nearest), np.empty((len(rows), len(self.own)), np.intp)

        def by_whale(some: slice) -> None:
            found = self._by_whale([own.some(some) for own in rows], together.some(some), some, coarse)
            nearest[some], networks[some], votes[:, some] = found

        if together.found.size < _WORTH_THREADS:
            by_whale(slice(0, len(self.own)))
        else:
            list(self.pool.map(by_whale, parts(len(self.own))))
        return nearest, networks, votes

    def _by_whale(
        self, rows: Sequence[Coarsely], together: Coarsely, some: slice, coarse: bool
    ) -> tuple[Similarities, Similarities, NDArray[np.intp]]:
        """The same of some of the tails, from each member's similarities to all rows, and their sum."""
        layers, searching = self.gallery.layers, self.gallery.searching
        greatest, sums = zip(*(layers.greatest_and_sums(own.found) for own in rows), strict=True)
        heads = [own / self.gallery.lengths[member] for member, own in zip(searching, sums, strict=True)]
        nearest = greatest[0].copy() if len(rows) == 1 else layers.greatest(together.found)
        if coarse:

            def exactly(tails: NDArray[np.intp], to: NDArray[np.intp]) -> Similarities:
                return np.stack([self._exactly(member, tails + some.start, to) for member in searching])

            settle(together, layers, self.gallery.off, [*greatest, nearest], BEST, exactly)
        for member, own, head in zip(searching, greatest, heads, strict=True):
            if coarse:
                self._settle_heads(member, head, shortlist(own + head, FIRST), some)
            self._without_itself(member, head, some)
        votes = np.stack([(own + head).argmax(1) for own, head in zip(greatest, heads, strict=True)])
        share = np.float32(1 / len(rows))
        return nearest * share, np.asarray(sum(heads) * share, np.float32), votes

    def _to_rows(self, member: int, coarse: bool) -> Coarsely:
        """A member's similarities to all rows."""
        query, inside = self.vectors[member], np.flatnonzero(self.own >= 0)
        if coarse:
            rows = self.gallery.to_rows_coarsely(member, query)
        else:
            rows = Coarsely(self.gallery.to_rows(member, query), _EXACT)
        own = self.own[inside]
        rows.found[inside, self.gallery.layers.places(own, self.gallery.whale_of(own))] = -np.inf
        return rows

    def _exactly(self, member: int, tails: NDArray[np.intp], rows: NDArray[np.intp]) -> Similarities:
        """A member's similarities of tails, in order, each to one row."""
        found = np.empty(len(rows), np.float32)
        bounds = np.flatnonzero(np.diff(tails, prepend=-1, append=-1)).tolist()
        for begin, end in pairwise(bounds):
            there = self.gallery.vectors(member, rows[begin:end])
            # No @: a product of a few rows isn't worth the threads that it would wake.
            np.einsum("rl,l->r", there, self.vectors[member][tails[begin]], out=found[begin:end])
        return found

    def _settle_heads(self, member: int, heads: Similarities, best: NDArray[np.intp], some: slice) -> None:
        """Put exact similarities to the mean vectors of some whales, (tails, n)."""
        gallery = self.gallery
        tail, whale = np.repeat(np.arange(len(best)), best.shape[1]), best.ravel()
        counts = gallery.counts[whale]
        rows, begins = rows_of(gallery.starts[whale], counts)
        exact = self._exactly(member, np.repeat(tail, counts) + some.start, rows)
        heads[tail, whale] = np.add.reduceat(exact, begins) / gallery.lengths[member][whale]

    def _without_itself(self, member: int, heads: Similarities, some: slice) -> None:
        """Put similarities to the means of the tails' own whales, made without the tails themselves."""
        own, vectors = self.own[some], self.vectors[member][some]
        for tail in np.flatnonzero(own >= 0).tolist():
            whale = int(self.gallery.whale_of(own[[tail]])[0])
            heads[tail, whale] = _rest(self.gallery, member, int(own[tail]), whale) @ vectors[tail]


def _rest(gallery: Gallery, member: int, row: int, whale: int) -> Vectors:
    """A whale's mean unit vector without one of its rows."""
    start = int(gallery.starts[whale])
    own = gallery.vectors(member, slice(start, start + int(gallery.counts[whale])))
    return np.asarray(unit((own.sum(0) - own[row - start])[None])[0])


def shortlist(logits: NDArray[np.floating], count: int) -> NDArray[np.intp]:
    """The best `count` whales of each tail, best first; equals keep the whales' order: (tails, at most count)."""
    count = min(count, logits.shape[1])
    best = np.empty((len(logits), count), np.intp)
    if count:
        for own, row, least in zip(best, logits, at_least(logits, count), strict=True):
            some = np.flatnonzero(row >= least)
            own[:] = some[np.argsort(-row[some], kind="stable")[:count]]
    return best


def nearest_rows(
    gallery: Gallery, vectors: Sequence[Vectors], whale: int, count: int, without: Collection[int] = ()
) -> list[int]:
    """The gallery rows of a whale's most similar tails, best first.

    Args:
        vectors: of one tail, a (length,) vector a member.
        without: rows that are the tail itself.
    """
    start = int(gallery.starts[whale])
    own = slice(start, start + int(gallery.counts[whale]))
    likeness = sum(gallery.vectors(member, own) @ vectors[member] for member in gallery.searching)
    best = np.argsort(-np.asarray(likeness), kind="stable") + start
    return [row for row in best.tolist() if row not in without][:count]


def matching_points(a: Keypoints, b: Keypoints) -> int:
    """How many points of two tails agree."""
    return agreement(a, b).points


def with_points(
    gallery: Gallery, evidence: Evidence, best: NDArray[np.intp], queries: Queries, count: Count = matching_points
) -> Evidence:
    """The evidence with the matching points of each tail's shortlist: the most of the whale's `PHOTOS` nearest photos.

    Args:
        best: (tails, n) the whales to compare point by point.
        count: compares two tails; may be called from several threads.
    """
    points = np.full(evidence.networks.shape, np.nan, np.float32)
    pointed: dict[tuple[int, int], int] = {}
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for tail, whales in enumerate(best.tolist()):
            vectors = [matrix[tail] for matrix in queries.vectors]
            itself = queries.own_rows(tail)
            rows = {whale: nearest_rows(gallery, vectors, whale, PHOTOS, itself) for whale in whales}
            numbers = {row: int(gallery.order[row]) for own in rows.values() for row in own}
            known = gallery.points_of(list(numbers.values()))
            pairs = [(whale, row) for whale, own in rows.items() for row in own if numbers[row] in known]
            others = [known[numbers[row]] for _, row in pairs]
            found = pool.map(lambda other, own=queries.keypoints[tail]: count(own, other), others)
            for (whale, row), number in zip(pairs, found, strict=True):
                if not (np.isnan(number) or number <= points[tail, whale]):  # what isn't known yet is NaN too
                    points[tail, whale], pointed[tail, whale] = number, row
    return replace(evidence, points=points, pointed=pointed)
