"""The window: start page, catalogue, switcher, undo, drops, search, closing during a job; what importing it loads."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QMessageBox
from pytestqt.qtbot import QtBot

from whalegui import theme
from whalegui.jobs import Watch
from whalegui.judging import Expected
from whalegui.keys_overview import KeysOverview
from whalegui.main_window import MainWindow
from whalegui.session import Session
from whalegui.settings import Settings
from whalegui.settings_dialog import SettingsDialog
from whalegui.workspace_stack import WORKSPACES
from whaleid_core.catalogue import Catalogue
from whaleid_core.photos import read_photo
from whaleid_core.records import Box


def draw(folder: Path, names: list[str]) -> None:
    folder.mkdir(exist_ok=True)
    for seed, name in enumerate(names):
        pixels = np.random.default_rng(seed).integers(0, 255, (12, 16, 3), dtype=np.uint8)
        Image.fromarray(pixels).resize((160, 120)).save(folder / name)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A catalogue with three photos and a whale."""
    draw(tmp_path / "photos", ["IMG_1.png", "IMG_2.png", "IMG_3.png"])
    with Catalogue.create(tmp_path / "Fjord", "Fjord") as made:
        photos = [read_photo(path) for path in sorted((tmp_path / "photos").iterdir())]
        made.add_photos(photos[:1], "known", {photos[0].content_hash: "HW0452"})
        made.add_photos(photos[1:])
    return tmp_path / "Fjord"


