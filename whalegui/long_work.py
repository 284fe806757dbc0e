"""The long work of a session: adding photos, finding tails, matching, exporting; each a job with a title."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoStack

from whalegui import places
from whalegui.edits import StepCommand
from whalegui.jobs import Job, Jobs, Watch
from whaleid_core.errors import Cancelled, WhaleIdError
from whaleid_core.records import Change, Gaps

if TYPE_CHECKING:
    from whaleid_core.adding import Added
    from whaleid_core.calibrate import Calibration
    from whaleid_core.catalogue import Catalogue
    from whaleid_core.engine import Engine
    from whaleid_core.formats.known import KnownPhotos
    from whaleid_core.ranking import Ranker
    from whaleid_core.self_check import SelfCheck

log = logging.getLogger(__name__)

MATCHING = "Matching tails"
"""The title of the job that compares tails."""
_LOOKED_AT = 50


class LongWork(QObject):
    """The half of a session that starts jobs. What a job changed is told step by step and is one step to undo."""

    changed = Signal(object)
    """Change: after an edit, an undo, a redo or a step of a job."""
    status_changed = Signal(str)
    """A sentence for the status line: the last edit, or why something can't be done."""
    photos_added = Signal(object)
    """workflow.Added: photos were read; the window offers the next step."""
    gaps_changed = Signal(object)
    """Gaps: encounters are told apart by others from now on."""
    reordered = Signal(object)
    """frozenset of ids: tails whose candidates stand in another order now, because what is known has changed."""
    engine_changed = Signal(object)
    """The loaded Engine: its device and name stand in the status line."""

    def __init__(self, catalogue: Catalogue, parent: QObject | None) -> None:
        super().__init__(parent)
        self.catalogue = catalogue
        self.jobs = Jobs(self)
        self.undo_stack = QUndoStack(self)
        self.engine: Engine | None = None
        self.device = "auto"
        self._gaps = Gaps()
        self._calibrated: tuple[str, Calibration | None] | None = None
        self._calibrating = Lock()
        self._ranked: Ranker | None = None
        self._ranking = Lock()

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

        def work_and_tell(watch: Watch) -> None:
            with self.catalogue.one_step():
                came.append(work(watch))
            for failure in came[0].failed:
                watch.failure(failure.sentence)
            if watch.cancel():
                raise Cancelled

        def step(change: Change) -> None:
            done.append(change)
            self.changed.emit(change)

        def over() -> None:
            self.remember(Change.joined(came[0].label if came else "Photos added", done))
            if came:
                stopped = "Stopped: " if job.state == "cancelled" else ""
                self.say(f"{stopped}{_added_sentence(came[0])}")
                self.photos_added.emit(came[0])

        job = self.jobs.start(title, "files", work_and_tell, None, self._job_failed)
        job.stepped.connect(step)
        job.ended.connect(over)
        job.retry = retry
        return job

    def find_tails(self, then: Callable[[], object] | None = None) -> Job:
        """Look for tails in the photos that weren't searched yet."""
        done: list[Change] = []

        def work(watch: Watch) -> None:
            from whaleid_core import workflow

            engine = self._load_engine(watch)
            with self.catalogue.one_step():
                for change in workflow.find_tails(self.catalogue, engine, watch):
                    watch.step(change)

        def step(change: Change) -> None:
            done.append(change)
            self.changed.emit(change)

        def over() -> None:
            found = sum(len(change.keys("tail")) for change in done)
            if done:
                self.remember(Change.joined(f"{found} tails found in {len(done)} photos", done))
                self.say(f"{found} tails found in {len(done)} photos.")

        job = self._inference("Finding tails", work, self.find_tails)
        job.stepped.connect(step)
        job.ended.connect(over)
        if then is not None:
            job.finished.connect(lambda result: then())
        return job

    def match(self) -> Job:
        """Compare the tails that wait for a decision with the known whales."""

        def work(watch: Watch) -> None:
            from whaleid_core import workflow

            engine = self._load_engine(watch)
            for tail_id in workflow.match(self.catalogue, engine, watch, ranker=self._ranker(engine)):
                watch.step(tail_id)

        job = self._inference(MATCHING, work, self.match)
        job.stepped.connect(lambda tail_id: self.changed.emit(places.suggested(tail_id)))
        return job

    def match_again(self) -> Job:
        """Compare the waiting tails anew because what is known has changed: no job that is shown, nothing to undo.

        Where nothing was ever compared, nothing happens: that is for the person to begin.
        """

        def work(watch: Watch) -> tuple[list[int], frozenset[int]]:
            from whaleid_core import workflow

            waiting = self.catalogue.tails_to_match()
            if self.engine is None and not any(self.catalogue.suggestions(key) for key in waiting[:_LOOKED_AT]):
                return [], frozenset()
            engine = self._load_engine(watch)
            before = {key: self._order(key) for key in waiting}
            matched = list(workflow.match(self.catalogue, engine, watch, ranker=self._ranker(engine)))
            return matched, frozenset(key for key in matched if before.get(key) not in ((), self._order(key)))

        def done(result: tuple[list[int], frozenset[int]]) -> None:
            matched, reordered = result
            if matched:
                self.changed.emit(places.suggested(*matched))
            if reordered:
                self.reordered.emit(reordered)

        return self.jobs.start("", "inference", work, done, self._job_failed)

    def _order(self, tail_id: int) -> tuple[int | None, ...]:
        """The whales that are suggested for a tail, best first."""
        return tuple(row.whale_id for row in self.catalogue.suggestions(tail_id))

    @property
    def ranker(self) -> Ranker | None:
        """The gallery in memory, where the networks are loaded: nothing is loaded for it."""
        return None if self.engine is None else self._ranker(self.engine)

    def prepare_ranker(self, then: Callable[[], object]) -> Job:
        """Load the networks, if need be, so that there is a `ranker`; no job that is shown."""
        return self.jobs.start("", "inference", self._load_engine, lambda engine: then(), self._job_failed)

    def _ranker(self, engine: Engine) -> Ranker:
        with self._ranking:
            if self._ranked is None or self._ranked.engine is not engine:
                from whaleid_core.ranking import Ranker

                self._ranked = Ranker(self.catalogue, engine)
            return self._ranked

    def check_catalogue(self, then: Callable[[SelfCheck], object]) -> Job:
        """Look through the catalogue for its own mistakes."""

        def work(watch: Watch) -> SelfCheck:
            from whaleid_core import checking

            return checking.check_catalogue(self.catalogue, self._load_engine(watch), watch)

        job = self.jobs.start("Checking the catalogue", "inference", work, then, self._job_failed)
        job.retry = lambda: self.check_catalogue(then)
        return job

    def find_and_match(self) -> Job:
        """Find tails, then match them."""
        return self.find_tails(then=self.match)

    def _inference(self, title: str, work: Callable[[Watch], None], retry: Callable[[], object]) -> Job:
        job = self.jobs.start(title, "inference", work, None, self._job_failed)
        job.retry = retry
        return job

    def _job_failed(self, error: WhaleIdError) -> None:
        self.say(error.sentence)

    def _load_engine(self, watch: Watch) -> Engine:
        """On the inference lane: load the packages once; the window hears of it."""
        if self.engine is None:
            from whaleid_core import workflow

            self.engine = workflow.load_engine(self.device)
            self.engine_changed.emit(self.engine)
        return self.engine

    def calibration_of(self, model: str) -> Calibration | None:
        """How a model's suggestions are calibrated, for a worker thread; None where that isn't at hand.

        The packages are looked through once; no network is loaded for it.
        """
        engine = self.engine
        if engine is not None:
            return engine.calibration if engine.name == model else None
        with self._calibrating:
            if self._calibrated is None:
                from whaleid_core import workflow

                try:
                    self._calibrated = workflow.installed_calibration()
                except WhaleIdError as error:  # told in full where the networks are loaded
                    log.warning("%s", error)
                    self._calibrated = ("", None)
            name, calibration = self._calibrated
        return calibration if name == model else None

    def export_kaggle(self, path: Path, with_new_whale: bool = True) -> Job:
        """Write the answers in Kaggle's form."""

        def work(watch: Watch) -> int:
            from whaleid_core import workflow

            return workflow.export_kaggle(self.catalogue, path, with_new_whale)

        job = self.jobs.start(
            "Exporting",
            "files",
            work,
            lambda rows: self.say(f"{rows} rows written to {path}."),
            self._job_failed,
        )
        job.retry = lambda: self.export_kaggle(path, with_new_whale)
        return job


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
