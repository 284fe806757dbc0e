"""The main job in the real window with the packages that ship: from known whales and a dropped folder to a CSV."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QMessageBox, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from whalegui.export_dialog import ExportDialog
from whalegui.main_window import MainWindow
from whalegui.new_catalogue import ROWS_SHOWN, NewCatalogueDialog
from whalegui.session import Session
from whalegui.settings import Settings
from whaleid_core import workflow
from whaleid_core.catalogue import Catalogue, PhotoFilter
from whaleid_core.formats import known
from whaleid_core.formats.kaggle import read_submission
from whaleid_core.records import NEW_WHALE, Drawer, Verdict
from whaleid_core.sample import Survey, draw_survey

Key = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
PLAIN = Qt.KeyboardModifier.NoModifier
LEFT = Qt.MouseButton.LeftButton
WHALES, KNOWN, NEW = 4, 5, 10
COPIES = 30
LONGEST_GAP_S = 1.5
JOB_MS = 180_000
"""The engine's start included, on a machine that is busy with other things."""


@pytest.fixture(scope="module")
def survey(tmp_path_factory: pytest.TempPathFactory) -> Survey:
    """Five known photos of four whales, ten new ones with each special case once, a broken file among them."""
    return draw_survey(tmp_path_factory.mktemp("survey"), WHALES, KNOWN, NEW, size=(480, 320))


@pytest.fixture(scope="module")
def unsearched(survey: Survey, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A catalogue whose photos wait for the search, enough of them that one can stop it on the way."""
    more = tmp_path_factory.mktemp("more")
    whole = next(path for path in sorted(survey.new_dir.iterdir()) if path.stat().st_size > 10_000)
    for number in range(COPIES):
        # Another content, the same picture: what follows a JPEG's end isn't looked at.
        (more / f"copy_{number:02d}.jpg").write_bytes(whole.read_bytes() + bytes(number + 1))
    with workflow.new_catalogue(more / "catalogue", "Fjord") as catalogue:
        workflow.add_known(catalogue, known.from_csv(survey.train_csv, survey.known_dir))
        workflow.add_photos(catalogue, [survey.new_dir, more])
    return more / "catalogue"


Open = Callable[[], MainWindow]


class Pulse:
    """How long the UI thread works without looking at its events, at the most, in time that it had a processor.

    What passes meanwhile on a machine that is busy with other things says nothing about the window.
    """

    def __init__(self) -> None:
        self.beats = 0
        self.gaps: list[float] = []
        self._last = time.thread_time()
        self._timer = QTimer(interval=20)
        self._timer.timeout.connect(self._beat)
        self._timer.start()

    @property
    def longest(self) -> float:
        return max(self.gaps)

    def _beat(self) -> None:
        now = time.thread_time()
        self.gaps.append(now - self._last)
        self._last = now
        self.beats += 1

    def stop(self) -> None:
        self._timer.stop()


def session_of(window: MainWindow) -> Session:
    assert window.session is not None
    return window.session


def press(window: MainWindow, *keys: Key | tuple[Key, Qt.KeyboardModifier]) -> None:
    """Press keys where the keyboard is, and wait until what they began is done."""
    for key in keys:
        code, modifier = key if isinstance(key, tuple) else (key, PLAIN)
        QTest.keyClick(window.focusWidget() or window, code, modifier)
        session_of(window).settle(JOB_MS)


def click(widget: QWidget) -> None:
    assert widget.isVisible()
    assert widget.isEnabled()
    QTest.mouseClick(widget, LEFT)


def type_into(field: QWidget, text: str) -> None:
    QTest.mouseClick(field, LEFT)
    QTest.keyClick(field, Key.Key_A, CTRL)
    QTest.keyClicks(field, text)


def drop(window: MainWindow, path: Path) -> None:
    """Drag a file or folder over the middle of the window and let it go there, through the window's own routing."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    middle = window.rect().center()
    enter = QDragEnterEvent(middle, Qt.DropAction.CopyAction, data, LEFT, PLAIN)
    QApplication.sendEvent(window.windowHandle(), enter)
    assert enter.isAccepted()
    released = QDropEvent(QPointF(middle), Qt.DropAction.CopyAction, data, LEFT, PLAIN)
    QApplication.sendEvent(window.windowHandle(), released)
    assert released.isAccepted()


def begin(
    qtbot: QtBot, window: MainWindow, survey: Survey, place: Path, photos: int = KNOWN, whales: int = WHALES
) -> None:
    """From the first page: a catalogue from the list of known whales."""
    click(window.start_page.rows()[1])
    dialog = window.findChild(NewCatalogueDialog)
    assert dialog is not None
    type_into(dialog.name, "Fjord 2025")
    type_into(dialog.place.text, str(place))
    type_into(dialog.csv.text, str(survey.train_csv))
    type_into(dialog.photos_folder.text, str(survey.known_dir))
    ok = dialog.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Ok)
    qtbot.waitUntil(ok.isEnabled)
    assert dialog.summary.text().startswith(f"{photos} photos of {whales} whales.")
    assert dialog.table.rowCount() == min(photos, ROWS_SHOWN)
    click(ok)
    window.activateWindow()  # as a window manager does when a dialog closes
    qtbot.waitUntil(lambda: window.isActiveWindow() and window.session is not None)
    session_of(window).settle()


