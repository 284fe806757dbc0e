"""The tools of Photos that ask in a dialog: a camera's clock, a GPS track, encounters, photographs that were moved."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QDialog, QFileDialog, QWidget

from whalegui.widgets.wording import many

if TYPE_CHECKING:
    from whalegui.session import Session
    from whalegui.widgets.photo_browser import PhotoBrowser
    from whaleid_core.catalogue import Catalogue

TRACK_SUFFIX = ".gpx"


class PhotoTools:
    """Opens one dialog after the other over a workspace; none blocks the lanes."""

    def __init__(self, session: Session, browser: PhotoBrowser, over: QWidget) -> None:
        self._session = session
        self._browser = browser
        self._over = over

    def handlers(self) -> dict[str, Callable[[], object]]:
        """What the table of actions calls."""
        return {
            "photos.encounters": self.encounters,
            "photos.clock": self.clock,
            "photos.track": self.track,
            "photos.find_again": self.find_again,
        }

    def clock(self) -> None:
        """Set a camera's clock: first that of the current photo."""
        from whalegui.clock_dialog import ClockDialog

        grid = self._browser.grid
        current = self._browser.model.row_of(grid.current_id) if grid.current_id >= 0 else None
        self._open(ClockDialog(self._session, current, grid.ticks, self._over))

    def track(self, files: Sequence[Path] = ()) -> None:
        """Give photos the places of a track."""
        from whalegui.track_dialog import TrackDialog

        self._open(TrackDialog(self._session, files, self._browser.grid.ticks, self._over))

    def encounters(self) -> None:
        """Find encounters by gaps."""
        from whalegui.encounters_dialog import EncountersDialog

        self._open(EncountersDialog(self._session, self._over))

    def find_again(self) -> None:
        """See which photographs are missing, and ask for the folder in which they may lie now."""
        self._session.look_for_missing(self._ask_where)

    def _ask_where(self, missing: Sequence[Path]) -> None:
        if not missing:
            self._session.say("No photo is missing: all lie where they should.")
            return
        are = "is" if len(missing) == 1 else "are"
        question = f"{many(len(missing), 'photo')} {are} missing, e.g. {missing[0]}. Where may they lie now?"
        self._session.say(question)
        if chosen := QFileDialog.getExistingDirectory(self._over, question):
            self._session.find_again(Path(chosen))

    def read_again(self) -> None:
        """Read the broken files anew that were copied again since."""

        def copied(catalogue: Catalogue) -> list[Path]:
            from whaleid_core import workflow

            return workflow.copied_again(catalogue)

        self._session.query(copied, lambda files: files and self._session.add_paths(files))

    @staticmethod
    def _open(dialog: QDialog) -> None:
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
