"""Tail boxes as rows: between `Box` and the tail table's columns, and inside their photo."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import select

from whaleid_core.boxes import clip
from whaleid_core.catalogue.names import photo_title
from whaleid_core.catalogue.recorder import Recorder
from whaleid_core.catalogue.row_writes import chunks
from whaleid_core.catalogue.schema import decision, photo, reading, tail, whale, whale_name
from whaleid_core.errors import WhaleIdError
from whaleid_core.records import Box, Drawer, Verdict


def box_of(row: Mapping[Any, Any]) -> Box:
    return Box(
        row["xmin"],
        row["ymin"],
        row["xmax"],
        row["ymax"],
        drawn_by=Drawer(row["drawn_by"]),
        confidence=row["confidence"],
    )


def corners(box: Box) -> dict[str, float]:
    return dict(zip(("xmin", "ymin", "xmax", "ymax"), map(float, box.corners), strict=True))


def columns(box: Box) -> dict[str, Any]:
    """All that a tail's row says of its box."""
    return {**corners(box), "drawn_by": box.drawn_by.value, "confidence": float(box.confidence)}


def photo_size(row: Mapping[str, Any]) -> tuple[int, int]:
    """Width and height of a photo's row as it is seen: upright, and after a person's turn."""
    size = (row["width"], row["height"])
    return size if row["turned"] % 180 == 0 else size[::-1]


def inside(box: Box, row: Mapping[str, Any]) -> Box:
    """The part of a box that lies inside a photo's row.

    Raises:
        WhaleIdError: none does.
    """
    kept = clip(box, *photo_size(row))
    if kept is None:
        raise WhaleIdError(f"That box lies outside of {photo_title(row['path'])}.", "Draw it on the photo.")
    return kept


def delete_tails(edit: Recorder, tail_ids: Collection[int]) -> None:
    """Take tails out with what was concluded of them; a whale that was new with one, and is nothing else, goes too."""
    rows = edit.by_id(tail, tail_ids)
    former: list[dict[str, Any]] = []
    for table in (decision, reading):
        concluded = [row for some in chunks(rows) for row in edit.rows(table, table.c.tail_id.in_(some))]
        edit.delete(table, [row["id"] for row in concluded])
        former += concluded
    edit.delete(tail, rows)
    drop_unfounded(edit, former)


def drop_unfounded(edit: Recorder, former: Iterable[Mapping[str, Any]]) -> None:
    """Take whales out that exist by nothing but a "new" among these former decisions."""
    for key in {row["whale_id"] for row in former if row["verdict"] == Verdict.NEW.value}:
        used = (
            select(tail.c.id)
            .where(tail.c.whale_id == key)
            .union_all(
                select(photo.c.id).where(photo.c.known_whale_id == key),
                select(decision.c.id).where(decision.c.whale_id == key),
                select(reading.c.id).where(reading.c.whale_id == key),
                select(whale_name.c.id).where(whale_name.c.whale_id == key),
            )
        )
        if edit.connection.execute(used.limit(1)).first() is None:
            row = edit.by_id(whale, [key]).get(key)
            if row and not any(row[name] for name in ("nickname", "sex", "note", "pigmentation")):
                edit.delete(whale, [key])
