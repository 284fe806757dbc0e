"""A small field for a note that is kept when the keyboard leaves it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QPlainTextEdit, QWidget


class NoteField(QPlainTextEdit):
    """Shows a note; `written` comes once after it was edited, when the field is left or Ctrl+Enter is pressed."""

    written = Signal(str)
    left = Signal()  # Esc or Ctrl+Enter: the keyboard should go back where it came from

    LINES = 4

    def __init__(self, what: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kept = ""
        self.setTabChangesFocus(True)
        self.setAccessibleName(what)
        self.setPlaceholderText(what)

    def show_note(self, note: str) -> None:
        """Show what is kept; text that is being written isn't replaced by what it was before."""
        if self.hasFocus() and self.toPlainText() != self._kept and note == self._kept:
            return
        self._kept = note
        if self.toPlainText() != note:
            self.setPlainText(note)

    def keep(self) -> None:
        """Tell what was written, if it is other than what is kept."""
        text = self.toPlainText()
        if text != self._kept:
            self._kept = text
            self.written.emit(text)

    def sizeHint(self) -> QSize:
        return QSize(120, self.LINES * self.fontMetrics().lineSpacing() + 14)

    def minimumSizeHint(self) -> QSize:
        return QSize(80, 2 * self.fontMetrics().lineSpacing() + 14)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.keep()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = (
            event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
            and event.modifiers() & Qt.KeyboardModifier.ControlModifier
        )
        if enter or event.key() == Qt.Key.Key_Escape:
            self.keep()
            self.left.emit()
            return
        super().keyPressEvent(event)
