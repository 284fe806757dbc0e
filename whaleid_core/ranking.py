"""Ranks a catalogue's tails against its gallery, which is kept in memory: a tail decided now is in it at once."""

# No network runs. What was computed of tails is read once, then only what has changed since; two tails are compared
# point by point once. So after a decision the waiting tails are ranked anew in a fraction of what it took before.

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from threading import Lock

import numpy as np

from whaleid_core import local
from whaleid_core.catalogue import Catalogue
from whaleid_core.catalogue.rows import TailRow
from whaleid_core.engine import Engine
from whaleid_core.errors import Cancelled
from whaleid_core.gallery import Gallery, Queries
from whaleid_core.identify import propose
from whaleid_core.kept_gallery import KeptGallery, Places, refreshed
from whaleid_core.local import NO_KEYPOINTS, Keypoints, agreement
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


class Ranker:
    """The gallery of one catalogue as the networks of one engine see it. May be used from several threads."""

    def __init__(self, catalogue: Catalogue, engine: Engine) -> None:
        self.engine = engine
        self._catalogue = catalogue
        self._lock = Lock()
        self._gallery: KeptGallery | None = None
        self._points: dict[int, Keypoints] = {}
        self._pairs: dict[tuple[int, int], int] = {}

    @property
    def name(self) -> str:
        """What its suggestions are filed under."""
        return self.engine.name

    def ready(self, tails: Collection[int]) -> list[int]:
        """Those of the tails that every member has embedded."""
        asked = list(tails)
        return [tail for tail, there in zip(asked, self._refreshed().embedded(asked), strict=True) if there]

    def rank(
        self,
        tails: Sequence[TailRow],
        within: Collection[int] | None = None,
        stop: Callable[[], bool] = lambda: False,
    ) -> dict[int, Proposal]:
        """What to propose for tails; those that not every member has embedded are left out.

        Args:
            within: the decided tails that are searched; None for all.
            stop: asked now and then whether to leave it.

        Raises:
            Cancelled: `stop` said so; the points that were counted needn't be again.
        """

        def count(a: Keypoints, b: Keypoints) -> float:
            if stop():
                raise Cancelled
            return self._count(a, b)

        whole = self._refreshed()
        there = whole.embedded([tail.id for tail in tails])
        rows = [tail for tail, embedded in zip(tails, there, strict=True) if embedded]
        if not rows:
            return {}
        gallery, queries = self._asked(whole, rows, within)
        proposals = propose(gallery, queries, self.engine.calibration, whales=SHOWN, count=count)
        return {tail.id: proposal for tail, proposal in zip(rows, proposals, strict=True)}

    def rank_together(self, tails: Sequence[TailRow], within: Collection[int] | None = None) -> Proposal | None:
        """What to propose for tails that show one whale, from all of them together; None where one isn't embedded."""
        whole = self._refreshed()
        if not whole.embedded([tail.id for tail in tails]).all():
            return None
        gallery, queries = self._asked(whole, tails, within)
        (proposal,) = propose(gallery, queries, self.engine.calibration, whales=SHOWN, count=self._count, together=True)
        return proposal

    def _refreshed(self) -> KeptGallery:
        """The gallery with everything that was decided and embedded until now."""
        with self._lock:
            before, names = self._gallery, [member.name for member in self.engine.members]
            self._gallery = refreshed(self._catalogue, names, before, _TailPoints.of, self.engine.heads)
            if before is not None:
                self._forget(self._gallery.embedded_since(before))
            return self._gallery

    def _forget(self, tails: Collection[int]) -> None:
        """Tails whose box was drawn anew have other points now."""
        if tails:
            gone = set(tails)
            # Others, for a thread that counts right now to write into the old ones.
            self._points = {tail: points for tail, points in self._points.items() if tail not in gone}
            self._pairs = {pair: count for pair, count in self._pairs.items() if gone.isdisjoint(pair)}

    def _asked(
        self, whole: KeptGallery, tails: Sequence[TailRow], within: Collection[int] | None
    ) -> tuple[Gallery, Queries]:
        """The part of the gallery that is searched, and what for."""
        ids = [tail.id for tail in tails]
        gallery, row_of = (whole, whole.row_of) if within is None else self._part(whole, within)
        vectors = [member.vectors.matrix[member.rows[ids]] for member in whole.members]
        detail = self.engine.detail([tail.box for tail in tails])
        return gallery, Queries(vectors, [_TailPoints.of(tail) for tail in ids], detail, row_of[ids])

    def _part(self, whole: KeptGallery, within: Collection[int]) -> tuple[Gallery, Places]:
        rows = np.flatnonzero(np.isin(whole.tails, np.array(list(within), np.int64)))
        of_row = np.repeat(np.arange(len(whole.whales)), whole.counts)[rows].tolist()
        tails = whole.tails[rows].tolist()
        part = Gallery.of(
            [whole.whales[row] for row in of_row],
            list(map(str, tails)),
            [whole.vectors(member, rows) for member in range(len(whole.members))],
            lambda numbers: {number: _TailPoints.of(tails[number]) for number in numbers},
            whole.trained,
        )
        return part, Places.of(whole.tails[rows][part.order], np.arange(len(rows)))

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