@pytest.fixture
def window(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[MainWindow]:
    theme.apply(qapp, "light")
    made = MainWindow(Settings(tmp_path / "settings.ini"))
    made.resize(1280, 800)
    made.show()
    qtbot.waitExposed(made)
    yield made
    made.close()
    made.deleteLater()


def opened(qtbot: QtBot, window: MainWindow, folder: Path) -> Session:
    window.open_folder(folder)
    qtbot.waitUntil(lambda: window.session is not None)
    assert window.session is not None
    window.session.settle()
    return window.session


def test_until_the_first_window_is_painted_the_heavy_libraries_stay_out(tmp_path: Path) -> None:
    """Each would be waited for at every start: they come with the first catalogue, or with the first work."""
    script = Path(__file__).parents[1] / "first_window.py"
    asked = [sys.executable, str(script), "ours", str(tmp_path / "settings.ini")]
    done = subprocess.run(asked, cwd=script.parents[1], capture_output=True, text=True, check=True)

    loaded = set(done.stdout.split())
    assert {"whalegui", "whaleid_core", "PySide6"} <= loaded
    heavy = {"torch", "openvino", "pandas", "sklearn", "scipy", "cv2", "numpy", "pyqtgraph", "sqlalchemy", "alembic"}
    assert not loaded & heavy


def test_without_a_catalogue_it_shows_three_ways_to_begin(window: MainWindow) -> None:
    assert window.stack.currentWidget() is window.start_page
    assert not window.switcher.isVisible()
    assert not window.menus.actions["export"].isEnabled()
    assert window.menus.actions["export"].property("reason") == "open a catalogue first"


def test_opening_a_catalogue_shows_its_photos_its_counts_and_who_works(
    qtbot: QtBot, window: MainWindow, folder: Path
) -> None:
    window.settings.set("person/who", "Ana")

    session = opened(qtbot, window, folder)

    assert window.workspaces.current == "photos"
    assert window.switcher.tab("photos").number == 3
    assert window.switcher.tab("whales").number == 1
    assert window.status.catalogue.text() == "Fjord"
    assert session.who == "Ana"
    assert window.settings.recents() == [folder]


def test_what_is_no_catalogue_is_refused_in_a_sentence_on_the_page(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    with qtbot.waitSignal(window.opener.failed):
        window.open_folder(tmp_path / "nowhere")

    assert "isn't a catalogue" in window.start_page.problem
    assert "isn't a catalogue" in window.status.message.text()
    assert window.session is None


def test_ctrl_and_a_digit_switch_the_workspace_and_each_is_made_once(
    qtbot: QtBot, window: MainWindow, folder: Path
) -> None:
    session = opened(qtbot, window, folder)
    first = window.workspaces.top
    for key, name in (
        (Qt.Key.Key_2, "boxes"),
        (Qt.Key.Key_3, "matches"),
        (Qt.Key.Key_4, "whales"),
        (Qt.Key.Key_1, "photos"),
    ):
        qtbot.keyClick(window, key, Qt.KeyboardModifier.ControlModifier)
        assert window.workspaces.current == name
        assert window.switcher.tab(name).isChecked()
    session.settle()

    assert window.workspaces.top is first


def test_an_edit_can_be_undone_by_key_and_what_it_changed_is_offered(
    qtbot: QtBot, window: MainWindow, folder: Path
) -> None:
    session = opened(qtbot, window, folder)
    photo = session.catalogue.photo_ids()[1]
    session.edit(lambda c: c.draw_box(photo, Box(10, 10, 60, 40)))
    session.settle()
    assert "Undo: Ctrl+Z" in window.status.message.text()
    assert window.menus.actions["undo"].isEnabled()

    qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    session.settle()

    assert session.catalogue.tails(photo) == []
    assert window.status.message.text().startswith("Undone")
    assert window.status.show_button.isVisible()
    qtbot.mouseClick(window.status.show_button, Qt.MouseButton.LeftButton)
    session.settle()
    assert window.workspaces.current == "boxes"
    assert not window.menus.actions["undo"].isEnabled()


def test_dropped_photos_are_added_and_the_next_step_is_offered(
    qtbot: QtBot, window: MainWindow, folder: Path, tmp_path: Path
) -> None:
    session = opened(qtbot, window, folder)
    draw(tmp_path / "card", ["a.png", "b.png", "c.png", "d.png", "e.png"])
    (tmp_path / "card" / "broken.jpg").write_bytes(b"\xff\xd8\xff nothing more")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "card"))])
    drop = QDropEvent(
        QPointF(600, 400),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    window.dropEvent(drop)
    session.settle()

    # Three of the five are the catalogue's own, with other names.
    assert session.catalogue.counts().photos == 3 + 2 + 1
    assert "Find tails?" in window.job_bar.text
    assert "1 failed" in window.job_bar.failures_text
    assert session.undo_stack.undoText().startswith("2 photos added")


def test_the_size_of_the_job_bar_never_changes(qtbot: QtBot, window: MainWindow, folder: Path) -> None:
    session = opened(qtbot, window, folder)
    idle = (window.job_bar.geometry(), window.switcher.geometry())
    gate = threading.Event()

    def work(watch: Watch) -> None:
        watch.progress(213, 800)
        gate.wait(60)

    session.jobs.start("Finding tails", "inference", work)
    qtbot.waitUntil(lambda: window.job_bar.text.startswith("Finding tails 213 of 800"))
    running = (window.job_bar.geometry(), window.switcher.geometry())
    gate.set()
    session.settle()

    assert running == idle
    assert window.job_bar.width() == 360


def test_closing_during_a_job_asks_and_may_be_thought_better_of(qtbot: QtBot, window: MainWindow, folder: Path) -> None:
    session = opened(qtbot, window, folder)

    def work(watch: Watch) -> None:
        while not watch.cancel():
            threading.Event().wait(0.01)

    session.jobs.start("Finding tails", "inference", work)
    asked: list[str] = []

    def answer(word: str) -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        asked.append(box.text())
        next(button for button in box.buttons() if button.text() == word).click()

    QTimer.singleShot(100, lambda: answer("Go on working"))
    assert not window.close()
    assert window.session is session
    assert asked[0].startswith("Finding tails")
    QTimer.singleShot(100, lambda: answer("Stop and close"))
    assert window.close()
    assert not window.isVisible()
    assert window.session is None


def test_letters_stay_in_a_field_that_has_the_keyboard(qtbot: QtBot, window: MainWindow, folder: Path) -> None:
    session = opened(qtbot, window, folder)
    qtbot.keyClick(window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    field = window.focusWidget()
    assert isinstance(field, QLineEdit)

    qtbot.keyClicks(field, "vy?x")
    session.settle()

    assert field.text() == "vy?x"
    assert not window.findChildren(KeysOverview)


def test_ctrl_k_finds_a_command_a_whale_and_a_setting(qtbot: QtBot, window: MainWindow, folder: Path) -> None:
    session = opened(qtbot, window, folder)

    def lines(text: str, wanted: str) -> list[str]:
        qtbot.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
        palette = window.palette_search
        assert palette.isVisible()
        qtbot.keyClicks(palette.field, text)
        shown: list[str] = []

        def found() -> bool:
            shown[:] = [palette.list.item(row).text() for row in range(palette.list.count())]
            return wanted in shown

        qtbot.waitUntil(found)
        session.settle()
        return shown

    lines("export", "Export")
    lines("colours", "Colours")
    assert lines("hw0452", "HW0452")[0] == "HW0452"
    qtbot.keyClick(window.palette_search.field, Qt.Key.Key_Return)
    session.settle()
    assert window.workspaces.current == "whales"
    assert not window.palette_search.isVisible()


def test_ctrl_k_says_why_a_command_cannot_be_chosen(qtbot: QtBot, window: MainWindow) -> None:
    window.open_search()
    qtbot.keyClicks(window.palette_search.field, "export")
    entry = window.palette_search.list.item(0).data(Qt.ItemDataRole.UserRole)

    assert entry.reason == "open a catalogue first"
    qtbot.keyClick(window.palette_search.field, Qt.Key.Key_Escape)
    assert not window.palette_search.isVisible()


def test_f9_folds_and_f5_reads_again_in_every_workspace(qtbot: QtBot, window: MainWindow, folder: Path) -> None:
    session = opened(qtbot, window, folder)
    for name in ("photos", "boxes", "matches", "whales"):
        window.show_workspace(name)
        for key in (Qt.Key.Key_F9, Qt.Key.Key_F5, Qt.Key.Key_F6, Qt.Key.Key_F9):
            qtbot.keyClick(window, key)
        session.settle()

    assert not window.workspaces.folded


def test_the_keyboard_enters_the_switcher_at_the_workspace_that_is_open(
    qtbot: QtBot, window: MainWindow, folder: Path
) -> None:
    session = opened(qtbot, window, folder)
    window.show_workspace("whales")
    session.settle()
    entered: list[str] = []
    for _ in range(40):
        qtbot.keyClick(window.focusWidget(), Qt.Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
        entered += [name for name in WORKSPACES if window.switcher.tab(name).hasFocus()]

    assert set(entered) == {"whales"}


def test_f6_goes_to_what_a_region_is_about(qtbot: QtBot, window: MainWindow, folder: Path) -> None:
    opened(qtbot, window, folder)
    photos = window.workspaces.top
    assert photos is not None
    landed = []
    for _ in range(8):
        qtbot.keyClick(window.focusWidget(), Qt.Key.Key_F6)
        landed.append(window.focusWidget())

    assert photos.grid in landed  # type: ignore[attr-defined]
    assert not [widget for widget in landed if isinstance(widget, QComboBox | QLineEdit)]


def test_settings_reach_the_session(qtbot: QtBot, window: MainWindow, folder: Path) -> None:
    window.settings.set("match/false_matches", 1)
    session = opened(qtbot, window, folder)
    assert session.expected == Expected(0.01, 0.3)
    window.settings.set("match/new_whales", 60)
    assert session.expected == Expected(0.01, 0.6)


def test_settings_change_the_look_at_once(qtbot: QtBot, window: MainWindow) -> None:
    window.dialogs.settings("look/scheme")
    dialog = window.findChild(SettingsDialog)
    assert dialog is not None
    box = dialog.control("look/scheme")
    box.setCurrentIndex(box.findData("dark"))  # type: ignore[attr-defined]
    dialog.accept()

    assert theme.tokens() is theme.DARK
    assert window.settings.get("look/scheme") == "dark"


def test_another_catalogue_takes_the_place_of_the_first(
    qtbot: QtBot, window: MainWindow, folder: Path, tmp_path: Path
) -> None:
    first = opened(qtbot, window, folder)
    Catalogue.create(tmp_path / "Other", "Other").close()

    window.open_folder(tmp_path / "Other")
    qtbot.waitUntil(lambda: window.session is not first and window.session is not None)
    assert window.session is not None
    window.session.settle()

    assert window.status.catalogue.text() == "Other"
    assert window.settings.recents() == [tmp_path / "Other", folder]
    assert window.switcher.tab("photos").number == 0


def test_every_tab_is_shown_in_full_down_to_the_smallest_window(qtbot: QtBot, window: MainWindow, folder: Path) -> None:
    session = opened(qtbot, window, folder)
    for width in (2560, 1280, 1180, 1024, 900):
        window.resize(width, 500)
        qtbot.waitUntil(lambda width=width: window.header.width() == width)  # type: ignore[misc]
        session.settle()
        for name in ("photos", "boxes", "matches", "whales", "models"):
            tab = window.switcher.tab(name)
            assert tab.width() >= tab.sizeHint().width()
        assert window.job_bar.width() == 360
        assert window.job_bar.geometry().right() <= width


@pytest.mark.parametrize("name", WORKSPACES)
def test_ctrl_f_finds_in_every_workspace(qtbot: QtBot, window: MainWindow, folder: Path, name: str) -> None:
    session = opened(qtbot, window, folder)
    window.show_workspace(name)
    session.settle()
    qtbot.keyClick(window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)

    assert isinstance(window.focusWidget(), QLineEdit) or window.palette_search.isVisible()