def reopen(qtbot: QtBot, window: MainWindow) -> None:
    """The catalogue that was open last, from the first page."""
    click(window.start_page.rows()[3])
    qtbot.waitUntil(lambda: window.session is not None)
    session_of(window).settle()


def spot_of(workspace: QWidget, photo_id: int) -> QPoint:
    """Where the grid of Photos shows a photo."""
    model = workspace.browser.model
    return workspace.grid.visualRect(model.index(model.position(photo_id))).center()


def open_in_boxes(window: MainWindow, photo_id: int) -> QWidget:
    """Click a photo in Photos, and Enter."""
    press(window, (Key.Key_1, CTRL))
    photos = window.workspaces.widget("photos")
    photos.show_item(photo_id)
    QTest.mouseClick(photos.grid.viewport(), LEFT, PLAIN, spot_of(photos, photo_id))
    press(window, Key.Key_Return)
    assert window.workspaces.current == "boxes"
    boxes = window.workspaces.widget("boxes")
    assert boxes.photo.id == photo_id
    return boxes


def drag_corner(window: MainWindow, boxes: QWidget) -> None:
    """Pick the one box with a click and drag its lower right handle inwards."""
    canvas = boxes.stage.canvas
    (held,) = canvas.boxes
    outline = canvas.view.box_to_screen(held.box)
    QTest.mouseClick(canvas, LEFT, PLAIN, outline.center().toPoint())
    assert canvas.picked_id == held.id
    corner = outline.bottomRight().toPoint()
    QTest.mousePress(canvas, LEFT, PLAIN, corner)
    for step in range(1, 5):
        QTest.mouseMove(canvas, corner - QPoint(8 * step, 6 * step))
    QTest.mouseRelease(canvas, LEFT, PLAIN, corner - QPoint(32, 24))
    session_of(window).settle()


def pick_the_true_whale(window: MainWindow, whale: str) -> None:
    """Look for the whale among the candidates and press its digit."""
    matches = window.workspaces.widget("matches")
    number = matches.view.details.order.index(whale)
    press(window, Key(Key.Key_0 + (number + 1) % 10))
    assert matches.view.picked == whale


def export(qtbot: QtBot, window: MainWindow, path: Path) -> dict[str, list[str]]:
    """Ctrl+E, a path typed into the dialog, Export; what the file then holds."""
    QTest.keyClick(window, Key.Key_E, CTRL)
    dialog = window.findChild(ExportDialog)
    assert dialog is not None
    type_into(dialog.path, str(path))
    click(dialog.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Save))
    qtbot.waitUntil(path.is_file)
    session_of(window).settle()
    assert str(path) in window.status.message.text()
    rows = read_submission(path)
    assert len(dict(rows)) == len(rows)
    return dict(rows)


def decisions(catalogue: Catalogue) -> dict[int, tuple[Verdict | None, str | None]]:
    """What is concluded about each tail of a new photo."""
    ids = catalogue.photo_ids(PhotoFilter(role="new"))
    return {tail.id: (tail.verdict, tail.whale) for photo_id in ids for tail in catalogue.tails(photo_id)}


def truth_of(survey: Survey) -> dict[str, list[str]]:
    """The whales of each new photo, as they were drawn."""
    drawn: dict[str, list[str]] = {}
    for line in survey.truth_csv.read_text(encoding="utf-8").splitlines()[1:]:
        folder, name, whale, *_ = line.split(",")
        if folder == "new" and whale:
            drawn.setdefault(name, []).append(whale)
    return drawn


