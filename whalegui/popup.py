"""The menu of a right click: the same actions as the keys and buttons have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget


def pop_up(parent: QWidget, made: Mapping[str, QAction], groups: Iterable[Sequence[str]], at: QPoint) -> QMenu:
    """Opens a menu of actions.

    Args:
        made: the parent's actions by id.
        groups: ids, with a line between the groups.
        at: where, on the screen.
    """
    menu = QMenu(parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    for group in groups:
        if menu.actions():
            menu.addSeparator()
        menu.addActions([made[action_id] for action_id in group])
    menu.popup(at)
    return menu
