"""A field for a name that stands among others: it completes them, and keeps what was typed when it is left."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QStringListModel, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCompleter, QLineEdit, QWidget

from whalegui import theme


class NameField(QLineEdit):
    """Shows a name; `written` comes once after it was changed, by Enter or when it is left. Esc takes it back."""

    written = Signal(str)
    left = Signal()  # Enter or Esc: the keyboard should go back where it came from

    def __init__(self, what: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kept = ""
        self._names = QStringListModel(self)
        completer = QCompleter(self._names, self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.setCompleter(completer)
        self.setAccessibleName(what)
        self.setMinimumHeight(theme.CONTROL)
        self.editingFinished.connect(self.keep)

    def show_name(self, name: str, hint: str = "") -> None:
        """Show what is kept; text that is being typed isn't replaced by what it was before."""
        self.setPlaceholderText(hint)
        if self.hasFocus() and self.text() != self._kept and name == self._kept:
            return
        self._kept = name
        self.setText(name)
        self.setCursorPosition(0)  # where it is longer than the field, its beginning is in sight

    def offer(self, names: Sequence[str]) -> None:
        """The names to complete."""
        self._names.setStringList(list(names))

    def keep(self) -> None:
        """Tell what was typed, if it is other than what is kept."""
        text = " ".join(self.text().split())
        if text != self._kept:
            self._kept = text
            self.setText(text)
            self.written.emit(text)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.setText(self._kept)
            self.left.emit()
            return
        super().keyPressEvent(event)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.left.emit()
