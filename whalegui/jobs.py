"""Work off the UI thread: lanes of worker threads; jobs with progress, time left, cancel and failure."""

from __future__ import annotations

import itertools
import logging
import time
from collections.abc import Callable
from typing import Any

import shiboken6
from PySide6.QtCore import QObject, Qt, QThreadPool, Signal, Slot

from whaleid_core.errors import Cancelled, Kind, WhaleIdError, of_the_disk

log = logging.getLogger(__name__)

LANES = {"catalogue": 1, "inference": 1, "files": 1, "readers": 2, "thumbnails": 2}
"""Threads a lane. What must stay in order has a lane of one thread."""
_TELL_EVERY_S = 0.1


class Watch:
    """What long work sees of the window: it tells how far it is, and asks whether it should stop.

    `progress` and `cancel` have the form that whaleid_core.workflow takes. All methods may be called on any thread.
    """

    def __init__(self, relay: Jobs, number: int) -> None:
        self._relay = relay
        self._number = number
        self._told = 0.0
        self.stop = False

    def progress(self, done: int, total: int) -> None:
        """So many of so many are done; may be called as often as one likes."""
        now = time.monotonic()
        if done == total or now - self._told >= _TELL_EVERY_S:
            self._told = now
            self._relay._moved.emit(self._number, done, total)

    def cancel(self) -> bool:
        """Whether the user asked for it to stop."""
        return self.stop

    def step(self, value: Any) -> None:
        """Hand over a part of the result before the end: `Job.stepped`, on the UI thread."""
        self._relay._stepped.emit(self._number, value)

    def failure(self, sentence: str) -> None:
        """One item failed, the rest goes on."""
        self._relay._failure.emit(self._number, sentence)


class Job(QObject):
    """One piece of work, seen from the UI thread, where it lives and where all its signals come."""

    progress = Signal(int, int)
    stepped = Signal(object)
    finished = Signal(object)
    failed = Signal(object)
    """WhaleIdError"""
    cancelled = Signal()
    ended = Signal()
    """After one of finished, failed, cancelled."""

    def __init__(self, title: str, lane: str, watch: Watch, droppable: bool) -> None:
        super().__init__()
        self._droppable = droppable
        self.title = title
        """What the job bar shows, e.g. "Finding tails"; empty for small work that isn't shown."""
        self.lane = lane
        self.done = 0
        self.total = 0
        self.failures: list[str] = []
        self.error: WhaleIdError | None = None
        self.state = "waiting"
        """waiting, running, finished, failed or cancelled"""
        self.retry: Callable[[], object] | None = None
        """What "Try again" does, where it makes sense."""
        self._then: dict[str, Callable[[Any], None]] = {}
        self._watch = watch
        self._since = 0.0

    def then(self, state: str, tell: Callable[[Any], object]) -> None:
        """Tell of the end that has this state, before the signals do.

        No signal's connection: Python can't look into one, so that whoever keeps a job of his own would be kept for
        good.
        """
        self._then[state] = _while_there(tell)

    def cancel(self) -> None:
        """Ask it to stop; what is done is kept."""
        self._watch.stop = True

    @property
    def stopping(self) -> bool:
        """Whether it was asked to stop."""
        return self._watch.stop

    @property
    def over(self) -> bool:
        return self.state in {"finished", "failed", "cancelled"}

    def seconds_left(self) -> float | None:
        """An estimate from the pace so far; None until there is a pace."""
        elapsed = time.monotonic() - self._since
        if not self._since or not self.done or elapsed < 1 or self.over:
            return None
        return elapsed / self.done * (self.total - self.done)

    def move(self, done: int, total: int) -> None:
        if not self._since:
            self.state = "running"
            self._since = time.monotonic()
        self.done, self.total = done, total
        self.progress.emit(done, total)

    def end(self, result: Any, error: Exception | None) -> None:
        if isinstance(error, Cancelled) or (self._droppable and self.stopping):
            self.state = "cancelled"
            self.cancelled.emit()
        elif isinstance(error, WhaleIdError):
            self.state = "failed"
            self.error = error
            self._tell(self.failed, error)
        else:
            self.state = "finished"
            self._tell(self.finished, result)
        self.ended.emit()

    def _tell(self, signal: Any, value: Any) -> None:
        """What goes wrong in one answer keeps nobody else from it."""
        tell = self._then.pop(self.state, None)
        self._then.clear()
        try:
            if tell is not None:
                tell(value)
        finally:
            signal.emit(value)


def as_sentence(error: Exception) -> WhaleIdError:
    """Any exception as one that a user can read; what isn't foreseen is a bug, and is logged as one."""
    if isinstance(error, WhaleIdError):
        return error
    made: WhaleIdError
    if isinstance(error, OSError):
        made = of_the_disk(error)
    else:
        log.error("unforeseen", exc_info=error)
        made = WhaleIdError(f"Something went wrong in the program: {error}", "The log file has the details.", Kind.BUG)
    made.__cause__ = error
    return made


