"""The two bars of Boxes: what is on the canvas and how it is seen, and the decisions with their keys."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from whalegui import bindings, icons, theme
from whalegui.widgets.decision_bar import HEIGHT, Field, KeyButton
from whalegui.widgets.elided_label import ElidedLabel

TITLE_HEIGHT = 40
_VIEWS = {"boxes.fit_tail": "Fit", "boxes.fit": "Whole", "boxes.actual": "100 %", "boxes.sheet": "Sheet"}


class TitleBar(QWidget):
    """IMG_0203, 2 tails, why it is looked at; and Fit, Whole, 100 %, Sheet."""

    def __init__(self, made: Mapping[str, QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = QLabel()
        theme.set_font(self.title, "title", bold=True)
        self.tails = QLabel()
        theme.set_second(self.tails)
        self._glyph = QLabel()
        self._look = "", "text"
        theme.changed.connect(self._paint_glyph)
        self.remark = ElidedLabel(where=Qt.TextElideMode.ElideRight)
        self.place = QLabel()
        theme.set_second(self.place)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.M, theme.XS, theme.M, theme.XS)
        row.setSpacing(theme.M)
        for label in (self.title, self.tails, self._glyph):
            row.addWidget(label)
        row.addWidget(self.remark, 1)
        row.addWidget(self.place)
        self._views: dict[str, QWidget] = {}
        for action_id, words in _VIEWS.items():
            button = bindings.button(made[action_id], keyed=False)
            button.setText(words)
            self._views[action_id] = button
            made[action_id].changed.connect(lambda button=button, words=words: button.setText(words))
            row.addWidget(button)
        self.setFixedHeight(TITLE_HEIGHT)

    def say(
        self, title: str, tails: str = "", glyph: str = "", colour: str = "text", remark: str = "", place: str = ""
    ) -> None:
        """What is shown; `glyph` and `colour` belong to the remark."""
        self.title.setText(title)
        self.tails.setText(tails)
        self._look = glyph, colour
        self._paint_glyph()
        self.remark.setText(remark)
        self.place.setText(place)

    def show_zooms(self, shown: bool) -> None:
        """Fit, Whole and 100 % are there for a photo; on the sheet their room is the remark's."""
        for action_id, button in self._views.items():
            button.setVisible(shown or action_id == "boxes.sheet")

    def _paint_glyph(self) -> None:
        """The remark's glyph, in the colours of the theme of now."""
        glyph, colour = self._look
        self._glyph.setVisible(bool(glyph))
        if glyph:
            self._glyph.setPixmap(icons.icon(glyph, 16, colour).pixmap(QSize(16, 16), self.devicePixelRatioF()))


class BoxBar(QWidget):
    """Accept, no tail, copy boxes, back; and a note.

    Signals:
        pressed(str): the id of the action whose button was pressed.
        note_written(str): a note was typed.
        field_left(): the note's field was closed.
    """

    pressed = Signal(str)
    note_written = Signal(str)
    field_left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.accept = self._button("Enter", "Accept", "boxes.accept")
        self.no_tail = self._button("X", "No tail", "boxes.no_tail")
        self.copy = self._button("C", "Copy boxes", "boxes.copy")
        self.back = self._button("Bksp", "Back", "boxes.back")
        self.note = self._button("A", "Note", "boxes.note")
        self.accept.set_strong(True)
        self.field = Field()
        self.field.setAccessibleName("Note on this photo")
        self.field.setPlaceholderText("Note on this photo")
        self.field.setFixedHeight(theme.CONTROL)
        self.field.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.field.hide()
        self.field.taken.connect(self._take)
        self.field.left.connect(self.close_note)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.M, 0, theme.M, 0)
        row.setSpacing(theme.S)
        for button in (self.accept, self.no_tail, self.copy, self.back):
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(self.field, 4)
        row.addWidget(self.note)
        self.setFixedHeight(HEIGHT)

    def _button(self, key: str, words: str, action_id: str) -> KeyButton:
        button = KeyButton(key, words, action=action_id)
        button.clicked.connect(lambda: self.pressed.emit(action_id))
        return button

    def allow(self, deciding: bool, one: bool, note: bool, back: bool) -> None:
        """What can be pressed: something to accept, one photo to mend, one to note on, somewhere to go back to."""
        self.accept.setEnabled(deciding)
        self.accept.set_strong(deciding)
        for button in (self.no_tail, self.copy):
            button.setEnabled(one)
        self.note.setEnabled(note)
        self.back.setEnabled(back)

    def edit_note(self, text: str) -> None:
        """A field takes the place of the Note button."""
        self.field.setText(text)
        self.note.hide()
        self.field.show()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()

    def close_note(self) -> None:
        """Drop what is being typed."""
        if self.field.isVisible() or self.note.isHidden():
            self.field.hide()
            self.note.show()
            self.field_left.emit()

    def _take(self, text: str) -> None:
        self.close_note()
        self.note_written.emit(text)
