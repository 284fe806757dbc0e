"""What stands where nothing can be shown: a drawing, a sentence that says what next, and a button that does it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from whalegui import icons, theme


class StatePage(QWidget):
    """Empty, filtered away, failed: each state says what next."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon = ""
        self._do: Callable[[], object] | None = None
        self.sentence = QLabel(alignment=Qt.AlignmentFlag.AlignCenter)
        self.sentence.setWordWrap(True)
        theme.set_font(self.sentence, "title")
        self.button = QPushButton()
        self.button.setMinimumHeight(theme.CONTROL)
        self.button.clicked.connect(lambda: self._do() if self._do is not None else None)
        column = QVBoxLayout(self)
        column.setSpacing(theme.L)
        column.addStretch(5)
        column.addSpacing(72)
        column.addWidget(self.sentence)
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(6)

    def say(self, icon: str, sentence: str, deed: str = "", do: Callable[[], object] | None = None) -> None:
        """Show a state; without a deed there is no button."""
        self._icon, self._do = icon, do
        self.sentence.setText(sentence)
        self.button.setText(deed)
        self.button.setVisible(bool(deed))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        t, painter = theme.tokens(), QPainter(self)
        painter.fillRect(self.rect(), t.field)
        if self._icon:
            side = 48
            top = self.sentence.geometry().top() - theme.L - side
            painter.drawPixmap(
                (self.width() - side) // 2, top, icons.pixmap(self._icon, side, t.edge, self.devicePixelRatioF())
            )
