"""Photographs come into a session: read, found again where they were moved; each a job, and one step to undo."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoStack

from whalegui.edits import StepCommand
from whalegui.jobs import Job, Jobs, Watch
from whaleid_core.errors import Cancelled, WhaleIdError
from whaleid_core.records import Change, Gaps

if TYPE_CHECKING:
    from whaleid_core.adding import Added
    from whaleid_core.catalogue import Catalogue
    from whaleid_core.formats.known import KnownPhotos


class PhotoIntake(QObject):
    """The part of a session that reads photographs; what it tells, the rest of the session tells too."""

    changed = Signal(object)
    """Change: after an edit, an undo, a redo or a step of a job."""
    status_changed = Signal(str)
    """A sentence for the status line: the last edit, or why something can't be done."""
    photos_added = Signal(object)
    """workflow.Added: photos were read; the window offers the next step."""
    gaps_changed = Signal(object)
    """Gaps: encounters are told apart by others from now on."""

    def __init__(self, catalogue: Catalogue, parent: QObject | None) -> None:
        super().__init__(parent)
        self.catalogue = catalogue
        self.jobs = Jobs(self)
        self.undo_stack = QUndoStack(self)
        self._gaps = Gaps()

    @property
    def gaps(self) -> Gaps:
        """Where a new encounter begins."""
        return self._gaps

    @gaps.setter
    def gaps(self, gaps: Gaps) -> None:
        if gaps != self._gaps:
            self._gaps = gaps
            self.gaps_changed.emit(gaps)

    def say(self, text: str) -> None:
        """Put a sentence on the status line."""
        self.status_changed.emit(text)

    def remember(self, change: Change) -> None:
        """Put a change that was made on the undo stack."""
        if change:
            self.undo_stack.push(StepCommand(change.label, change.entries))

    def add_paths(self, paths: Iterable[str | Path]) -> Job:
        """Read photographs (files or folders) and add them to the catalogue."""
        files = [Path(path) for path in paths]

        def work(watch: Watch) -> Any:
            from whaleid_core import workflow

            return workflow.add_photos(self.catalogue, files, watch, self.gaps, watch.step)

        return self._adding("Reading photos", work, retry=lambda: self.add_paths(files))

    def add_known(self, known: KnownPhotos) -> Job:
        """Add photographs of known whales: what new tails are compared with."""

        def work(watch: Watch) -> Any:
            from whaleid_core import workflow

            return workflow.add_known(self.catalogue, known, watch, self.gaps, watch.step)

        return self._adding("Reading known whales", work, retry=lambda: self.add_known(known))

    def look_for_missing(self, then: Callable[[list[Path]], object]) -> Job:
        """Look which photographs aren't where they should lie; `then` gets where each was."""

        def work(watch: Watch) -> list[Path]:
            from whaleid_core import workflow

            return [item.path for item in workflow.missing_photos(self.catalogue, watch)]

        job = self.jobs.start("Looking for photos", "files", work, then, self._job_failed)
        job.retry = lambda: self.look_for_missing(then)
        return job

    def find_again(self, folder: Path) -> Job:
        """Look for photographs that were moved, in a folder; those found there are mended as one step."""

        def work(watch: Watch) -> Any:
            from whaleid_core import workflow

            with self.catalogue.one_step():
                return workflow.find_again(self.catalogue, folder, watch)

        def found(result: Any) -> None:
            self.remember(result.change)
            if result.change:
                self.changed.emit(result.change)
            self.say(_found_again_sentence(result.found, result.missing, folder))

        job = self.jobs.start("Looking for photos", "files", work, found, self._job_failed)
        job.retry = lambda: self.find_again(folder)
        return job

    def _adding(self, title: str, work: Callable[[Watch], Any], retry: Callable[[], object]) -> Job:
        """Photos are seen as soon as they are read; all of them are one step to undo, whatever stops it."""
        done: list[Change] = []
        came: list[Added] = []
        stopped: list[str] = []  # asked of the job itself, it would be held by who listens to it, for good

        def work_and_tell(watch: Watch) -> None:
            with self.catalogue.one_step():
                came.append(work(watch))
            for failure in came[0].failed:
                watch.failure(failure.sentence)
            if watch.cancel():
                stopped.append("Stopped: ")
                raise Cancelled

        def step(change: Change) -> None:
            done.append(change)
            self.changed.emit(change)

        def over() -> None:
            self.remember(Change.joined(came[0].label if came else "Photos added", done))
            if came:
                self.say(f"{''.join(stopped)}{_added_sentence(came[0])}")
                self.photos_added.emit(came[0])

        job = self.jobs.start(title, "files", work_and_tell, None, self._job_failed)
        job.stepped.connect(step)
        job.ended.connect(over)
        job.retry = retry
        return job

    def _job_failed(self, error: WhaleIdError) -> None:
        self.say(error.sentence)


def _added_sentence(added: Added) -> str:
    rest = added.already - added.mended - added.tied
    counts = (
        (rest, "were there already and stay as they are"),
        (added.mended, "that had moved are found again"),
        (added.tied, "that were new are known now"),
        (len(added.failed), "can't be read or used"),
    )
    parts = [f"{added.added:,} photos added", *(f"{count:,} {what}" for count, what in counts if count > 0)]
    return ", ".join(parts) + "."


def _found_again_sentence(found: int, missing: int, folder: Path) -> str:
    if not found and not missing:
        return "No photo is missing: all lie where they should."
    if not found:
        return f"None of the {missing:,} missing photos is in {folder.name}. Choose another folder."
    rest = f", {missing:,} are still missing" if missing else ""
    return f"{found:,} photos found again{rest}."
