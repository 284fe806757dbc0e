"""A bar above the content that says what could come next; it takes no focus and never pops up over anything."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QToolButton, QWidget

from whalegui import icons, theme


class InlineBar(QWidget):
    """One sentence, what can be done about it, and a cross that closes the bar.

    Args:
        colour: of the strip at its left, a name in `theme.Tokens`.
    """

    def __init__(
        self, icon: str, colour: str, deed: str, do: Callable[[], object], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._colour = colour
        mark = QLabel()
        self._mark, self._icon = mark, icon
        self.sentence = QLabel()
        self.sentence.setWordWrap(True)
        self.sentence.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.button = QPushButton(deed)
        self.button.setMinimumHeight(theme.CONTROL)
        self.button.clicked.connect(lambda: do())
        self.close_button = QToolButton()
        self.close_button.setIcon(icons.icon("x"))
        self.close_button.setAutoRaise(True)
        self.close_button.setMinimumSize(theme.CONTROL, theme.CONTROL)
        self.close_button.setToolTip("Not now")
        self.close_button.setAccessibleName("Not now")
        self.close_button.clicked.connect(self.hide)
        line = QHBoxLayout(self)
        line.setContentsMargins(theme.M + 3, theme.XS, theme.S, theme.XS)
        line.setSpacing(theme.S)
        line.addWidget(mark)
        line.addWidget(self.sentence, 1)
        line.addWidget(self.button)
        line.addWidget(self.close_button)
        theme.changed.connect(self._renew)
        self._renew()
        self.hide()

    def say(self, sentence: str) -> None:
        """Show the bar with a sentence."""
        self.sentence.setText(sentence)
        self.setAccessibleName(sentence)
        self.show()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.tokens().raised)
        painter.fillRect(0, 0, 3, self.height(), getattr(theme.tokens(), self._colour))
        painter.fillRect(0, self.height() - 1, self.width(), 1, theme.tokens().hairline)

    def _renew(self) -> None:
        self._mark.setPixmap(icons.icon(self._icon, 16, self._colour).pixmap(16, 16))
        self._mark.setAlignment(Qt.AlignmentFlag.AlignVCenter)
