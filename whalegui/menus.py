"""The menu bar, made from the table of actions and the workspace that is open."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMainWindow, QMenu, QWidget

from whalegui import actions, bindings

_FILE = (
    "new",
    "open",
    "recent",
    "-",
    "add",
    "add_folder",
    "add_known",
    "import_boxes",
    "-",
    "export",
    "-",
    "settings",
    "-",
    "quit",
)
_EDIT = ("undo", "redo", "-", "search", "find")
_VIEW = (
    *("show_photos", "show_boxes", "show_matches", "show_whales", "show_models", "-"),
    *("refresh", "next_region", "fold", "full_screen"),
)
_WORK = ("find_and_match", "find_tails", "match")
_HELP = ("keys", "about")
_PHOTO_WORKSPACES = frozenset({"photos", "boxes"})
_OPEN_LATER = frozenset(
    {
        "add",
        "add_folder",
        "add_known",
        "import_boxes",
        "export",
        "undo",
        "redo",
        "find",
        "refresh",
        "fold",
        "next_region",
        *_WORK,
    }
    | {name for name in _VIEW if name.startswith("show_")},
)
NO_CATALOGUE = "open a catalogue first"


class Menus:
    """The window's own actions by name, and its menus."""

    def __init__(self, window: QMainWindow, handlers: Mapping[str, Callable[[], object]]) -> None:
        self.actions: dict[str, QAction] = {}
        for name, handler in handlers.items():
            action = bindings.make(f"app.{name}", window, handler)
            action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
            window.addAction(action)
            self.actions[name] = action
        bindings.guard_fields()
        self.actions["quit"].setMenuRole(QAction.MenuRole.QuitRole)
        self.actions["settings"].setMenuRole(QAction.MenuRole.PreferencesRole)
        self.actions["about"].setMenuRole(QAction.MenuRole.AboutRole)
        bar = window.menuBar()
        self.recent = QMenu("Open recent", window)
        self._fill(bar.addMenu("&File"), _FILE)
        self._fill(bar.addMenu("&Edit"), _EDIT)
        self._fill(bar.addMenu("&View"), _VIEW)
        self._photo = bar.addMenu("&Photo")
        self._whale = bar.addMenu("&Whale")
        self._fill(bar.addMenu("&Help"), _HELP)
        self.show_workspace(None)

    def show_workspace(self, workspace: QWidget | None) -> None:
        """Let Photo and Whale hold what can be done in the workspace that is open."""
        name = getattr(workspace, "name", "")
        own = [action for action in workspace.actions() if _in_menu(action)] if workspace is not None else []
        for menu in (self._photo, self._whale):
            menu.clear()
        self._fill(self._photo, _WORK)
        if name in _PHOTO_WORKSPACES:
            self._photo.addSeparator()
            self._photo.addActions(own)
            self._fill(self._whale, ("show_matches", "show_whales"))
        elif own:
            self._whale.addActions(own)
        else:
            self._fill(self._whale, ("show_matches", "show_whales"))

    def list_recent(self, folders: Iterable[Path], open_folder: Callable[[Path], object]) -> None:
        """Let the menu of recent catalogues hold these."""
        self.recent.clear()
        for folder in folders:
            self.recent.addAction(str(folder)).triggered.connect(lambda _, folder=folder: open_folder(folder))
        self.recent.setEnabled(not self.recent.isEmpty())

    def allow(self, open_catalogue: bool) -> None:
        """What needs a catalogue is grey without one."""
        for name in _OPEN_LATER & self.actions.keys():
            bindings.allow(self.actions[name], open_catalogue, NO_CATALOGUE)

    def _fill(self, menu: QMenu, names: Iterable[str]) -> None:
        for name in names:
            if name == "-":
                menu.addSeparator()
            elif name == "recent":
                menu.addMenu(self.recent)
            else:
                menu.addAction(self.actions[name])


def _in_menu(action: QAction) -> bool:
    """Moves with the arrow keys and the ten digits would only make the menu long."""
    row = actions.BY_ID.get(action.objectName())
    return row is not None and not row.repeat and ".pick_" not in row.id