def test_from_known_whales_and_a_dropped_folder_to_a_csv(
    qtbot: QtBot, open_window: Open, survey: Survey, tmp_path: Path
) -> None:
    window = open_window()
    begin(qtbot, window, survey, tmp_path)
    session, catalogue = session_of(window), session_of(window).catalogue
    assert catalogue.counts().whales == WHALES

    drop(window, survey.new_dir)
    session.settle()
    photos = window.workspaces.widget("photos")
    assert photos.offer.sentence.text() == f"{NEW - 1} photos read. Find tails?"
    assert catalogue.counts().photos == KNOWN + NEW

    pulse = Pulse()
    click(photos.offer.button)
    assert not photos.offer.isVisible()
    session.settle(JOB_MS)
    pulse.stop()
    assert pulse.beats > 10
    assert pulse.longest < LONGEST_GAP_S
    assert catalogue.counts().waiting_search == 0
    waiting = catalogue.tails_to_match()
    assert len(waiting) >= (NEW - 3) // 2
    assert all(catalogue.suggestions(tail_id) for tail_id in waiting)

    corrected = correct_and_accept(qtbot, window)
    decided, named = decide_and_undo(qtbot, window, truth_of(survey))

    rows = export(qtbot, window, tmp_path / "submission.csv")
    assert sorted(rows) == sorted(path.name for path in survey.new_dir.iterdir())
    for tail_id, (verdict, whale) in decisions(catalogue).items():
        name = catalogue.photo(catalogue.tail(tail_id).photo_id).name
        if verdict is Verdict.SAME:
            assert rows[name][0] == whale
        elif verdict is Verdict.NEW:
            assert rows[name][0] == NEW_WHALE
    assert {decided, named} <= {tail for tail, (verdict, _) in decisions(catalogue).items() if verdict}

    as_it_was = decisions(catalogue), catalogue.counts(), catalogue.tail(corrected).box
    assert window.close()
    window = open_window()
    reopen(qtbot, window)
    catalogue = session_of(window).catalogue
    assert (decisions(catalogue), catalogue.counts(), catalogue.tail(corrected).box) == as_it_was
    assert window.switcher.tab("matches").number == catalogue.counts().to_match
    qtbot.waitUntil(window.menus.actions["undo"].isEnabled, timeout=JOB_MS)  # what was done yesterday can be undone
    press(window, (Key.Key_3, CTRL))
    matches = window.workspaces.widget("matches")
    assert matches.queue.ids == catalogue.tails_to_match()
    assert decided not in matches.queue.ids
    assert named not in matches.queue.ids


def correct_and_accept(qtbot: QtBot, window: MainWindow) -> int:
    """Correct the box of a photo's only tail with the mouse, and accept it with Enter; gives the tail."""
    catalogue = session_of(window).catalogue
    press(window, (Key.Key_2, CTRL))
    assert window.workspaces.current == "boxes"
    new = catalogue.photos(catalogue.photo_ids(PhotoFilter(role="new")))
    photo = next(row for row in new if row.tails == 1)
    (before,) = catalogue.tails(photo.id)
    boxes = open_in_boxes(window, photo.id)

    drag_corner(window, boxes)

    (after,) = catalogue.tails(photo.id)
    assert after.id == before.id
    assert after.box.drawn_by is Drawer.PERSON
    assert after.box.corners[:2] == before.box.corners[:2]
    assert after.box.xmax < before.box.xmax
    assert after.box.ymax < before.box.ymax
    press(window, Key.Key_Return)
    assert catalogue.photo(photo.id).checked
    assert boxes.photo is None or boxes.photo.id != photo.id
    # What was seen of the old box is gone; the new one is compared in the background.
    qtbot.waitUntil(lambda: bool(catalogue.suggestions(after.id)), timeout=JOB_MS)
    session_of(window).settle()
    return after.id


def decide_and_undo(qtbot: QtBot, window: MainWindow, truth: dict[str, list[str]]) -> tuple[int, int]:
    """One tail by digit and Enter, one by N; the last undone and made again. Gives both tails."""
    session, catalogue = session_of(window), session_of(window).catalogue
    press(window, (Key.Key_3, CTRL))
    matches = window.workspaces.widget("matches")

    def known_whales(tail_id: int) -> list[str]:
        name = catalogue.photo(catalogue.tail(tail_id).photo_id).name
        return [whale for whale in truth.get(name, []) if whale != NEW_WHALE]

    while len(known_whales(matches.queue.current)) != 1:
        press(window, Key.Key_PageDown)
    first = matches.queue.current
    (whale,) = known_whales(first)
    pick_the_true_whale(window, whale)
    press(window, Key.Key_Return)
    assert (catalogue.tail(first).verdict, catalogue.tail(first).whale) == (Verdict.SAME, whale)
    assert matches.queue.current != first

    second = matches.queue.current
    name = matches.view.decisions.new_name
    press(window, Key.Key_N)
    assert (catalogue.tail(second).verdict, catalogue.tail(second).whale) == (Verdict.NEW, name)
    assert catalogue.counts().whales == WHALES + 1

    press(window, (Key.Key_Z, CTRL))
    assert catalogue.tail(second).verdict is None
    assert catalogue.counts().whales == WHALES
    assert matches.queue.current == second
    press(window, (Key.Key_Z, CTRL | SHIFT))
    assert (catalogue.tail(second).verdict, catalogue.tail(second).whale) == (Verdict.NEW, name)
    assert session.undo_stack.canUndo()

    while catalogue.tail(matches.queue.current).verdict is not None:  # what was done again stays in view
        press(window, Key.Key_PageDown)
    third, shown = matches.queue.current, matches.view.details.order
    qtbot.waitUntil(lambda: name in [one.whale for one in catalogue.suggestions(third)], timeout=JOB_MS)
    session.settle()
    assert matches.queue.current == third
    assert matches.view.details.order == shown
    # The tail may have been opened after it was ranked anew.
    assert name in shown or "F5" in matches.view.answer_bar.notice.text()
    press(window, Key.Key_F5)
    assert name in matches.view.details.order
    return first, second


