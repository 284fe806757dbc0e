"""The right pane of Photos: what is known of the current photo or of those ticked, who took them, and the note."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from whalegui import theme
from whalegui.widgets.elided_label import ElidedLabel
from whalegui.widgets.name_field import NameField
from whalegui.widgets.note_field import NoteField
from whalegui.widgets.photo_preview import Preview
from whalegui.widgets.photo_status import STATUS_LOOKS, status_icon
from whalegui.widgets.room import hold
from whalegui.widgets.wording import breakable, day, many, moment, place, read_moment
from whaleid_core.records import Drawer, Verdict

if TYPE_CHECKING:
    from whalegui.thumbnails import Thumbnails
    from whaleid_core.catalogue.rows import EncounterRow, PhotoRow, TailRow

_DRAWN = {Drawer.DETECTOR: "found", Drawer.PERSON: "drawn by hand", Drawer.FRAME: "the whole photo"}
_LEAST_ROOM = 9
"""So many figures a row's value has room for beside its name, at least: a date without its year."""
_VERDICTS = {Verdict.UNSURE: "unsure", Verdict.POOR: "too poor"}


def tail_words(tail: TailRow) -> str:
    """A tail in a few words, e.g. "HW0452" or "to match, found (91 %)"."""
    if tail.whale:
        return tail.whale
    if tail.verdict in _VERDICTS:
        return _VERDICTS[tail.verdict]
    sure = f" ({tail.box.confidence:.0%})".replace("%", " %") if tail.box.drawn_by == Drawer.DETECTOR else ""
    return f"to match, {_DRAWN[tail.box.drawn_by]}{sure}"


