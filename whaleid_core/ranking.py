"""Ranks a catalogue's tails against its gallery, which is kept in memory: a tail decided now is in it at once."""

# No network runs. What was computed of tails is read once, then only what has changed since; two tails are compared
# point by point once. So after a decision the waiting tails are ranked anew in a fraction of what it took before.

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from whaleid_core import local
from whaleid_core.catalogue import Catalogue
from whaleid_core.catalogue.rows import TailRow
from whaleid_core.classify import imprinted
from whaleid_core.embed import Vectors
from whaleid_core.engine import Engine
from whaleid_core.identify import Queries, propose
from whaleid_core.local import NO_KEYPOINTS, Keypoints, agreement
from whaleid_core.match import Gallery
from whaleid_core.records import Candidate

SHOWN = 10
"""How many whales the window shows for a tail."""
KEPT = 1000
"""Tails whose keypoints are kept in memory: about 80 MB."""
PAIRS = 2_000_000
"""Pairs of tails whose number of matching points is kept: then all are forgotten."""

Proposal = tuple[tuple[Candidate, ...], float]
"""The candidates of a tail, best first, and the probability that its whale is known."""


@dataclass(frozen=True, eq=False)
class _TailPoints(Keypoints):
    """Says whose points are meant: where a pair was compared before, the points themselves needn't be there."""

    tail: int

    @classmethod
    def of(cls, tail: int) -> _TailPoints:
        return cls(NO_KEYPOINTS.positions, NO_KEYPOINTS.descriptors, tail)


@dataclass(frozen=True, eq=False)
class _Member:
    """One member's vectors: row `rows[tail]` of the matrix is that tail's."""

    rows: dict[int, int]
    matrix: Vectors
    last: int


@dataclass(frozen=True, eq=False)
class _Whole(Gallery):
    """All of a catalogue's gallery.

    Attributes:
        ready: its `heads`.
        tails: of each whale by its id, the ids of its tails, as bytes.
    """

    ready: tuple[Vectors, ...] = ()
    tails: Mapping[int, bytes] = field(default_factory=dict)

    @property
    def heads(self) -> tuple[Vectors, ...]:  # type: ignore[override]
        return self.ready


@dataclass(frozen=True, eq=False)
class _State:
    """The gallery as it was read last.

    Attributes:
        row_of: the gallery's row of each tail.
        decided: what it was made of: tells whether something was decided since.
    """

    gallery: _Whole
    members: tuple[_Member, ...]
    row_of: dict[int, int]
    decided: bytes


