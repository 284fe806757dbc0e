"""The keys that a person chose for actions, in the place of the usual ones of the table; told to all who show them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QKeySequence


class Keymap(QObject):
    """Keys by action; one for the whole program."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._chosen: dict[str, tuple[str, ...]] = {}

    def keys(self, action_id: str, usual: tuple[str, ...]) -> tuple[str, ...]:
        """An action's keys, as portable text, the one that is shown first."""
        return self._chosen.get(action_id, usual)

    def choose(self, chosen: Mapping[str, Iterable[str]]) -> None:
        """Take these keys in the place of all that were chosen before."""
        taken = {action_id: tuple(keys) for action_id, keys in chosen.items()}
        if taken != self._chosen:
            self._chosen = taken
            self.changed.emit()


keymap = Keymap()


def sequence(key: str) -> QKeySequence:
    """A key out of the table."""
    return QKeySequence(key, QKeySequence.SequenceFormat.PortableText)


def readable(keys: QKeySequence | str) -> str:
    """A key sequence as it is written on a button: "Enter", "Bksp", "Ctrl+Z"."""
    made = sequence(keys) if isinstance(keys, str) else keys
    text = made.toString(QKeySequence.SequenceFormat.NativeText)
    return {"Return": "Enter", "Backspace": "Bksp"}.get(text, text)
