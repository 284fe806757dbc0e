"""Records what an edit does, row by row, so that it can be undone; and writes such a record again."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, select
from sqlalchemy.exc import IntegrityError

from whaleid_core.catalogue import journal, sqlite
from whaleid_core.catalogue.names import row_name
from whaleid_core.catalogue.row_writes import chunks, runs, write
from whaleid_core.catalogue.schema import EDITED
from whaleid_core.errors import WhaleIdError
from whaleid_core.records import Change, RowChange


class Overtaken(WhaleIdError):  # noqa: N818 - what became of a step, told as a sentence
    """A step can't be taken back, or made again, because something else was done to its rows since."""


class Recorder:
    """One edit in the making: every write goes through it and is remembered.

    Attributes:
        connection: the edit's transaction, for reading.
        label: what a person would call the edit; set by whoever makes it.
        entry: the line of the journal that tells of it, once it is written.
    """

    def __init__(self, connection: Connection, label: str = "") -> None:
        self.connection = connection
        self.label = label
        self.entry: int | None = None
        self._rows: list[RowChange] = []

    @property
    def change(self) -> Change:
        """What was done so far."""
        return Change(self.label, tuple(self._rows), () if self.entry is None else (self.entry,))

    def rows(self, table: Table, where: ColumnElement[bool]) -> list[dict[str, Any]]:
        """Rows of a table in order of id, as a Change holds them."""
        found = self.connection.execute(select(table).where(where).order_by(table.c.id)).mappings()
        return [journal.plain(table, row) for row in found]

    def by_id(self, table: Table, ids: Collection[int]) -> dict[int, dict[str, Any]]:
        """Those of the rows that are there, by id."""
        return {row["id"]: row for some in chunks(ids) for row in self.rows(table, table.c.id.in_(some))}

    def row(self, table: Table, key: int) -> dict[str, Any]:
        """One row.

        Raises:
            WhaleIdError: it isn't there (any more).
        """
        found = self.by_id(table, [key])
        if key not in found:
            raise WhaleIdError(f"This {table.name} isn't in the catalogue any more.", "Press F5 to see what is.")
        return found[key]

    def insert(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> list[int]:
        """Add rows; what a row doesn't name gets the column's default. Returns their new ids in the same order."""
        ids = sqlite.new_ids(self.connection, table, len(rows))
        self._write(
            [
                RowChange(table.name, key, None, journal.complete(table, {"id": key, **_as_text(row)}))
                for key, row in zip(ids, rows, strict=True)
            ]
        )
        return list(ids)

    def update(self, table: Table, values: Mapping[int, Mapping[str, Any]]) -> None:
        """Set columns of rows by id; rows that are as wanted already, or gone, are left alone."""
        before = self.by_id(table, values.keys())
        changes = [
            RowChange(table.name, key, before[key], after)
            for key in values
            if key in before and (after := {**before[key], **_as_text(values[key])}) != before[key]
        ]
        self._write(changes)

    def set(self, table: Table, keys: Collection[int], **values: Any) -> None:
        """Set the same columns of several rows."""
        self.update(table, dict.fromkeys(keys, values))

    def delete(self, table: Table, keys: Collection[int]) -> None:
        """Take rows out; what refers to them must have been taken out before."""
        changes = [RowChange(table.name, key, row, None) for key, row in self.by_id(table, keys).items()]
        self._write(changes)

    def replay(self, change: Change) -> None:
        """Write a change again, an inverse for instance.

        Raises:
            Overtaken: a row isn't as the change found it; nothing of this edit is kept then.
        """
        for run in runs(change.rows):
            table = EDITED[run[0].table]
            present = self.by_id(table, [row.key for row in run])
            for row in run:
                if present.get(row.key) != row.before:
                    raise self._changed_since(row)
            try:
                write(self.connection, run)
            except IntegrityError as error:
                raise self._changed_since(run[0]) from error
            self._rows.extend(run)

    def _write(self, changes: Sequence[RowChange]) -> None:
        for run in runs(changes):
            write(self.connection, run)
        self._rows.extend(changes)

    def _changed_since(self, row: RowChange) -> Overtaken:
        name = row_name(self.connection, row)
        return Overtaken(f"{name} was changed since, so that step was left out.", "Look at it as it is now.")


def _as_text(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()}
