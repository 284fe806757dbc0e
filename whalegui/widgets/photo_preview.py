"""The current photo as wide as the pane that it stands in; a click shows it large."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from whalegui.bindings import KeyTip
from whalegui.widgets.cell_delegates import paint_picture

if TYPE_CHECKING:
    from whalegui.thumbnails import Thumbnails
    from whaleid_core.catalogue.rows import PhotoRow


class Preview(QWidget):
    """The current photo, as wide as the pane; a click shows it large."""

    clicked = Signal()

    def __init__(self, thumbnails: Thumbnails, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._thumbnails = thumbnails
        self._photo: PhotoRow | None = None
        self._awaited = ""
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        KeyTip(self, "Show large ({photos.large})")
        thumbnails.ready.connect(self._ready)

    def show_photo(self, photo: PhotoRow | None) -> None:
        self._photo = photo
        self.setAccessibleName(photo.name if photo is not None else "")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(240, 160)

    def heightForWidth(self, width: int) -> int:
        return width * 2 // 3

    def hasHeightForWidth(self) -> bool:
        return True

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        picture: QPixmap | None = None
        failed = False
        if self._photo is not None:
            side = round(max(self.width(), self.height()) * self.devicePixelRatioF())
            self._awaited = self._thumbnails.key_photo(self._photo.id, side)
            picture = None if self._photo.problem else self._thumbnails.photo(self._photo, side)
            failed = bool(self._photo.problem or (picture is None and self._thumbnails.problem(self._awaited)))
        paint_picture(painter, self.rect(), picture, failed)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._photo is not None and self.rect().contains(event.position().toPoint()):
            self.clicked.emit()

    def _ready(self, key: str) -> None:
        if key == self._awaited:
            self.update()
