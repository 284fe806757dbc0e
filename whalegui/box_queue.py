"""The photos whose boxes wait for a person: doubt first, in an order that stays while one works through it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import IntEnum
from itertools import chain, islice

from PySide6.QtCore import QObject, Signal

from whalegui.answers import percent
from whaleid_core.catalogue import BORDER, SHAPES, SURE, CheckReason, PhotoRow, TailRow
from whaleid_core.records import Change, Drawer

DOUBTFUL = tuple(reason for reason in CheckReason if reason is not CheckReason.SURE)


class Part(IntEnum):
    """A part of the queue that one can go through by itself."""

    TO_CHECK = 0
    NO_TAIL = 1
    SEVERAL = 2
    UNSURE = 3
    BORDER = 4
    SHAPE = 5
    DISPUTED = 6

    @property
    def reasons(self) -> tuple[CheckReason, ...]:
        return DOUBTFUL if self is Part.TO_CHECK else (CheckReason[self.name],)


class BoxQueue(QObject):
    """What waits and what was done since the queue was begun. What is done stays in its place, so nothing moves.

    Signals:
        listed(): photos came or went, or were done; `ids` and `waiting` are new.
    """

    listed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._reasons: dict[int, CheckReason] = {}  # in the queue's order
        self._ids: dict[Part, list[int]] = {part: [] for part in Part}
        self._done: set[int] = set()
        self._sure: list[int] = []

    def load(self, waiting: Mapping[CheckReason, Sequence[int]], afresh: bool = False) -> None:
        """Take in what waits now: afresh, or what is new behind the rest."""
        if afresh:
            self._reasons, self._done, self._sure = {}, set(), []
        everything = {key for ids in waiting.values() for key in ids}
        for reason in DOUBTFUL:
            for key in waiting.get(reason, ()):
                self._reasons.setdefault(key, reason)
        self._ids = {part: [k for k, reason in self._reasons.items() if reason in part.reasons] for part in Part}
        self._done = {key for key in self._reasons if key not in everything}
        sure = [key for key in waiting.get(CheckReason.SURE, ()) if key not in self._reasons]
        kept = set(sure)
        self._sure = [key for key in self._sure if key in kept]
        known = set(self._sure)
        self._sure += [key for key in sure if key not in known]
        self.listed.emit()

    def set_done(self, photo_ids: Iterable[int], done: bool = True) -> None:
        """Mark photos as done, before the catalogue says so too; or as waiting again."""
        keys = [key for key in photo_ids if key in self._reasons]
        before = len(self._done)
        self._done = self._done | set(keys) if done else self._done - set(keys)
        if len(self._done) != before:
            self.listed.emit()

    def set_sure_done(self, photo_ids: Iterable[int]) -> None:
        """Sure photos were accepted."""
        gone = set(photo_ids)
        self._sure = [key for key in self._sure if key not in gone]
        self.listed.emit()

    def ids(self, part: Part) -> list[int]:
        """The photos of a part in order, done or not."""
        return list(self._ids[part])

    def waiting(self, part: Part) -> int:
        """How many photos of a part aren't done."""
        reasons = part.reasons
        return len(self._ids[part]) - sum(1 for key in self._done if self._reasons[key] in reasons)

    @property
    def sure(self) -> list[int]:
        """The photos with one box that the detector is sure of: what the sheet shows."""
        return list(self._sure)

    def holds(self, photo_id: int) -> bool:
        return photo_id in self._reasons

    def is_done(self, photo_id: int) -> bool:
        return photo_id in self._done

    def position(self, photo_id: int, part: Part) -> str:
        """Where a photo is in a part, e.g. "3 of 220"; empty where it isn't in it."""
        ids = self._ids[part]
        return f"{ids.index(photo_id) + 1:,} of {len(ids):,}" if self.holds(photo_id) and photo_id in ids else ""

    def step(self, photo_id: int, by: int, part: Part) -> int | None:
        """The photo so many places further in a part, done or not; None at its end."""
        ids = self._ids[part]
        if photo_id not in ids:
            return ids[0] if ids else None
        at = ids.index(photo_id) + by
        return ids[at] if 0 <= at < len(ids) else None

    def next_waiting(self, photo_id: int, part: Part) -> int | None:
        """The photo that waits next after another one, beginning again at the front; None where all is done."""
        return next(iter(self.following(photo_id, 1, part)), None)

    def following(self, photo_id: int, count: int, part: Part) -> list[int]:
        """The photos that wait next, so many at most."""
        ids = self._ids[part]
        at = ids.index(photo_id) + 1 if photo_id in ids else 0
        waiting = (key for key in chain(ids[at:], ids[:at]) if key not in self._done and key != photo_id)
        return list(islice(waiting, count))


def touched_photos(change: Change) -> list[int]:
    """The photos whose row or boxes a change altered, in its order."""
    found: dict[int, None] = {}
    for row in change.rows:
        if row.table == "photo":
            found[row.key] = None
        elif row.table == "tail":
            found[int((row.after or row.before or {})["photo_id"])] = None
    return list(found)


def doubt(photo: PhotoRow, tails: Sequence[TailRow]) -> str:
    """Why a person should look at a photo's boxes, in a few words, as it is queued; empty where nothing is odd."""
    if len(tails) > 1 and not photo.checked:
        return "Several tails"
    found = [tail.box for tail in tails if tail.box.drawn_by is not Drawer.PERSON]
    least = min((box.confidence for box in found), default=1.0)
    if least < SURE:
        return f"Only {percent(least)} sure"
    edge = photo.width - BORDER, photo.height - BORDER
    if any(min(box.xmin, box.ymin) < BORDER or box.xmax > edge[0] or box.ymax > edge[1] for box in found):
        return "At the border"
    if any(not SHAPES[0] <= box.width / box.height <= SHAPES[1] for box in found):
        return "Odd shape"
    return "A second look says otherwise" if any(box.disputed for box in found) else ""
