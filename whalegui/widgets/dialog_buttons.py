"""The two buttons below a dialog: one that does what it says, and Cancel."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPushButton

from whalegui import theme


def dialog_buttons(
    dialog: QDialog, words: str = "", does: QDialogButtonBox.StandardButton = QDialogButtonBox.StandardButton.Ok
) -> tuple[QDialogButtonBox, QPushButton]:
    """Buttons that accept and reject a dialog, and the first of them.

    Args:
        words: what the first one says, where not what Qt says.
        does: which standard button that is.
    """
    buttons = QDialogButtonBox(does | QDialogButtonBox.StandardButton.Cancel)
    first = buttons.button(does)
    if words:
        first.setText(words)
    for button in buttons.buttons():
        button.setMinimumHeight(theme.CONTROL)
    buttons.accepted.connect(dialog.accept)
    buttons.rejected.connect(dialog.reject)
    return buttons, first
