"""The dialog that begins a catalogue: its name and place, known whales and how they are named, ten of them as read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from whalegui import theme
from whalegui.jobs import Job, Jobs
from whalegui.widgets.dialog_buttons import dialog_buttons
from whalegui.widgets.room import widen
from whalegui.widgets.wording import many
from whaleid_core.errors import WhaleIdError

if TYPE_CHECKING:
    from whaleid_core.formats.known import KnownPhoto, KnownPhotos

ROWS_SHOWN = 10
_WIDTH = 620
_READ_AFTER_MS = 300
NAMED_BY = (
    ("none", "No known whales yet"),
    ("csv", "A CSV list with the columns Image and Id"),
    ("folders", "One folder a whale"),
    ("pattern", "A pattern in the file names"),
)


@dataclass(frozen=True)
class Plan:
    """What the dialog was told: where the catalogue comes to lie, and what goes into it."""

    name: str
    folder: Path
    known: KnownPhotos | None
    photos: tuple[Path, ...]


def usual_place() -> Path:
    """Where catalogues are put if nobody says otherwise."""
    return platformdirs.user_documents_path() / "WhaleGUI"


class NewCatalogueDialog(QDialog):
    """Begin a catalogue, or, given one, add known whales to it."""

    def __init__(
        self,
        jobs: Jobs,
        parent: QWidget | None = None,
        *,
        known: bool = False,
        photos: Sequence[Path] = (),
        into: Path | None = None,
    ) -> None:
        """
        Args:
            jobs: the lists are read on its lane "files".
            known: begin with the known whales asked for.
            photos: new photographs that will be added.
            into: a catalogue that is open: only known whales are asked for.
        """
        super().__init__(parent)
        self._jobs = jobs
        self._photos = tuple(photos)
        self._into = into
        self._read: KnownPhotos | None = None
        self._reading: Job | None = None
        self.setWindowTitle("Add known whales" if into else "New catalogue")
        self.name = QLineEdit(_first_name(photos))
        self.place = _PathField("Choose a folder", folder=True, parent=self)
        self.place.text.setText(str(into or usual_place()))
        self.named_by = QComboBox()
        for key, words in NAMED_BY[1:] if into else NAMED_BY:
            self.named_by.addItem(words, key)
        self.photos_folder = _PathField("Choose the folder of the known photographs", folder=True, parent=self)
        self.csv = _PathField("Choose the CSV list", folder=False, parent=self)
        self.pattern = QLineEdit("{whale}_*.jpg")
        self.summary = QLabel()
        self.summary.setWordWrap(True)
        self.table = _table()
        self._later = QTimer(self, singleShot=True, interval=_READ_AFTER_MS)
        self._later.timeout.connect(self._read_known)
        self._lay_out()
        self._connect()
        self.named_by.setCurrentIndex(self.named_by.findData("csv") if known or into else 0)
        self._renew()

    @property
    def plan(self) -> Plan:
        """What was chosen."""
        name = self.name.text().strip()
        folder = self._into or Path(self.place.text.text().strip()).expanduser() / name
        return Plan(name, folder, self._read, self._photos)

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setHorizontalSpacing(theme.L)
        form.setVerticalSpacing(theme.M)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for label, control in (
            ("Name", self.name),
            ("Lies in", self.place),
            ("Known whales", self.named_by),
            ("CSV list", self.csv),
            ("Their photographs", self.photos_folder),
            ("Pattern", self.pattern),
        ):
            control.setAccessibleName(label)
            control.setMinimumHeight(theme.CONTROL)
            form.addRow(label, control)
        self._form = form
        form.setRowVisible(self.name, self._into is None)
        form.setRowVisible(self.place, self._into is None)
        buttons, self._ok = dialog_buttons(self, "Add" if self._into else "Make catalogue")
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.XL, theme.XL, theme.XL, theme.L)
        column.setSpacing(theme.M)
        column.addLayout(form)
        column.addWidget(self.summary)
        column.addWidget(self.table, 1)
        column.addWidget(buttons)
        widen(self, _WIDTH)
        (self.photos_folder if self._into else self.name).setFocus()

    def _connect(self) -> None:
        self.named_by.currentIndexChanged.connect(self._renew)
        self.name.textChanged.connect(self._allow)
        self.place.text.textChanged.connect(self._allow)
        for field in (self.csv.text, self.photos_folder.text, self.pattern):
            field.textChanged.connect(self._changed)
        self.csv.text.textChanged.connect(self._guess_folder)

    def _renew(self) -> None:
        way = self.named_by.currentData()
        self._form.setRowVisible(self.csv, way == "csv")
        self._form.setRowVisible(self.photos_folder, way != "none")
        self._form.setRowVisible(self.pattern, way == "pattern")
        self.table.setVisible(way != "none")
        self.adjustSize()
        self._changed()

    def _guess_folder(self, csv: str) -> None:
        """The photographs mostly lie beside their list."""
        if csv and not self.photos_folder.text.text():
            self.photos_folder.text.setText(str(Path(csv).parent))

    def _changed(self) -> None:
        self._read = None
        self.table.setRowCount(0)
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None
        self._later.start()
        self._say(self._missing())
        self._allow()

    def _missing(self) -> str:
        """What has to be filled in before known whales can be read."""
        way = self.named_by.currentData()
        if way == "none":
            return "You can name whales as you meet them, and add known ones later."
        if way == "csv" and not self.csv.text.text().strip():
            return "Choose the CSV list: a line a photo, with the photo's name and the whale's id."
        if not self.photos_folder.text.text().strip():
            return "Choose the folder of their photographs."
        return ""

    def _read_known(self) -> None:
        if self._missing():
            return
        way = self.named_by.currentData()
        folder = Path(self.photos_folder.text.text().strip()).expanduser()
        csv = Path(self.csv.text.text().strip()).expanduser()
        pattern = self.pattern.text().strip()

        def read() -> KnownPhotos:
            from whaleid_core.formats import known

            if way == "csv":
                return known.from_csv(csv, folder)
            return known.from_folders(folder) if way == "folders" else known.from_pattern(folder, pattern)

        self._say("Reading ...")
        self._reading = self._jobs.start("", "files", lambda watch: read(), self._show, self._failed)

    def _show(self, known: KnownPhotos) -> None:
        if self._reading is None or self._reading.stopping:
            return
        self._reading = None
        self._read = known if known.whales else None
        shown = _to_show(known)
        self.table.setRowCount(len(shown))
        for row, photo in enumerate(shown):
            self.table.setItem(row, 0, QTableWidgetItem(photo.path.name))
            self.table.setItem(row, 1, QTableWidgetItem(photo.whale or "not known"))
        self._say(_summary(known), error=not known.whales)
        self._allow()

    def _failed(self, error: WhaleIdError) -> None:
        self._reading = None
        self._say(str(error), error=True)
        self._allow()

    def _say(self, text: str, error: bool = False) -> None:
        self.summary.setText(text)
        colours = self.summary.palette()
        colours.setColor(self.summary.foregroundRole(), theme.tokens().error if error else theme.tokens().text2)
        self.summary.setPalette(colours)

    def _allow(self) -> None:
        named = bool(self._into) or bool(self.name.text().strip() and self.place.text.text().strip())
        self._ok.setEnabled(named and (self.named_by.currentData() == "none" or self._read is not None))
        if self._into:
            self._ok.setText(f"Add {many(len(self._read), 'photo')}" if self._read is not None else "Add")


def _summary(known: KnownPhotos) -> str:
    if not known.whales:
        return "No photo with a known whale was found this way. Try another way to name them."
    photos = sum(photo.whale is not None for photo in known)
    parts = [f"{photos:,} photos of {len(known.whales):,} whales."]
    if photos < len(known):
        parts.append(f"{len(known) - photos:,} more are of no known whale.")
    if known.missing:
        parts.append(f"{len(known.missing):,} in the list aren't in the folder, e.g. {known.missing[0]}.")
    parts.append(f"{min(ROWS_SHOWN, len(known))} of them as read:")
    return " ".join(parts)


def _to_show(known: KnownPhotos) -> list[KnownPhoto]:
    """Ten rows that tell: of known whales, and two of none where there are such."""
    named = [photo for photo in known if photo.whale is not None]
    nameless = [photo for photo in known if photo.whale is None]
    most = ROWS_SHOWN - min(len(nameless), max(2, ROWS_SHOWN - len(named)))
    return [*named[:most], *nameless[: ROWS_SHOWN - most]]


def _first_name(photos: Sequence[Path]) -> str:
    """A catalogue's name to begin with: of the folder that the photographs come from."""
    if not photos:
        return "My whales"
    return photos[0].name if photos[0].is_dir() else photos[0].parent.name or "My whales"


