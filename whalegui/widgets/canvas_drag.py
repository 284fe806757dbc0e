"""A drag on the photo canvas, from press to release: drawing, moving or resizing a box, or panning."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, Qt

from whalegui.widgets import box_handles
from whalegui.widgets.box_handles import CanvasBox, Edge
from whalegui.widgets.photo_view import PhotoView
from whaleid_core.records import Box

CLICK = 4.0
"""A press that travels less than this, device-independent pixels, is a click."""


@dataclass(slots=True)
class Pan:
    """The photo follows the pointer."""

    last: QPointF

    def step(self, view: PhotoView, point: QPointF) -> PhotoView:
        by = point - self.last
        self.last = point
        return view.panned(by)


@dataclass(slots=True)
class BoxDrag:
    """What a left press on the canvas may become.

    Attributes:
        pressed: the widget's point of the press.
        anchor: the photo's point of the press; it stays true while one zooms during the drag.
        held: the box that is moved or resized; None while one is drawn.
        handle: the handle that was grabbed; None while a box is moved or drawn.
        live: the pointer has travelled far enough to be more than a click.
        result: the box as it would be if the button were released now; None where that makes no box.
    """

    pressed: QPointF
    anchor: QPointF
    held: CanvasBox | None = None
    handle: Edge | None = None
    live: bool = False
    result: Box | None = None

    @classmethod
    def begun(cls, view: PhotoView, point: QPointF, picked: CanvasBox | None) -> BoxDrag:
        """What a press at a point begins: a handle of the picked box resizes, its inside moves, else one draws."""
        if picked is not None:
            rect = view.box_to_screen(picked.box)
            handle = box_handles.handle_at(rect, point)
            if handle is not None or rect.contains(point):
                return cls(point, view.to_photo(point), picked, handle)
        return cls(point, view.inside(point))

    @property
    def cursor(self) -> Qt.CursorShape:
        """The pointer that says what this drag does."""
        if self.held is None:
            return Qt.CursorShape.CrossCursor
        return Qt.CursorShape.SizeAllCursor if self.handle is None else box_handles.cursor_of(self.handle)

    def travelled(self, point: QPointF) -> bool:
        """Whether the way to a widget's point is more than a click's."""
        travel = point - self.pressed
        return max(abs(travel.x()), abs(travel.y())) >= CLICK

    def step(self, view: PhotoView, point: QPointF) -> None:
        """The pointer is at a widget's point."""
        if not self.live and not self.travelled(point):
            return
        self.live = True
        width, height = view.photo_width, view.photo_height
        if self.held is None:
            self.result = box_handles.drawn(self.anchor, view.inside(point), CLICK / view.scale)
            return
        by = view.to_photo(point) - self.anchor
        if self.handle is None:
            self.result = box_handles.moved(self.held.box, by.x(), by.y(), width, height)
        else:
            self.result = box_handles.resized(self.held.box, self.handle, by.x(), by.y(), width, height)
