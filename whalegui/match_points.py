"""The matching points of the pair in view: read on a reader lane while they are looked at."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from whalegui.jobs import Job
from whalegui.session import Session
from whalegui.widgets.fluke_comparer import FlukeComparer
from whalegui.widgets.point_lines import PointLines, Spots

if TYPE_CHECKING:
    from whaleid_core.catalogue import Catalogue
    from whaleid_core.catalogue.rows import TailRow

UNKNOWN = "These two tails have no points yet. Match tails: Ctrl+R."

_NONE_YET = PointLines((None, None))


class PairPoints(QObject):
    """Shows the points of whichever pair is in view, from when they are asked for until they are put away."""

    def __init__(self, session: Session, comparer: FlukeComparer) -> None:
        super().__init__(comparer)
        self._session = session
        self._comparer = comparer
        self._pair: tuple[TailRow, TailRow] | None = None
        self._asked: Job | None = None

    def toggle(self) -> None:
        """Key T."""
        self._comparer.set_points(None if self._comparer.points is not None else _NONE_YET)
        self.follow(self._pair)

    def follow(self, pair: tuple[TailRow, TailRow] | None) -> None:
        """Another pair is in view, or none."""
        self._pair = pair
        shown = self._comparer.points
        if shown is None or pair is None or shown.pair == (pair[0].id, pair[1].id):
            return
        new, other = pair
        self._asked = self._session.query(lambda catalogue: read_points(catalogue, new, other), self._read, self._asked)

    def _read(self, points: PointLines) -> None:
        if self._comparer.points is not None:
            self._comparer.set_points(points)


def read_points(catalogue: Catalogue, new: TailRow, other: TailRow) -> PointLines:
    """The points of two tails that agree, from left to right on the new one."""
    from whaleid_core import local

    found: dict[int, local.Keypoints] = {}
    for key, data in catalogue.keypoints(local.KIND, [new.id, other.id]).items():
        with suppress(ValueError):  # damaged
            found[key] = local.Keypoints.from_bytes(data)
    if len(found) < 2:
        return PointLines((new.id, other.id), problem=UNKNOWN)
    pairs = local.agreement(found[new.id], found[other.id]).pairs
    pairs = pairs[pairs[:, 0].argsort(kind="stable")]
    here, there = local.in_photo(pairs[:, :2], new.box), local.in_photo(pairs[:, 2:], other.box)
    return PointLines((new.id, other.id), _spots(here.tolist()), _spots(there.tolist()))


def _spots(places: list[list[float]]) -> Spots:
    return tuple((x, y) for x, y in places)