def test_a_broken_file_becomes_a_problem_in_words(
    qtbot: QtBot, open_window: Open, survey: Survey, tmp_path: Path
) -> None:
    workflow.new_catalogue(tmp_path / "Fjord", "Fjord").close()
    Settings(tmp_path / "settings.ini").add_recent(tmp_path / "Fjord")
    window = open_window()
    reopen(qtbot, window)
    drop(window, survey.new_dir)
    session_of(window).settle()

    assert window.job_bar.failures_text == "1 failed"
    photos = window.workspaces.widget("photos")
    assert photos.problem_bar.sentence.text() == "1 photo can't be read. See why; the rest goes on."
    click(photos.problem_bar.button)
    session_of(window).settle()
    (broken,) = photos.browser.model.ids
    QTest.mouseClick(photos.grid.viewport(), LEFT, PLAIN, spot_of(photos, broken))
    row = session_of(window).catalogue.photo(broken)
    assert row.name in row.problem
    assert row.problem.endswith(".")
    press(window, Key.Key_Return)
    assert row.problem.rstrip(".") in window.workspaces.widget("boxes").stage.state_page.sentence.text()


@pytest.fixture
def waiting(qtbot: QtBot, open_window: Open, unsearched: Path, tmp_path: Path) -> MainWindow:
    """The window on a catalogue of its own whose photos weren't searched yet."""
    shutil.copytree(unsearched, tmp_path / "catalogue")
    Settings(tmp_path / "settings.ini").add_recent(tmp_path / "catalogue")
    window = open_window()
    reopen(qtbot, window)
    return window


def test_a_job_that_is_cancelled_keeps_what_is_done(waiting: MainWindow) -> None:
    window = waiting
    session, catalogue = session_of(window), session_of(window).catalogue
    before = catalogue.counts().waiting_search

    def stop_at_the_first() -> None:
        session.changed.disconnect(stop_at_the_first)
        click(next(button for button in window.job_bar.findChildren(QToolButton) if button.text() == "Cancel"))

    session.changed.connect(stop_at_the_first)
    QTest.keyClick(window, Key.Key_R, CTRL)
    session.settle(JOB_MS)

    left = catalogue.counts().waiting_search
    assert 0 < left < before
    assert window.job_bar.text.startswith("Stopped. ")
    assert window.job_bar.text.endswith("are done and kept.")
    assert catalogue.tails_to_match() or catalogue.counts().whales == WHALES
    press(window, (Key.Key_R, CTRL))
    assert catalogue.counts().waiting_search == 0
    assert catalogue.tails_to_match()


def test_closing_during_the_job_asks_and_keeps_what_is_done(
    qtbot: QtBot, open_window: Open, waiting: MainWindow
) -> None:
    window = waiting
    session = session_of(window)
    asked: list[str] = []
    before = session.catalogue.counts().waiting_search

    def answer(word: str) -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        asked.append(box.text())
        click(next(button for button in box.buttons() if button.text() == word))

    with qtbot.waitSignal(session.changed, timeout=JOB_MS):
        QTest.keyClick(window, Key.Key_R, CTRL)
    QTimer.singleShot(0, lambda: answer("Go on working"))
    assert not window.close()
    assert window.isVisible()
    QTimer.singleShot(0, lambda: answer("Stop and close"))
    assert window.close()
    assert len(asked) == 2
    assert all(sentence.startswith("Finding tails") for sentence in asked)

    window = open_window()
    reopen(qtbot, window)
    assert 0 < session_of(window).catalogue.counts().waiting_search < before
