"""Keeps the window's place and the widths of side panes and columns, for each screen size by itself."""

from __future__ import annotations

from PySide6.QtWidgets import QMainWindow, QWidget

from whalegui import workspace
from whalegui.settings import Settings


class Layout:
    """Saves to and restores from the settings file."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def save_window(self, window: QMainWindow) -> None:
        self._settings.set_bytes(self._key(window, "window"), window.saveGeometry())

    def restore_window(self, window: QMainWindow) -> None:
        if state := self._settings.bytes(self._key(window, "window")):
            window.restoreGeometry(state)

    def save_widths(self, window: QMainWindow, name: str, made: QWidget) -> None:
        for part, widget in workspace.dragged(made).items():
            self._settings.set_bytes(self._key(window, f"{name}-{part}"), widget.saveState())

    def restore_widths(self, window: QMainWindow, name: str, made: QWidget) -> None:
        for part, widget in workspace.dragged(made).items():
            if state := self._settings.bytes(self._key(window, f"{name}-{part}")):
                widget.restoreState(state)

    @staticmethod
    def _key(window: QMainWindow, what: str) -> str:
        size = window.screen().size()
        return f"{size.width()}x{size.height()}/{what}"
