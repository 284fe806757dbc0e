"""What the window asks in dialogs of its own: files, folders, a new catalogue, an export, settings, leaving a job."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QDialog, QFileDialog, QMessageBox, QWidget

from whalegui.settings import Settings
from whalegui.widgets.job_bar import progress_text
from whaleid_core import __version__
from whaleid_core.photo_names import PHOTO_SUFFIXES

if TYPE_CHECKING:
    from whalegui.export_dialog import ExportDialog
    from whalegui.jobs import Job, Jobs
    from whalegui.session import Session

_ABOUT = """<h3>WhaleGUI {version}</h3>
<p>Recognise humpback whales by their tails: find, compare, decide, export. Offline.</p>
<p>Free software under the GNU Affero General Public License, version 3 or later.
Icons by Lucide (ISC licence).</p>"""


class Dialogs(QObject):
    """Each method opens one dialog; none blocks the lanes.

    Args:
        window: that the dialogs belong to.
        jobs: the lanes that work while no catalogue is open.
        session: gives the session that is open now.
    """

    planned = Signal(object)
    """Plan: a catalogue is to be begun."""
    chosen = Signal(object)
    """Path: a catalogue's folder is to be opened."""
    to_read = Signal(object)
    """Path: a catalogue is to be opened only to be read."""
    refused = Signal(str)
    """A sentence: why nothing is opened."""

    def __init__(self, window: QWidget, settings: Settings, jobs: Jobs, session: Callable[[], Session | None]) -> None:
        super().__init__(window)
        self._window = window
        self._settings = settings
        self._jobs = jobs
        self._session = session

    def new(self, known: bool = False, photos: Sequence[Path] = ()) -> None:
        """Begin a catalogue."""
        from whalegui.new_catalogue import NewCatalogueDialog

        dialog = NewCatalogueDialog(self._jobs, self._window, known=known, photos=photos)
        self._open(dialog)
        dialog.accepted.connect(lambda: self.planned.emit(dialog.plan))

    def open(self) -> None:
        """Open a catalogue."""
        recents = self._settings.recents()
        start = str(recents[0].parent) if recents else ""
        if chosen := QFileDialog.getExistingDirectory(self._window, "Open a catalogue's folder", start):
            self.chosen.emit(Path(chosen))

    def add_files(self) -> None:
        """Add photographs, file by file."""
        session = self._session()
        kinds = " ".join(f"*{suffix} *{suffix.upper()}" for suffix in sorted(PHOTO_SUFFIXES))
        files, _ = QFileDialog.getOpenFileNames(self._window, "Add photographs", "", f"Photographs ({kinds})")
        if files and session is not None:
            session.add_paths(files)

    def add_folder(self) -> None:
        """Add a folder of photographs."""
        session = self._session()
        if session is not None and (chosen := self.ask_photo_folder()):
            session.add_paths(chosen)

    def ask_photo_folder(self) -> list[Path]:
        """A folder with photographs; empty when the user thinks better of it."""
        chosen = QFileDialog.getExistingDirectory(self._window, "Add a folder of photographs")
        return [Path(chosen)] if chosen else []

    def add_known(self) -> None:
        """Add photographs of known whales to the catalogue that is open."""
        from whalegui.new_catalogue import NewCatalogueDialog

        session = self._session()
        if session is None:
            return
        folder = Path(session.catalogue.folder)
        dialog = NewCatalogueDialog(self._jobs, self._window, into=folder)
        self._open(dialog)
        dialog.accepted.connect(lambda: dialog.plan.known is not None and session.add_known(dialog.plan.known))

    def export(self) -> None:
        """Write the answers, the sightings, or the boxes, as a file."""
        from whalegui.export_dialog import ExportDialog

        session = self._session()
        if session is None:
            return
        dialog = ExportDialog(self._jobs, Path(session.catalogue.folder), session.counts, self._window)
        self._open(dialog)
        dialog.accepted.connect(lambda: _export(session, dialog))

    def import_boxes(self) -> None:
        """Take boxes from a file into the catalogue that is open."""
        from whalegui.box_files import ImportBoxesDialog

        session = self._session()
        if session is not None:
            self._open(ImportBoxesDialog(session, self._window))

    def settings(self, key: str = "") -> None:
        """The settings, with the keyboard on one of them."""
        from whalegui.settings_dialog import SettingsDialog

        dialog = SettingsDialog(self._settings, self._window)
        self._open(dialog)
        if key:
            dialog.control(key).setFocus()

    def keys(self) -> None:
        """All keys at a glance."""
        from whalegui.keys_overview import KeysOverview

        self._open(KeysOverview(self._window))

    def about(self) -> None:
        """Version and licence."""
        QMessageBox.about(self._window, "About WhaleGUI", _ABOUT.format(version=__version__))

    def ask_leave(self, job: Job) -> bool:
        """Whether to stop what runs; what is done is kept."""
        box = QMessageBox(self._window)
        box.setWindowTitle("WhaleGUI")
        box.setText(f"{progress_text(job)}.")
        box.setInformativeText("What is done is kept; the rest can be done later.")
        stop = box.addButton("Stop and close", QMessageBox.ButtonRole.AcceptRole)
        box.addButton("Go on working", QMessageBox.ButtonRole.RejectRole)
        box.exec()
        return box.clickedButton() is stop

    def ask_read_only(self, folder: Path, who: str) -> None:
        """Ask whether to open a catalogue that somebody else has open, only to look."""
        box = QMessageBox(self._window)
        box.setWindowTitle("WhaleGUI")
        box.setText(f"{who} has {folder.name} open.")
        box.setInformativeText("Two who change one catalogue get in each other's way. You can look at it meanwhile.")
        look = box.addButton("Open only to read", QMessageBox.ButtonRole.AcceptRole)
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.exec()
        if box.clickedButton() is look:
            self.to_read.emit(folder)
        else:
            self.refused.emit(f"{who} has {folder.name} open.")

    @staticmethod
    def _open(dialog: QDialog) -> None:
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()


def _export(session: Session, dialog: ExportDialog) -> None:
    from whalegui.box_files import export_boxes
    from whalegui.export_dialog import KAGGLE
    from whaleid_core.sighting_files import FORMS

    if dialog.key == KAGGLE:
        session.export_kaggle(dialog.file, dialog.new_whale.isChecked())
    elif dialog.key in FORMS:
        session.export_sightings(dialog.file, dialog.key)
    else:
        export_boxes(session, dialog.file, dialog.key)
