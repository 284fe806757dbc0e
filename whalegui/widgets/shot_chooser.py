"""Which photos an edit is for: of which camera, from when to when, all that fit or the ticked ones among them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from PySide6.QtCore import QSignalBlocker, QTimer, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QFormLayout, QHBoxLayout, QLabel, QLineEdit, QWidget

from whalegui import theme
from whalegui.widgets.wording import many
from whaleid_core.catalogue.rows import PhotoFilter, ShotRow, SourceRow
from whaleid_core.clock import parse_moment
from whaleid_core.errors import WhaleIdError

_TYPED_MS = 250
_FORM = "%Y-%m-%d %H:%M:%S"


class ShotChooser(QWidget):
    """Three rows of a form; `changed` comes when others are chosen."""

    changed = Signal()

    def __init__(self, ticked: Collection[int], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ticked = frozenset(ticked)
        self._cameras: Sequence[SourceRow] = ()
        self.camera = QComboBox()
        self.camera.setAccessibleName("Camera")
        self.camera.setMinimumHeight(theme.CONTROL)
        self.first, self.last = _moment_field("From"), _moment_field("To")
        self.only_ticked = QCheckBox(f"Only the {many(len(ticked), 'ticked photo')}")
        self.only_ticked.setVisible(bool(ticked))
        self.only_ticked.setChecked(len(ticked) > 1)
        self._typed = QTimer(self, singleShot=True, interval=_TYPED_MS)
        self._typed.timeout.connect(self.changed)
        self.camera.currentIndexChanged.connect(lambda _: self._camera_chosen())
        self.only_ticked.toggled.connect(lambda _: self.changed.emit())
        for field in (self.first, self.last):
            field.textEdited.connect(lambda _: self._typed.start())
        theme.changed.connect(self._colour)

    def add_to(self, form: QFormLayout) -> None:
        """Stand in a dialog's form."""
        span = QHBoxLayout()
        span.setSpacing(theme.S)
        to = QLabel("to")
        theme.set_second(to)
        for part in (self.first, to, self.last):
            span.addWidget(part, 0 if part is to else 1)
        form.addRow("Camera", self.camera)
        form.addRow("From", span)
        if self._ticked:
            form.addRow("", self.only_ticked)

    def show_cameras(self, cameras: Sequence[SourceRow], chosen: str | None) -> None:
        """What can be chosen from; None chooses all cameras."""
        self._cameras = cameras
        with QSignalBlocker(self.camera):
            self.camera.clear()
            self.camera.addItem(f"All cameras   {sum(row.photos for row in cameras):,}", None)
            for row in cameras:
                self.camera.addItem(f"{row.name or 'Not known'}   {row.photos:,}", row.name)
            self.camera.setCurrentIndex(max(0, self.camera.findData(chosen) if chosen is not None else 0))
        self._camera_chosen()

    @property
    def camera_name(self) -> str:
        """As a sentence names it."""
        name = self.camera.currentData()
        return "all cameras" if name is None else name or "a camera that isn't known"

    def filter(self) -> PhotoFilter:
        """What is chosen, but for the ticks.

        Raises:
            WhaleIdError: what stands in a field is no time.
        """
        found = PhotoFilter(camera=self.camera.currentData())
        self._colour()
        if text := self.first.text().strip():
            found = replace(found, taken_from=parse_moment(text))
        if text := self.last.text().strip():
            found = replace(found, taken_to=parse_moment(text))
        return found

    def among(self, shots: Sequence[ShotRow]) -> list[ShotRow]:
        """Those of the photos that fit which have a time, and are ticked where only such are wanted."""
        only = self._ticked if self.only_ticked.isChecked() else None
        return [shot for shot in shots if shot.taken_at is not None and (only is None or shot.id in only)]

    def _camera_chosen(self) -> None:
        """From the camera's first photo to its last: a span that one narrows down."""
        name = self.camera.currentData()
        rows = [row for row in self._cameras if name is None or row.name == name]
        firsts = [row.first for row in rows if row.first is not None]
        lasts = [row.last for row in rows if row.last is not None]
        self.first.setText(min(firsts).strftime(_FORM) if firsts else "")
        self.last.setText(max(lasts).strftime(_FORM) if lasts else "")
        self.changed.emit()

    def _colour(self) -> None:
        for field in (self.first, self.last):
            palette = field.palette()
            good = not field.text().strip() or _is_moment(field.text())
            palette.setColor(palette.ColorRole.Text, theme.tokens().text if good else theme.tokens().error)
            field.setPalette(palette)


def _is_moment(text: str) -> bool:
    try:
        parse_moment(text)
    except WhaleIdError:
        return False
    return True


def _moment_field(name: str) -> QLineEdit:
    field = QLineEdit()
    field.setAccessibleName(name)
    field.setPlaceholderText("2025-08-12 09:14:05")
    field.setToolTip("By the camera's own clock, e.g. 2025-08-12 09:14:05")
    field.setMinimumHeight(theme.CONTROL)
    field.setMinimumWidth(field.fontMetrics().horizontalAdvance(field.placeholderText()) + theme.XXL)
    return field
