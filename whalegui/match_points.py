"""The matching points of the pair in view: they align the two tails, and are joined by lines while that is wanted."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from PySide6.QtGui import QTransform

from whalegui.actions import key_of
from whalegui.jobs import Watch
from whalegui.match_pair import OfPair, Pair, keys_of, told
from whalegui.widgets.fluke_sides import Alignment
from whalegui.widgets.point_lines import PointLines, Spots
from whaleid_core.catalogue import Catalogue
from whaleid_core.catalogue.rows import TailRow
from whaleid_core.errors import WhaleIdError

_NONE_YET = PointLines((None, None))


@dataclass(frozen=True, slots=True)
class PointsFound:
    """What the points of a pair say."""

    lines: PointLines
    alignment: Alignment


class PairPoints(OfPair):
    """Aligns whichever pair is in view by its points, and shows them from when they are asked for."""

    _found: PointsFound | None = None

    def toggle(self) -> None:
        """Key T."""
        self.comparer.set_points(None if self.comparer.points is not None else _NONE_YET)
        if self._found is not None:
            self.show(self._found)
        self.follow(self.pair)

    def wanted(self, pair: Pair) -> bool:
        found = self._found
        return found is None or found.lines.pair != keys_of(pair) or bool(found.lines.problem)

    def compute(self, watch: Watch, pair: Pair) -> PointsFound:
        return read_points(self.session.catalogue, pair[0][0], pair[1][0])

    def show(self, found: PointsFound) -> None:
        self._found = found
        self.comparer.set_alignment(found.alignment)
        if self.comparer.points not in (None, found.lines):
            self.comparer.set_points(found.lines)

    def fail(self, pair: Pair, error: WhaleIdError) -> None:
        keys = keys_of(pair)
        self.show(PointsFound(PointLines(keys, problem=told(error)), Alignment(keys)))


def unknown() -> str:
    """What is said where the points of a tail weren't computed."""
    return f"These two tails have no points yet. Find and match: {key_of('app.find_and_match')}."


def read_points(catalogue: Catalogue, new: TailRow, other: TailRow) -> PointsFound:
    """The points of two tails that agree, from left to right on the new one, and how the two lie by them."""
    from whaleid_core import local

    keys = new.id, other.id
    found: dict[int, local.Keypoints] = {}
    for key, data in catalogue.keypoints(local.KIND, keys).items():
        with suppress(ValueError):  # damaged
            found[key] = local.Keypoints.from_bytes(data)
    if len(found) < 2:
        return PointsFound(PointLines(keys, problem=unknown()), Alignment(keys))
    agreement = local.agreement(found[new.id], found[other.id])
    onto = local.aligned(agreement, new.box, other.box)
    pairs = agreement.pairs[agreement.pairs[:, 0].argsort(kind="stable")]
    here, there = local.in_photo(pairs[:, :2], new.box), local.in_photo(pairs[:, 2:], other.box)
    return PointsFound(
        PointLines(keys, _spots(here.tolist()), _spots(there.tolist())),
        Alignment(keys, agreement.points, None if onto is None else QTransform(*onto.ravel().tolist())),
    )


def _spots(places: list[list[float]]) -> Spots:
    return tuple((x, y) for x, y in places)
