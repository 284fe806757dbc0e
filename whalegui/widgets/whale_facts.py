"""What is known of a whale, as fields: nickname, sex, pigmentation, when and how often it was met, its ids, a note."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QComboBox, QFormLayout, QLabel, QLineEdit, QWidget

from whalegui import theme
from whalegui.widgets.elided_label import ElidedLabel
from whalegui.widgets.grades import Grades
from whalegui.widgets.note_field import NoteField
from whalegui.widgets.wording import day, many
from whaleid_core.catalogue.rows import SEXES, NameRow, WhaleRow

_CELLS, _WORDS = 120, 180
"""Of its width, pixels at 100 % text: what stays, and what grows with the letters."""


def names_said(names: Sequence[NameRow]) -> str:
    """A whale's other ids in words, e.g. "was HW0931; NA1234 in Happywhale"."""
    told = [
        f"was {row.name}" if row.kind == "old" else f"{row.name} in {row.catalogue}" if row.catalogue else row.name
        for row in names
    ]
    return "; ".join(told)


class WhaleFacts(QWidget):
    """Shows one whale; what is written into its fields is told, not kept here."""

    described = Signal(dict)  # nickname, sex or note
    pigmented = Signal(object)  # 1 to 5, or None
    left = Signal()  # a field gives the keyboard back

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._whale: WhaleRow | None = None
        self.nickname = QLineEdit()
        self.nickname.setMinimumHeight(theme.CONTROL)
        self.nickname.setAccessibleName("Nickname")
        self.nickname.editingFinished.connect(self._nickname_written)
        self.sex = QComboBox()
        self.sex.setMinimumHeight(theme.CONTROL)
        self.sex.setAccessibleName("Sex")
        for code, word in {"": "not known", **SEXES}.items():
            self.sex.addItem(word, code)
        self.sex.currentIndexChanged.connect(lambda at: self.described.emit({"sex": self.sex.itemData(at)}))
        self.pigmentation = Grades("Pigmentation, 1 nearly white, 5 nearly black")
        self.pigmentation.graded.connect(self.pigmented)
        self.seen, self.met, self.ids = ElidedLabel(), ElidedLabel(), ElidedLabel(where=Qt.TextElideMode.ElideRight)
        self.note = NoteField("Note on this whale")
        self.note.written.connect(lambda text: self.described.emit({"note": text}))
        self.note.left.connect(self.left)
        self._lay_out()
        theme.changed.connect(self._give_room)
        self._give_room()

    def show_whale(self, whale: WhaleRow) -> None:
        """Another whale, or the same one described anew; what was written on the one before is kept first."""
        if self._whale is not None and self._whale.id != whale.id:
            self.note.keep()
            self.ids.setText("")
        self._whale = whale
        if not self.nickname.hasFocus():
            self.nickname.setText(whale.nickname)
            self.nickname.setCursorPosition(0)
        with QSignalBlocker(self.sex):
            if self.sex.findData(whale.sex) < 0:
                self.sex.addItem(whale.sex, whale.sex)
            self.sex.setCurrentIndex(self.sex.findData(whale.sex))
        self.pigmentation.show_grade(whale.pigmentation)
        first, last = day(whale.first_seen), day(whale.last_seen)
        self.seen.setText(first if first == last else f"{first} to {last}")
        self.met.setText(f"{many(whale.encounters, 'encounter')}, {many(whale.photos, 'photo')}")
        self.note.show_note(whale.note)

    def _give_room(self) -> None:
        self.setFixedWidth(_CELLS + theme.scaled(_WORDS))

    def show_names(self, names: Sequence[NameRow]) -> None:
        """Its other ids."""
        self.ids.setText(names_said(names) or "none")

    def _nickname_written(self) -> None:
        text = self.nickname.text().strip()
        if self._whale is not None and text != self._whale.nickname:
            self.described.emit({"nickname": text})

    def _lay_out(self) -> None:
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setHorizontalSpacing(theme.M)
        form.setVerticalSpacing(theme.XS)
        for name, widget in (
            ("Nickname", self.nickname),
            ("Sex", self.sex),
            ("Pigmentation", self.pigmentation),
            ("Seen", self.seen),
            ("Met", self.met),
            ("Other ids", self.ids),
        ):
            label = QLabel(name)
            label.setMinimumHeight(widget.sizeHint().height())
            theme.set_second(label)
            form.addRow(label, widget)
        form.addRow(self.note)
