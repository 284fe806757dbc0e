"""Who is working: asked once, kept, changed from the status line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QInputDialog
from pytestqt.qtbot import QtBot

from whalegui.main_window import MainWindow
from whalegui.session import Session
from whalegui.settings import Settings
from whaleid_core.catalogue import Catalogue
from whaleid_core.records import Gaps


@pytest.fixture
def window(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[MainWindow]:
    made = MainWindow(Settings(tmp_path / "settings.ini"))
    qtbot.addWidget(made)
    made.show()
    made.set_session(Session(Catalogue.create(tmp_path / "fjord")))
    yield made
    made.set_session(None)


def test_it_is_asked_once_takes_no_keyboard_and_is_kept(window: MainWindow, tmp_path: Path) -> None:
    bar = window.who_bar
    assert bar.isVisible()
    assert not bar.field.hasFocus()
    assert bar.field.text() == window.settings.who(), "the account's name is a good guess"
    bar.field.clear()
    bar.field.insert("  Ana  Ólafsdóttir ")  # as an input method does
    QTest.keyClick(bar.field, Qt.Key.Key_Return)
    assert not bar.isVisible()
    assert window.session is not None
    assert window.session.who == window.status.who.text() == "Ana Ólafsdóttir"
    window.set_session(Session(Catalogue.create(tmp_path / "other")))
    assert not bar.isVisible()
    assert Settings(tmp_path / "settings.ini").who() == "Ana Ólafsdóttir"


def test_a_question_that_is_closed_is_answered_by_the_account(window: MainWindow) -> None:
    account = window.settings.who()
    QTest.keyClick(window.who_bar.field, Qt.Key.Key_Escape)
    assert window.settings.get("person/who") == account
    window.people.ask_once()
    assert not window.who_bar.isVisible()


def test_the_status_line_changes_between_people(qtbot: QtBot, window: MainWindow) -> None:
    for name in ("Ana", "Ben"):
        window.settings.set("person/who", name)
    menu = window.people.menu(window.status.who)
    assert [action.text() for action in menu.actions() if not action.isSeparator()] == [
        "Ben",
        "Ana",
        "Another person...",
    ]
    assert menu.actions()[0].isChecked()
    menu.actions()[1].trigger()
    assert window.settings.people() == ["Ana", "Ben"]
    assert window.session is not None
    assert window.session.who == "Ana"
    menu.actions()[-1].trigger()
    dialog = window.findChild(QInputDialog)
    assert dialog is not None
    dialog.setTextValue("Chloé")
    dialog.accept()
    assert window.settings.people() == ["Chloé", "Ana", "Ben"]
    menu.close()


def test_gaps_are_settings(window: MainWindow) -> None:
    session = window.session
    assert session is not None
    assert session.gaps == Gaps(1.0, 5.0)
    window.settings.set("photos/gap_minutes", 30)
    assert session.gaps == Gaps(0.5, 5.0)
    session.gaps = Gaps(2.0, 2.5)
    assert window.settings.gaps() == Gaps(2.0, 2.5)
