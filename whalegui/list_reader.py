"""Reads what a list shows on a reader lane: one question at a time, and the newest answer counts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal

from whalegui.jobs import Job
from whalegui.session import Session
from whaleid_core.catalogue import Catalogue

SOON_MS = 150
"""Changes that come in a burst, as a job streams them, are one question."""


class ListReader(QObject):
    """Asks again which rows a list has.

    Args:
        question: makes what is asked now, e.g. with the words in the find field; called on the UI thread.

    Signals:
        came(object): the newest answer.
        failed(WhaleIdError): there is none.
    """

    came = Signal(object)
    failed = Signal(object)

    def __init__(self, session: Session, question: Callable[[], Callable[[Catalogue], Any]], parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._question = question
        self._job: Job | None = None
        self._again = False
        self._later = session.pause(SOON_MS, self.ask)

    def ask(self) -> None:
        """Ask now; an answer that is on its way is old then, and isn't told."""
        self._later.stop()
        if self._job is not None:
            self._again = True
            return
        self._job = self._session.query(self._question(), self._take)
        self._job.failed.connect(self._fail)

    def ask_soon(self) -> None:
        """Ask in a moment, once for all that changes until then."""
        self._later.begin()

    @property
    def asking(self) -> bool:
        """Whether an answer will come."""
        return self._job is not None or self._later.isActive()

    def _take(self, answer: Any) -> None:
        self._job = None
        if self._again:
            self._again = False
            self.ask()
        else:
            self.came.emit(answer)

    def _fail(self, error: object) -> None:
        self._job = None
        self._again = False
        self.failed.emit(error)
