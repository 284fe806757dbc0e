"""A whale that was named just now can be proposed for the tails that still wait: they are compared anew, unseen."""

from __future__ import annotations

import time

from PySide6.QtCore import QObject, QTimer

from whalegui.session import Session
from whaleid_core.records import Change, Drawer, RowChange

PAUSE_MS = 1500
"""So long nothing else is decided before it begins."""
_REST = 4
_LONGEST_REST_S = 20.0
"""In a large catalogue comparing takes long: it then rests this many times as long as it took, up to a limit."""
_GEOMETRY = ("xmin", "ymin", "xmax", "ymax")


class Rematch(QObject):
    """Belongs to a session, and begins `match_again` when decisions, names or boxes have changed.

    Nothing moves in view: a workspace shows new suggestions of the tail in view only when it is asked to.
    """

    def __init__(self, session: Session, pause_ms: int = PAUSE_MS) -> None:
        super().__init__(session)
        self._session = session
        self._pause_ms = pause_ms
        self._began = 0.0
        self._not_before = 0.0
        self._later = QTimer(self, singleShot=True)
        self._later.timeout.connect(self._begin)
        session.changed.connect(self._changed)

    def _changed(self, change: Change) -> None:
        if not self._session.catalogue.read_only and any(map(_tells, change.rows)):
            self._wait()

    def _wait(self) -> None:
        rest = round(1000 * (self._not_before - time.monotonic()))
        self._later.start(max(self._pause_ms, rest))

    def _begin(self) -> None:
        if self._session.jobs.busy("inference"):
            self._wait()
            return
        self._began = time.monotonic()
        job = self._session.match_again()  # held: one that comes after the session was closed is kept by nobody else
        job.ended.connect(self._ended)

    def _ended(self) -> None:
        now = time.monotonic()
        self._not_before = now + min(_REST * (now - self._began), _LONGEST_REST_S)


def _tells(row: RowChange) -> bool:
    """Whether a row's change makes other suggestions: another gallery, or a tail seen otherwise.

    Tails that a detector found don't count: the job that found them is followed by the one that matches them.
    """
    if row.table in ("decision", "whale"):
        return True
    if row.table != "tail" or row.after is None:
        return False
    if row.before is None:
        return bool(row.after["drawn_by"] == Drawer.PERSON)
    return any(row.before[side] != row.after[side] for side in _GEOMETRY)
