"""A line of text that is shortened with an ellipsis where it doesn't fit, and shown whole in its tool tip."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from whalegui import theme


class ElidedLabel(QWidget):
    """Like a QLabel of one line, but it never asks for more width than there is."""

    def __init__(
        self, text: str = "", where: Qt.TextElideMode = Qt.TextElideMode.ElideMiddle, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._text = ""
        self._where = where
        self.tone = ""
        """A colour of the theme by its name, e.g. "unsure"; empty: that of the palette."""
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setText(text)

    def text(self) -> str:
        return self._text

    def setText(self, text: str) -> None:
        self._text = text
        self.setToolTip(text)
        self.setAccessibleName(text)
        self.update()

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.horizontalAdvance(self._text) + 2, metrics.height())

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.fontMetrics().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        colour = getattr(theme.tokens(), self.tone) if self.tone else self.palette().color(self.foregroundRole())
        painter.setPen(colour)
        shown = self.fontMetrics().elidedText(self._text, self._where, self.width())
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
