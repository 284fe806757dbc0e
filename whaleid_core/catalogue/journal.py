"""Changes as text: how an edit is written into the journal, and how it is read back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import DateTime, Table

from whaleid_core.catalogue.schema import EDITED, Moment
from whaleid_core.records import Change, RowChange


def plain(table: Table, row: Mapping[Any, Any]) -> dict[str, Any]:
    """A row as a Change holds it: every column, times as ISO text."""
    return {
        column.name: value.isoformat() if isinstance(value := row[column.name], datetime) else value
        for column in table.columns
    }


def complete(table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
    """A new row with every column: its default where the row names none."""
    return {**_DEFAULTS[table.name], **row}


def typed(table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of a Change as the database takes it."""
    values = dict(row)
    for name in _TIMES[table.name]:
        if values.get(name) is not None:
            values[name] = datetime.fromisoformat(values[name])
    return values


_TIMES = {
    name: frozenset(column.name for column in table.columns if isinstance(column.type, DateTime | Moment))
    for name, table in EDITED.items()
}

_DEFAULTS = {
    name: {column.name: getattr(column.default, "arg", None) for column in table.columns}
    for name, table in EDITED.items()
}


def to_text(change: Change) -> str:
    rows = [[row.table, row.key, row.before, row.after] for row in change.rows]
    return json.dumps({"label": change.label, "rows": rows}, ensure_ascii=False, separators=(",", ":"))


def from_text(text: str) -> Change:
    """The change that `to_text` wrote; columns that came since have their defaults."""
    content = json.loads(text)
    return Change(content["label"], tuple(_as_now(*row) for row in content["rows"]))


def _as_now(name: str, key: int, before: dict[str, Any] | None, after: dict[str, Any] | None) -> RowChange:
    table = EDITED[name]
    return RowChange(name, key, before and complete(table, before), after and complete(table, after))
