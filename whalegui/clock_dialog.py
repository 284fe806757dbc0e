"""The dialog that sets a camera's clock right afterwards: an offset, or what one photo's time really was."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QRadioButton, QWidget

from whalegui import theme
from whalegui.shot_dialog import ShotDialog
from whalegui.widgets.elided_label import ElidedLabel
from whalegui.widgets.wording import many
from whaleid_core.clock import offset_text, offset_words, parse_moment, parse_offset, shifted
from whaleid_core.errors import WhaleIdError

if TYPE_CHECKING:
    from whalegui.session import Session
    from whaleid_core.catalogue.rows import PhotoRow, ShotRow

_FORM = "%Y-%m-%d %H:%M:%S"
_FORM_SAMPLE = "2025-08-12 09:14:05"
_NAME = 18
"""Letters of a photo's name before what is asked of it."""
_HINT = "Type an offset such as +1:00, -0:03:20 or +1 d 2:00, or what the time of one photo really was."


class ClockDialog(ShotDialog):
    """Before and after stand side by side for every photo that would be touched; nothing is done before OK."""

    def __init__(
        self, session: Session, photo: PhotoRow | None, ticked: Collection[int], parent: QWidget | None = None
    ) -> None:
        super().__init__("Set a camera's clock", session, ticked, photo.camera if photo is not None else None, parent)
        self._wanted = photo.id if photo is not None else -1
        self._reference: ShotRow | None = None
        self.by_offset = QRadioButton("Add to its time")
        self.by_photo = QRadioButton("This photo was really taken at")
        self.by_offset.setChecked(True)
        self.offset = _field("Offset", "+1:00, -0:03:20, +1 d 2:00")
        self.really = _field("What the time really was", _FORM_SAMPLE)
        self.reference = ElidedLabel()
        theme.set_second(self.reference)
        self.chooser.add_to(self.form)
        self.form.addRow(self.by_offset, self.offset)
        real = QHBoxLayout()
        real.setSpacing(theme.S)
        real.addWidget(self.really, 1)
        real.addWidget(self.reference, 1)
        self.form.addRow(self.by_photo, real)
        self.offset.textEdited.connect(lambda _: self._use(self.by_offset))
        self.really.textEdited.connect(lambda _: self._use(self.by_photo))
        self.by_offset.toggled.connect(lambda _: self.renew())
        self.table.picked.connect(self._refer_to)
        self.begin()
        self.offset.setFocus()

    @property
    def wrong_by(self) -> timedelta:
        """What is added to the camera's time.

        Raises:
            WhaleIdError: it isn't told yet, or can't be read.
        """
        if self.by_offset.isChecked():
            if not self.offset.text().strip():
                raise WhaleIdError(_HINT)
            return parse_offset(self.offset.text())
        if self._reference is None or self._reference.taken_at is None:
            raise WhaleIdError("Pick the photo in the table whose time you know.")
        return parse_moment(self.really.text()) - self._reference.taken_at

    def renew(self) -> None:
        if self._reference not in self.shots:
            self._refer_to(next((shot for shot in self.shots if shot.id == self._wanted), None), told=False)
        try:
            offset = self.wrong_by
        except WhaleIdError as error:
            self._show(None)
            typed = self.offset.text() if self.by_offset.isChecked() else self.really.text()
            self.allow("", 0, str(error), error=bool(typed.strip()))
            return
        try:
            self._show(offset)
            self._tell(offset)
        except WhaleIdError as error:
            self._show(None)
            self.allow("", 0, str(error), error=True)

    def accept(self) -> None:
        ids, offset = [shot.id for shot in self.shots], self.wrong_by
        self.session.edit(lambda catalogue: catalogue.set_clock(ids, offset))
        super().accept()

    def _tell(self, offset: timedelta) -> None:
        count = len(self.shots)
        if not count:
            self.allow("", 0, "No photo with a time is of this camera and this span.")
            return
        for shot in (self.shots[0], self.shots[-1]):
            _after(shot, offset)  # the ends tell whether all of them stay within the calendar
        whose = f"{many(count, 'photo')} of {self.chooser.camera_name}"
        if not offset:
            self.allow("", 0, f"{whose}: the time stays as it is.")
            return
        stay = "The files keep their own time, and encounters their photos; Find encounters... puts those anew."
        self.allow(f"Set {many(count, 'photo')}", count, f"{whose}: {offset_words(offset)}. {stay}")

    def _show(self, offset: timedelta | None) -> None:
        self.table.show_shots(
            self.shots,
            (
                ("Photo", lambda _, shot: shot.name),
                ("Camera's time", lambda _, shot: _text(shot.taken_at)),
                ("Set right", lambda _, shot: "" if offset is None else _text(_after(shot, offset))),
            ),
        )
        if self.by_photo.isChecked() and offset is not None:
            self.offset.setText(offset_text(offset))

    def _refer_to(self, shot: ShotRow | None, told: bool = True) -> None:
        """The photo whose real time is asked for."""
        self._reference = shot
        if shot is not None and not self.really.text().strip():
            self.really.setText(_text(shot.taken_at))
        name = _short(Path(shot.name).stem) if shot is not None else "This photo"
        self.by_photo.setText(f"{name} was really taken at")
        self.reference.setText(f"by the camera {_text(shot.taken_at)}" if shot is not None else "Pick it in the table")
        if told and self.by_photo.isChecked():
            self.renew()

    def _use(self, way: QRadioButton) -> None:
        if way.isChecked():
            self.renew()
        else:
            way.setChecked(True)


def _after(shot: ShotRow, offset: timedelta) -> datetime:
    assert shot.taken_at is not None
    return shifted(shot.taken_at, offset)


def _short(name: str) -> str:
    return name if len(name) <= _NAME else f"{name[: _NAME // 2 - 1]}...{name[1 - _NAME // 2 :]}"


def _text(at: datetime | None) -> str:
    return at.strftime(_FORM) if at is not None else ""


def _field(name: str, hint: str) -> QLineEdit:
    made = QLineEdit()
    made.setAccessibleName(name)
    made.setPlaceholderText(hint)
    made.setMinimumHeight(theme.CONTROL)
    made.setMinimumWidth(made.fontMetrics().horizontalAdvance(_FORM_SAMPLE) + theme.XXL)
    return made
