"""Letter keys under other keyboard layouts: where the letters lie, and what a key then does."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from whalegui import bindings
from whalegui.other_layouts import latin_letter

PLAIN = Qt.KeyboardModifier.NoModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
N_HERE = 57
"""The scan code of N on X11; under a Russian layout it writes т."""


def pressed(
    text: str, scan: int = 0, virtual: int = 0, modifiers: Qt.KeyboardModifier = PLAIN, repeat: bool = False
) -> QKeyEvent:
    return QKeyEvent(QEvent.Type.KeyPress, ord(text.upper()), modifiers, scan, virtual, 0, text, repeat)


class Place(QWidget):
    """Two decisions and a field, as a workspace has them."""

    def __init__(self) -> None:
        super().__init__()
        self.done: list[str] = []
        self.tail = QWidget()
        self.tail.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.field = QLineEdit()
        column = QVBoxLayout(self)
        column.addWidget(self.tail)
        column.addWidget(self.field)
        named = {"matches.new": "new", "matches.new_named": "named", "matches.next": "next"}
        self.made = bindings.bind(self, {key: lambda word=word: self.done.append(word) for key, word in named.items()})


@pytest.fixture
def place(qtbot: QtBot) -> Place:
    made = Place()
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    made.tail.setFocus()
    qtbot.waitUntil(made.tail.hasFocus)
    return made


@pytest.mark.parametrize(
    ("platform", "event", "letter"),
    [
        ("xcb", pressed("т", scan=57), "N"),
        ("wayland", pressed("й", scan=24), "Q"),
        ("xcb", pressed("ㅜ", scan=57), "N"),
        ("windows", pressed("т", virtual=0x4E), "N"),
        ("windows", pressed("ё", virtual=0xC0), ""),
        ("cocoa", pressed("т", virtual=45), "N"),
        ("cocoa", pressed("ф", virtual=0), "A"),
        ("xcb", pressed("n", scan=57), ""),
        ("xcb", pressed("é", scan=11), ""),
    ],
)
def test_the_letter_in_the_place_of_the_key(platform: str, event: QKeyEvent, letter: str) -> None:
    assert latin_letter(event, platform) == letter


def test_every_letter_has_one_place_on_each_platform() -> None:
    alphabet = {chr(code) for code in range(ord("A"), ord("Z") + 1)}
    assert {latin_letter(pressed("я", scan=code), "xcb") for code in range(256)} == alphabet | {""}
    assert {latin_letter(pressed("я", virtual=code), "cocoa") for code in range(128)} == alphabet | {""}


def test_a_cyrillic_letter_decides_like_the_latin_one_in_its_place(place: Place) -> None:
    QApplication.sendEvent(place.tail, pressed("т", scan=N_HERE))
    QApplication.sendEvent(place.tail, pressed("Т", scan=N_HERE, modifiers=SHIFT))
    assert place.done == ["new", "named"]


def test_a_held_key_decides_once_and_a_disabled_action_not_at_all(place: Place) -> None:
    QApplication.sendEvent(place.tail, pressed("т", scan=N_HERE))
    QApplication.sendEvent(place.tail, pressed("т", scan=N_HERE, repeat=True))
    bindings.allow(place.made["matches.new"], False, "nothing is shown")
    QApplication.sendEvent(place.tail, pressed("т", scan=N_HERE))
    assert place.done == ["new"]


def test_in_a_field_it_is_a_letter(place: Place, qtbot: QtBot) -> None:
    place.field.setFocus()
    qtbot.waitUntil(place.field.hasFocus)
    QApplication.sendEvent(place.field, pressed("т", scan=N_HERE))
    assert place.field.text() == "т"
    assert place.done == []
