"""Letter keys under keyboard layouts that write other letters: Cyrillic, Hangul, Greek, Hebrew."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction, QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QTextEdit, QWidget

_FIELDS = (QLineEdit, QTextEdit, QPlainTextEdit)
_FIRST_SPECIAL = 0x01000000
"""From here on Qt's key codes stand for Esc, Tab, arrows and the like, below it for what is written."""

# Where the letters lie: the codes that the keys themselves send, whatever is written with them.
_SCAN = {
    code: letter
    for first, row in ((24, "QWERTYUIOP"), (38, "ASDFGHJKL"), (52, "ZXCVBNM"))
    for code, letter in enumerate(row, first)
}
"""X11 and Wayland: the kernel's codes plus 8."""
_MAC = dict(enumerate("ASDFHGZXCV")) | {
    **dict(enumerate("BQWERYT", 11)),
    **{31: "O", 32: "U", 34: "I", 35: "P", 37: "L", 38: "J", 40: "K", 45: "N", 46: "M"},
}
"""macOS's virtual key codes, which are places."""


def latin_letter(event: QKeyEvent, platform: str) -> str:
    """The Latin letter in the place of a key that writes another letter; empty for any other key.

    Args:
        platform: `QGuiApplication.platformName()`.
    """
    if not 0x80 <= event.key() < _FIRST_SPECIAL:
        return ""
    if platform == "windows":  # its virtual keys are named by their Latin letters
        key = event.nativeVirtualKey()
        return chr(key) if ord("A") <= key <= ord("Z") else ""
    if platform == "cocoa":
        return _MAC.get(event.nativeVirtualKey(), "")
    return _SCAN.get(event.nativeScanCode(), "")


class OtherLayouts(QObject):
    """Watches the widget that has the keyboard: a letter that no shortcut took acts like the Latin one in its place.

    Where Qt finds the Latin letter by itself, as it mostly does on X11, the key never comes here.
    """

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        app.focusChanged.connect(self._focus)
        self._focus(None, app.focusWidget())

    def _focus(self, old: QWidget | None, now: QWidget | None) -> None:
        if old is not None:
            old.removeEventFilter(self)
        if now is not None and not isinstance(now, _FIELDS):
            now.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        letter = latin_letter(event, QGuiApplication.platformName())
        if not letter or not isinstance(watched, QWidget):
            return False
        keys = QKeySequence(event.modifiers().value | Qt.Key(ord(letter)).value)
        action = action_for(watched, keys)
        if action is None:
            return False
        if action.autoRepeat() or not event.isAutoRepeat():
            action.trigger()
        return True


def action_for(widget: QWidget, keys: QKeySequence) -> QAction | None:
    """The action that these keys mean while a widget has the keyboard: its own, or of what it lies in."""
    at: QWidget | None = widget
    while at is not None:
        for action in at.actions():
            if action.isEnabled() and keys in action.shortcuts():
                return action
        at = None if at.isWindow() else at.parentWidget()
    return None
