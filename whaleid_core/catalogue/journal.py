"""Changes as text: how an edit is written into the journal, and how it is read back."""

from __future__ import annotations

import json
import re
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


STEP_LETTERS = 12
"""How long the name of a step is."""
_STEP = re.compile(rf'{{"step":"([0-9a-f]{{{STEP_LETTERS}}})"')
STEP_BEGINS = len('{"step":""') + STEP_LETTERS
"""So much of an entry's text tells whether it is part of a step of several."""


def to_text(change: Change, step: str = "") -> str:
    """A change as the journal keeps it.

    Args:
        step: names the step that it is a part of, where that has more parts; it stands first, to be read by itself.
    """
    rows = [[row.table, row.key, row.before, row.after] for row in change.rows]
    part = {"step": step} if step else {}
    return json.dumps({**part, "label": change.label, "rows": rows}, ensure_ascii=False, separators=(",", ":"))


def step_of(beginning: str) -> str:
    """The name of the step that an entry is a part of, out of the beginning of its text; empty: it is one by itself."""
    found = _STEP.match(beginning)
    return found[1] if found else ""


def from_text(text: str) -> Change:
    """The change that `to_text` wrote; columns that came since have their defaults."""
    content = json.loads(text)
    return Change(content["label"], tuple(_as_now(*row) for row in content["rows"]))


def _as_now(name: str, key: int, before: dict[str, Any] | None, after: dict[str, Any] | None) -> RowChange:
    table = EDITED[name]
    return RowChange(name, key, before and complete(table, before), after and complete(table, after))