def _table() -> QTableWidget:
    made = QTableWidget(0, 2)
    made.setHorizontalHeaderLabels(["Photo", "Whale"])
    made.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
    made.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    made.setShowGrid(False)
    made.verticalHeader().setVisible(False)
    made.verticalHeader().setDefaultSectionSize(24)
    made.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
    made.setSelectionMode(QTableWidget.SelectionMode.NoSelection)
    made.setMinimumHeight(24 * (ROWS_SHOWN + 1) + theme.S)
    made.setAccessibleName("Known photos as read")
    return made


class _PathField(QWidget):
    """A path that can be typed or chosen."""

    def __init__(self, title: str, folder: bool, parent: QWidget) -> None:
        super().__init__(parent)
        self.text = QLineEdit()
        self.text.setMinimumHeight(theme.CONTROL)
        self.text.setAccessibleName(title)
        choose = QPushButton("Choose...")
        choose.setAutoDefault(False)
        choose.setMinimumHeight(theme.CONTROL)
        ask: Callable[[], object] = self._ask_folder if folder else self._ask_file
        choose.clicked.connect(lambda: ask())
        self._title = title
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.text, 1)
        row.addWidget(choose)

    def _ask_folder(self) -> None:
        if chosen := QFileDialog.getExistingDirectory(self, self._title, self.text.text()):
            self.text.setText(chosen)

    def _ask_file(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(self, self._title, self.text.text(), "Lists (*.csv *.tsv *.txt)")
        if chosen:
            self.text.setText(chosen)
