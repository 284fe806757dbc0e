"""Reads what Matches shows on the reader lanes, and forgets what is no longer asked for."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from whalegui.jobs import Job
from whalegui.match_details import Details, read_details, read_encounter, read_tails
from whalegui.session import Session


class MatchReader(QObject):
    """Reads one tail, then what is around it.

    Signals:
        loaded(int, Details | None, bool): a tail's id, its details (None: it is gone), and whether fresh was asked for.
        encounter(int, str, tuple[Shown, ...]): a photo's id, the name of its encounter and the tails in it.
        coming(tuple[Shown, ...]): the tail that is likely to be opened next.
    """

    loaded = Signal(int, object, bool)
    encounter = Signal(int, str, object)
    coming = Signal(object)

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._reading: Job | None = None
        self._around: Job | None = None

    def read(self, tail_id: int, fresh: bool) -> None:
        """Reads a tail; `fresh` where the newest order of its candidates is wanted, whatever is in view."""

        def done(details: Details | None) -> None:
            self.loaded.emit(tail_id, details, fresh)

        judge_of = self._session.judge_of
        self._reading = self._session.query(
            lambda catalogue: read_details(catalogue, tail_id, judge_of), done, self._reading
        )

    def read_around(self, details: Details, following: int | None) -> None:
        """Reads a tail's encounter, and the tail that comes next while the person looks at this one."""
        photo = details.photo
        self._around = self._session.query(
            lambda catalogue: read_encounter(catalogue, photo),
            lambda read: self.encounter.emit(photo.id, *read),
            self._around,
        )
        if following is not None and following != details.tail.id:
            self._session.query(lambda catalogue: read_tails(catalogue, [following]), self.coming.emit)
