"""The right pane of Photos: what is known of the current photo, and its note."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QLabel, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from whalegui import theme
from whalegui.widgets.cell_delegates import paint_picture
from whalegui.widgets.elided_label import ElidedLabel
from whalegui.widgets.note_field import NoteField
from whalegui.widgets.photo_status import STATUS_LOOKS, status_icon
from whalegui.widgets.wording import breakable, many, moment, place
from whaleid_core.records import Drawer, Verdict

if TYPE_CHECKING:
    from whalegui.thumbnails import Thumbnails
    from whaleid_core.catalogue.rows import PhotoRow, TailRow

_DRAWN = {Drawer.DETECTOR: "found", Drawer.PERSON: "drawn by hand", Drawer.FRAME: "the whole photo"}
_VERDICTS = {Verdict.UNSURE: "unsure", Verdict.POOR: "too poor"}


def tail_words(tail: TailRow) -> str:
    """A tail in a few words, e.g. "HW0452" or "to match, found (91 %)"."""
    if tail.whale:
        return tail.whale
    if tail.verdict in _VERDICTS:
        return _VERDICTS[tail.verdict]
    sure = f" ({tail.box.confidence:.0%})".replace("%", " %") if tail.box.drawn_by == Drawer.DETECTOR else ""
    return f"to match, {_DRAWN[tail.box.drawn_by]}{sure}"


class Preview(QWidget):
    """The current photo, as wide as the pane; a click shows it large."""

    clicked = Signal()

    def __init__(self, thumbnails: Thumbnails, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._thumbnails = thumbnails
        self._photo: PhotoRow | None = None
        self._awaited = ""
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setToolTip("Show large (Space)")
        thumbnails.ready.connect(self._ready)

    def show_photo(self, photo: PhotoRow | None) -> None:
        self._photo = photo
        self.setAccessibleName(photo.name if photo is not None else "")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(240, 160)

    def heightForWidth(self, width: int) -> int:
        return width * 2 // 3

    def hasHeightForWidth(self) -> bool:
        return True

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        picture: QPixmap | None = None
        failed = False
        if self._photo is not None:
            side = round(max(self.width(), self.height()) * self.devicePixelRatioF())
            self._awaited = self._thumbnails.key_photo(self._photo.id, side)
            picture = None if self._photo.problem else self._thumbnails.photo(self._photo, side)
            failed = bool(self._photo.problem or (picture is None and self._thumbnails.problem(self._awaited)))
        paint_picture(painter, self.rect(), picture, failed)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._photo is not None and self.rect().contains(event.position().toPoint()):
            self.clicked.emit()

    def _ready(self, key: str) -> None:
        if key == self._awaited:
            self.update()


class DetailsPane(QScrollArea):
    """Preview, time, place, camera, tails and note of one photo; how many and what, of several."""

    note_written = Signal(int, str)  # photo id, note
    note_left = Signal()

    ROWS = ("Status", "Time", "Place", "Camera", "Size", "Encounter", "Whale", "Folder")

    def __init__(self, thumbnails: Thumbnails, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._photo: PhotoRow | None = None
        self.preview = Preview(thumbnails)
        self.title = QLabel()
        self.title.setWordWrap(True)
        theme.set_font(self.title, "title", bold=True)
        self.problem = QLabel()
        self.problem.setWordWrap(True)
        self.glyph = QLabel()
        self.values = {name: ElidedLabel() for name in self.ROWS}
        self.labels = {name: _label(name) for name in self.ROWS}
        self.tails = QVBoxLayout()
        self.note = NoteField("Note on this photo")
        self.note.written.connect(self._note_written)
        self.note.left.connect(self.note_left)
        self.setAccessibleName("Details")
        self._lay_out()
        self.show_nothing()
        theme.changed.connect(self._show_glyph)

    @property
    def photo_id(self) -> int:
        """The photo shown, or -1."""
        return self._photo.id if self._photo is not None else -1

    def show_nothing(self, sentence: str = "Pick a photo to see its details.") -> None:
        """No photo is current."""
        self.note.keep()
        self._photo = None
        self.title.setText("Details")
        self._say(sentence, "text2")
        self._set_parts(False)

    def show_many(self, photos: Sequence[PhotoRow], count: int) -> None:
        """Several are ticked; `photos` are those that are read."""
        self.show_nothing("")
        self.title.setText(f"{many(count, 'photo')} ticked")
        words = Counter(STATUS_LOOKS[row.status].word for row in photos)
        lines = [f"{number:,} {word}" for word, number in words.most_common()]
        self._say("\n".join(lines) if len(photos) == count else "", "text")

    def show_photo(self, photo: PhotoRow, tails: Sequence[TailRow], encounter: str) -> None:
        """One photo is current."""
        if self._photo is not None and self._photo.id != photo.id:
            self.note.keep()
        self._photo = photo
        self.preview.show_photo(photo)
        self.title.setText(breakable(photo.name))
        self.title.setAccessibleName(photo.name)
        self._say(photo.problem, "error")
        look = STATUS_LOOKS[photo.status]
        self._show_glyph()
        self.values["Status"].setText(look.word)
        self.values["Time"].setText(moment(photo.taken_at, seconds=True))
        self.values["Place"].setText(place(photo.latitude, photo.longitude))
        self.values["Camera"].setText(photo.camera or "–")
        turned = f", turned {photo.turned}°" if photo.turned else ""
        self.values["Size"].setText(f"{photo.width:,} x {photo.height:,}{turned}" if photo.width else "–")
        self.values["Encounter"].setText(encounter or "–")
        self.values["Whale"].setText(photo.known_whale or "")
        self.values["Folder"].setText(str(photo.path.parent))
        self._set_parts(True)
        told_by_list = bool(photo.known_whale) and photo.known_whale not in {tail.whale for tail in tails}
        for part in (self.labels["Whale"], self.values["Whale"]):
            part.setVisible(told_by_list)
        self._show_tails(photo, tails)
        self.note.show_note(photo.note)

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

    def _show_tails(self, photo: PhotoRow, tails: Sequence[TailRow]) -> None:
        while (item := self.tails.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        lines = [tail_words(tail) for tail in tails]
        if not lines:
            lines = ["–" if photo.problem else "no tail" if photo.searched or photo.checked else "not searched yet"]
        for number, line in enumerate(lines, 1):
            self.tails.addWidget(ElidedLabel(f"{number}  {line}" if len(lines) > 1 else line))

    def _say(self, text: str, colour: str) -> None:
        palette = self.problem.palette()
        palette.setColor(palette.ColorRole.WindowText, getattr(theme.tokens(), colour))
        self.problem.setPalette(palette)
        self.problem.setText(text)
        self.problem.setVisible(bool(text))

    def _set_parts(self, visible: bool) -> None:
        self.preview.setVisible(visible)
        self._form.setVisible(visible)
        self.note.setVisible(visible)

    def _lay_out(self) -> None:
        self._form = QWidget()
        form = QFormLayout(self._form)
        form.setContentsMargins(0, 0, 0, 0)
        form.setHorizontalSpacing(theme.M)
        form.setVerticalSpacing(theme.XS + 2)
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
        form.insertRow(1, _label("Tails"), self.tails)
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(theme.M, theme.M, theme.M, theme.M)
        column.setSpacing(theme.S)
        for part in (self.preview, self.title, self.problem, self._form, self.note):
            column.addWidget(part)
        column.addStretch(1)
        self.setWidget(inner)
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)


def _label(text: str) -> QLabel:
    label = QLabel(text)
    theme.set_second(label)
    return label
