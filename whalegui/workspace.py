"""What the window asks of a workspace; each method may be missing, and then the window does what fits most."""

from __future__ import annotations

from PySide6.QtWidgets import QHeaderView, QLineEdit, QSplitter, QWidget

from whaleid_core.records import Change


def activate(workspace: QWidget) -> None:
    """It was just shown: take the keyboard, read what changed."""
    _call(workspace, "activate")


def show_item(workspace: QWidget, item: int) -> None:
    """Go to a photo, a tail or a whale, whichever the workspace is about."""
    _call(workspace, "show_item", item)


def follows(workspace: QWidget | None, change: Change) -> bool:
    """Whether it shows what an undo changed by itself, where it stands."""
    method = getattr(workspace, "follows", None)
    return method is not None and bool(method(change))


def refresh(workspace: QWidget) -> None:
    """Read the catalogue again."""
    if not _call(workspace, "refresh"):
        activate(workspace)


def find(workspace: QWidget) -> bool:
    """Put the keyboard into its find field; False where it has none."""
    if _call(workspace, "find_here"):
        return True
    field = workspace.findChild(QLineEdit, "find")
    if field is not None:
        field.setFocus()
        field.selectAll()
    return field is not None


def set_folded(workspace: QWidget, folded: bool) -> None:
    """Hide or show its side panes, so that the middle has all the room."""
    if _call(workspace, "set_folded", folded):
        return
    for pane in workspace.findChildren(QWidget):
        if pane.property("side_pane"):
            pane.setVisible(not folded)


def dragged(workspace: QWidget) -> dict[str, QSplitter | QHeaderView]:
    """The splitters and columns whose widths are kept: those with a name."""
    found: list[QSplitter | QHeaderView] = [*workspace.findChildren(QSplitter), *workspace.findChildren(QHeaderView)]
    return {made.objectName(): made for made in found if made.objectName()}


def _call(workspace: QWidget, name: str, *arguments: object) -> bool:
    method = getattr(workspace, name, None)
    if method is None:
        return False
    method(*arguments)
    return True
