"""A catalogue's gallery in memory: what was decided or embedded since is put beside the rest, and nothing is moved."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import is_

import numpy as np
from numpy.typing import NDArray

from whaleid_core.catalogue import Catalogue
from whaleid_core.catalogue.gallery_queries import Decided
from whaleid_core.classify import Heads, lengths_of_sums
from whaleid_core.coarse import Coarse
from whaleid_core.embed import Vectors
from whaleid_core.gallery import Gallery, Similarities, products
from whaleid_core.layers import rows_of
from whaleid_core.local import Keypoints
from whaleid_core.settle import Coarsely

_SPARE = 4
"""A matrix that is full gets room for one row more in so many, and is copied once."""
_FEWEST = 64


@dataclass(frozen=True, eq=False)
class Stack:
    """Vectors of length 1 one upon the other. More can be put on the newest; whoever has an older one sees no more."""

    room: Vectors
    count: int

    @classmethod
    def of(cls, matrix: Vectors) -> Stack:
        return cls(np.zeros((0, matrix.shape[1]), np.float32), 0).with_rows(matrix)

    @property
    def matrix(self) -> Vectors:
        """(count, length)"""
        return self.room[: self.count]

    def with_rows(self, rows: Vectors) -> Stack:
        total, room = self.count + len(rows), self.room
        if total > len(room):
            room = np.empty((total + total // _SPARE + _FEWEST, rows.shape[1]), np.float32)
            room[: self.count] = self.matrix
        room[self.count : total] = rows
        return Stack(room, total)


@dataclass(frozen=True, eq=False)
class Places:
    """In which row the tails are, by their ids: a look for thousands at once."""

    by_id: NDArray[np.intp]

    @classmethod
    def of(cls, ids: NDArray[np.int64], rows: NDArray[np.intp], before: Places | None = None) -> Places:
        old = before.by_id if before is not None else np.zeros(0, np.intp)
        by_id = np.full(max(len(old), int(ids.max(initial=-1)) + 1), -1, np.intp)
        by_id[: len(old)] = old
        by_id[ids] = rows
        return cls(by_id)

    def only(self, ids: NDArray[np.int64]) -> Places:
        """Those of these tails."""
        left = np.zeros(len(self.by_id), np.bool_)
        left[ids[ids < len(left)]] = True
        return Places(np.where(left, self.by_id, -1))

    def __len__(self) -> int:
        """How many tails have one."""
        return int(np.count_nonzero(self.by_id >= 0))

    def __getitem__(self, ids: Sequence[int] | NDArray[np.int64]) -> NDArray[np.intp]:
        """(n,) the row of each; -1 where it has none."""
        asked = np.asarray(ids, np.int64)
        rows = np.full(len(asked), -1, np.intp)
        inside = asked < len(self.by_id)
        rows[inside] = self.by_id[asked[inside]]
        return rows


@dataclass(frozen=True, eq=False)
class Member:
    """One member's vectors of all tails that it has embedded.

    Attributes:
        vectors: in the order in which they were kept.
        rows: whose they are; a tail that was embedded anew has the newer one.
        last: the newest row of the catalogue's table.
    """

    vectors: Stack
    rows: Places
    last: int

    @cached_property
    def coarse(self) -> Coarse:
        """The vectors in 8 bits: they stay while nothing is embedded."""
        return Coarse.of(self.vectors.matrix)


@dataclass(frozen=True, eq=False, kw_only=True)
class KeptGallery(Gallery):
    """All of a catalogue's gallery, ordered by the whales' ids; `matrices` are those of all tails that are embedded.

    Attributes:
        members: see `Member`.
        places: one a member: in which row of its matrix each tail of the gallery is.
        keys: the id of each whale.
        tails: the id of each row's tail.
        row_of: in which row each tail is.
        known_lengths: one a member, (whales,): see `Gallery.lengths`.
        decided: what it was made of.
    """

    members: tuple[Member, ...]
    places: tuple[NDArray[np.intp], ...]
    keys: NDArray[np.int64]
    tails: NDArray[np.int64]
    row_of: Places
    known_lengths: tuple[NDArray[np.float32], ...]
    decided: Decided

    @property
    def lengths(self) -> tuple[NDArray[np.float32], ...]:  # type: ignore[override]
        return self.known_lengths

    def vectors(self, member: int, rows: slice | NDArray[np.intp]) -> Vectors:
        return self.matrices[member][self.places[member][rows]]

    # What is copied is a number a tail, not a vector.

    @cached_property
    def _layered(self) -> tuple[NDArray[np.intp], ...]:
        """For each member the row of its matrix in each place of the layers."""
        return tuple(place[self.layers.rows] for place in self.places)

    def to_rows(self, member: int, query: Vectors) -> Similarities:
        return np.take(products(query, self.matrices[member]), self._layered[member], axis=1)

    def to_rows_coarsely(self, member: int, query: Vectors) -> Coarsely:
        rows, order = self.members[member].coarse.similarities(query), self._layered[member]
        return Coarsely(np.take(rows.found, order, axis=1), rows.tails)

    def _off(self, member: int) -> NDArray[np.float32]:
        return self.members[member].coarse.off[self._layered[member]]

    @property
    def is_coarse_made(self) -> bool:
        return all("coarse" in vars(member) for member in self.members)

    def embedded(self, tails: Sequence[int]) -> NDArray[np.bool_]:
        """(n,) whether every member has embedded the tail."""
        return np.asarray(np.all([member.rows[tails] >= 0 for member in self.members], axis=0), np.bool_)

    def embedded_since(self, before: KeptGallery) -> set[int]:
        """The tails that a member has seen anew since then."""
        found: set[int] = set()
        for now, then in zip(self.members, before.members, strict=True):
            if now is not then:
                there = np.flatnonzero(now.rows.by_id >= 0)
                found.update(there[now.rows[there] != then.rows[there]].tolist())
        return found


def refreshed(
    catalogue: Catalogue,
    packages: Sequence[str],
    before: KeptGallery | None,
    points_of: Callable[[int], Keypoints],
    trained: Heads,
) -> KeptGallery:
    """The gallery with everything that was decided and embedded until now.

    Args:
        packages: of the members.
        before: how it was last, of the same catalogue and members; where nothing has come since, it is given back.
        points_of: gives the points of a tail by its id.
    """
    olds = before.members if before is not None else (None,) * len(packages)
    members = tuple(_member(catalogue, name, old) for name, old in zip(packages, olds, strict=True))
    decided = catalogue.decided_tails(before.decided if before is not None else None)
    if before is not None and decided is before.decided and all(map(is_, members, before.members)):
        return before
    return _made(members, decided, before, points_of, trained)


def _member(catalogue: Catalogue, package: str, old: Member | None) -> Member:
    read = catalogue.embeddings_after(package, old.last if old is not None else 0)
    if old is None or not old.vectors.count:
        # Without room for more, which would be a copy: most often nothing is put on it.
        vectors = Stack(read.matrix, len(read.matrix))
        return Member(vectors, Places.of(read.tail_ids, np.arange(len(read.tail_ids))), read.last)
    vectors, rows = old.vectors, old.rows
    if len(read.tail_ids):
        vectors = vectors.with_rows(read.matrix)
        rows = Places.of(read.tail_ids, np.arange(old.vectors.count, vectors.count), rows)
    if read.total != len(rows):
        rows = rows.only(catalogue.embedded_tails(package))
    return old if rows is old.rows else Member(vectors, rows, read.last)


def _made(
    members: tuple[Member, ...],
    decided: Decided,
    before: KeptGallery | None,
    points_of: Callable[[int], Keypoints],
    trained: Heads,
) -> KeptGallery:
    there = np.all([member.rows[decided.tails] >= 0 for member in members], axis=0)
    order = np.lexsort((decided.tails[there], decided.whales[there]))
    tails = decided.tails[there][order]
    keys, starts = np.unique(decided.whales[there][order], return_index=True)
    places = tuple(member.rows[tails] for member in members)
    ids = tails.tolist()
    return KeptGallery(
        whales=tuple(decided.names[key] for key in keys.tolist()),
        photos=tuple(map(str, ids)),
        starts=starts.astype(np.intp),
        matrices=tuple(member.vectors.matrix for member in members),
        order=np.arange(len(tails), dtype=np.intp),
        points_of=lambda rows: {row: points_of(ids[row]) for row in rows},
        trained=trained,
        members=members,
        places=places,
        keys=keys,
        tails=tails,
        row_of=Places.of(tails, np.arange(len(tails))),
        known_lengths=_lengths(members, keys, starts, places, before),
        decided=decided,
    )


def _lengths(
    members: Sequence[Member],
    keys: NDArray[np.int64],
    starts: NDArray[np.intp],
    places: Sequence[NDArray[np.intp]],
    before: KeptGallery | None,
) -> tuple[NDArray[np.float32], ...]:
    """One a member, (whales,): those of whales whose tails are the same as before are there already."""
    was = _numbers_before(keys, starts, places, before)
    same, lacking = np.flatnonzero(was >= 0), np.flatnonzero(was < 0)
    counts = np.diff(np.append(starts, len(places[0])))[lacking]
    rows, begins = rows_of(starts[lacking], counts)
    found = []
    for number, (member, place) in enumerate(zip(members, places, strict=True)):
        own = np.empty(len(keys), np.float32)
        own[lacking] = lengths_of_sums(member.vectors.matrix, begins, place[rows])
        if before is not None:
            own[same] = before.known_lengths[number][was[same]]
        found.append(own)
    return tuple(found)


def _numbers_before(
    keys: NDArray[np.int64], starts: NDArray[np.intp], places: Sequence[NDArray[np.intp]], before: KeptGallery | None
) -> NDArray[np.intp]:
    """(whales,) which number each whale had; -1 where it had none or its tails were others."""
    if before is None or not len(keys) or not len(before.keys):
        return np.full(len(keys), -1, np.intp)
    was = np.searchsorted(before.keys, keys).clip(max=len(before.keys) - 1)
    counts = np.diff(np.append(starts, len(places[0])))
    same = (before.keys[was] == keys) & (before.counts[was] == counts)
    # The row that each row was, if its whale has as many tails as it had.
    rows = np.repeat(before.starts[was] - starts, counts) + np.arange(len(places[0]))
    rows = np.where(np.repeat(same, counts), rows, 0)
    alike = np.all([now == then[rows] for now, then in zip(places, before.places, strict=True)], axis=0)
    same &= np.logical_and.reduceat(alike, starts)
    return np.where(same, was, -1)
