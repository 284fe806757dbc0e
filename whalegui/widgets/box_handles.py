"""What a pointer does to a tail box: which box or handle it meets, and the box that a drag makes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Flag

from PySide6.QtCore import QPointF, QRectF, Qt

from whaleid_core.records import Box, Drawer

DRAWN = 9.0
"""Side of a handle as it is drawn, device-independent pixels."""
GRABBED = 16.0
"""Side of the square in which a handle is grabbed, device-independent pixels."""
ROOM = 40.0
"""A box narrower than this on the screen wears its handles further out, so that its middle can still be grabbed."""
NEAR = 3.0
"""Device-independent pixels by which a click may miss a box."""
LEAST = 1.0
"""The least side of a box, photo pixels."""


class Edge(Flag):
    """The sides of a box that a handle moves."""

    LEFT = 1
    TOP = 2
    RIGHT = 4
    BOTTOM = 8


HANDLES = (
    Edge.LEFT | Edge.TOP,
    Edge.RIGHT | Edge.TOP,
    Edge.RIGHT | Edge.BOTTOM,
    Edge.LEFT | Edge.BOTTOM,
    Edge.TOP,
    Edge.RIGHT,
    Edge.BOTTOM,
    Edge.LEFT,
)

_CURSORS = {
    Edge.LEFT | Edge.TOP: Qt.CursorShape.SizeFDiagCursor,
    Edge.RIGHT | Edge.BOTTOM: Qt.CursorShape.SizeFDiagCursor,
    Edge.RIGHT | Edge.TOP: Qt.CursorShape.SizeBDiagCursor,
    Edge.LEFT | Edge.BOTTOM: Qt.CursorShape.SizeBDiagCursor,
    Edge.TOP: Qt.CursorShape.SizeVerCursor,
    Edge.BOTTOM: Qt.CursorShape.SizeVerCursor,
    Edge.LEFT: Qt.CursorShape.SizeHorCursor,
    Edge.RIGHT: Qt.CursorShape.SizeHorCursor,
}


def cursor_of(handle: Edge) -> Qt.CursorShape:
    return _CURSORS[handle]


@dataclass(frozen=True, slots=True)
class CanvasBox:
    """A tail box as the canvas holds it; a negative id until the catalogue has given it one."""

    id: int
    box: Box


def described(name: str, boxes: Sequence[CanvasBox], picked: int) -> str:
    """What a screen reader says of a photo and its boxes."""
    if not name:
        return "No photo"
    text = f"{name}, 1 tail" if len(boxes) == 1 else f"{name}, {len(boxes) or 'no'} tails"
    for number, held in enumerate(boxes, start=1):
        if held.id == picked:
            by = "person's" if held.box.drawn_by is Drawer.PERSON else "detector's"
            return f"{text}, tail {number} picked, {by} box"
    return text


def handle_points(rect: QRectF) -> dict[Edge, QPointF]:
    """The middles of the eight handles of a box's outline on the screen."""
    across = max(0.0, (ROOM - rect.width()) / 2)
    down = max(0.0, (ROOM - rect.height()) / 2)
    out = rect.adjusted(-across, -down, across, down)
    points = {}
    for handle in HANDLES:
        x = out.left() if Edge.LEFT in handle else out.right() if Edge.RIGHT in handle else out.center().x()
        y = out.top() if Edge.TOP in handle else out.bottom() if Edge.BOTTOM in handle else out.center().y()
        points[handle] = QPointF(x, y)
    return points


def handle_at(rect: QRectF, point: QPointF) -> Edge | None:
    """The handle that a pointer grabs, corners before sides; None where it grabs none."""
    for handle, middle in handle_points(rect).items():
        if abs(point.x() - middle.x()) <= GRABBED / 2 and abs(point.y() - middle.y()) <= GRABBED / 2:
            return handle
    return None


def box_at(boxes: Sequence[CanvasBox], x: float, y: float, slack: float = 0.0) -> CanvasBox | None:
    """The smallest box around a photo's point; failing that, the smallest that lies within `slack` photo pixels."""
    for reach in (0.0, slack):
        around = [
            held
            for held in boxes
            if held.box.xmin - reach <= x <= held.box.xmax + reach
            and held.box.ymin - reach <= y <= held.box.ymax + reach
        ]
        if around:
            return min(around, key=lambda held: held.box.area)
    return None


def by_person(xmin: float, ymin: float, xmax: float, ymax: float) -> Box:
    return Box(xmin, ymin, xmax, ymax, Drawer.PERSON, 1.0)


def drawn(start: QPointF, end: QPointF, least: float) -> Box | None:
    """The box between two points of the photo, either way round; None where a side is shorter than `least` pixels."""
    xmin, xmax = sorted((start.x(), end.x()))
    ymin, ymax = sorted((start.y(), end.y()))
    if xmax - xmin < max(least, LEAST) or ymax - ymin < max(least, LEAST):
        return None
    return by_person(xmin, ymin, xmax, ymax)


def moved(box: Box, dx: float, dy: float, width: float, height: float) -> Box:
    """The box shifted by photo pixels, its size kept, as far as the photo's border lets it."""
    dx = max(-box.xmin, min(dx, width - box.xmax))
    dy = max(-box.ymin, min(dy, height - box.ymax))
    return by_person(box.xmin + dx, box.ymin + dy, min(box.xmax + dx, width), min(box.ymax + dy, height))


def resized(box: Box, handle: Edge, dx: float, dy: float, width: float, height: float) -> Box:
    """The box with the handle's sides shifted by photo pixels; the other sides stay to the last bit."""
    xmin, ymin, xmax, ymax = box.corners
    if Edge.LEFT in handle:
        xmin = max(0.0, min(xmin + dx, xmax - LEAST))
    if Edge.RIGHT in handle:
        xmax = min(width, max(xmax + dx, xmin + LEAST))
    if Edge.TOP in handle:
        ymin = max(0.0, min(ymin + dy, ymax - LEAST))
    if Edge.BOTTOM in handle:
        ymax = min(height, max(ymax + dy, ymin + LEAST))
    return by_person(xmin, ymin, xmax, ymax)
