"""The long work of a session: finding tails, matching, exporting; each a job with a title."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from whalegui import places
from whalegui.jobs import Job, Watch
from whalegui.photo_intake import PhotoIntake
from whaleid_core.errors import Cancelled, WhaleIdError
from whaleid_core.records import Change

if TYPE_CHECKING:
    from whaleid_core.calibrate import Calibration
    from whaleid_core.catalogue import Catalogue
    from whaleid_core.engine import Engine
    from whaleid_core.ranking import Ranker
    from whaleid_core.self_check import SelfCheck

log = logging.getLogger(__name__)

MATCHING = "Matching tails"
"""The title of the job that compares tails."""
_LOOKED_AT = 50


class LongWork(PhotoIntake):
    """The half of a session that starts jobs. What a job changed is told step by step and is one step to undo."""

    reordered = Signal(object)
    """frozenset of ids: tails whose candidates stand in another order now, because what is known has changed."""
    engine_changed = Signal(object)
    """The loaded Engine: its device and name stand in the status line."""

    def __init__(self, catalogue: Catalogue, parent: QObject | None) -> None:
        super().__init__(catalogue, parent)
        self.engine: Engine | None = None
        self.device = "auto"
        self._calibrated: tuple[str, Calibration | None] | None = None
        self._calibrating = Lock()
        self._ranked: Ranker | None = None
        self._ranking = Lock()

    def find_tails(self, then: Callable[[], object] | None = None) -> Job:
        """Look for tails in the photos that weren't searched yet."""
        done: list[Change] = []

        def work(watch: Watch) -> None:
            from whaleid_core import workflow

            engine = self.load_engine(watch)
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

            engine = self.load_engine(watch)
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
            engine = self.load_engine(watch)
            before = self.catalogue.suggested_orders()
            matched = list(workflow.match(self.catalogue, engine, watch, ranker=self._ranker(engine)))
            after = self.catalogue.suggested_orders()
            return matched, frozenset(key for key in matched if key in before and before[key] != after.get(key))

        def done(result: tuple[list[int], frozenset[int]]) -> None:
            matched, reordered = result
            if matched:
                self.changed.emit(places.suggested(*matched))
            if reordered:
                self.reordered.emit(reordered)

        return self.jobs.start("", "inference", work, done, self._job_failed)

    @property
    def ranker(self) -> Ranker | None:
        """The gallery in memory, where the networks are loaded: nothing is loaded for it."""
        return None if self.engine is None else self._ranker(self.engine)

    def prepare_ranker(self, then: Callable[[], object]) -> Job:
        """Load the networks, if need be, so that there is a `ranker`; no job that is shown."""
        return self.jobs.start("", "inference", self.load_engine, lambda engine: then(), self._job_failed)

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

            return checking.check_catalogue(self.catalogue, self.load_engine(watch), watch)

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

    def load_engine(self, watch: Watch) -> Engine:
        """On the inference lane: load the packages once; the window hears of it.

        Raises:
            Cancelled: the watch asked for it meanwhile.
        """
        if self.engine is None:
            from whaleid_core import workflow

            self.engine = workflow.load_engine(self.device)
            log.info("loaded %s on %s %s", self.engine.name, self.engine.device, self.engine.precision)
            self.engine_changed.emit(self.engine)
        if watch.cancel():
            raise Cancelled
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

            return workflow.export_kaggle(self.catalogue, path, with_new_whale, watch)

        job = self.jobs.start(
            "Exporting",
            "files",
            work,
            lambda rows: self.say(f"{rows} rows written to {path}."),
            self._job_failed,
        )
        job.retry = lambda: self.export_kaggle(path, with_new_whale)
        return job

    def export_sightings(self, path: Path, key: str) -> Job:
        """Write what was identified, in one of the forms of `sighting_files`."""
        from whaleid_core.sighting_files import FORMS

        form = FORMS[key]
        job = self.jobs.start(
            "Exporting sightings",
            "files",
            lambda watch: form.write(self.catalogue, path),
            lambda count: self.say(f"{count:,} {form.rows} written to {path}."),
            self._job_failed,
        )
        job.retry = lambda: self.export_sightings(path, key)
        return job