class Ranker:
    """The gallery of one catalogue as the networks of one engine see it. May be used from several threads."""

    def __init__(self, catalogue: Catalogue, engine: Engine) -> None:
        self.engine = engine
        self._catalogue = catalogue
        self._lock = Lock()
        self._state: _State | None = None
        self._points: dict[int, Keypoints] = {}
        self._pairs: dict[tuple[int, int], int] = {}

    @property
    def name(self) -> str:
        """What its suggestions are filed under."""
        return self.engine.name

    def ready(self, tails: Collection[int]) -> list[int]:
        """Those of the tails that every member has embedded."""
        members = self._refreshed().members
        return [tail for tail in tails if all(tail in member.rows for member in members)]

    def rank(self, tails: Sequence[TailRow], within: Collection[int] | None = None) -> dict[int, Proposal]:
        """What to propose for tails; those that not every member has embedded are left out.

        Args:
            within: the decided tails that are searched; None for all.
        """
        state = self._refreshed()
        rows = [tail for tail in tails if all(tail.id in member.rows for member in state.members)]
        if not rows:
            return {}
        gallery, row_of = self._some(state, within)
        proposals = propose(
            gallery, self._queries(state, rows, row_of), self.engine.calibration, whales=SHOWN, count=self._count
        )
        return {tail.id: proposal for tail, proposal in zip(rows, proposals, strict=True)}

    def rank_together(self, tails: Sequence[TailRow], within: Collection[int] | None = None) -> Proposal | None:
        """What to propose for tails that show one whale, from all of them together; None where one isn't embedded."""
        state = self._refreshed()
        if not all(tail.id in member.rows for member in state.members for tail in tails):
            return None
        gallery, row_of = self._some(state, within)
        queries = self._queries(state, tails, row_of)
        (proposal,) = propose(gallery, queries, self.engine.calibration, whales=SHOWN, count=self._count, together=True)
        return proposal

    # What is known now

    def _refreshed(self) -> _State:
        """The gallery with everything that was decided and embedded until now."""
        with self._lock:
            before = self._state
            names = [member.name for member in self.engine.members]
            olds = before.members if before is not None else [None] * len(names)
            members = tuple(self._member(name, old) for name, old in zip(names, olds, strict=True))
            tails, whales = self._catalogue.decided_tails()
            called = self._catalogue.names_of_whales()
            decided = tails.tobytes() + whales.tobytes() + "\n".join(called.values()).encode()
            same = before is not None and before.decided == decided
            if before is not None and same and all(a is b for a, b in zip(members, before.members, strict=True)):
                return before
            self._state = self._built(members, tails, whales, called, decided)
            return self._state

    def _member(self, name: str, old: _Member | None) -> _Member:
        read = self._catalogue.embeddings_after(name, old.last if old is not None else 0)
        if old is not None and not len(read.tail_ids) and read.total == len(old.rows):
            return old
        rows, matrix = (dict(old.rows), old.matrix) if old is not None and len(old.matrix) else ({}, read.matrix[:0])
        rows.update((tail, len(matrix) + place) for place, tail in enumerate(read.tail_ids.tolist()))
        if old is not None and len(read.tail_ids):
            self._forget(read.tail_ids.tolist())
        if old is not None and len(rows) != read.total:  # some are gone
            return self._member(name, None)
        return _Member(rows, np.concatenate([matrix, read.matrix]) if len(matrix) else read.matrix, read.last)

    def _forget(self, tails: Collection[int]) -> None:
        """Tails whose box was drawn anew have other points now."""
        gone = set(tails)
        # Others, for a thread that counts right now to write into the old ones.
        self._points = {tail: points for tail, points in self._points.items() if tail not in gone}
        self._pairs = {pair: count for pair, count in self._pairs.items() if gone.isdisjoint(pair)}

    def _built(
        self,
        members: tuple[_Member, ...],
        tails: NDArray[np.int64],
        whales: NDArray[np.int64],
        called: dict[int, str],
        decided: bytes,
    ) -> _State:
        """The gallery, ordered by whale as `Gallery.of` would: names are sorted once a whale, not once a tail."""
        by_name = sorted(called, key=lambda key: called[key])
        place = {key: number for number, key in enumerate(by_name)}
        embedded = set.intersection(*(set(member.rows) for member in members))
        known = np.array([tail in embedded for tail in tails.tolist()], np.bool_)
        ranks = np.array([place[key] for key in whales[known].tolist()], np.int64)
        order = np.lexsort((tails[known], ranks))
        rows, own = tails[known][order], tails[known][order].tolist()
        distinct, starts = np.unique(ranks[order], return_index=True)
        of_whale = {
            by_name[rank]: part.tobytes() for rank, part in zip(distinct, np.split(rows, starts)[1:], strict=True)
        }
        matrices = tuple(member.matrix[[member.rows[tail] for tail in own]] for member in members)
        gallery = _Whole(
            tuple(called[by_name[rank]] for rank in distinct.tolist()),
            tuple(map(str, own)),
            starts.astype(np.intp),
            matrices,
            np.arange(len(own), dtype=np.intp),
            lambda rows: {row: _TailPoints.of(own[row]) for row in rows},
            self.engine.heads,
            self._heads(members, matrices, starts, of_whale),
            of_whale,
        )
        return _State(gallery, members, {tail: row for row, tail in enumerate(own)}, decided)

    def _heads(
        self,
        members: tuple[_Member, ...],
        matrices: Sequence[Vectors],
        starts: NDArray[np.intp],
        of_whale: Mapping[int, bytes],
    ) -> tuple[Vectors, ...]:
        """Each member's gallery head; those of whales whose tails are the same as before are taken from there."""
        before = self._state
        if before is None or any(a is not b for a, b in zip(members, before.members, strict=True)):
            return tuple(imprinted(matrix, starts) for matrix in matrices)
        was = {key: row for row, key in enumerate(before.gallery.tails)}
        kept = [
            (row, was[key]) for row, (key, own) in enumerate(of_whale.items()) if before.gallery.tails.get(key) == own
        ]
        to, source = (
            (np.array(part, np.intp) for part in zip(*kept, strict=True)) if kept else (np.zeros(0, np.intp),) * 2
        )
        ends = np.append(starts[1:], len(matrices[0]))
        heads = []
        for matrix, old in zip(matrices, before.gallery.heads, strict=True):
            head = np.empty((len(starts), matrix.shape[1]), np.float32)
            head[to] = old[source]
            for row in np.setdiff1d(np.arange(len(starts)), to):
                head[row] = imprinted(matrix[starts[row] : ends[row]], np.zeros(1, np.intp))[0]
            heads.append(head)
        return tuple(heads)

    def _some(self, state: _State, within: Collection[int] | None) -> tuple[Gallery, dict[int, int]]:
        """The part of the gallery that is searched."""
        gallery = state.gallery
        if within is None:
            return gallery, state.row_of
        chosen = set(within)
        rows = [row for tail, row in state.row_of.items() if tail in chosen]
        of_row = np.repeat(np.arange(len(gallery.whales)), gallery.counts)
        tails = [gallery.photos[row] for row in rows]
        part = Gallery.of(
            [gallery.whales[of_row[row]] for row in rows],
            tails,
            [matrix[rows] for matrix in gallery.matrices],
            lambda numbers: {number: _TailPoints.of(int(tails[number])) for number in numbers},
            gallery.trained,
        )
        return part, {int(tail): row for row, tail in enumerate(part.photos)}

    def _queries(self, state: _State, tails: Sequence[TailRow], row_of: dict[int, int]) -> Queries:
        vectors = [member.matrix[[member.rows[tail.id] for tail in tails]] for member in state.members]
        points = [_TailPoints.of(tail.id) for tail in tails]
        rows = np.array([row_of.get(tail.id, -1) for tail in tails], np.intp)
        return Queries(vectors, points, self.engine.detail([tail.box for tail in tails]), rows)

    # Points

    def _count(self, a: Keypoints, b: Keypoints) -> float:
        """How many points of two tails agree: looked up, or counted once; NaN where one has none that are known."""
        assert isinstance(a, _TailPoints)
        assert isinstance(b, _TailPoints)
        pairs, pair = self._pairs, (a.tail, b.tail)
        count = pairs.get(pair)
        if count is None:
            own, other = self._keypoints(a.tail), self._keypoints(b.tail)
            if own is None or other is None:
                return float("nan")
            count = agreement(own, other).points
            if len(pairs) >= PAIRS:
                pairs.clear()
            pairs[pair] = count
        return count

    def _keypoints(self, tail: int) -> Keypoints | None:
        points = self._points
        found = points.get(tail)
        data = self._catalogue.keypoints(local.KIND, [tail]).get(tail) if found is None else None
        if data is not None:
            with suppress(ValueError):  # damaged: computed anew when its box is next touched, and worth no halt now
                found = points[tail] = Keypoints.from_bytes(data)
            while len(points) > KEPT:
                points.pop(next(iter(points)), None)
        return found
