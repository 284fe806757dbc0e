"""The comparer: the new tail beside a candidate, at one scale, zoomed and moved together."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QEvent, QPointF, QRect, QSize, Qt
from PySide6.QtGui import (
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from whalegui import theme

from .fluke_painting import paint_header, paint_notice, paint_tail, paint_wipe_line, paint_words
from .fluke_sides import HEADER, Mode, Side, Which, panes
from .fluke_stage import FlukeStage
from .heat import paint_heat
from .point_lines import paint_points, paint_sentence

WIPE_GRAB = 10
"""How near the wipe line a press takes hold of it, pixels."""


class FlukeComparer(FlukeStage):
    """Two tails, to be looked at closely. It shows what it is given and reads no file."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._drag: tuple[int, QPointF] | str | None = None
        self.setMouseTracking(True)

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
        self._paint_points(painter, areas)
        if self.hasFocus():
            painter.setPen(QPen(theme.tokens().accent, 2))
            painter.drawRect(self.rect().adjusted(1, HEADER + 1, -1, -1))
        new = self._sides[Which.NEW]
        if new is not None and new.visible:
            self.painted_key = new.key

    def _paint_points(self, painter: QPainter, areas: list[tuple[Which, QRect]]) -> None:
        place = dict(areas)
        transforms = [self.transform(which) for which in Which]
        if self.points is not None and self.points.pair == self.keys and None not in transforms:
            ways = [way for way in transforms if way is not None]
            paint_points(painter, self.points, ways, [place[which] for which in Which], self.font())
        sentence = " · ".join(self._findings)
        if sentence:
            paint_sentence(painter, self.rect().adjusted(0, HEADER, 0, 0), sentence, self.font())

    @property
    def _findings(self) -> list[str]:
        """What is said of the points and the map of the pair in view, where they are asked for."""
        if None in self.keys:
            return []
        asked = [(self.points, "Looking for matching points"), (self.heat, "Asking the network where it looked")]
        return [found.sentence if found.pair == self.keys else wait for found, wait in asked if found is not None]

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
            if self.heat is not None and self.heat.images and self.heat.pair == self.keys:
                paint_heat(painter, self.heat.images[which], self.heat.places[which], self._placed(which, side, area))
            if side.notice:
                paint_notice(painter, area, side.notice, self.font(), over_photo=True)
        painter.restore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not (event.key() == Qt.Key.Key_Escape and self.escape()):
            super().keyPressEvent(event)

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

    def _at(self, position: QPointF) -> tuple[Which, QRect] | None:
        return next(((which, area) for which, area in self._areas() if area.contains(position.toPoint())), None)

    def _words(self, which: Which) -> list[str]:
        side = self._sides[which]
        words = side.picture.look.words if side is not None and side.picture is not None else []
        if which is Which.NEW and self.angle:
            words = [f"turned {self.angle}°", *words]
        if which is Which.CANDIDATE and self.aligned and self.alignment is not None:
            words = [self.alignment.words, *words]
        return ["mirrored", *words] if which is Which.NEW and self.mirrored else words

    def _wipe_x(self, area: QRect) -> int:
        return area.left() + round(self.wipe * area.width())
