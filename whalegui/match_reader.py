"""Reads what Matches shows on the reader lanes, and forgets what is no longer asked for."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from whalegui.jobs import Job
from whalegui.match_details import Asked, Details, read_details, read_encounter, read_tails
from whalegui.session import Session


class MatchReader(QObject):
    """Reads one tail, then what is around it.

    Signals:
        loaded(Asked, Details | None, bool): what was asked, the details (None: it is gone), and whether fresh.
        encounter(int, str, tuple[Shown, ...]): a photo's id, the name of its encounter and the tails in it.
        coming(tuple[Shown, ...]): the tail that is likely to be opened next.
    """

    loaded = Signal(object, object, bool)
    encounter = Signal(int, str, object)
    coming = Signal(object)

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._reading: Job | None = None
        self._around: Job | None = None

    def read(self, asked: Asked, fresh: bool) -> None:
        """Reads a tail; `fresh` where the newest order of its candidates is wanted, whatever is in view."""

        def done(details: Details | None) -> None:
            self.loaded.emit(asked, details, fresh)

        judge_of, ranker = self._session.judge_of, self._session.ranker
        self._reading = self._session.query(
            lambda catalogue: read_details(catalogue, asked, judge_of, ranker), done, self._reading
        )

    def read_around(self, details: Details, following: int | None, blind: bool) -> None:
        """Reads a tail's encounter, and the tail that comes next while the person looks at this one."""
        photo = details.photo
        self._around = self._session.query(
            lambda catalogue: read_encounter(catalogue, photo, blind),
            lambda read: self.encounter.emit(photo.id, *read),
            self._around,
        )
        if following is not None and following != details.tail.id:
            self._session.query(lambda catalogue: read_tails(catalogue, [following]), self.coming.emit)
