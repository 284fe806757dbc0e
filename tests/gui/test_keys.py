"""Keys that a person changes: seen in the table, refused where another action has them, followed at once everywhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from photo_survey import survey  # noqa: F401 - the fixture
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from whalegui import actions, bindings
from whalegui.boxes_workspace import BoxesWorkspace
from whalegui.keymap import keymap
from whalegui.keys_overview import KeysOverview
from whalegui.keys_page import KeysPage, in_the_way
from whalegui.main_window import MainWindow
from whalegui.photos_workspace import PhotosWorkspace
from whalegui.session import Session
from whalegui.settings import Settings
from whalegui.settings_dialog import SettingsDialog

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture(autouse=True)
def usual_keys() -> Iterator[None]:
    yield
    keymap.choose({})


@pytest.fixture
def page(qtbot: QtBot) -> KeysPage:
    made = KeysPage({})
    qtbot.addWidget(made)
    made.show()
    return made


def press(page: KeysPage, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(page.key, key, modifier)


def shown(page: KeysPage) -> list[str]:
    return [page.table.item(at, 0).text() for at in range(page.table.rowCount()) if not page.table.isRowHidden(at)]


def test_every_action_of_the_table_is_there_and_found(page: KeysPage) -> None:
    assert len(shown(page)) == len(actions.ACTIONS)
    QTest.keyClicks(page.filter, "boxes accept")
    assert shown(page) == ["Accept"]
    page.filter.setText("ctrl+i")
    assert "Add photographs" in shown(page)


def test_a_key_is_set_taken_away_and_reset(page: KeysPage) -> None:
    assert not page.set.isEnabled()
    page.pick("boxes.no_tail")
    assert page.sentence.text() == "Usual key: X."
    press(page, Qt.Key.Key_Q)
    QTest.mouseClick(page.set, LEFT)
    assert page.chosen == {"boxes.no_tail": ("Q",)}
    QTest.mouseClick(page.none, LEFT)
    assert page.chosen == {"boxes.no_tail": ()}
    QTest.mouseClick(page.reset, LEFT)
    assert page.chosen == {}


def test_a_key_that_is_another_s_is_refused_in_a_sentence(page: KeysPage) -> None:
    page.pick("boxes.no_tail")
    press(page, Qt.Key.Key_I, Qt.KeyboardModifier.ControlModifier)
    assert page.sentence.text().startswith('Ctrl+I is "Add photographs" already (everywhere).')
    assert not page.set.isEnabled()
    press(page, Qt.Key.Key_R)
    assert page.sentence.text().startswith('R is "Turn right" already (Boxes).')
    page.pick("photos.tick")
    press(page, Qt.Key.Key_X)  # of Boxes: that is nowhere near
    assert page.set.isEnabled()


def test_usual_keys_that_went_to_another_action_stay_there(page: KeysPage) -> None:
    page.pick("boxes.copy")
    QTest.mouseClick(page.none, LEFT)
    page.pick("boxes.no_tail")
    press(page, Qt.Key.Key_C)
    QTest.mouseClick(page.set, LEFT)
    page.pick("boxes.copy")
    QTest.mouseClick(page.reset, LEFT)
    assert page.chosen == {"boxes.copy": (), "boxes.no_tail": ("C",)}
    QTest.mouseClick(page.reset_all, LEFT)
    assert page.chosen == {}


def test_the_usual_keys_stand_in_nobody_s_way() -> None:
    for row in actions.ACTIONS:
        for key in row.keys:
            other = in_the_way(row, key, {})
            assert other is None, (row.id, key, other and other.id)


def test_the_dialog_keeps_keys_and_the_window_follows_at_once(qtbot: QtBot, tmp_path: Path, session: Session) -> None:
    settings = Settings(tmp_path / "settings.ini")
    settings.set("person/who", "Ana")
    window = MainWindow(settings)
    qtbot.addWidget(window)
    boxes = BoxesWorkspace(session)
    qtbot.addWidget(boxes)
    for keep in (False, True):
        dialog = SettingsDialog(settings)
        qtbot.addWidget(dialog)
        dialog.keys_page.chosen = {"app.open": ("Ctrl+Shift+A", "F7"), "boxes.no_tail": ("Q",), "app.search": ()}
        (dialog.accept if keep else dialog.reject)()
        if not keep:
            assert settings.keys() == {}
    opens = window.menus.actions["open"]
    assert [keys.toString() for keys in opens.shortcuts()] == ["Ctrl+Shift+A", "F7"]
    assert opens.toolTip() == "Open a catalogue's folder (Ctrl+Shift+A)"
    assert window.menus.actions["search"].shortcuts() == []
    [no_tail] = [action for action in boxes.actions() if action.objectName() == "boxes.no_tail"]
    assert no_tail.shortcut().toString() == "Q"
    assert caps_of(boxes) == ["Q"]
    assert ("Ctrl+Shift+A", "Open catalogue") in KeysOverview.lines()
    assert Settings(tmp_path / "settings.ini").keys() == settings.keys()

    keymap.choose({})
    again = MainWindow(Settings(tmp_path / "settings.ini"))
    qtbot.addWidget(again)
    assert again.menus.actions["open"].shortcut().toString() == "Ctrl+Shift+A"
    settings.set_keys({})
    assert opens.shortcut().toString() == "Ctrl+O"
    assert caps_of(boxes) == ["X"]


def test_sentences_and_tool_tips_name_the_keys_that_were_chosen(qtbot: QtBot, session: Session, tmp_path: Path) -> None:
    boxes, photos = BoxesWorkspace(session), PhotosWorkspace(session)
    for made in (boxes, photos):
        qtbot.addWidget(made)
    session.settle()
    boxes.stage.show_sheet([])
    boxes.say_what_is_shown()
    said = "{} accepts the page, a click opens a wrong one"
    assert boxes.title_bar.remark.text() == said.format("Enter")
    chosen = {"boxes.accept": ("Q",), "boxes.fit_tail": ("F7",), "photos.view": ("F8",), "app.find": ("F9",)}
    keymap.choose(chosen)
    assert boxes.title_bar.remark.text() == said.format("Q")
    assert photos.toolbar.list_button.toolTip() == "List (F8)"
    assert photos.toolbar.find_field.toolTip().endswith("(F9)")
    dialog = SettingsDialog(Settings(tmp_path / "settings.ini"))
    qtbot.addWidget(dialog)
    hints = [label.text() for label in dialog.findChildren(QLabel)]
    assert "What a photo is first seen as there; F7 and Shift+F change it too" in hints


def caps_of(boxes: BoxesWorkspace) -> list[str]:
    return [part.key for part in boxes.findChildren(QWidget) if getattr(part, "_action", "") == "boxes.no_tail"]


def test_the_chosen_key_acts_and_the_usual_one_doesn_t(qtbot: QtBot) -> None:
    done: list[str] = []
    place = QWidget()
    qtbot.addWidget(place)
    bindings.bind(place, {"boxes.no_tail": lambda: done.append("no tail")})
    place.show()
    place.activateWindow()
    place.setFocus()
    qtbot.waitUntil(lambda: place.isActiveWindow() and place.hasFocus())
    keymap.choose({"boxes.no_tail": ("Q",)})
    QTest.keyClick(place, Qt.Key.Key_X)
    assert done == []
    QTest.keyClick(place, Qt.Key.Key_Q)
    assert done == ["no tail"]
