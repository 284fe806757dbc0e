"""Writes recorded rows: many at once where they are of one kind, and drops what was derived from an older box."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, TypeVar

from sqlalchemy import BindParameter, Connection, Table, bindparam, delete, insert, select, update

from whaleid_core.catalogue import journal
from whaleid_core.catalogue.schema import EDITED, embedding, keypoints, suggestion, tail
from whaleid_core.records import RowChange

CHUNK = 500
"""How many ids one statement names: every database takes that many."""

T = TypeVar("T")

_DERIVED_FROM = {"tail": frozenset({"xmin", "ymin", "xmax", "ymax"}), "photo": frozenset({"turned"})}
"""The columns that embeddings, keypoints and suggestions are computed from."""


def chunks(ids: Collection[T]) -> Iterator[list[T]]:
    """Ids, or other values, in portions that one statement can name."""
    ordered = list(ids)
    for start in range(0, len(ordered), CHUNK):
        yield ordered[start : start + CHUNK]


def runs(rows: Iterable[RowChange]) -> Iterator[list[RowChange]]:
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


def _kind(row: RowChange) -> tuple[str, bool, bool, tuple[str, ...]]:
    return row.table, row.before is None, row.after is None, _changed(row)


def _changed(row: RowChange) -> tuple[str, ...]:
    """The columns that an update sets: no others, since each one named costs its index a write."""
    if row.before is None or row.after is None:
        return ()
    return tuple(name for name, value in row.after.items() if value != row.before[name])


def write(connection: Connection, run: Sequence[RowChange]) -> None:
    """Write rows of one kind, as `runs` gives them."""
    table, changed = EDITED[run[0].table], _changed(run[0])
    if run[0].after is None:
        for some in chunks([row.key for row in run]):
            connection.execute(delete(table).where(table.c.id.in_(some)))
        return
    values = [journal.typed(table, row.after) for row in run if row.after is not None]
    if run[0].before is None:
        connection.execute(insert(table), values)
        return
    columns: dict[str, BindParameter[Any]] = {name: bindparam(f"new_{name}") for name in changed}
    statement = update(table).where(table.c.id == bindparam("new_id")).values(columns)
    connection.execute(statement, [{f"new_{name}": row[name] for name in ("id", *changed)} for row in values])
    if not _DERIVED_FROM.get(table.name, frozenset()).isdisjoint(changed):
        _drop_derived(connection, table, [row.key for row in run])


def _drop_derived(connection: Connection, table: Table, keys: Collection[int]) -> None:
    for some in chunks(keys):
        stale = select(tail.c.id).where((tail.c.id if table is tail else tail.c.photo_id).in_(some))
        for derived in (embedding, keypoints, suggestion):
            connection.execute(delete(derived).where(derived.c.tail_id.in_(stale)))
