"""The decisions about a tail, each a button with its key on it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QStackedWidget, QStyle, QStyleOptionButton, QWidget

from whalegui import theme
from whalegui.actions import key_of
from whalegui.keymap import keymap, readable

HEIGHT = 44
_TAKEN = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape})
_OWN_KEYS = frozenset({Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter})

_AS_USUAL = ""
_LEAST_WORDS = "Same: H…"
_NOTE = 24
"""So many letters of a note stand on its button."""


class KeyButton(QPushButton):
    """A button that shows its key as a key cap before its words. With the keyboard on it, Space and Enter are its own.

    Args:
        key: as it is printed on a keyboard.
        words: what the key does; "Same: HW0452".
        action: the action of the table that it stands for, whose key it shows, whatever the person chose.
    """

    def __init__(self, key: str, words: str = "", parent: QWidget | None = None, action: str = "") -> None:
        super().__init__(words, parent)
        self._usual, self._action = key, action
        self.key = self._chosen()
        self.strong = False
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFixedHeight(theme.CONTROL)
        self.setAccessibleName(f"{words} ({self.key})")
        keymap.changed.connect(self._renew)

    def _chosen(self) -> str:
        keys = keymap.keys(self._action, (_AS_USUAL,))
        if keys == (_AS_USUAL,):
            return self._usual
        return readable(keys[0]) if keys else "-"

    def _renew(self) -> None:
        self.key = self._chosen()
        self.set_words(self.text())
        self.update()

    def set_words(self, words: str) -> None:
        self.setText(words)
        self.setAccessibleName(f"{words} ({self.key})")
        self.updateGeometry()

    def set_strong(self, strong: bool) -> None:
        """Filled with the accent: this is what Enter does now."""
        self.strong = strong
        self.update()

    def _cap_width(self) -> int:
        return max(20, QFontMetrics(theme.font("small")).horizontalAdvance(self.key) + 10)

    def sizeHint(self) -> QSize:
        return QSize(
            self._cap_width() + theme.S + self.fontMetrics().horizontalAdvance(self.text()) + 2 * theme.S + 2,
            theme.CONTROL,
        )

    def minimumSizeHint(self) -> QSize:
        """Where there is no room its words are shortened; the key stays."""
        letters = self.fontMetrics().horizontalAdvance(_LEAST_WORDS)
        return QSize(min(self.sizeHint().width(), self._cap_width() + letters + 3 * theme.S), theme.CONTROL)

    def event(self, event: QEvent) -> bool:
        # Without this the workspace's Enter would decide "same" while the keyboard is on another button.
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() in _OWN_KEYS:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if not event.isAutoRepeat():
                self.click()
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme.tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        filled = self.strong and self.isEnabled()
        if filled:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(tokens.accent.darker(115) if self.isDown() else tokens.accent)
            painter.drawRoundedRect(QRectF(self.rect()), theme.RADIUS, theme.RADIUS)
        else:
            option = QStyleOptionButton()
            self.initStyleOption(option)
            self.style().drawControl(QStyle.ControlElement.CE_PushButtonBevel, option, painter, self)
        group = self.palette().ColorGroup.Normal if self.isEnabled() else self.palette().ColorGroup.Disabled
        ink = tokens.on_accent if filled else self.palette().color(group, self.palette().ColorRole.ButtonText)
        left = theme.S
        cap = QRectF(left + 0.5, (self.height() - 20) / 2 + 0.5, self._cap_width() - 1, 19)
        painter.setPen(ink if filled or not self.isEnabled() else tokens.edge)
        painter.setBrush(Qt.BrushStyle.NoBrush if filled else tokens.window)
        painter.drawRoundedRect(cap, 3, 3)
        painter.setPen(ink)
        painter.setFont(theme.font("small"))
        painter.drawText(cap, Qt.AlignmentFlag.AlignCenter, self.key)
        painter.setFont(self.font())
        words = self.rect().adjusted(left + self._cap_width() + theme.S, 0, -theme.XS, 0)
        shown = painter.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, words.width())
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
        if self.hasFocus() and filled:
            # Accent on accent wouldn't be seen.
            painter.setPen(QPen(tokens.on_accent, theme.RING))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(self.rect().adjusted(3, 3, -3, -3), theme.RADIUS - 2, theme.RADIUS - 2)
        elif self.hasFocus():
            theme.draw_ring(painter, self.rect())


class Field(QLineEdit):
    """One line to type in: Enter takes it, Esc leaves it; neither reaches the workspace.

    Signals:
        taken(str): Enter was pressed.
        left: Esc was pressed, or the keyboard went elsewhere.
    """

    taken = Signal(str)
    left = Signal()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() in _TAKEN:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if not event.isAutoRepeat():
                self.taken.emit(self.text().strip())
        elif event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)


class DecisionBar(QWidget):
    """Same, new, unsure, poor, back, note.

    Signals:
        same, new, unsure, poor, back: a button was pressed; `new_name` holds the id that `new` takes.
        note_wanted: the note button was pressed.
        note_written(str): a note was typed.
        field_left: a field was closed: the keyboard may go back to the tails.
    """

    same = Signal()
    new = Signal()
    unsure = Signal()
    poor = Signal()
    back = Signal()
    note_wanted = Signal()
    note_written = Signal(str)
    field_left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.new_name = ""
        self.name_edited = False
        self.same_button = KeyButton("Enter", "", action="matches.same")
        self.new_button = KeyButton("N", "New", action="matches.new")
        self.unsure_button = KeyButton("U", "Unsure", action="matches.unsure")
        self.poor_button = KeyButton("P", "Poor", action="matches.poor")
        self.back_button = KeyButton("Bksp", "Back", action="matches.back")
        self.note_button = KeyButton("A", "Note", action="matches.note")
        self.name_field, self._name_slot = self._slot(self.new_button, "Id of the new whale", 160)
        self.note_field, self._note_slot = self._slot(self.note_button, "Note on this photo", 320)
        for button, signal in (
            (self.same_button, self.same),
            (self.new_button, self.new),
            (self.unsure_button, self.unsure),
            (self.poor_button, self.poor),
            (self.back_button, self.back),
            (self.note_button, self.note_wanted),
        ):
            button.clicked.connect(signal)
        self.name_field.taken.connect(self._take_name)
        self.note_field.taken.connect(self._take_note)
        self._lay_out()
        self.set_same("")

    def _lay_out(self) -> None:
        layout = QHBoxLayout(self)
        layout.setContentsMargins(theme.M, 0, theme.M, 0)
        layout.setSpacing(theme.S)
        layout.addWidget(self.same_button)
        layout.addWidget(self._name_slot)
        for button in (self.unsure_button, self.poor_button, self.back_button):
            layout.addWidget(button)
        layout.addStretch(1)
        layout.addWidget(self._note_slot)
        self.setFixedHeight(HEIGHT)

    def _slot(self, button: KeyButton, name: str, width: int) -> tuple[Field, QStackedWidget]:
        """A button and the field that takes its place."""
        field = Field()
        field.setAccessibleName(name)
        field.setPlaceholderText(name)
        field.setFixedHeight(theme.CONTROL)
        field.setMinimumWidth(width)
        slot = _Slot()
        slot.addWidget(button)
        slot.addWidget(field)
        slot.setFixedHeight(theme.CONTROL)
        field.left.connect(lambda: self._close(slot))
        return field, slot

    def set_same(self, whale: str, possible: bool = True, tails: int = 1) -> None:
        """The whale that Enter takes; empty: none is picked yet, or there is none to pick.

        Args:
            tails: how many it holds for.
        """
        same = f"Same: {whale}{_for(tails)}"
        self.same_button.set_words(same if whale else f"Pick {pick_keys()} first" if possible else "No candidate")
        self.same_button.setEnabled(bool(whale))
        self.same_button.set_strong(bool(whale))

    def set_new(self, name: str, edited: bool = False, tails: int = 1) -> None:
        """The id that N takes, empty where none is given; an edited one is a person's choice.

        Args:
            tails: how many it holds for.
        """
        self.new_name, self.name_edited = name, edited
        self.new_button.set_words(f"New: {name}{_for(tails)}" if name else "New whale")
        self.new_button.setToolTip(f"{key_of('matches.new_named')} writes another id on this button" if name else "")
        self._name_slot.updateGeometry()

    def set_back(self, possible: bool) -> None:
        self.back_button.setEnabled(possible)

    def set_note(self, text: str) -> None:
        """Shows the beginning of the photo's note on its button, and all of it as a tool tip."""
        line = " ".join(text.split())
        short = line if len(line) <= _NOTE else f"{line[: _NOTE - 1].rstrip()}…"
        self.note_button.set_words(f"Note: {short}" if short else "Note")
        self.note_button.setToolTip(text)
        self._note_slot.updateGeometry()

    def edit_name(self) -> None:
        """Puts a field in the place of the New button."""
        self.name_field.setText(self.new_name)
        self._open(self._name_slot, self.name_field)

    def edit_note(self, text: str) -> None:
        """Puts a field in the place of the Note button."""
        self.note_field.setText(text)
        self._open(self._note_slot, self.note_field)

    def close_fields(self) -> None:
        """Drops what is being typed: another tail is shown."""
        for slot in (self._name_slot, self._note_slot):
            if slot.currentIndex() == 1:
                self._close(slot)

    def _open(self, slot: QStackedWidget, field: Field) -> None:
        slot.setCurrentIndex(1)
        field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        field.selectAll()

    def _close(self, slot: QStackedWidget) -> None:
        slot.setCurrentIndex(0)
        self.field_left.emit()

    def _take_name(self, name: str) -> None:
        if name:
            self.set_new(name, edited=True)
        self._close(self._name_slot)

    def _take_note(self, text: str) -> None:
        self._close(self._note_slot)
        self.note_written.emit(text)


def pick_keys() -> str:
    """The keys that pick a candidate: "1-0"."""
    return f"{key_of('matches.pick_1')}-{key_of('matches.pick_10')}"


def _for(tails: int) -> str:
    return f" for {tails} tails" if tails > 1 else ""


class _Slot(QStackedWidget):
    """As wide as what it shows, not as its widest page."""

    def sizeHint(self) -> QSize:
        page = self.currentWidget()
        return page.sizeHint().expandedTo(page.minimumSize()) if page is not None else super().sizeHint()

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def setCurrentIndex(self, index: int) -> None:
        super().setCurrentIndex(index)
        self.updateGeometry()
