"""Tells of a bug in a sentence and lets the report of it be copied; the program goes on below."""

from __future__ import annotations

from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from whalegui import theme
from whalegui.widgets.room import widen

_WIDE, _LINES = 720, 14


class BugDialog(QDialog):
    """What happened, that the work is safe, and the report.

    Args:
        sentence: what happened.
        log: where the log lies, for the person who is asked for it.
        report: see `bug_report.report`.
    """

    def __init__(self, sentence: str, log: str, report: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("A bug in WhaleGUI")
        self.sentence = QLabel(sentence)
        theme.set_font(self.sentence, "title")
        self.meaning = QLabel(
            "What was decided so far is saved, and you can go on working. Copy the report and send it to the makers: "
            f"it names no people and no folders of yours. The log has it too: {log}"
        )
        for label in (self.sentence, self.meaning):
            label.setWordWrap(True)
        self.text = QPlainTextEdit(report)
        self.text.setReadOnly(True)
        self.text.setAccessibleName("Report")
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.text.setMinimumHeight(_LINES * self.text.fontMetrics().lineSpacing())
        buttons = QDialogButtonBox()
        self.copy = buttons.addButton("Copy the report", QDialogButtonBox.ButtonRole.ActionRole)
        self.go_on = buttons.addButton("Go on working", QDialogButtonBox.ButtonRole.AcceptRole)
        for button in (self.copy, self.go_on):
            button.setMinimumHeight(theme.CONTROL)
        self.copy.clicked.connect(self._copy)
        buttons.accepted.connect(self.accept)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.XL, theme.XL, theme.XL, theme.L)
        column.setSpacing(theme.L)
        for part in (self.sentence, self.meaning, self.text, buttons):
            column.addWidget(part)
        widen(self, _WIDE)
        self.go_on.setDefault(True)
        self.go_on.setFocus()

    def show_report(self, report: str) -> None:
        """Another report, since more is known of it now."""
        self.text.setPlainText(report)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text.toPlainText())
        self.copy.setText("Copied")
