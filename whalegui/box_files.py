"""Boxes to and from files: the job that writes them, and the dialog that shows what a file would bring."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QDialog,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from whalegui import theme
from whalegui.widgets.dialog_buttons import dialog_buttons
from whalegui.widgets.room import widen
from whaleid_core.errors import WhaleIdError
from whaleid_core.formats.boxes import FORMATS

if TYPE_CHECKING:
    from whalegui.jobs import Job, Watch
    from whalegui.session import Session
    from whaleid_core.catalogue import Catalogue
    from whaleid_core.exchange import Arrival

_READ_AFTER_MS = 300
_LISTED = 200
_LINES = 6


def export_boxes(session: Session, path: Path, key: str) -> Job:
    """Write the boxes of all photos that were searched, in one of the forms."""

    def work(watch: Watch) -> int:
        from whaleid_core.exchange import export_boxes as write

        return write(session.catalogue, path, FORMATS[key], watch.cancel)

    def failed(error: WhaleIdError) -> None:
        session.say(error.sentence)

    job = session.jobs.start(
        "Exporting boxes", "files", work, lambda count: session.say(f"{count:,} boxes written to {path}."), failed
    )
    job.retry = lambda: export_boxes(session, path, key)
    return job


class ImportBoxesDialog(QDialog):
    """Shows what a file of boxes would bring before anything is changed."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Add boxes from a file")
        self._session = session
        self._arrival: Arrival | None = None
        self._reading: Job | None = None
        self.path = QLineEdit()
        self.path.setAccessibleName("File")
        self.form = QComboBox()
        self.form.setAccessibleName("Form")
        self.form.addItem("As the file says", "")
        for form in FORMATS.values():
            self.form.addItem(form.words, form.key)
        self.add = QRadioButton("Add them; where a person drew a box already, it stays")
        self.replace = QRadioButton("Put them in the place of all boxes of these photos")
        self.add.setChecked(True)
        modes = QButtonGroup(self)
        for button in (self.add, self.replace):
            modes.addButton(button)
        self.summary = QLabel("Choose a file, or a folder with a file a photo (YOLO, Pascal VOC).")
        self.summary.setWordWrap(True)
        self.refused = QListWidget()
        self.refused.setAccessibleName("What is left out")
        self.refused.setVisible(False)
        self.refused.setMinimumHeight(_LINES * theme.CONTROL)
        self._later = QTimer(self, singleShot=True, interval=_READ_AFTER_MS)
        self._later.timeout.connect(self._read)
        self._lay_out()
        self.path.textChanged.connect(self._changed)
        self.form.currentIndexChanged.connect(self._changed)

    def _lay_out(self) -> None:
        place = QHBoxLayout()
        place.setSpacing(theme.S)
        place.addWidget(self.path, 1)
        for words, ask in (("Choose file...", self._ask_file), ("Choose folder...", self._ask_folder)):
            button = QPushButton(words)
            button.setAutoDefault(False)
            button.setMinimumHeight(theme.CONTROL)
            button.clicked.connect(ask)
            place.addWidget(button)
        form = QFormLayout()
        form.setHorizontalSpacing(theme.L)
        form.setVerticalSpacing(theme.M)
        for control in (self.path, self.form):
            control.setMinimumHeight(theme.CONTROL)
        form.addRow("File", place)
        form.addRow("Form", self.form)
        form.addRow("Boxes", self.add)
        form.addRow("", self.replace)
        buttons, self._ok = dialog_buttons(self, "Add boxes")
        self._ok.setEnabled(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.XL, theme.XL, theme.XL, theme.L)
        column.setSpacing(theme.L)
        column.addLayout(form)
        column.addWidget(self.summary)
        column.addWidget(self.refused, 1)
        column.addStretch()
        column.addWidget(buttons)
        widen(self, 680)

    def _changed(self) -> None:
        self._arrival = None
        self._ok.setEnabled(False)
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None
        self._later.start()

    def _read(self) -> None:
        text, key = self.path.text().strip(), self.form.currentData()
        if not text:
            return
        path = Path(text).expanduser()

        def read(catalogue: Catalogue) -> Arrival:
            from whaleid_core.exchange import read_for
            from whaleid_core.formats.boxes import format_of

            if not path.exists():
                raise WhaleIdError(f"There is no file or folder {path}.", "Check its name.")
            return read_for(catalogue, path, FORMATS[key] if key else format_of(path))

        self._say("Reading ...")
        jobs, catalogue = self._session.jobs, self._session.catalogue
        self._reading = jobs.start("", "files", lambda watch: read(catalogue), self._show, self._failed, droppable=True)

    def _show(self, arrival: Arrival) -> None:
        self._reading = None
        self._arrival = arrival
        strangers = [f"{name} is no photo of this catalogue, or more than one" for name in arrival.strangers]
        told = [*arrival.refused, *strangers]
        self.refused.clear()
        self.refused.addItems(told[:_LISTED])
        self.refused.setVisible(bool(told))
        self._say(_summary(arrival), error=not arrival.boxes)
        self._ok.setEnabled(bool(arrival.boxes))

    def _failed(self, error: WhaleIdError) -> None:
        self._reading = None
        self.refused.setVisible(False)
        self._say(str(error), error=True)

    def _say(self, text: str, error: bool = False) -> None:
        self.summary.setText(text)
        colours = self.summary.palette()
        colours.setColor(self.summary.foregroundRole(), theme.tokens().error if error else theme.tokens().text)
        self.summary.setPalette(colours)

    def accept(self) -> None:
        """One step to undo."""
        if self._arrival is not None:
            boxes, replace = self._arrival.boxes, self.replace.isChecked()
            self._session.edit(lambda catalogue: catalogue.import_boxes(boxes, replace))
        super().accept()

    def _ask_file(self) -> None:
        kinds = "Files of boxes (*.csv *.tsv *.txt *.json *.xml)"
        chosen, _ = QFileDialog.getOpenFileName(self, "Add boxes from a file", self.path.text(), kinds)
        if chosen:
            self.path.setText(chosen)

    def _ask_folder(self) -> None:
        if chosen := QFileDialog.getExistingDirectory(self, "Add boxes from a folder", self.path.text()):
            self.path.setText(chosen)


def _summary(arrival: Arrival) -> str:
    none = sum(not boxes for boxes in arrival.boxes.values())
    boxes = "1 box" if arrival.count == 1 else f"{arrival.count:,} boxes"
    photos = "1 photo" if len(arrival.boxes) == 1 else f"{len(arrival.boxes):,} photos"
    parts = [f"{boxes} for {photos} of this catalogue."]
    if none:
        parts.append(f"Of {none:,} it says that there is no tail.")
    left_out = len(arrival.refused) + len(arrival.strangers)
    if left_out:
        parts.append(f"{left_out:,} {'is' if left_out == 1 else 'are'} left out:")
    return " ".join(parts)
