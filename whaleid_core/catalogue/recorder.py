"""Records what an edit does, row by row, so that it can be undone; and writes such a record again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import BindParameter, ColumnElement, Connection, Table, bindparam, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from whaleid_core.catalogue import journal
from whaleid_core.catalogue.names import row_name
from whaleid_core.catalogue.schema import EDITED, embedding, photo, suggestion, tail
from whaleid_core.errors import WhaleIdError
from whaleid_core.records import Change, RowChange

CHUNK = 500
"""How many ids one statement names: every database takes that many."""

T = TypeVar("T")

_CORNERS = ("xmin", "ymin", "xmax", "ymax")


def chunks(ids: Collection[T]) -> Iterator[list[T]]:
    """Ids, or other values, in portions that one statement can name."""
    ordered = list(ids)
    for start in range(0, len(ordered), CHUNK):
        yield ordered[start : start + CHUNK]


class Recorder:
    """One edit in the making: every write goes through it and is remembered.

    Attributes:
        connection: the edit's transaction, for reading.
        label: what a person would call the edit; set by whoever makes it.
    """

    def __init__(self, connection: Connection, label: str = "") -> None:
        self.connection = connection
        self.label = label
        self._rows: list[RowChange] = []

    @property
    def change(self) -> Change:
        """What was done so far."""
        return Change(self.label, tuple(self._rows))

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
        """Add rows that all name the same columns; returns their new ids in the same order."""
        if not rows:
            return []
        statement = insert(table).returning(*table.columns, sort_by_parameter_order=True)
        values = [journal.typed(table, row) for row in rows]
        added = [journal.plain(table, row) for row in self.connection.execute(statement, values).mappings()]
        self._rows.extend(RowChange(table.name, row["id"], None, row) for row in added)
        return [row["id"] for row in added]

    def update(self, table: Table, values: Mapping[int, Mapping[str, Any]]) -> None:
        """Set columns of rows by id; rows that are as wanted already, or gone, are left alone."""
        before = self.by_id(table, values.keys())
        changes = [
            RowChange(table.name, key, before[key], after)
            for key in values
            if key in before and (after := {**before[key], **_as_text(table, values[key])}) != before[key]
        ]
        _write(self.connection, changes)
        self._rows.extend(changes)

    def set(self, table: Table, keys: Collection[int], **values: Any) -> None:
        """Set the same columns of several rows."""
        self.update(table, dict.fromkeys(keys, values))

    def delete(self, table: Table, keys: Collection[int]) -> None:
        """Take rows out; what refers to them must have been taken out before."""
        changes = [RowChange(table.name, key, row, None) for key, row in self.by_id(table, keys).items()]
        _write(self.connection, changes)
        self._rows.extend(changes)

    def replay(self, change: Change) -> None:
        """Write a change again, an inverse for instance.

        Raises:
            WhaleIdError: a row isn't as the change found it; nothing of this edit is kept then.
        """
        for run in _runs(change.rows):
            table = EDITED[run[0].table]
            present = self.by_id(table, [row.key for row in run])
            for row in run:
                if present.get(row.key) != row.before:
                    raise self._changed_since(row)
            try:
                _write(self.connection, run)
            except IntegrityError as error:
                raise self._changed_since(run[0]) from error
            self._rows.extend(run)

    def _changed_since(self, row: RowChange) -> WhaleIdError:
        name = row_name(self.connection, row)
        return WhaleIdError(f"{name} was changed since, so that step was left out.", "Look at it as it is now.")


def _as_text(table: Table, values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in values.items()}


def _runs(rows: Iterable[RowChange]) -> Iterator[list[RowChange]]:
    """Neighbours that one statement can write: same table, same kind of write, no row twice."""
    run: list[RowChange] = []
    keys: set[int] = set()
    for row in rows:
        if run and (_kind(row) != _kind(run[0]) or row.key in keys):
            yield run
            run, keys = [], set()
        run.append(row)
        keys.add(row.key)
    if run:
        yield run


def _kind(row: RowChange) -> tuple[str, bool, bool]:
    return row.table, row.before is None, row.after is None


def _write(connection: Connection, run: Sequence[RowChange]) -> None:
    """Write rows of one table and one kind, and drop what was derived from a box that is no longer so."""
    if not run:
        return
    table = EDITED[run[0].table]
    if run[0].after is None:
        for some in chunks([row.key for row in run]):
            connection.execute(delete(table).where(table.c.id.in_(some)))
        return
    values = [journal.typed(table, row.after) for row in run if row.after is not None]
    if run[0].before is None:
        connection.execute(insert(table), values)
        return
    columns: dict[str, BindParameter[Any]] = {
        column.name: bindparam(f"new_{column.name}") for column in table.columns if column.name != "id"
    }
    statement = update(table).where(table.c.id == bindparam("new_id")).values(columns)
    connection.execute(statement, [{f"new_{name}": value for name, value in row.items()} for row in values])
    _drop_derived(connection, table, run)


def _drop_derived(connection: Connection, table: Table, run: Sequence[RowChange]) -> None:
    watched = _CORNERS if table is tail else ("turned",) if table is photo else ()
    keys = [
        row.key
        for row in run
        if row.before and row.after and any(row.before[name] != row.after[name] for name in watched)
    ]
    for some in chunks(keys):
        which = tail.c.id.in_(some) if table is tail else tail.c.photo_id.in_(some)
        stale = select(tail.c.id).where(which).scalar_subquery()
        for derived in (embedding, suggestion):
            connection.execute(delete(derived).where(derived.c.tail_id.in_(stale)))
