"""What Whales shows of the catalogue, read on a worker: whales with their cover, a whale's tails by date."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING

from whalegui.widgets.grid_layout import Group
from whaleid_core.catalogue.rows import PhotoRow, TailRow, WhaleRow
from whaleid_core.records import Change, RowChange

if TYPE_CHECKING:
    from whaleid_core.catalogue import Catalogue
    from whaleid_core.quality import Suggested


@dataclass(frozen=True, slots=True)
class WhaleCell:
    """A whale in the list, with the tail that stands for it; without one where it has no tail."""

    whale: WhaleRow
    tail: TailRow | None
    photo: PhotoRow | None

    @property
    def id(self) -> int:
        return self.whale.id


@dataclass(frozen=True, slots=True)
class TailCell:
    """A tail of a whale, with the photo that shows it."""

    tail: TailRow
    photo: PhotoRow

    @property
    def id(self) -> int:
        return self.tail.id


def with_covers(catalogue: Catalogue, whales: Collection[WhaleRow]) -> list[WhaleCell]:
    """Whales with their covers, in the same order."""
    tails = {
        row.id: row for row in catalogue.tail_rows([w.cover_tail_id for w in whales if w.cover_tail_id is not None])
    }
    photos = _photos(catalogue, tails.values())
    cells = []
    for whale in whales:
        tail = tails.get(whale.cover_tail_id) if whale.cover_tail_id is not None else None
        cells.append(WhaleCell(whale, tail, photos.get(tail.photo_id) if tail is not None else None))
    return cells


def tails_of(catalogue: Catalogue, whale_id: int) -> list[TailCell]:
    """All tails of a whale, best first."""
    tails = catalogue.whale_tails(whale_id)
    photos = _photos(catalogue, tails)
    return [TailCell(tail, photos[tail.photo_id]) for tail in tails if tail.photo_id in photos]


def by_date(tails: Sequence[TailCell]) -> tuple[list[TailCell], list[Group]]:
    """Tails by date under their years; those without a date at the end."""

    def when(cell: TailCell) -> tuple[bool, datetime, int]:
        return cell.photo.taken_at is None, cell.photo.taken_at or datetime.min, cell.id

    rows = sorted(tails, key=when)
    groups: list[Group] = []
    for year, own in groupby(rows, lambda cell: cell.photo.taken_at.year if cell.photo.taken_at is not None else None):
        count = len(list(own))
        start = groups[-1].start + groups[-1].count if groups else 0
        groups.append(Group("No date" if year is None else str(year), start, count))
    return rows, groups


def suggestion_of(cell: TailCell) -> Suggested:
    """What the program suggests for a tail's picture; reads the photo.

    Raises:
        WhaleIdError: it can't be read.
    """
    from whaleid_core.boxes import clip
    from whaleid_core.photos import read_pixels
    from whaleid_core.quality import suggest

    pixels = read_pixels(cell.photo.path, turned=cell.photo.turned)
    box = clip(cell.tail.box, pixels.shape[1], pixels.shape[0])
    if box is None:
        return suggest(pixels[:1, :1])
    return suggest(pixels[int(box.ymin) : math.ceil(box.ymax), int(box.xmin) : math.ceil(box.xmax)])


def retells(change: Change) -> bool:
    """Whether whales, or what they are known from, are others after a change."""
    return "whale" in change.tables or any(_named(row) for row in change.rows)


def _named(row: RowChange) -> set[int]:
    """The whales that a row of a tail, a photo or a decision points at, before and after."""
    found = set()
    for values in (row.before, row.after):
        for column in ("whale_id", "known_whale_id"):
            key = values.get(column) if isinstance(values, Mapping) else None
            if key is not None:
                found.add(int(key))
    return found


def _photos(catalogue: Catalogue, tails: Collection[TailRow]) -> dict[int, PhotoRow]:
    return {row.id: row for row in catalogue.photos(list(dict.fromkeys(tail.photo_id for tail in tails)))}
