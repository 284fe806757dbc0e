"""The whale's best tail, large; a click shows its photo."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from whalegui.bindings import KeyTip
from whalegui.whale_rows import TailCell
from whalegui.widgets.cell_delegates import paint_picture
from whalegui.widgets.tail_strip import crop_width
from whalegui.widgets.whale_delegates import tail_words

if TYPE_CHECKING:
    from whalegui.thumbnails import Thumbnails

BEST_HEIGHTS = 120, 520


class BestTail(QWidget):
    """Twice as wide as high, as high as there is room."""

    clicked = Signal()

    def __init__(self, thumbnails: Thumbnails) -> None:
        super().__init__()
        self._thumbnails = thumbnails
        self._cell: TailCell | None = None
        self._awaited = ""
        self._height = BEST_HEIGHTS[0]
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        KeyTip(self, "Show large ({whales.large})")
        thumbnails.ready.connect(self._ready)

    def ask_for(self, height: int) -> None:
        """How high it would like to be; it is twice as wide, and smaller where there is no room."""
        if height != self._height:
            self._height = height
            self.setMaximumSize(2 * height, height)
            self.updateGeometry()

    def sizeHint(self) -> QSize:
        return QSize(2 * self._height, self._height)

    def minimumSizeHint(self) -> QSize:
        return QSize(2 * BEST_HEIGHTS[0], BEST_HEIGHTS[0])

    def show_tail(self, cell: TailCell | None) -> None:
        self._cell = cell
        self.setAccessibleName(tail_words(cell) if cell is not None else "No photo")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        spot = self.rect()
        picture, failed = None, False
        if self._cell is not None:
            wide = crop_width(spot.width() * self.devicePixelRatioF())
            self._awaited = self._thumbnails.key_tail(self._cell.tail.id, wide, wide // 2)
            picture = self._thumbnails.tail(self._cell.tail, self._cell.photo, wide, wide // 2)
            failed = picture is None and bool(self._thumbnails.problem(self._awaited))
        paint_picture(painter, spot, picture, failed)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._cell is not None and self.rect().contains(event.position().toPoint()):
            self.clicked.emit()

    def _ready(self, key: str) -> None:
        if key == self._awaited:
            self.update()
