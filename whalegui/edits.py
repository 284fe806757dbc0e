"""One step on the undo stack: a Change that was already made, and its inverse."""

from __future__ import annotations

from PySide6.QtGui import QUndoCommand

from whaleid_core.records import Change


class ChangeCommand(QUndoCommand):
    """Remembers a Change.

    The catalogue is written by `session.Session` on its lane, before the stack moves: so a step that can't be undone
    any more leaves the stack where it is, and pushing the command doesn't make the change a second time.
    """

    def __init__(self, change: Change) -> None:
        super().__init__(change.label)
        self.change = change
