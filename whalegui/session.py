"""The open catalogue, the selection, the undo stack and the jobs: the one object that widgets talk to."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from PySide6.QtCore import QEventLoop, QObject, QTimer, Signal

from whalegui.edits import StepCommand, fill, pass_over
from whalegui.jobs import Job, Watch
from whalegui.judging import Expected, Judge
from whalegui.long_work import LongWork
from whalegui.looking_again import LookingAgain
from whalegui.thumbnails import Thumbnails
from whaleid_core.errors import WhaleIdError
from whaleid_core.records import Change

if TYPE_CHECKING:
    from whaleid_core.catalogue import Catalogue

T = TypeVar("T")
Operation = tuple[
    Literal["edit", "undo", "redo", "recall"], Callable[[Any], Change] | None, Callable[[Change], object] | None
]
_COUNTS_AFTER_MS = 120


class Pause(QTimer):
    """What follows changes is done once a pause, however many of them come in a burst."""

    def begin(self) -> None:
        """A change came; where the pause runs already, it isn't made longer: a long job would put it off for good."""
        if not self.isActive():
            self.start()


class Session(LongWork):
    """One open catalogue and what is done with it.

    Edits, undo and redo run one after the other on the catalogue lane, in the order they were asked for; what follows
    comes back on the UI thread.
    """

    counts_changed = Signal(object)
    """Counts"""
    selection_changed = Signal(object)
    """frozenset of photo ids"""
    show_requested = Signal(str, int)
    """Workspace ("photos", "boxes", "matches", "whales") and the id of what to show there."""
    moved = Signal(object)
    """Change: what an undo or a redo changed, so that the window can show it."""
    trouble = Signal(object)
    """WhaleIdError that belongs to no job."""
    second_reading_changed = Signal(bool)
    """Whether decided tails are read a second time, by somebody who doesn't see what was decided."""
    fit_changed = Signal(str)
    """What a photo is first seen as in Boxes: "whole" or "tail"."""
    expected_changed = Signal()
    """What the person accepts and expects of matching is something else now."""

    def __init__(self, catalogue: Catalogue, parent: QObject | None = None) -> None:
        super().__init__(catalogue, parent)
        self.thumbnails = Thumbnails(self.jobs, Path(catalogue.folder) / "thumbnails", self)
        self.counts: Any = None
        self._expected = Expected()
        self.fit = "whole"
        self.again = LookingAgain(self, self.edit)
        self._second_reading = False
        self._counted: Job | None = None
        self._selection: frozenset[int] = frozenset()
        self._operations: deque[Operation] = deque()
        self._editing = False
        self._pauses: list[Pause] = []
        self._counting = self.pause(_COUNTS_AFTER_MS, self._count)
        self.changed.connect(lambda change: self._counting.begin())
        self._count()

    # What is open

    @property
    def title(self) -> str:
        """What the status line calls the catalogue."""
        return f"{self.catalogue.name}{' (only to read)' if self.catalogue.read_only else ''}"

    @property
    def who(self) -> str:
        """Who works: stands in the journal beside each edit."""
        return self.catalogue.who

    @who.setter
    def who(self, name: str) -> None:
        self.catalogue.who = name

    @property
    def expected(self) -> Expected:
        """What the person accepts and expects of matching."""
        return self._expected

    @expected.setter
    def expected(self, expected: Expected) -> None:
        if expected != self._expected:
            self._expected = expected
            self.expected_changed.emit()

    @property
    def second_reading(self) -> bool:
        """Whether Matches goes through the tails that others decided, with their answers hidden."""
        return self._second_reading

    @second_reading.setter
    def second_reading(self, on: bool) -> None:
        if on != self._second_reading:
            self._second_reading = on
            self.second_reading_changed.emit(on)

    def set_fit(self, fit: str) -> None:
        """Another way in which photos are first seen in Boxes."""
        if fit != self.fit:
            self.fit = fit
            self.fit_changed.emit(fit)

    def judge_of(self, model: str) -> Judge:
        """Who says what to make of a model's suggestions; for a worker thread."""
        return Judge(self.calibration_of(model), self._expected)

    @property
    def selection(self) -> frozenset[int]:
        """Ids of the photos that are picked, shared by the workspaces."""
        return self._selection

    def select(self, photo_ids: Iterable[int]) -> None:
        """Pick photos."""
        chosen = frozenset(photo_ids)
        if chosen != self._selection:
            self._selection = chosen
            self.selection_changed.emit(chosen)

    def show(self, workspace: str, item: int) -> None:
        """Ask the window to open a workspace at a photo, tail or whale."""
        self.show_requested.emit(workspace, item)

    def show_encounter(self, encounter_id: int) -> None:
        """Ask the window to open Photos at the first photo of an encounter."""

        def first(catalogue: Catalogue) -> list[int]:
            from whaleid_core.catalogue.rows import PhotoFilter

            return catalogue.photo_ids(PhotoFilter(encounter_id=encounter_id))[:1]

        def show(ids: list[int]) -> None:
            for key in ids:
                self.show("photos", key)

        self.query(first, show)

    # Reading and writing the catalogue

    def edit(self, make: Callable[[Catalogue], Change], then: Callable[[Change], object] | None = None) -> None:
        """Make an edit, put it on the undo stack and tell everybody; a failure goes to the status line.

        Args:
            make: runs on the catalogue lane, e.g. `lambda c: c.delete_box(tail_id)`.
            then: runs on the UI thread after `changed`.
        """
        self._enqueue(("edit", make, then))

    def query(self, make: Callable[[Catalogue], T], then: Callable[[T], object], instead_of: Job | None = None) -> Job:
        """Read on a reader lane; `then` gets the result on the UI thread.

        Answers may come in another order than the questions were asked. Once the job is cancelled, none comes.

        Args:
            instead_of: an older question, whose answer is not wanted any more.
        """
        if instead_of is not None:
            instead_of.cancel()
        return self.jobs.start(
            "", "readers", lambda watch: make(self.catalogue), then, self.trouble.emit, droppable=True
        )

    def pause(self, milliseconds: int, do: Callable[[], object]) -> Pause:
        """A pause after which something is done; `settle` waits for it.

        Args:
            do: a method of a QObject; where that is gone, nothing is done.
        """
        made = Pause(self, singleShot=True, interval=milliseconds)
        made.timeout.connect(do)
        self._pauses.append(made)
        return made

    def undo(self) -> None:
        """Take the last edit back, on the catalogue lane."""
        self._enqueue(("undo", None, None))

    def redo(self) -> None:
        """Make the edit again that was taken back last."""
        self._enqueue(("redo", None, None))

    def recall(self) -> None:
        """Fill the undo stack with what the person did before, as the journal tells."""
        self._enqueue(("recall", None, None))

    def refresh_counts(self) -> None:
        """Count again, soon."""
        self._counting.begin()

    def _enqueue(self, operation: Operation) -> None:
        self._operations.append(operation)
        self._next()

    def _next(self) -> None:
        """Begin the oldest operation when the one before is through: an undo then sees the stack it was meant for."""
        if self._editing or not self._operations:
            return
        kind, make, then = self._operations.popleft()
        if kind == "recall":
            self._run(lambda catalogue: catalogue.history(), lambda history: fill(self.undo_stack, history))
        elif kind == "edit":
            assert make is not None
            self._run(make, lambda change: self._edited(change, then))
        else:
            self._step(kind)

    def _step(self, kind: Literal["undo", "redo"]) -> None:
        stack = self.undo_stack
        index = stack.index() - 1 if kind == "undo" else stack.index()
        command = stack.command(index) if 0 <= index < stack.count() else None
        if not isinstance(command, StepCommand):
            self.say("Nothing to undo." if kind == "undo" else "Nothing to redo.")
            self._next()
            return
        entries, label = command.entries, command.text()
        self._run(
            lambda catalogue: catalogue.take_back(entries, label),
            lambda change: self._stepped(kind, command, change),
            lambda error: pass_over(self.undo_stack, command, kind, error),
        )

    def _run(
        self,
        make: Callable[[Catalogue], Any],
        then: Callable[[Any], None],
        refused: Callable[[WhaleIdError], None] | None = None,
    ) -> None:
        self._editing = True

        def work(watch: Watch) -> Any:
            with self.catalogue.one_step():
                return make(self.catalogue)

        def through(result: Any) -> None:
            self._editing = False
            try:
                then(result)
            finally:
                self._next()

        def failed(error: WhaleIdError) -> None:
            self._editing = False
            if refused is not None:
                refused(error)
            self.trouble.emit(error)
            self._next()

        self.jobs.start("", "catalogue", work, through, failed)

    def _edited(self, change: Change, then: Callable[[Change], object] | None) -> None:
        if change:
            self.remember(change)
            self.changed.emit(change)
            self.say(f"{change.label.rstrip('.')}.")
        if then is not None:
            then(change)

    def _stepped(self, kind: Literal["undo", "redo"], command: StepCommand, change: Change) -> None:
        command.entries = change.entries
        if kind == "undo":
            self.undo_stack.undo()
            self.say(f"Undone: {change.label.rstrip('.')}.")
        else:
            self.undo_stack.redo()
            self.say(f"Done again: {change.label.rstrip('.')}.")
        self.changed.emit(change)
        self.moved.emit(change)

    def _count(self) -> None:
        def counted(counts: Any) -> None:
            self.counts = counts
            self.counts_changed.emit(counts)

        self._counted = self.query(lambda catalogue: catalogue.counts(), counted, self._counted)

    # The end, and tests

    def settle(self, timeout_ms: int = 120_000) -> None:
        """Wait in an event loop until no lane has work, now or soon, and the screen is drawn: for tests and pictures.

        Raises:
            TimeoutError: it still works after `timeout_ms`.
        """
        loop = QEventLoop()
        limit = QTimer(singleShot=True, interval=timeout_ms)
        limit.timeout.connect(loop.quit)
        limit.start()
        self.jobs.idle.connect(loop.quit)
        quiet = 0
        while quiet < 2 and limit.isActive():
            left = [pause.remainingTime() for pause in self._pauses if pause.isActive()]
            if self.jobs.busy() or left:
                quiet = 0
                if not self.jobs.busy():
                    QTimer.singleShot(min(left) + 1, loop.quit)
            else:
                # Nothing runs: let what is painted now ask for what it lacks, and look again.
                quiet += 1
                QTimer.singleShot(30, loop.quit)
            loop.exec()
        self.jobs.idle.disconnect(loop.quit)
        if not limit.isActive():
            raise TimeoutError("the lanes still have work")

    def close(self) -> None:
        """Stop the jobs, wait for the threads, close the catalogue."""
        for pause in self._pauses:
            pause.stop()
        self._operations.clear()
        self.jobs.close()
        self.catalogue.close()
