"""One photo over the whole middle: its thumbnail at once, its pixels as soon as they are read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QStyle, QWidget

from whalegui import theme
from whaleid_core.errors import WhaleIdError

if TYPE_CHECKING:
    from whalegui.jobs import Job
    from whalegui.thumbnails import Thumbnails
    from whaleid_core.catalogue.rows import PhotoRow

LINE = 32


class LargeView(QWidget):
    """Covers its parent while it is shown. Left and right are handed on; Space, Esc and a click close it."""

    moved = Signal(int)  # steps to another photo
    closed = Signal()

    def __init__(self, thumbnails: Thumbnails, parent: QWidget) -> None:
        super().__init__(parent)
        self._thumbnails = thumbnails
        self._photo: PhotoRow | None = None
        self._over = parent
        self._words = ""
        self._pixmap = QPixmap()
        self._sharp = False
        self._said = ""
        self._job: Job | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        thumbnails.ready.connect(self._thumbnail_came)
        self.hide()

    @property
    def photo_id(self) -> int:
        """The photo shown, or -1."""
        return self._photo.id if self._photo is not None else -1

    @property
    def sharp(self) -> bool:
        """Whether the full picture is there."""
        return self._sharp

    def open(self, photo: PhotoRow, words: str) -> None:
        """Show a photo, with a line of words below it."""
        if self._photo != photo:
            self._photo, self._sharp, self._pixmap = photo, False, QPixmap()
            self._said = photo.problem
        self._words = words
        self.setAccessibleName(words)
        self.setGeometry(self._over.rect())
        self.show()
        self.raise_()
        self.setFocus()
        self._load()
        self.update()

    def close_view(self) -> None:
        """Give the middle back."""
        if self.isVisible():
            self._stop()
            self._photo = None
            self.hide()
            self.closed.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        t, painter = theme.tokens(), QPainter(self)
        painter.fillRect(self.rect(), t.canvas)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        room = self._room()
        if not self._pixmap.isNull():
            size = self._pixmap.size().scaled(room.size(), Qt.AspectRatioMode.KeepAspectRatio)
            painter.drawPixmap(
                QStyle.alignedRect(Qt.LayoutDirection.LeftToRight, Qt.AlignmentFlag.AlignCenter, size, room),
                self._pixmap,
            )
        elif self._said:
            painter.setPen(t.text)
            painter.drawText(room, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._said)
        line = QRect(0, self.height() - LINE, self.width(), LINE)
        painter.fillRect(line, t.raised)
        painter.setPen(t.text)
        inner = line.adjusted(theme.M, 0, -theme.M, 0)
        keys = "" if self._sharp or self._said else "Full size is coming     "
        keys += "Esc: back     ← →: other photos"
        painter.drawText(inner, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, keys)
        width = inner.width() - painter.fontMetrics().horizontalAdvance(keys) - theme.XL
        painter.drawText(
            inner,
            Qt.AlignmentFlag.AlignVCenter,
            painter.fontMetrics().elidedText(self._words, Qt.TextElideMode.ElideMiddle, width),
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(
            Qt.Key(event.key()), 0
        )
        if step:
            self.moved.emit(step)
        elif event.key() == Qt.Key.Key_Escape:
            self.close_view()
        else:
            event.ignore()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.close_view()

    def resizeEvent(self, event: QResizeEvent) -> None:
        if self._photo is not None and self.isVisible():
            self._load()

    def _room(self) -> QRect:
        return self.rect().adjusted(theme.S, theme.S, -theme.S, -theme.S - LINE)

    def _load(self) -> None:
        photo = self._photo
        if photo is None or photo.problem:
            return
        if self._pixmap.isNull():
            self._thumbnail_came(self._thumbnails.key_photo(photo.id, 640))
        need = round(max(self._room().width(), self._room().height()) * self.devicePixelRatioF())
        if self._sharp and max(self._pixmap.width(), self._pixmap.height()) >= min(
            need, max(photo.width, photo.height)
        ):
            return
        self._stop()
        self._job = self._thumbnails.big(photo, need, lambda image: self._take(photo, image), self._fail)

    def _take(self, photo: PhotoRow, image: QImage) -> None:
        if photo == self._photo:
            self._pixmap, self._sharp, self._job = QPixmap.fromImage(image), True, None
            self.update()

    def _fail(self, error: WhaleIdError) -> None:
        self._said, self._job = error.sentence, None
        self.update()

    def _thumbnail_came(self, key: str) -> None:
        photo = self._photo
        if photo is not None and self._pixmap.isNull() and key == self._thumbnails.key_photo(photo.id, 640):
            self._pixmap = self._thumbnails.photo(photo, 640) or QPixmap()
            self.update()

    def _stop(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self._job = None
