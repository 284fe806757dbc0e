"""One step on the undo stack: what it is called, and the lines of the journal that tell how to take it back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from PySide6.QtGui import QUndoCommand, QUndoStack

from whaleid_core.errors import WhaleIdError

if TYPE_CHECKING:
    from whaleid_core.catalogue import History


class StepCommand(QUndoCommand):
    """Remembers a step by its lines in the journal, made today or before.

    The catalogue is written by `session.Session` on its lane, before the stack moves: so pushing the command doesn't
    make the change a second time, and a step that somebody overtook is taken off the stack.
    """

    def __init__(self, label: str, entries: Sequence[int]) -> None:
        super().__init__(label)
        self.entries = tuple(entries)


def fill(stack: QUndoStack, history: History) -> None:
    """Put the steps of the journal on the stack, in the place of all that is there."""
    stack.blockSignals(True)
    stack.clear()
    for step in (*history.done, *history.undone):
        stack.push(StepCommand(step.label, step.entries))
    stack.setIndex(len(history.done))
    stack.blockSignals(False)
    stack.indexChanged.emit(stack.index())


def pass_over(stack: QUndoStack, command: StepCommand, kind: Literal["undo", "redo"], error: WhaleIdError) -> None:
    """A step that somebody overtook is taken off the stack, so that those before it can be undone."""
    from whaleid_core.catalogue import Overtaken

    if isinstance(error, Overtaken):
        command.setObsolete(True)
        getattr(stack, kind)()
