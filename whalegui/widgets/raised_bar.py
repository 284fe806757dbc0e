"""A line of widgets on raised ground, above or below the tails: what is doubtful, and the keys that answer it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from whalegui import theme

from .decision_bar import HEIGHT


class RaisedBar(QWidget):
    """A line of widgets on raised ground."""

    def __init__(self, widgets: Sequence[QWidget], stretch: bool = False) -> None:
        super().__init__()
        self.setFixedHeight(HEIGHT)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.M, 0, theme.M, 0)
        row.setSpacing(theme.S)
        for widget in widgets:
            row.addWidget(widget, int(stretch))
        if not stretch:
            row.addStretch(1)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.tokens().raised)
        painter.fillRect(0, self.height() - 1, self.width(), 1, theme.tokens().hairline)
