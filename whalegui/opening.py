"""Opens, makes and fills catalogues off the UI thread, before there is a session."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs
from PySide6.QtCore import QObject, Signal

from whalegui.jobs import Jobs, Watch
from whalegui.new_catalogue import Plan
from whaleid_core.errors import WhaleIdError

if TYPE_CHECKING:
    from whaleid_core.catalogue import Catalogue

SAMPLE = "sample survey"


def sample_folder() -> Path:
    """Where the sample survey is drawn for the window: among the program's own data."""
    return platformdirs.user_data_path("WhaleGUI", appauthor=False) / SAMPLE


class Opener(QObject):
    """One catalogue is opened at a time; what follows comes back on the UI thread."""

    opened = Signal(object, object)
    """Catalogue, and the Plan whose photos are to be added now (None: nothing is)."""
    failed = Signal(object)
    """WhaleIdError"""
    held = Signal(object, str)
    """Folder of a catalogue that another program has open, and who that is."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.jobs = Jobs(self)

    def open(self, folder: Path, who: str = "", read_only: bool = False) -> None:
        """Open a catalogue's folder; an older one is brought up to date, which may take a while.

        Args:
            who: in whose name it is opened; others are told.
            read_only: open it though somebody else works in it.
        """

        def work(watch: Watch) -> Catalogue | str:
            from whaleid_core.catalogue import Catalogue

            catalogue = Catalogue.open(folder, read_only)
            holder = None if read_only else catalogue.claim(who)
            if holder is None or holder.is_this_program:
                return catalogue
            catalogue.close()
            return str(holder)

        def done(result: Catalogue | str) -> None:
            if isinstance(result, str):
                self.held.emit(folder, result)
            else:
                self.opened.emit(result, None)

        self.jobs.start("", "files", work, done, self._tell)

    def begin(self, plan: Plan) -> None:
        """Make a catalogue and open it; its photos are for the session to add."""

        def work(watch: Watch) -> Catalogue:
            from whaleid_core import workflow

            return workflow.new_catalogue(plan.folder, plan.name)

        self._start("", work, plan)

    def sample(self, folder: Path | None = None) -> None:
        """Open the sample survey; it is drawn first if it isn't there yet."""
        place = folder or sample_folder()
        catalogue = place / "catalogue"

        def work(watch: Watch) -> tuple[Catalogue, Plan | None]:
            from whaleid_core.catalogue import Catalogue, is_catalogue

            if is_catalogue(catalogue):
                return Catalogue.open(catalogue), None
            return _drawn(place, catalogue, watch)

        self.jobs.start("Drawing the sample survey", "files", work, lambda both: self.opened.emit(*both), self._tell)

    def close(self) -> None:
        """Wait until the threads have ended."""
        self.jobs.close()

    def _start(self, title: str, work: Callable[[Watch], Catalogue], plan: Plan | None) -> None:
        self.jobs.start(title, "files", work, lambda catalogue: self.opened.emit(catalogue, plan), self._tell)

    def _tell(self, error: WhaleIdError) -> None:
        self.failed.emit(error)


def _drawn(place: Path, catalogue: Path, watch: Watch) -> tuple[Catalogue, Plan]:
    """On the lane: draw the survey into an empty folder and make its catalogue."""
    import shutil

    from whaleid_core import workflow
    from whaleid_core.errors import Cancelled
    from whaleid_core.formats import known
    from whaleid_core.sample import draw_survey

    def progress(done: int, total: int) -> None:
        watch.progress(done, total)
        if watch.cancel():
            raise Cancelled

    # What a drawing that was stopped left behind is drawn anew.
    for part in ("known", "new", "catalogue"):
        shutil.rmtree(place / part, ignore_errors=True)
    survey = draw_survey(place, progress=progress)
    listed = known.from_csv(survey.train_csv, survey.known_dir)
    made = workflow.new_catalogue(catalogue, "Sample survey")
    return made, Plan("Sample survey", catalogue, listed, (survey.new_dir,))
