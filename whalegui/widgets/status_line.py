"""The bottom line: catalogue, last edit and how to take it back, device and precision, model, who works."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from whalegui import icons, theme

HEIGHT = 24


class StatusLine(QWidget):
    """Five texts; the second takes the room that is left."""

    show_clicked = Signal()
    who_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(HEIGHT)
        self.catalogue = _Part(self)
        self.message = _Part(self, stretch=True)
        self.device = _Part(self)
        self.model = _Part(self)
        self.show_button = self._button("Show", self.show_clicked.emit)
        self.show_button.setVisible(False)
        self.who = self._button("", self.who_clicked.emit)
        self.who.setIcon(icons.icon("user", colour="text2"))
        self.who.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.who.setToolTip("Who is working: stands in the journal beside each edit")
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.S, 0, theme.S, 0)
        row.setSpacing(theme.L)
        for part in (self.catalogue, self.message, self.show_button, self.device, self.model, self.who):
            row.addWidget(part, 1 if part is self.message else 0)

    def say(self, sentence: str, undo: str = "", error: bool = False) -> None:
        """The last edit, or why something can't be done; `undo` is the key that takes it back."""
        self.show_button.setVisible(False)
        self.message.error = error
        self.message.setText(f"{sentence} Undo: {undo}" if undo else sentence)

    def offer_show(self) -> None:
        """Offer to show what was changed out of sight."""
        self.show_button.setVisible(True)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        t = theme.tokens()
        painter.setPen(t.hairline)
        painter.drawLine(0, 0, self.width(), 0)
        for part in (self.message, self.device, self.model, self.who):
            if part.isVisible() and part.x() > theme.L:
                painter.drawLine(part.x() - theme.S, theme.XS + 2, part.x() - theme.S, HEIGHT - theme.XS - 2)

    def set_who(self, name: str) -> None:
        self.who.setText(name or "Who is working?")
        self.who.setAccessibleName(f"Working: {name}" if name else "Who is working?")

    def _button(self, text: str, pressed: Callable[[], object]) -> QToolButton:
        made = QToolButton(self)
        made.setText(text)
        made.setAutoRaise(True)
        theme.set_font(made, "small")
        made.setFixedHeight(HEIGHT - 2)
        made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        made.clicked.connect(lambda: pressed())
        return made


class _Part(QLabel):
    """A text that is shortened when it doesn't fit, with all of it in the tool tip."""

    def __init__(self, parent: QWidget, stretch: bool = False) -> None:
        super().__init__(parent)
        self.error = False
        self._stretch = stretch
        theme.set_font(self, "small")
        self.setVisible(stretch)
        if stretch:
            self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def setText(self, text: str) -> None:
        super().setText(text)
        self.setVisible(self._stretch or bool(text))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        t = theme.tokens()
        painter = QPainter(self)
        area = self.rect()
        if self.error and self.text():
            mark = area.adjusted(0, (area.height() - 14) // 2, 0, 0)
            mark.setSize(mark.size().boundedTo(mark.size().scaled(14, 14, Qt.AspectRatioMode.KeepAspectRatio)))
            icons.paint(painter, "circle-alert", mark, t.error)
            area.adjust(14 + theme.XS, 0, 0, 0)
        line = QFontMetrics(self.font()).elidedText(self.text(), Qt.TextElideMode.ElideRight, area.width())
        self.setToolTip(self.text() if line != self.text() else "")
        painter.setPen(t.error if self.error else t.text if self._stretch else t.text2)
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, line)
