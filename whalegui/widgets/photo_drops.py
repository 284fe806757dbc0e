"""Photographs dropped or pasted: which files and folders they are, and a frame that says where they would go."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from whalegui import theme
from whalegui.widgets.wording import many


def paths_of(data: QMimeData | None) -> list[Path]:
    """The files and folders of this computer that a drop or the clipboard holds; an empty clipboard has no data."""
    return [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()] if data is not None else []


class DropFrame(QWidget):
    """Lies over a widget while files are dragged over it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._over = parent
        self._words = ""
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def invite(self, count: int) -> None:
        """Show the frame over all of the parent."""
        self._words = f"Drop to add {many(count, 'item')}. The files stay where they are."
        self.setGeometry(self._over.rect())
        self.show()
        self.raise_()

    def paintEvent(self, event: QPaintEvent) -> None:
        t, painter = theme.tokens(), QPainter(self)
        ground = QColor(t.window)
        ground.setAlphaF(0.85)
        painter.fillRect(self.rect(), ground)
        theme.draw_ring(painter, self.rect().adjusted(theme.S, theme.S, -theme.S, -theme.S))
        painter.setPen(t.text)
        painter.setFont(theme.font("title"))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._words)
