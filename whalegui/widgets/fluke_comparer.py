"""The comparer: the new tail beside a candidate, at one scale, zoomed and moved together."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QEvent, QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QTransform,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from whalegui import theme

from .fluke_painting import paint_header, paint_notice, paint_tail, paint_wipe_line, paint_words
from .fluke_sides import HEADER, Mode, Side, Sight, Which, fitted_width, panes, placed
from .tail_picture import Look

WIPE_GRAB = 10
"""How near the wipe line a press takes hold of it, pixels."""


class FlukeComparer(QWidget):
    """Two tails, to be looked at closely. It shows what it is given and reads no file.

    Signals:
        changed: mode, swap, link, mirror, look or sight: what the tools show.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sides: list[Side | None] = [None, None]
        self._sights = [Sight(), Sight()]
        self._empty = ["", ""]
        self._drag: tuple[int, QPointF] | str | None = None
        self.mode = Mode.SIDE
        self.swapped = False
        self.linked = True
        self.mirrored = False
        self.angle = 0
        self.wipe = 0.5
        self.opacity = 0.5
        self.look = Look()
        self.painted_key: object = None
        """Key of the new tail that was painted last: decisions wait for it."""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMouseTracking(True)
        self.setMinimumSize(320, 120)
        self.setAccessibleName("Comparer")

    # What is shown

    def side(self, which: Which) -> Side | None:
        return self._sides[which]

    def set_side(self, which: Which, side: Side | None, empty: str = "") -> None:
        """Shows a side; with None the pane says `empty`."""
        before = self._sides[which]
        self._sides[which] = side
        self._empty[which] = empty
        if which is Which.NEW and (side is None or before is None or side.key != before.key):
            self.painted_key = None
        names = [f"{side.title} {side.detail} {side.corner}".strip() for side in self._sides if side is not None]
        self.setAccessibleDescription(" beside ".join(names) or empty)
        self.update()

    def reset(self) -> None:
        """Fitted, upright, not mirrored, sides not swapped: as a tail is first shown. Mode, link and look stay."""
        self._sights = [Sight(), Sight()]
        self.mirrored, self.angle, self.swapped = False, 0, False
        self._refresh()

    # The tools

    def set_mode(self, mode: Mode) -> None:
        """Takes a mode, or gives it up for side by side where it was on already."""
        self.mode = Mode.SIDE if mode is self.mode else mode
        self._refresh()

    def blink(self) -> None:
        """Swaps the two tails in place."""
        self.swapped = not self.swapped
        self._refresh()

    def mirror(self) -> None:
        self.mirrored = not self.mirrored
        self._refresh()

    def turn(self, degrees: int) -> None:
        """Turns the new tail, clockwise; whole turns add up to none."""
        self.angle = (self.angle + degrees + 180) % 360 - 180
        self._refresh()

    def toggle_link(self) -> None:
        """Lets the two tails be moved apart, or brings the candidate to where the new tail is."""
        self.linked = not self.linked
        if self.linked:
            self._sights[Which.CANDIDATE] = self._sights[Which.NEW].copy()
        self._refresh()

    def set_opacity(self, opacity: float) -> None:
        self.opacity = min(max(opacity, 0.0), 1.0)
        self.update()

    def set_look(self, look: Look) -> None:
        """Says how the pictures it will be given look; whoever gives them makes them so."""
        self.look = look
        self._refresh()

    def fit_tail(self) -> None:
        self._sights = [Sight(), Sight()]
        self._refresh()

    def fit_photo(self) -> None:
        for which, area in self._areas():
            side = self._sides[which]
            if side is not None:
                per_pixel = self._unit(area) / side.box.width
                width, height = side.photo_size
                zoom = min(area.width() / (width * per_pixel), area.height() / (height * per_pixel))
                offset = side.centre - QPointF(width / 2, height / 2)
                self._look_at(which, Sight(zoom, offset / side.box.width))
        self._refresh()

    def full_size(self) -> None:
        """One photo pixel of the new tail to one screen pixel."""
        which, area = self._areas()[0]
        side = self._sides[Which.NEW] or self._sides[which]
        if side is not None:
            zoom = side.box.width / (self._unit(area) * self.devicePixelRatioF())
            self.zoom_by(zoom / self._sights[which].zoom)

    def zoom_by(self, factor: float) -> None:
        """Zooms about the middle of the panes."""
        for which, area in self._areas()[: 1 if self.linked else 2]:
            sight = self._sights[which].copy()
            sight.zoomed(factor, QPointF(), self._unit(area))
            self._look_at(which, sight)
        self._refresh()

    def sight(self, which: Which) -> Sight:
        return self._sights[which].copy()

    def transform(self, which: Which) -> QTransform | None:
        """From the side's photo pixels to this widget; None where it is empty."""
        side = self._sides[which]
        area = next((area for shown, area in self._areas() if shown is which), None)
        if side is None or area is None:
            return None
        return self._placed(which, side, area)

    # Inside

    def _refresh(self) -> None:
        self.update()
        self.changed.emit()

    def _areas(self) -> list[tuple[Which, QRect]]:
        """Where each side is, the first pane's first; both are in the one pane of wipe and overlay."""
        order = [Which.CANDIDATE, Which.NEW] if self.swapped else [Which.NEW, Which.CANDIDATE]
        cut = [area for _, area in panes(self.rect(), self.mode)]
        return list(zip(order, cut if len(cut) == 2 else cut * 2, strict=True))

    def _unit(self, area: QRect) -> float:
        return fitted_width(area, self._sides)

    def _placed(self, which: Which, side: Side, area: QRect) -> QTransform:
        new = which is Which.NEW
        sight = self._sights[which]
        return placed(side, area, self._unit(area), sight, new and self.mirrored, self.angle if new else 0)

    def _look_at(self, which: Which, sight: Sight) -> None:
        self._sights[which] = sight
        if self.linked:
            self._sights[which.other] = sight.copy()

    def _at(self, position: QPointF) -> tuple[Which, QRect] | None:
        return next(((which, area) for which, area in self._areas() if area.contains(position.toPoint())), None)

    def _words(self, which: Which) -> list[str]:
        side = self._sides[which]
        words = side.picture.look.words if side is not None and side.picture is not None else []
        if which is Which.NEW and self.angle:
            words = [f"turned {self.angle}°", *words]
        return ["mirrored", *words] if which is Which.NEW and self.mirrored else words

    def _wipe_x(self, area: QRect) -> int:
        return area.left() + round(self.wipe * area.width())

    # Painting

    def sizeHint(self) -> QSize:
        return QSize(1276, 320)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        areas = self._areas()
        headers = [header for header, _ in panes(self.rect(), self.mode)]
        for number, (which, area) in enumerate(areas):
            self._paint_header(painter, headers, number, self._sides[which])
            if len(headers) == 2 or number == 0:
                painter.fillRect(area, theme.tokens().canvas)
            self._paint_side(painter, which, area, number)
        if self.mode is Mode.WIPE:
            paint_wipe_line(painter, areas[0][1], self._wipe_x(areas[0][1]))
        for number, (which, area) in enumerate(areas):
            paint_words(painter, area, self._words(which), self.font(), right=number == 1 and len(headers) == 1)
        if self.hasFocus():
            painter.setPen(QPen(theme.tokens().accent, 2))
            painter.drawRect(self.rect().adjusted(1, HEADER + 1, -1, -1))
        new = self._sides[Which.NEW]
        if new is not None and new.visible:
            self.painted_key = new.key

    def _paint_header(self, painter: QPainter, headers: list[QRect], number: int, side: Side | None) -> None:
        if side is None:
            return
        if len(headers) == 2:
            paint_header(painter, headers[number], side, self.font())
            return
        # One pane, two tails: each has half of the line.
        half = headers[0].width() // 2
        place = headers[0].adjusted(number * half, 0, (number - 1) * half, 0)
        paint_header(painter, place, replace(side, corner=""), self.font(), align_right=number == 1)

    def _paint_side(self, painter: QPainter, which: Which, area: QRect, number: int) -> None:
        side = self._sides[which]
        clip = QRect(area)
        if self.mode is Mode.WIPE:
            x = self._wipe_x(area)
            clip = (
                area.adjusted(0, 0, x - area.right() - 1, 0) if number == 0 else area.adjusted(x - area.left(), 0, 0, 0)
            )
        painter.save()
        painter.setClipRect(clip)
        if side is None:
            if self.mode is not Mode.OVERLAY:
                paint_notice(painter, area, self._empty[which], self.font(), over_photo=False)
        else:
            over = self.mode is Mode.OVERLAY and number == 1
            paint_tail(painter, side, self._placed(which, side, area), self.opacity if over else 1.0)
            if side.notice:
                paint_notice(painter, area, side.notice, self.font(), over_photo=True)
        painter.restore()

    # Mouse

    def wheelEvent(self, event: QWheelEvent) -> None:
        turned = event.angleDelta().y() or event.angleDelta().x()
        self._zoom_at(event.position(), 1.0015**turned)
        event.accept()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QNativeGestureEvent) and event.gestureType() is Qt.NativeGestureType.ZoomNativeGesture:
            self._zoom_at(event.position(), 1 + event.value())
            return True
        return super().event(event)

    def _zoom_at(self, position: QPointF, factor: float) -> None:
        found = self._at(position)
        if found is None:
            return
        which, area = found
        sight = self._sights[which].copy()
        sight.zoomed(factor, position - QPointF(area.toRectF().center()), self._unit(area))
        self._look_at(which, sight)
        self._refresh()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        found = self._at(event.position())
        if found is None or event.button() not in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            return
        if self._on_wipe_line(event.position()) and event.button() is Qt.MouseButton.LeftButton:
            self._drag = "wipe"
        else:
            self._drag = (int(found[0]), event.position())
            self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._drag is None:
            on_line = self._on_wipe_line(event.position())
            self.setCursor(Qt.CursorShape.SplitHCursor if on_line else Qt.CursorShape.OpenHandCursor)
        elif isinstance(self._drag, tuple):
            which, last = Which(self._drag[0]), self._drag[1]
            area = dict(self._areas())[which]
            sight = self._sights[which].copy()
            sight.moved(event.position() - last, self._unit(area))
            self._look_at(which, sight)
            self._drag = (int(which), event.position())
            self._refresh()
        else:
            area = self._areas()[0][1]
            self.wipe = min(max((event.position().x() - area.left()) / area.width(), 0.0), 1.0)
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._drag = None
        self.setCursor(Qt.CursorShape.OpenHandCursor)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.fit_tail()

    def _on_wipe_line(self, position: QPointF) -> bool:
        area = self._areas()[0][1]
        inside = area.contains(position.toPoint())
        return self.mode is Mode.WIPE and inside and abs(position.x() - self._wipe_x(area)) <= WIPE_GRAB
