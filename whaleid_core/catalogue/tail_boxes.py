"""Tail boxes as rows: between `Box` and the tail table's columns, and inside their photo."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from whaleid_core.boxes import clip, iou, iou_matrix
from whaleid_core.catalogue.names import photo_title
from whaleid_core.catalogue.recorder import Recorder
from whaleid_core.catalogue.row_writes import chunks
from whaleid_core.catalogue.schema import comparison, decision, photo, reading, tail, whale, whale_name
from whaleid_core.errors import WhaleIdError
from whaleid_core.records import Box, Drawer, Verdict

SAME_TAIL = 0.5
"""Two boxes of one photo that overlap by this much (IoU) are about the same tail."""
ALIKE = 0.9
"""Two boxes that overlap by this much (IoU) are as good as each other."""


def box_of(row: Mapping[Any, Any]) -> Box:
    return Box(
        row["xmin"],
        row["ymin"],
        row["xmax"],
        row["ymax"],
        drawn_by=Drawer(row["drawn_by"]),
        confidence=row["confidence"],
        disputed=row["disputed"],
    )


def corners(box: Box) -> dict[str, float]:
    return dict(zip(("xmin", "ymin", "xmax", "ymax"), map(float, box.corners), strict=True))


def columns(box: Box, before: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """All that a tail's row says of its box.

    Args:
        before: the row that had another box until now; where it had this one, it was drawn when it says.
    """
    made = {
        **corners(box),
        "drawn_by": box.drawn_by.value,
        "confidence": float(box.confidence),
        "disputed": box.disputed,
    }
    if before is not None and box_of(before) == box_of(made):
        return {**made, "drawn_at": before["drawn_at"]}
    return {**made, "drawn_at": datetime.now(UTC) if box.drawn_by is Drawer.PERSON else None}


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
    for some in chunks(rows):
        compared = comparison.c.tail_id.in_(some) | comparison.c.other_id.in_(some)
        edit.delete(comparison, [row["id"] for row in edit.rows(comparison, compared)])
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


def clipped(row: Mapping[str, Any], boxes: Sequence[Box]) -> list[Box]:
    """The parts of boxes that lie inside a photo's row."""
    return [kept for box in boxes if (kept := clip(box, *photo_size(row))) is not None]


def add_tails(edit: Recorder, row: Mapping[str, Any], boxes: Sequence[Box]) -> None:
    """Insert tails; the best is the whale that a list names for the photo, unless another tail is already."""
    whale_id = row["known_whale_id"]
    if whale_id is not None and edit.rows(tail, (tail.c.photo_id == row["id"]) & (tail.c.whale_id == whale_id)):
        whale_id = None
    best = max(range(len(boxes)), key=lambda index: boxes[index].confidence, default=-1)
    rows = [{"photo_id": row["id"], **columns(box), "whale_id": None, "verdict": None} for box in boxes]
    if rows and whale_id is not None:
        rows[best] |= {"whale_id": whale_id, "verdict": Verdict.SAME.value}
    edit.insert(tail, rows)


def pairs_of(old: Sequence[Box], new: Sequence[Box]) -> dict[int, int]:
    """Which new box is about the same tail as which old one, the most alike first."""
    overlaps = iou_matrix(old, new)
    found: dict[int, int] = {}
    for index in overlaps.argsort(axis=None)[::-1]:
        first, second = divmod(int(index), len(new))
        if overlaps[first, second] >= SAME_TAIL and first not in found and second not in found.values():
            found[first] = second
    return found


@dataclass(frozen=True, slots=True)
class Renewal:
    """What a detector's new boxes do to those that a photo has.

    Attributes:
        moved: new boxes by the tail that each is about.
        deleted: tails that are there no more.
        added: boxes of tails that there weren't.
        kept: the boxes that stay as they are.
    """

    moved: Mapping[int, Box]
    deleted: Sequence[int]
    added: Sequence[Box]
    kept: Sequence[Box]

    @property
    def boxes(self) -> list[Box]:
        """The photo's boxes afterwards."""
        return [*self.kept, *self.moved.values(), *self.added]

    def __bool__(self) -> bool:
        return bool(self.moved or self.deleted or self.added)


def renewal(row: Mapping[str, Any], tails: Sequence[Mapping[str, Any]], found: Sequence[Box]) -> Renewal:
    """What becomes of a photo's tails when a detector looks again.

    What a person drew, corrected or accepted stays, and so does a tail of which a person concluded something. A box
    that is as good as the old one isn't taken.

    Args:
        row: the photo's.
        tails: its tails' rows.
        found: what the detector finds now.
    """
    present = [box_of(item) for item in tails]
    if row["checked"]:
        return Renewal({}, (), (), present)
    wanted = clipped(row, found)
    if row["known_whale_id"] is not None:
        wanted = sorted(wanted, key=lambda box: -box.confidence)[:1]
    pairs = pairs_of(present, wanted)
    moved: dict[int, Box] = {}
    deleted, kept = [], []
    for index, (item, box) in enumerate(zip(tails, present, strict=True)):
        new = wanted[pairs[index]] if index in pairs else None
        if box.drawn_by is Drawer.PERSON or (new is None and item["verdict"] is not None):
            kept.append(box)
        elif new is None:
            deleted.append(item["id"])
        elif box.drawn_by is new.drawn_by and iou(box, new) >= ALIKE:
            kept.append(box)
        else:
            moved[item["id"]] = new
    added = [box for index, box in enumerate(wanted) if index not in pairs.values()]
    if row["known_whale_id"] is not None and (moved or kept):
        added = []
    return Renewal(moved, deleted, added, kept)
