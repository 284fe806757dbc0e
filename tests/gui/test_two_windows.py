"""A catalogue that is open in another program: who has it is said, and it can be opened to be read."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from whalegui import theme
from whalegui.main_window import MainWindow
from whalegui.settings import Settings
from whaleid_core.catalogue import Catalogue, claim

pytestmark = pytest.mark.hard


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with Catalogue.create(tmp_path / "Fjord", "Fjord"):
        return tmp_path / "Fjord"


@pytest.fixture
def held(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The catalogue, claimed by Ana on another computer."""
    other = claim.Claim(folder)
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(claim.platform, "node", lambda: "boat")
        assert other.take("Ana") is None
    yield folder
    other.release()


@pytest.fixture
def window(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[MainWindow]:
    theme.apply(qapp, "light")
    made = MainWindow(Settings(tmp_path / "settings.ini"))
    made.show()
    qtbot.waitExposed(made)
    yield made
    made.close()
    made.deleteLater()


def press_in_box(window: MainWindow, text: str) -> list[str]:
    """Press a button of the next message box; gives what the box says, once it does."""
    said: list[str] = []

    def look() -> None:
        for box in window.findChildren(QMessageBox):
            if box.isVisible():
                said.append(box.text())
                next(button for button in box.buttons() if button.text().replace("&", "") == text).click()
                timer.stop()

    timer = QTimer(window, interval=20)
    timer.timeout.connect(look)
    timer.start()
    return said


def test_it_can_be_opened_to_be_read(qtbot: QtBot, window: MainWindow, held: Path) -> None:
    said = press_in_box(window, "Open only to read")
    window.open_folder(held)
    qtbot.waitUntil(lambda: window.session is not None, timeout=60_000)
    assert window.session is not None
    window.session.settle()
    assert said[0].startswith("Ana on boat since ")
    assert said[0].endswith(" has Fjord open.")
    assert window.session.catalogue.read_only
    assert window.status.catalogue.text() == "Fjord (only to read)"


def test_or_left_alone(qtbot: QtBot, window: MainWindow, held: Path) -> None:
    press_in_box(window, "Cancel")
    window.open_folder(held)
    qtbot.waitUntil(lambda: "Ana on boat" in window.start_page.problem, timeout=60_000)
    assert window.session is None


def test_the_same_window_opens_its_own_again_and_keeps_it(qtbot: QtBot, window: MainWindow, folder: Path) -> None:
    for _ in range(2):
        before = window.session
        window.open_folder(folder)
        qtbot.waitUntil(lambda before=before: window.session not in (None, before), timeout=60_000)
        assert window.session is not None
        window.session.settle()
        assert not window.session.catalogue.read_only
    assert claim.Claim(folder).take("Ben") is not None


def test_a_catalogue_of_a_newer_program_is_refused_in_a_sentence(
    qtbot: QtBot, window: MainWindow, folder: Path
) -> None:
    connection = sqlite3.connect(folder / "catalogue.sqlite")
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    connection.close()
    window.open_folder(folder)
    said = "The catalogue Fjord was written by a newer WhaleGUI. Install the newer version to open it."
    qtbot.waitUntil(lambda: window.start_page.problem == said)
    assert window.status.message.text() == said
    assert window.session is None