def _while_there(tell: Callable[[Any], object]) -> Callable[[Any], None]:
    """Tells only while the objects of Qt that it tells are there: a dialog may be closed before its answer comes.

    They are what a method belongs to, and what a function made inside of one holds.
    """
    cells = getattr(tell, "__closure__", None) or ()

    def told(value: Any) -> None:
        held = [getattr(tell, "__self__", None), *(cell.cell_contents for cell in cells)]
        if all(shiboken6.isValid(one) for one in held if isinstance(one, QObject)):
            tell(value)

    return told


class _Runner:
    """Runs on a worker thread. It never holds a Job, which lives and dies on the UI thread.

    No QRunnable: PySide keeps one for good, with all that its work holds, whose thread was through with it before
    QThreadPool.start came back.
    """

    def __init__(self, relay: Jobs, number: int, watch: Watch, work: Callable[[Watch], Any]) -> None:
        self._relay = relay
        self._number = number
        self._watch = watch
        self._work = work

    def __call__(self) -> None:
        result: Any = None
        error: Exception | None = None
        try:
            if self._watch.stop:
                raise Cancelled
            result = self._work(self._watch)
        except Cancelled as stop:
            error = stop
        except Exception as unforeseen:
            error = as_sentence(unforeseen)
        self._relay._arrived.emit(self._number, result, error)


class Jobs(QObject):
    """The lanes, and what runs on them."""

    started = Signal(object)
    """A Job with a title was begun."""
    idle = Signal()
    """No lane has work any more; all results were handed over."""
    bug = Signal(object)
    """WhaleIdError of kind bug: work failed as nobody foresaw, whoever asked for it."""

    _moved = Signal(int, int, int)
    _stepped = Signal(int, object)
    _failure = Signal(int, str)
    _arrived = Signal(int, object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lanes: dict[str, QThreadPool] = {}
        for name, threads in LANES.items():
            pool = QThreadPool(self)
            pool.setMaxThreadCount(threads)
            self._lanes[name] = pool
        self._open: dict[int, Job] = {}
        self._closed = False
        self._numbers = itertools.count(1)
        queued = Qt.ConnectionType.QueuedConnection
        self._moved.connect(self._on_moved, queued)
        self._stepped.connect(self._on_stepped, queued)
        self._failure.connect(self._on_failure, queued)
        self._arrived.connect(self._on_arrived, queued)

    def start(
        self,
        title: str,
        lane: str,
        work: Callable[[Watch], Any],
        then: Callable[[Any], object] | None = None,
        failed: Callable[[WhaleIdError], object] | None = None,
        *,
        newest_first: bool = False,
        droppable: bool = False,
    ) -> Job:
        """Run `work(watch)` on a lane; `then(result)` or `failed(error)` follow on the UI thread. Not after `close`.

        Args:
            title: what the job bar shows; empty for small work that isn't shown.
            lane: one of LANES.
            newest_first: it overtakes what waits on its lane (thumbnails: what is looked at now).
            droppable: once it is cancelled, nobody wants what it has done up to then.
        """
        number = next(self._numbers)
        watch = Watch(self, number)
        job = Job(title, lane, watch, droppable)
        if self._closed:  # a timer that was on its way when the session was closed
            job.state = "cancelled"
            return job
        if then is not None:
            job.then("finished", then)
        if failed is not None:
            job.then("failed", failed)
        self._open[number] = job
        if title:
            self.started.emit(job)
        self._lanes[lane].start(_Runner(self, number, watch, work), number if newest_first else 0)
        return job

    @property
    def current(self) -> list[Job]:
        """The jobs with a title that wait or run, oldest first."""
        return [job for job in self._open.values() if job.title]

    def busy(self, lane: str | None = None) -> bool:
        """Whether anything, shown or not, waits or runs."""
        return any(lane is None or job.lane == lane for job in self._open.values())

    def close(self) -> None:
        """Ask everything to stop and wait until the threads have ended; nothing is told from then on."""
        self._closed = True
        for job in self._open.values():
            job.cancel()
        for pool in self._lanes.values():
            pool.waitForDone()
        self._open.clear()  # who listens to a job that won't end is let go

    @Slot(int, int, int)
    def _on_moved(self, number: int, done: int, total: int) -> None:
        if not self._closed:
            self._open[number].move(done, total)

    @Slot(int, object)
    def _on_stepped(self, number: int, value: Any) -> None:
        if not self._closed:
            self._open[number].stepped.emit(value)

    @Slot(int, str)
    def _on_failure(self, number: int, sentence: str) -> None:
        if not self._closed:
            job = self._open[number]
            job.failures.append(sentence)
            job.progress.emit(job.done, job.total)

    @Slot(int, object, object)
    def _on_arrived(self, number: int, result: Any, error: Exception | None) -> None:
        if self._closed:
            return
        job = self._open[number]
        try:
            if isinstance(error, WhaleIdError) and error.kind is Kind.BUG:
                self.bug.emit(error)
            job.end(result, error)
        finally:
            # What follows the end may have closed the session.
            self._open.pop(number, None)
            if not self._open:
                self.idle.emit()
