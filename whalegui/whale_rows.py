"""What Whales shows of the catalogue, read on a worker: whales with their cover, a whale's tails, its history."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from whaleid_core.catalogue.rows import JournalRow, PhotoRow, TailRow, WhaleRow
from whaleid_core.records import Change, RowChange

if TYPE_CHECKING:
    from whaleid_core.catalogue import Catalogue

JOURNAL_LINES = 1000
"""How far back the history looks."""


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


def history_of(catalogue: Catalogue, whale_id: int) -> list[JournalRow]:
    """The lines of the journal that touched a whale, newest first."""
    lines = [line for line in catalogue.journal(JOURNAL_LINES) if line.tables & {"whale", "decision"}]
    return [line for line in lines if touches(catalogue.journal_change(line.id), whale_id)]


def touches(change: Change, whale_id: int) -> bool:
    """Whether a change made, changed or removed a whale, or moved a tail to or from it."""
    return whale_id in change.keys("whale") or any(whale_id in _named(row) for row in change.rows)


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
