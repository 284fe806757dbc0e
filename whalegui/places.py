"""Where in the window a change can be seen."""

from __future__ import annotations

from whaleid_core.records import Change, RowChange


def suggested(*tail_ids: int) -> Change:
    """What new suggestions for tails look like to the views: derived data, so nothing that could be undone."""
    return Change("suggested", tuple(RowChange("suggestion", key, None, {"tail_id": key}) for key in tail_ids))


_ORDER = ("decision", "tail", "photo", "whale", "encounter")


def of(change: Change) -> tuple[str, int] | None:
    """The workspace and the id in it that show best what a change did; None for what no workspace shows."""
    for row in change.rows:
        if row.table == "whale_name":  # renamed, merged, or called something elsewhere
            return "whales", int((row.after or row.before or {})["whale_id"])
    rows = sorted((row for row in change.rows if row.table in _ORDER), key=lambda row: _ORDER.index(row.table))
    return _place(rows[0]) if rows else None


def _rated(row: RowChange) -> bool:
    """Whether nothing but how good a whale's tail is was changed."""
    from whaleid_core.catalogue.whale_edits import RATED  # loads the database: not before a catalogue is open

    before, after = row.before or {}, row.after or {}
    changed = {name for name, value in after.items() if before.get(name) != value}
    return bool(before) and bool(changed) and changed <= set(RATED) and after["whale_id"] is not None


def _place(row: RowChange) -> tuple[str, int] | None:
    values = row.after or row.before or {}
    match row.table:
        case "decision":
            return "matches", int(values["tail_id"])
        case "tail" if _rated(row):
            return "whales", int(values["whale_id"])
        case "tail":
            return "boxes", int(values["photo_id"])
        case "photo":
            return "photos", row.key
        case "whale":
            return "whales", row.key
    return None