class DetailsPane(QScrollArea):
    """Preview, time, place, camera, tails and note of one photo; how many and what, of several."""

    note_written = Signal(int, str)  # photo id, note
    photographer_written = Signal(object, str)  # photo ids, name
    area_written = Signal(object, str)  # ids of encounters, their area
    time_written = Signal(object, object)  # photo ids, datetime or None
    note_left = Signal()
    find_wanted = Signal()  # the photo's file isn't there: look for it

    ROWS = ("Status", "Time", "Until", "Place", "Camera", "Size", "Encounter", "Whale", "Added", "Folder")
    OF_MANY = ("Time", "Until", "Place", "Camera")

    def __init__(self, thumbnails: Thumbnails, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._photo: PhotoRow | None = None
        self._ids: tuple[int, ...] = ()
        self._encounters: list[int] = []
        self.preview = Preview(thumbnails)
        self.title = QLabel()
        self.title.setWordWrap(True)
        theme.set_font(self.title, "title", bold=True)
        self.problem = QLabel()
        self.problem.setWordWrap(True)
        self._problem_colour = "text2"
        self.find_button = QPushButton("Find it...")
        self.find_button.setMinimumHeight(theme.CONTROL)
        self.find_button.clicked.connect(lambda: self.find_wanted.emit())
        self.glyph = QLabel()
        self.values = {name: ElidedLabel() for name in self.ROWS}
        self.labels = {name: _label(name) for name in self.ROWS}
        self.tails = QVBoxLayout()
        self.note = NoteField("Note on this photo")
        self.note.written.connect(self._note_written)
        self.note.left.connect(self.note_left)
        self.photographer = NameField("Taken by")
        self.photographer.written.connect(self._photographer_written)
        self.area = NameField("Area")
        self.area.written.connect(self._area_written)
        self.time = NameField("Time")
        self.time.written.connect(self._time_written)
        for field in (self.photographer, self.area, self.time):
            field.left.connect(self.note_left)
        self.setAccessibleName("Details")
        self._lay_out()
        self.show_nothing()
        theme.changed.connect(self._recolour)

    @property
    def photo_id(self) -> int:
        """The photo shown, or -1."""
        return self._photo.id if self._photo is not None else -1

    def show_nothing(self, sentence: str = "Pick a photo to see its details.") -> None:
        """No photo is current."""
        self._leave()
        self._photo, self._ids = None, ()
        self.title.setText("Details")
        self._say(sentence, "text2")
        self._set_parts(())

    def show_many(self, photos: Sequence[PhotoRow], ids: Sequence[int]) -> None:
        """Several are ticked; `photos` are those that are read."""
        if self._ids != tuple(ids):
            self._leave()
        self._photo, self._ids = None, tuple(ids)
        self.title.setText(f"{many(len(ids), 'photo')} ticked")
        if len(photos) < len(ids):
            self._say("", "text")
            self._set_parts(())
            return
        words = Counter(STATUS_LOOKS[row.status].word for row in photos)
        self._say("\n".join(f"{number:,} {word}" for word, number in words.most_common()), "text")
        self._set_parts(self.OF_MANY)
        times = sorted(row.taken_at for row in photos if row.taken_at is not None)
        for name, at in zip(("Time", "Until"), (times[0], times[-1]) if times else (None, None), strict=True):
            self.values[name].setText(moment(at))
            self._row_visible(self.labels[name], bool(times))
        self._show_time(None, not times)
        placed = sum(row.latitude is not None for row in photos)
        self.values["Place"].setText("all placed" if placed == len(photos) else f"{placed:,} of {len(photos):,} placed")
        self.values["Camera"].setText(_one_or_count({row.camera for row in photos}, "camera"))
        names = {row.photographer for row in photos}
        self.photographer.show_name(names.pop() if len(names) == 1 else "", "several" if names else "not known")

    def show_photo(self, photo: PhotoRow, tails: Sequence[TailRow], encounter: EncounterRow | None) -> None:
        """One photo is current."""
        if self._ids != (photo.id,):
            self._leave()
        self._photo, self._ids = photo, (photo.id,)
        self.preview.show_photo(photo)
        self.title.setText(breakable(photo.name))
        self.title.setAccessibleName(photo.name)
        self._say(photo.problem, "error")
        look = STATUS_LOOKS[photo.status]
        self._show_glyph()
        self.values["Status"].setText(look.word)
        self.values["Place"].setText(place(photo.latitude, photo.longitude))
        self.values["Camera"].setText(photo.camera or "–")
        turned = f", turned {photo.turned}°" if photo.turned else ""
        self.values["Size"].setText(f"{photo.width:,} x {photo.height:,}{turned}" if photo.width else "–")
        self.values["Encounter"].setText(encounter.name if encounter is not None else "–")
        self.values["Whale"].setText(photo.known_whale or "")
        self.values["Added"].setText(day(photo.added_at.astimezone()))
        self.values["Folder"].setText(str(photo.path.parent))
        told_by_list = bool(photo.known_whale) and photo.known_whale not in {tail.whale for tail in tails}
        unasked = {"Time", "Until"} if told_by_list else {"Time", "Until", "Whale"}
        self._set_parts([name for name in self.ROWS if name not in unasked])
        self._show_time(photo.taken_at, True)
        self.show_areas([encounter] if encounter is not None else [])
        self.photographer.show_name(photo.photographer, "not known")
        self._show_tails(photo, tails)
        self.note.show_note(photo.note)

    def show_areas(self, encounters: Sequence[EncounterRow]) -> None:
        """In which area the encounters of what is shown were."""
        self._encounters = [row.id for row in encounters]
        areas = {row.area for row in encounters}
        self.area.show_name(areas.pop() if len(areas) == 1 else "", "several" if areas else "not known")
        self._row_visible(self._area_label, bool(encounters))

    def show_there(self, photo_id: int, there: bool) -> None:
        """Whether the current photo's file is where it should lie."""
        if not there and self._photo is not None and self._photo.id == photo_id:
            self._say(f"{self._photo.name} isn't here any more; its thumbnail is shown.", "error")
            self.find_button.show()

    def edit(self, field: NameField) -> None:
        """Put the keyboard into one of the fields, where it is shown."""
        if self._ids and field.isVisibleTo(self):
            self.ensureWidgetVisible(field)
            field.setFocus(Qt.FocusReason.ShortcutFocusReason)
            field.selectAll()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._wrap()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._wrap()

    def _wrap(self) -> None:
        """With large letters in a narrow pane, what a row says goes below its name: beside it nothing could be read."""
        letters, form = self.fontMetrics(), self._form.layout()
        assert isinstance(form, QFormLayout)
        beside = max(letters.horizontalAdvance(name) for name in self.ROWS)
        room = self.viewport().width() - 3 * theme.M - beside
        how = QFormLayout.RowWrapPolicy
        wanted = how.WrapAllRows if room < _LEAST_ROOM * letters.horizontalAdvance("0") else how.DontWrapRows
        if form.rowWrapPolicy() != wanted:
            form.setRowWrapPolicy(wanted)

    def _recolour(self) -> None:
        self._show_glyph()
        self._say(self.problem.text(), self._problem_colour, keep_button=True)

    def _show_glyph(self) -> None:
        """The status' glyph in the colours of the theme of now."""
        if self._photo is not None:
            self.glyph.setPixmap(status_icon(self._photo.status).pixmap(16, 16))

    def edit_note(self) -> None:
        """Put the keyboard into the note."""
        if self._photo is not None:
            self.ensureWidgetVisible(self.note)
            self.note.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _note_written(self, text: str) -> None:
        if self._photo is not None:
            self.note_written.emit(self._photo.id, text)

    def _photographer_written(self, name: str) -> None:
        if self._ids:
            self.photographer_written.emit(self._ids, name)

    def _area_written(self, area: str) -> None:
        if self._encounters:
            self.area_written.emit(list(self._encounters), area)

    def _show_time(self, at: datetime | None, shown: bool) -> None:
        """When what is shown was taken; a person can write it."""
        self.time.show_name(moment(at, seconds=True) if at is not None else "", "not known")
        self._row_visible(self._time_label, shown)

    def _time_written(self, text: str) -> None:
        at = read_moment(text)
        if text and at is None:
            self._say(f"{text} isn't a date. Write it like 12 Aug 2025, 09:14.", "error")
        elif self._ids:
            self.time_written.emit(self._ids, at)

    def _leave(self) -> None:
        """Another photo is picked: what was written belongs to the one before."""
        for field in (self.note, self.photographer, self.area, self.time):
            field.keep()

    def _show_tails(self, photo: PhotoRow, tails: Sequence[TailRow]) -> None:
        while (item := self.tails.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        lines = [tail_words(tail) for tail in tails]
        if not lines:
            lines = ["–" if photo.problem else "no tail" if photo.searched or photo.checked else "not searched yet"]
        for number, line in enumerate(lines, 1):
            self.tails.addWidget(ElidedLabel(f"{number}  {line}" if len(lines) > 1 else line))

    def _say(self, text: str, colour: str, keep_button: bool = False) -> None:
        self._problem_colour = colour
        palette = self.problem.palette()
        palette.setColor(palette.ColorRole.WindowText, getattr(theme.tokens(), colour))
        self.problem.setPalette(palette)
        self.problem.setText(text)
        self.problem.setVisible(bool(text))
        if not keep_button:
            self.find_button.hide()

    def _set_parts(self, rows: Sequence[str]) -> None:
        """Show these rows; the picture, the tails and the note are of one photo."""
        one = self._photo is not None
        self.preview.setVisible(one)
        self.note.setVisible(one)
        self._form.setVisible(bool(rows))
        for name in self.ROWS:
            self._row_visible(self.labels[name], name in rows)
        self._row_visible(self._tails_label, one)
        self._row_visible(self._time_label, one)

    def _row_visible(self, label: QLabel, visible: bool) -> None:
        layout = self._form.layout()
        assert isinstance(layout, QFormLayout)
        layout.setRowVisible(label, visible)

    def _lay_out(self) -> None:
        self._form = QWidget()
        form = QFormLayout(self._form)
        form.setContentsMargins(0, 0, 0, 0)
        form.setHorizontalSpacing(theme.M)
        form.setVerticalSpacing(theme.XS + 2)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for name in self.ROWS:
            value: QWidget = self.values[name]
            if name == "Status":
                value = QWidget()
                line = QHBoxLayout(value)
                line.setContentsMargins(0, 0, 0, 0)
                line.setSpacing(theme.XS)
                line.addWidget(self.glyph)
                line.addWidget(self.values[name], 1)
            form.addRow(self.labels[name], value)
        self.tails.setSpacing(2)
        self._tails_label, self._time_label = _label("Tails"), _label("Time")
        form.insertRow(1, self._tails_label, self.tails)
        form.insertRow(3, self._time_label, self.time)
        form.insertRow(7, _label("Taken by"), self.photographer)
        self._area_label = _label("Area")
        form.insertRow(10, self._area_label, self.area)
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(theme.M, theme.M, theme.M, theme.M)
        column.setSpacing(theme.S)
        for part in (self.preview, self.title, self.problem, self.find_button, self._form, self.note):
            column.addWidget(part)
        column.addStretch(1)
        hold(self, inner, across=False)


def _one_or_count(names: Collection[str], noun: str) -> str:
    return next(iter(names)) or "–" if len(names) == 1 else many(len(names), noun)


def _label(text: str) -> QLabel:
    label = QLabel(text)
    theme.set_second(label)
    return label
