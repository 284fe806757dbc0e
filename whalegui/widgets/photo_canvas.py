"""The photo canvas: a photo with its tail boxes, which are drawn, moved, resized, nudged and deleted here."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from PySide6.QtCore import QEvent, QKeyCombination, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QContextMenuEvent, QFocusEvent, QKeyEvent, QKeySequence, QMouseEvent, QPainter
from PySide6.QtWidgets import QWidget

from whalegui.widgets import box_handles, box_painter
from whalegui.widgets.box_handles import CanvasBox
from whalegui.widgets.canvas_drag import BoxDrag
from whalegui.widgets.photo_surface import PhotoSurface
from whalegui.widgets.photo_view import PhotoView, box_rect
from whaleid_core.records import Box

NUDGE_PAUSE_MS = 250
"""Arrow keys pressed closer together than this make one edit."""
_MODIFIERS = {Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_Meta, Qt.Key.Key_AltGr}


class Fit(Enum):
    """What a photo is first seen as; the choice holds for the photos that follow."""

    WHOLE = "whole"
    TAIL = "tail"


class PhotoCanvas(PhotoSurface):
    """A photo and its tail boxes. What a person does shows at once and is told as a signal; it saves nothing itself.

    Signals:
        drawn(int, Box): a new box, under a negative id until `set_boxes` brings its own.
        moved(int, Box): a box was moved, resized or nudged.
        deleted(int): a box was deleted.
        picked(int): another box was picked; 0 for none.
        fit_changed(Fit): photos are first seen as something else from now on.

    Attributes:
        nudges: the actions that move a box a little; keys of theirs that follow each other make one edit.
    """

    drawn = Signal(int, object)
    moved = Signal(int, object)
    deleted = Signal(int)
    picked = Signal(int)
    fit_changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.fit = Fit.WHOLE
        self.nudges: Sequence[QAction] = ()
        self._name = ""
        self._boxes: list[CanvasBox] = []
        self._picked = 0
        self._drag: BoxDrag | None = None
        self._nudged = 0
        self._last_new = 0
        self._read_only = False
        self._pause = QTimer(self, singleShot=True, interval=NUDGE_PAUSE_MS)
        self._pause.timeout.connect(self.flush)

    # what is shown

    def show_boxes(self, name: str, width: int, height: int, boxes: Sequence[CanvasBox]) -> None:
        """Another photo with its boxes; its only box is picked."""
        self.flush()
        self._drag = None
        self._name = name
        self._boxes = list(boxes)
        self._picked = boxes[0].id if len(boxes) == 1 else 0
        self.show_photo(width, height)
        self._tell()

    def set_boxes(self, boxes: Sequence[CanvasBox], picked: int | None = None) -> None:
        """The shown photo's boxes are others now: zoom stays, and so does what is picked, if it is still there."""
        held = {box.id for box in boxes}
        if picked is not None:
            self._picked = picked
        if self._picked not in held:
            self._picked = 0
        if self._drag is not None and self._drag.held is not None and self._drag.held.id not in held:
            self._drag = None
        mine = self.picked_box if self._nudged else None
        self._boxes = [mine if mine is not None and box.id == mine.id else box for box in boxes]
        self._tell()

    def rename(self, mine: int, real: int) -> None:
        """A drawn box has got its own id; what is picked or dragged stays so."""
        self._boxes = [CanvasBox(real, held.box) if held.id == mine else held for held in self._boxes]
        self._picked = real if self._picked == mine else self._picked
        self._nudged = real if self._nudged == mine else self._nudged
        if self._drag is not None and self._drag.held is not None and self._drag.held.id == mine:
            self._drag.held = CanvasBox(real, self._drag.held.box)

    def clear(self) -> None:
        self.flush()
        self._boxes, self._picked, self._drag, self._name = [], 0, None, ""
        super().clear()
        self._tell()

    def set_read_only(self, read_only: bool) -> None:
        """Boxes can be looked at and picked only."""
        self._read_only = read_only

    @property
    def boxes(self) -> tuple[CanvasBox, ...]:
        return tuple(self._boxes)

    @property
    def picked_id(self) -> int:
        """The picked box; 0 for none."""
        return self._picked

    @property
    def picked_box(self) -> CanvasBox | None:
        return next((held for held in self._boxes if held.id == self._picked), None)

    def _tell(self) -> None:
        self.setAccessibleName(box_handles.described(self._name, self._boxes, self._picked))
        self.picked.emit(self._picked)
        self._show_cursor()
        self.update()

    # verbs, for keys and buttons

    def fit_tail(self) -> None:
        """The picked tail, or the largest, fills the canvas; photos that follow open like this."""
        self.set_fit(Fit.TAIL)
        self.go_home()

    def fit_whole(self) -> None:
        """The whole photo; photos that follow open like this."""
        self.set_fit(Fit.WHOLE)
        self.go_home()

    def set_fit(self, fit: Fit) -> None:
        """What photos are first seen as, from the next one on."""
        if fit is not self.fit:
            self.fit = fit
            self.fit_changed.emit(fit)

    def _home(self, view: PhotoView) -> PhotoView:
        held = self.picked_box or max(self._boxes, key=lambda one: one.box.area, default=None)
        whole = super()._home(view)
        return whole if self.fit is Fit.WHOLE or held is None else whole.fitted_box(held.box)

    def pick(self, tail_id: int) -> None:
        if tail_id != self._picked:
            self.flush()
            self._picked = tail_id
            self._tell()

    def pick_next(self, step: int = 1) -> None:
        """The next box, from left to right; it comes into sight if it wasn't."""
        order = sorted(self._boxes, key=lambda held: held.box.corners)
        if not order:
            return
        ids = [held.id for held in order]
        at = ids.index(self._picked) if self._picked in ids else (-1 if step > 0 else 0)
        held = order[(at + step) % len(order)]
        self.pick(held.id)
        if self._view is not None and not self._view.seen.intersects(box_rect(held.box)):
            self._move_to(self._view.centred(held.box))

    def delete_picked(self) -> None:
        held = self.picked_box
        if held is None or self._read_only:
            return
        self._nudged = 0
        self._pause.stop()
        self._boxes.remove(held)
        self._picked = self._boxes[0].id if len(self._boxes) == 1 else 0
        self._tell()
        self.deleted.emit(held.id)

    def escape(self) -> bool:
        """Cancel the drag, else unpick; whether there was anything to leave."""
        if self._drag is not None and self._drag.live:
            self._drag = None
        elif self._picked:
            self.pick(0)
        else:
            return False
        self._show_cursor()
        self.update()
        return True

    def flush(self) -> None:
        """End a series of nudges: tell it as one move."""
        self._pause.stop()
        if self._nudged:
            held = next((one for one in self._boxes if one.id == self._nudged), None)
            self._nudged = 0
            if held is not None:
                self.moved.emit(held.id, held.box)

    def nudge(self, across: float, down: float) -> None:
        """Move the picked box by photo pixels."""
        if self._read_only:
            return
        held = self.picked_box
        if held is None or self._view is None:
            return
        box = box_handles.moved(held.box, across, down, self._view.photo_width, self._view.photo_height)
        self._pause.start()
        if box.corners != held.box.corners:
            self._nudged = held.id
            self._put(held.id, box)

    def _put(self, tail_id: int, box: Box) -> None:
        self._boxes = [CanvasBox(tail_id, box) if held.id == tail_id else held for held in self._boxes]
        self._tell()

    # painting

    def _paint_over(self, painter: QPainter) -> None:
        live = self._drag if self._drag is not None and self._drag.live else None
        for held in sorted(self._boxes, key=lambda one: one.id == self._picked):
            moving = live is not None and live.held is not None and live.held.id == held.id
            self._paint_box(
                painter, live.result if moving and live and live.result else held.box, held.id == self._picked
            )
        if live is not None and live.held is None and live.result is not None:
            self._paint_box(painter, live.result, True)

    def _paint_box(self, painter: QPainter, box: Box, picked: bool) -> None:
        if self._view is None:
            return
        rect = box_painter.sharp(self._view.box_to_screen(box), self.devicePixelRatioF())
        box_painter.paint_box(painter, rect, box, picked)
        if picked and not self._read_only:
            box_painter.paint_handles(painter, rect, box_painter.colour_of(box))

    # mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.flush()
        super().mousePressEvent(event)
        if self._pan is not None or self._view is None or event.button() != Qt.MouseButton.LeftButton:
            return
        fresh = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        self._drag = BoxDrag.begun(self._view, event.position(), None if fresh else self.picked_box)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._drag is not None and self._view is not None and not self._read_only:
            self._drag.step(self._view, event.position())
            self.update()
        super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        drag = self._drag
        if drag is not None and event.button() == Qt.MouseButton.LeftButton:
            self._drag = None
            if drag.live:
                self._finish(drag)
            elif not drag.travelled(event.position()):
                self._click(event.position())
        super().mouseReleaseEvent(event)

    def _finish(self, drag: BoxDrag) -> None:
        if drag.held is None and drag.result is not None:
            self._last_new -= 1
            self._boxes.append(CanvasBox(self._last_new, drag.result))
            self._picked = self._last_new
            self._tell()
            self.drawn.emit(self._last_new, drag.result)
        elif drag.held is not None and drag.result is not None and drag.result.corners != drag.held.box.corners:
            self._put(drag.held.id, drag.result)
            self.moved.emit(drag.held.id, drag.result)
        self.update()

    def _click(self, point: QPointF) -> None:
        if self._view is not None:
            at = self._view.to_photo(point)
            found = box_handles.box_at(self._boxes, at.x(), at.y(), box_handles.NEAR / self._view.scale)
            self.pick(found.id if found is not None else 0)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Fits the tail under the pointer; beside the tails, or where it is fitted already, the whole photo."""
        if self._view is None or event.button() != Qt.MouseButton.LeftButton:
            return
        self._click(event.position())
        before = self._view
        if self._picked:
            self.fit_tail()
        if not self._picked or self._view == before:
            self.fit_whole()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if event.reason() == QContextMenuEvent.Reason.Mouse:
            self._click(QPointF(event.pos()))
        event.ignore()

    def _cursor_shape(self) -> Qt.CursorShape:
        shape = super()._cursor_shape()
        if shape != Qt.CursorShape.ArrowCursor or self._view is None or self._pointer is None or self._read_only:
            return shape
        drag = self._drag or BoxDrag.begun(self._view, self._pointer, self.picked_box)
        return drag.cursor

    # keys

    def event(self, event: QEvent) -> bool:
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.ShortcutOverride
            and event.key() not in _MODIFIERS
            and not self._is_nudge(event)
        ):
            self.flush()  # a shortcut follows, which may undo or accept
        return super().event(event)

    def _is_nudge(self, event: QKeyEvent) -> bool:
        pressed = QKeySequence(
            QKeyCombination(event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier, Qt.Key(event.key()))
        )
        return any(pressed in action.shortcuts() for action in self.nudges)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not (event.key() == Qt.Key.Key_Escape and self.escape()):
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.flush()
        super().focusOutEvent(event)
