"""What can be undone and done again, read from the journal; taking steps back; and whether the journal tells it all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, or_, select

from whaleid_core.catalogue.journal import STEP_BEGINS, from_text, plain, step_of
from whaleid_core.catalogue.recorder import Recorder
from whaleid_core.catalogue.schema import EDITED
from whaleid_core.catalogue.schema import journal as journal_table
from whaleid_core.catalogue.store import Store
from whaleid_core.errors import WhaleIdError
from whaleid_core.records import Change

REMEMBERED = 1000
"""So many lines of the journal are looked through for steps."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what it is called, and the lines of the journal that did it last."""

    label: str
    entries: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class History:
    """A person's steps: those that are done, oldest first, and those taken back, the next to be made again first."""

    done: tuple[Step, ...]
    undone: tuple[Step, ...]


class Histories(Store):
    """Undo and redo by what the journal says, so that they work tomorrow too."""

    def history(self, limit: int = REMEMBERED) -> History:
        """The newest steps of who works now, as far as the newest `limit` lines of the journal tell."""
        beginning = func.substr(journal_table.c.change, 1, STEP_BEGINS)
        query = (
            select(journal_table.c.id, journal_table.c.label, journal_table.c.undoes, beginning)
            # Somebody else who worked here after her may have taken her steps back.
            .where(or_(journal_table.c.who == self.who, journal_table.c.undoes.is_not(None)))
            .order_by(journal_table.c.id.desc())
            .limit(limit)
        )
        with self.reading() as connection:
            rows = [tuple(row) for row in connection.execute(query)]
        reading = _Reading()
        for key, label, undoes, text in reversed(rows):
            reading.take(key, label, undoes, step_of(text))
        return reading.history()

    def take_back(self, entries: Sequence[int], label: str = "") -> Change:
        """Take back what lines of the journal did, or, where those took something back themselves, make that again.

        Everything happens, or nothing; each line gets one of its own that says so.

        Args:
            label: what the step is called.

        Raises:
            Overtaken: something else was done to the rows since.
            WhaleIdError: the journal has no such line.
        """
        parts: list[Change] = []
        with self.one_step(), self.writing() as connection:
            for entry in sorted(entries, reverse=True):
                text = connection.execute(select(journal_table.c.change).where(journal_table.c.id == entry)).scalar()
                if text is None:
                    raise WhaleIdError("The journal has no such line.")
                change = from_text(text)
                recorder = Recorder(connection, change.label)
                recorder.replay(change.inverse)
                self._enter(recorder, undoes=entry)
                parts.append(recorder.change)
        return Change.joined(label or parts[0].label, parts)

    def differences(self, limit: int = 20) -> list[str]:
        """Where the catalogue isn't what its journal, replayed from nothing, leads to; empty where all is well."""
        told: list[str] = []
        state: dict[tuple[str, int], dict[str, Any]] = {}
        with self.reading() as connection:
            for entry, text in connection.execute(
                select(journal_table.c.id, journal_table.c.change).order_by(journal_table.c.id)
            ):
                for row in from_text(text).rows:
                    place = (row.table, row.key)
                    if state.get(place) != row.before:
                        told.append(f"Line {entry} of the journal found another {row.table} {row.key} than it says.")
                    if row.after is None:
                        state.pop(place, None)
                    else:
                        state[place] = dict(row.after)
            for name, table in EDITED.items():
                for found in connection.execute(select(table)).mappings():
                    if state.pop((name, found["id"]), None) != plain(table, found):
                        told.append(f"The journal says otherwise of {name} {found['id']}.")
        told += [f"The {name} {key} of the journal isn't there." for name, key in state]
        return told[:limit]


class _Reading:
    """Follows the journal line by line: what is done, what is taken back, what was lost by doing something else."""

    def __init__(self) -> None:
        self._done: list[_Open] = []
        self._undone: list[_Open] = []
        self._by_entry: dict[int, _Open] = {}

    def take(self, entry: int, label: str, undoes: int | None, part_of: str) -> None:
        """One more line."""
        if undoes is None:
            self._edit(entry, label, part_of)
            return
        step = self._by_entry.get(undoes)
        if step is None:  # it was done before the lines that are looked through
            return
        if undoes in step.entries:
            # The first line that takes back a part of a step moves all of it.
            step.entries = []
            home, other = (self._done, self._undone) if step.is_done else (self._undone, self._done)
            if step in home:
                home.remove(step)
            other.append(step)
            step.is_done = not step.is_done
        step.entries.append(entry)
        self._by_entry[entry] = step

    def _edit(self, entry: int, label: str, part_of: str) -> None:
        open_step = next((step for step in reversed(self._done) if part_of and step.part_of == part_of), None)
        if open_step is None:
            open_step = _Open(label, part_of)
            self._done.append(open_step)
            self._undone.clear()
        open_step.entries.append(entry)
        self._by_entry[entry] = open_step

    def history(self) -> History:
        return History(tuple(step.told() for step in self._done), tuple(step.told() for step in reversed(self._undone)))


class _Open:
    """A step while the journal is read; compared as itself."""

    def __init__(self, label: str, part_of: str) -> None:
        self.label = label
        self.part_of = part_of
        self.is_done = True
        self.entries: list[int] = []

    def told(self) -> Step:
        more = len(self.entries) - 1
        return Step(f"{self.label}, and {more:,} more" if more else self.label, tuple(self.entries))
