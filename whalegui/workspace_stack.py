"""The workspaces of a session: made when they are shown first, one on top, each keeping its place."""

from __future__ import annotations

import importlib
from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMainWindow, QStackedWidget, QWidget

from whalegui import workspace
from whalegui.layout import Layout
from whalegui.session import Session

WORKSPACES = {
    "photos": ("whalegui.photos_workspace", "PhotosWorkspace"),
    "boxes": ("whalegui.boxes_workspace", "BoxesWorkspace"),
    "matches": ("whalegui.matches_workspace", "MatchesWorkspace"),
    "whales": ("whalegui.whales_workspace", "WhalesWorkspace"),
    "models": ("whalegui.models_workspace", "ModelsWorkspace"),
}
"""Imported when they are shown first, so that the window is there at once."""


class WorkspaceStack(QObject):
    """Fills the window's stack of pages with the workspaces of the session that is open."""

    shown = Signal(str)
    """A workspace's name: it is on top now."""

    def __init__(self, window: QMainWindow, stack: QStackedWidget, layouts: Layout) -> None:
        super().__init__(window)
        self._window = window
        self._stack = stack
        self._layouts = layouts
        self._session: Session | None = None
        self._made: dict[str, QWidget] = {}
        self.folded = False
        self.current = ""
        """Name of the workspace on top; empty while no session is open."""

    def begin(self, session: Session) -> None:
        """Show the workspaces of a session."""
        self._session = session
        self.show("photos")

    def end(self) -> None:
        """Take them away; where their panes were is kept."""
        for name, made in self._made.items():
            self._layouts.save_widths(self._window, name, made)
            self._stack.removeWidget(made)
            made.deleteLater()
        self._made.clear()
        self._session = None
        self.current = ""

    def show(self, name: str) -> None:
        """Bring a workspace to the top."""
        if self._session is None:
            return
        made = self.widget(name)
        self.current = name
        self._stack.setCurrentWidget(made)
        self.shown.emit(name)
        workspace.activate(made)

    def show_item(self, name: str, item: int) -> None:
        """Bring a workspace to the top, at a photo, a tail or a whale."""
        self.show(name)
        if self._session is not None:
            workspace.show_item(self.widget(name), item)

    def widget(self, name: str) -> QWidget:
        """A workspace, made if need be."""
        if name not in self._made:
            module, kind = WORKSPACES[name]
            made: QWidget = getattr(importlib.import_module(module), kind)(self._session)
            self._made[name] = made
            self._stack.addWidget(made)
            if (changed := getattr(made, "page_changed", None)) is not None:
                changed.connect(lambda: self.shown.emit(name))
            self._layouts.restore_widths(self._window, name, made)
            if self.folded:
                workspace.set_folded(made, True)
        return self._made[name]

    @property
    def top(self) -> QWidget | None:
        """The workspace on top."""
        return self._made.get(self.current)

    def actions(self) -> Sequence[QAction]:
        """What can be done in the workspace on top."""
        return self.top.actions() if self.top is not None else []

    def set_folded(self, folded: bool) -> None:
        """F9: leave only the middle of every workspace, or bring the side panes back."""
        self.folded = folded
        for made in self._made.values():
            workspace.set_folded(made, folded)

    def refresh(self) -> None:
        """F5: let the workspace on top read again, photos that failed too."""
        if self._session is not None and self.top is not None:
            self._session.thumbnails.forget_problems()
            self._session.refresh_counts()
            workspace.refresh(self.top)
