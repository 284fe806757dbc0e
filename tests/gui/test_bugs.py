"""Bugs: wherever one breaks out it is logged, told in a dialog with a report to copy, and the program goes on."""

from __future__ import annotations

import gc
import logging
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer, qCritical, qInstallMessageHandler, qWarning
from PySide6.QtGui import QGuiApplication, QPaintEvent
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot
from reliability import Tried

from whalegui import bug_report, messages
from whalegui.bug_dialog import BugDialog
from whalegui.main_window import MainWindow
from whalegui.session import Session
from whaleid_core import __version__
from whaleid_core.catalogue import Catalogue
from whaleid_core.errors import Kind, WhaleIdError
from whaleid_core.records import Photo

pytestmark = pytest.mark.hard


@pytest.fixture
def window(
    open_window: Callable[[], MainWindow], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[MainWindow]:
    """The window on a catalogue of Ana's, with a photo that Ben took; errors that nobody catches go to it."""
    for name in ("excepthook", "unraisablehook"):
        monkeypatch.setattr(sys, name, getattr(sys, name))
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    of_the_tests = qInstallMessageHandler(None)
    made = open_window()
    made.settings.set("person/who", "Ana Lund")
    made.messages.catch_all()
    catalogue = Catalogue.create(tmp_path / "Ana's fjord", "Fjord")
    catalogue.who = "Ana Lund"
    catalogue.add_photos([Photo(str(tmp_path / "Ana's fjord" / "IMG_1.jpg"), "1" * 64, 40, 30, photographer="Ben Ode")])
    made.set_session(Session(catalogue))
    session_of(made).settle()
    yield made
    qInstallMessageHandler(of_the_tests)


def session_of(window: MainWindow) -> Session:
    assert window.session is not None
    return window.session


def told(qtbot: QtBot, window: MainWindow) -> BugDialog:
    """The dialog, once its report has the newest edits."""
    qtbot.waitUntil(lambda: window.messages.open is not None and "Last edits:" in report_of(window))
    assert window.messages.open is not None
    return window.messages.open


def report_of(window: MainWindow) -> str:
    return window.messages.open.text.toPlainText() if window.messages.open is not None else ""


def fail_in_a_slot(window: MainWindow) -> None:
    button = QPushButton(window)
    button.clicked.connect(lambda: 1 // 0)
    button.click()


def fail_on_a_timer(window: MainWindow) -> None:
    QTimer.singleShot(0, window, lambda: 1 // 0)


def fail_in_a_job(window: MainWindow) -> None:
    session_of(window).jobs.start("Finding tails", "inference", lambda watch: 1 // 0)


def fail_in_an_edit(window: MainWindow) -> None:
    session_of(window).edit(lambda catalogue: 1 // 0)  # type: ignore[arg-type, return-value]


def fail_in_what_follows_a_job(window: MainWindow) -> None:
    session_of(window).query(lambda catalogue: 0, lambda zero: 1 // zero)


def fail_in_a_thread(window: MainWindow) -> None:
    worker = threading.Thread(target=lambda: 1 // 0)
    worker.start()
    worker.join()


class _FailsAtItsEnd:
    def __del__(self) -> None:
        1 // 0  # noqa: B018 - what it fails with


def fail_where_nothing_can_be_raised(window: MainWindow) -> None:
    _FailsAtItsEnd()
    gc.collect()


@pytest.mark.parametrize(
    "fail",
    [
        fail_in_a_slot, fail_on_a_timer, fail_in_a_job, fail_in_an_edit, fail_in_what_follows_a_job, fail_in_a_thread,
        fail_where_nothing_can_be_raised,
    ],
)  # fmt: skip
def test_a_bug_is_told_can_be_copied_and_the_program_goes_on(
    qtbot: QtBot, window: MainWindow, fail: Callable[[MainWindow], None], tried: Tried, caplog: pytest.LogCaptureFixture
) -> None:
    fail(window)
    dialog = told(qtbot, window)

    assert dialog.isVisible()
    assert "by zero" in dialog.sentence.text()
    dialog.copy.click()
    report = QGuiApplication.clipboard().text()
    assert report == dialog.text.toPlainText()
    assert f"WhaleGUI {__version__}" in report
    assert "Networks not loaded" in report
    assert "ZeroDivisionError" in report
    assert "test_bugs.py" in report
    assert "IMG_1 added" in report
    for secret in ("Ana", "Ben", "Ode", str(Path.home()), str(Path(__file__).parents[2])):
        assert secret not in report
    assert "ZeroDivisionError" in caplog.text

    dialog.go_on.click()
    assert window.messages.open is None
    session = session_of(window)
    session.edit(lambda catalogue: catalogue.turn_photo(1, 90))
    session.settle()
    assert session.catalogue.photo(1).turned == 90
    tried(f"A bug that breaks out: {fail.__name__.replace('_', ' ')}", 1, "logged, told with a report, work went on")


def test_what_qt_calls_critical_is_told_and_a_warning_is_logged(
    qtbot: QtBot, window: MainWindow, caplog: pytest.LogCaptureFixture, tried: Tried
) -> None:
    qWarning("a colour that isn't one")
    qCritical("a view without a model")
    dialog = told(qtbot, window)

    assert "a view without a model" in dialog.text.toPlainText()
    assert [record.levelname for record in caplog.records if record.name == "qt"][:2] == ["WARNING", "ERROR"]
    tried("What Qt complains of", 2, "a warning is logged, what is critical is told too")


class _FailsToPaint(QWidget):
    painted = 0

    def paintEvent(self, event: QPaintEvent) -> None:
        self.painted += 1
        raise RuntimeError("no brush")


def test_a_bug_at_every_paint_opens_one_dialog(qtbot: QtBot, window: MainWindow, tried: Tried) -> None:
    broken = _FailsToPaint(window)
    broken.resize(50, 50)
    broken.show()
    told(qtbot, window).go_on.click()
    before = broken.painted
    for more in range(1, 4):
        broken.update()
        qtbot.waitUntil(lambda more=more: broken.painted >= before + more)  # type: ignore[misc]
    qtbot.waitUntil(lambda: "no brush" in window.status.message.text())
    assert window.messages.open is None
    tried("A bug at every paint", broken.painted, "one dialog, then the status line")


def test_what_a_user_can_mend_opens_no_dialog(qtbot: QtBot, window: MainWindow) -> None:
    def fail() -> None:
        raise WhaleIdError("The disk is full.", "Free 50 MB.", Kind.ENVIRONMENT)

    QTimer.singleShot(0, window, fail)
    qtbot.waitUntil(lambda: window.status.message.text() == "The disk is full. Free 50 MB.")
    assert window.messages.open is None


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("No such file: '/home/ana/My photos/IMG_1.jpg'", "No such file: (a path)"),
        ("/media/card 1/DCIM/IMG_1.jpg: no space left", "(a path): no space left"),
        (r"C:\Users\Ana Lund\x.csv can't be read", "(a path)"),
        (r"from \\boat\photos, said ANA", "from (a path), said (somebody)"),
        ("Photos are now in /mnt/ana", "Photos are now in (a path)"),
        ("IMG_1 taken by Ben Ode", "IMG_1 taken by (somebody)"),
        ("Banana 3 / 4, I/O error", "Banana 3 / 4, I/O error"),
        ('  File "whalegui/jobs.py", line 3, in run', '  File "whalegui/jobs.py", line 3, in run'),
    ],
)
def test_a_report_holds_no_names_and_no_paths(text: str, safe: str) -> None:
    assert bug_report.cleaned(text, ["Ana", "Ben", "Ben Ode", ""]) == safe


def test_the_log_keeps_versions_and_tracebacks_and_is_rotated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tried: Tried
) -> None:
    file = tmp_path / "log" / "whalegui.log"
    monkeypatch.setattr(messages, "log_file", lambda: file)
    monkeypatch.setattr(messages, "_LOG_BYTES", 20_000)
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    messages.begin_log()
    try:
        first = file.read_text(encoding="utf-8")
        try:
            raise RuntimeError("a bug")
        except RuntimeError:
            for _ in range(400):
                messages.log.exception("uncaught")
    finally:
        for handler in [handler for handler in root.handlers if handler not in before]:
            root.removeHandler(handler)
            handler.close()
        root.setLevel(level)
    assert f"WhaleGUI {__version__}, " in first
    assert "numpy" in first
    logs = sorted(file.parent.iterdir())
    assert [log.name for log in logs] == ["whalegui.log", *(f"whalegui.log.{number}" for number in (1, 2, 3))]
    assert all(log.stat().st_size <= 20_000 for log in logs)
    assert "RuntimeError: a bug" in file.read_text(encoding="utf-8")
    tried("More errors than the log holds", 400, "four files at most, each with its limit, the newest kept")
