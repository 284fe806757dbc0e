"""The dialog behind File > Export: answers, sightings or boxes, in which form, where to, and what will be in it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from whalegui import theme
from whalegui.widgets.dialog_buttons import dialog_buttons
from whalegui.widgets.room import widen
from whalegui.widgets.wording import many
from whaleid_core.formats.boxes import FORMATS as BOXES
from whaleid_core.sighting_files import FORMS as SIGHTINGS

if TYPE_CHECKING:
    from whalegui.jobs import Jobs
    from whaleid_core.catalogue.rows import Counts


KAGGLE = "kaggle"
_LOOK_AFTER_MS = 200


class ExportDialog(QDialog):
    """The answers in Kaggle's CSV, up to five whales a photo; sightings or tail boxes, each in one of its forms."""

    def __init__(self, jobs: Jobs, folder: Path, counts: Counts | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Export")
        self._jobs = jobs
        self._folder = folder
        self._counts = counts
        self.form = QComboBox()
        self.form.setMinimumHeight(theme.CONTROL)
        self.form.setAccessibleName("Form")
        self.form.addItem("Answers as Kaggle's CSV: up to five whales a new photo", KAGGLE)
        for sightings in SIGHTINGS.values():
            self.form.addItem(f"Sightings as {sightings.words}", sightings.key)
        for boxes in BOXES.values():
            self.form.addItem(f"Boxes as {boxes.words}", boxes.key)
        self.path = QLineEdit(str(folder / "submission.csv"))
        self.path.setMinimumHeight(theme.CONTROL)
        self.path.setAccessibleName("File")
        choose = QPushButton("Choose...")
        choose.setAutoDefault(False)
        choose.setMinimumHeight(theme.CONTROL)
        choose.clicked.connect(self._ask)
        self.new_whale = QCheckBox("Say new_whale where the whale is probably in no gallery")
        self.new_whale.setChecked(True)
        place = QHBoxLayout()
        place.setSpacing(theme.S)
        place.addWidget(self.path, 1)
        place.addWidget(choose)
        form = QFormLayout()
        form.setHorizontalSpacing(theme.L)
        form.setVerticalSpacing(theme.M)
        form.addRow("Form", self.form)
        form.addRow("File", place)
        form.addRow("", self.new_whale)
        self._form = form
        self.form.currentIndexChanged.connect(self._renew)
        self.summary = QLabel(_summary(counts))
        self.summary.setWordWrap(True)
        theme.set_second(self.summary)
        self.replaced = QLabel()
        self.replaced.setWordWrap(True)
        self.replaced.setMinimumHeight(self.replaced.fontMetrics().lineSpacing())  # its place is kept: nothing jumps
        buttons, self._save = dialog_buttons(self, "Export", QDialogButtonBox.StandardButton.Save)
        self._later = QTimer(self, singleShot=True, interval=_LOOK_AFTER_MS)
        self._later.timeout.connect(self._look)
        self.path.textChanged.connect(self._changed)
        self._changed(self.path.text())
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.XL, theme.XL, theme.XL, theme.L)
        column.setSpacing(theme.L)
        column.addLayout(form)
        column.addWidget(self.summary)
        column.addWidget(self.replaced)
        column.addWidget(buttons)
        widen(self, 640)

    @property
    def key(self) -> str:
        """KAGGLE, or the form of the sightings or of the boxes."""
        return str(self.form.currentData())

    @property
    def file(self) -> Path:
        """Where it is to be written."""
        return Path(self.path.text().strip()).expanduser()

    def _renew(self) -> None:
        """Another form has another file, in the folder that was chosen."""
        folder = self.file.parent if self.path.text().strip() else self._folder
        self.path.setText(str(folder / _usual(self.key)))
        self._form.setRowVisible(self.new_whale, self.key == KAGGLE)
        if self.key in SIGHTINGS:
            self.summary.setText(SIGHTINGS[self.key].says)
        else:
            self.summary.setText(_summary(self._counts) if self.key == KAGGLE else _of_boxes(self._counts))

    def _changed(self, text: str) -> None:
        self._save.setEnabled(bool(text.strip()))
        self.replaced.clear()
        self._later.start()

    def _look(self) -> None:
        """See on another thread, for a share may take its time, whether something is there already."""
        path = self.file
        self._jobs.start("", "readers", lambda watch: (path, _replaced(path)), self._tell_replaced, droppable=True)

    def _tell_replaced(self, found: tuple[Path, str]) -> None:
        path, words = found
        if path == self.file:  # else another one was named meanwhile
            self.replaced.setText(words)

    def _ask(self) -> None:
        suffix = Path(_usual(self.key)).suffix
        if suffix:
            chosen, _ = QFileDialog.getSaveFileName(self, "Export to", self.path.text(), f"{suffix[1:]} (*{suffix})")
        else:
            chosen = QFileDialog.getExistingDirectory(self, "Export to the folder", str(self.file.parent))
        if chosen:
            self.path.setText(chosen)


def _replaced(path: Path) -> str:
    """What writing there takes the place of, as a sentence; empty where nothing is there."""
    try:
        if path.is_file():
            return f"{path.name} is there already: it will be replaced."
        if path.is_dir() and any(path.iterdir()):
            return f"There are files in {path.name} already: those of the same names will be replaced."
    except OSError:  # writing will tell
        pass
    return ""


def _usual(key: str) -> str:
    """What a file of a form is usually called; a folder has no ending."""
    if key == KAGGLE:
        return "submission.csv"
    return SIGHTINGS[key].file if key in SIGHTINGS else f"boxes{BOXES[key].suffix}"


def _of_boxes(counts: Counts | None) -> str:
    words = "In pixels of the photos turned upright as the camera says; photos keep their names."
    if counts is None:
        return words
    parts = [f"{many(counts.tails, 'tail')}.", words]
    if counts.waiting_search:
        parts.append(f"{_unsearched(counts)}, left out.")
    return " ".join(parts)


def _unsearched(counts: Counts) -> str:
    return f"{many(counts.waiting_search, 'photo')} not searched for tails yet"


def _summary(counts: Counts | None) -> str:
    if counts is None:
        return ""
    parts = [f"{many(counts.decided, 'tail')} decided."]
    if counts.to_match:
        parts.append(f"{counts.to_match:,} not decided: the program's suggestions stand for them.")
    if counts.waiting_search:
        parts.append(f"{_unsearched(counts)}.")
    return " ".join(parts)
