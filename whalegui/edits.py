"""One step on the undo stack: what it is called, and the lines of the journal that tell how to take it back."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QUndoCommand


class StepCommand(QUndoCommand):
    """Remembers a step by its lines in the journal, made today or before.

    The catalogue is written by `session.Session` on its lane, before the stack moves: so pushing the command doesn't
    make the change a second time, and a step that somebody overtook is taken off the stack.
    """

    def __init__(self, label: str, entries: Sequence[int]) -> None:
        super().__init__(label)
        self.entries = tuple(entries)
