"""A bar that asks for a name above the content: Enter keeps it, Esc leaves everything as it was."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QStringListModel, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QCompleter, QHBoxLayout, QLineEdit, QPushButton, QSizePolicy, QWidget

from whalegui import theme
from whalegui.widgets.elided_label import ElidedLabel

_LEAST = 160
"""Width of the field at least, pixels at 100 % text: a long name in the question yields to it."""


class NameBar(QWidget):
    """One question, a field, a button that says what will be done."""

    closed = Signal()  # the keyboard should go back where it came from

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._then: Callable[[str], object] | None = None
        self._names = QStringListModel(self)
        self.question = ElidedLabel()
        self.question.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.field = QLineEdit()
        self.field.setMinimumHeight(theme.CONTROL)
        self.field.setMaximumWidth(360)
        self.field.returnPressed.connect(self._keep)
        completer = QCompleter(self._names, self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        self._completer = completer
        self.button = QPushButton()
        self.button.setMinimumHeight(theme.CONTROL)
        self.button.clicked.connect(self._keep)
        leave = QPushButton("Cancel")
        leave.setMinimumHeight(theme.CONTROL)
        leave.clicked.connect(self.leave)
        line = QHBoxLayout(self)
        line.setContentsMargins(theme.M, theme.XS, theme.M, theme.XS)
        line.setSpacing(theme.S)
        line.addWidget(self.question)
        line.addWidget(self.field, 1)
        line.addWidget(self.button)
        line.addWidget(leave)
        line.addStretch(1)
        self.hide()

    def ask(
        self,
        question: str,
        text: str,
        deed: str,
        then: Callable[[str], object],
        names: Sequence[str] = (),
        focus: bool = True,
    ) -> None:
        """Ask for a name; `then` gets what was typed, without spaces around it, and never nothing.

        Args:
            names: what can be chosen from; the field completes them.
            focus: whether the field takes the keyboard, as it should where the person asked for the question.
        """
        self._then = then
        self.field.setMinimumWidth(theme.scaled(_LEAST))
        self._names.setStringList(list(names))
        self.field.setCompleter(self._completer if names else None)  # type: ignore[arg-type]
        self.question.setText(question)
        self.question.updateGeometry()
        self.field.setAccessibleName(question)
        self.field.setText(text)
        self.field.selectAll()
        self.button.setText(deed)
        self.show()
        if focus:
            self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def leave(self) -> None:
        """Ask no more."""
        if self.isVisible():
            self._then = None
            self.hide()
            self.closed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.leave()
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.tokens().raised)
        painter.fillRect(0, 0, 3, self.height(), theme.tokens().accent)
        painter.fillRect(0, self.height() - 1, self.width(), 1, theme.tokens().hairline)

    def _keep(self) -> None:
        text, then = self.field.text().strip(), self._then
        if text and then is not None:
            then(text)
            self.leave()
