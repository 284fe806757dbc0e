"""Reads tails for the comparer on the thumbnail lane, and keeps the last ones for going back and forth."""

from __future__ import annotations

from collections import OrderedDict
from typing import NamedTuple

from PySide6.QtCore import QObject, Signal

from whalegui.jobs import Jobs
from whaleid_core.catalogue.rows import PhotoRow, TailRow
from whaleid_core.errors import WhaleIdError

from .tail_picture import Look, TailPicture, read_tail_picture, with_look

LIMIT = 400_000_000
"""Bytes of pictures to keep; the newest two stay in any case."""


class _Key(NamedTuple):
    tail_id: int
    corners: tuple[float, float, float, float]
    turned: int
    look: Look


class Problem(NamedTuple):
    """Why a photo can't be shown: its file is gone, or what is wrong with it."""

    missing: bool
    sentence: str


class TailLoader(QObject):
    """Answers at once: with a picture, or with None and `ready` later.

    Signals:
        ready(int): the tail with that id can be had now, or has a problem.
    """

    ready = Signal(int)

    def __init__(self, jobs: Jobs, parent: QObject | None = None, limit: int = LIMIT) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._limit = limit
        self._kept: OrderedDict[_Key, TailPicture] = OrderedDict()
        self._coming: set[_Key] = set()
        self._problems: dict[int, Problem] = {}

    def picture(self, tail: TailRow, photo: PhotoRow, look: Look) -> TailPicture | None:
        """The tail's picture as a look wants it; None while it is being made, or where `problem` says why not."""
        key = _Key(tail.id, tail.box.corners, photo.turned, look)
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
            return found
        if key not in self._coming and tail.id not in self._problems:
            self._fetch(key, tail, photo)
        return None

    def problem(self, tail_id: int) -> Problem | None:
        """Why a tail's photo can't be shown; None where it can, or may still come."""
        return self._problems.get(tail_id)

    def try_again(self) -> None:
        """Forgets the problems: a card was put back."""
        self._problems.clear()

    def _fetch(self, key: _Key, tail: TailRow, photo: PhotoRow) -> None:
        plain_key = key._replace(look=Look())
        plain = self._kept.get(plain_key)

        def work() -> tuple[TailPicture, TailPicture] | Problem:
            try:
                base = plain or read_tail_picture(photo.path, photo.width, tail.box, photo.turned)
            except WhaleIdError as error:
                return Problem(not photo.path.exists(), error.sentence)
            return base, with_look(base, key.look)

        def done(made: tuple[TailPicture, TailPicture] | Problem) -> None:
            self._coming.discard(key)
            if isinstance(made, Problem):
                self._problems[tail.id] = made
            else:
                self._keep(plain_key, made[0])
                self._keep(key, made[1])
            self.ready.emit(tail.id)

        def failed(error: WhaleIdError) -> None:
            self._coming.discard(key)
            self._problems[tail.id] = Problem(False, error.sentence)
            self.ready.emit(tail.id)

        self._coming.add(key)
        self._jobs.start("", "thumbnails", lambda watch: work(), done, failed, newest_first=True)

    def _keep(self, key: _Key, picture: TailPicture) -> None:
        self._kept[key] = picture
        self._kept.move_to_end(key)
        while len(self._kept) > 2 and sum(kept.size for kept in self._kept.values()) > self._limit:
            self._kept.popitem(last=False)
