"""What the tests of the window share: patience with a machine that is busy, and a session on a copy of a survey."""

from __future__ import annotations

import gc
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from match_survey import Survey, only_packages_of, pack
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from two_tails import two_tails

from whalegui import theme
from whalegui.boxes_workspace import BoxesWorkspace
from whalegui.main_window import MainWindow
from whalegui.matches_workspace import MatchesWorkspace
from whalegui.session import Session
from whalegui.settings import Settings
from whalegui.widgets.fluke_comparer import FlukeComparer
from whaleid_core.catalogue import Catalogue

PATIENCE_MS = 120_000
"""So long a test waits for what must come. A machine that is busy with other things is no failure."""


class PatientBot(QtBot):
    """Waits longer before it gives up, and lets a widget go as the window does: its session's work ends before it."""

    def addWidget(self, widget: Any, *, before_close_func: Callable[[Any], None] | None = None) -> None:
        super().addWidget(widget, before_close_func=before_close_func or _end_work)

    def waitUntil(self, callback: Callable[[], bool | None], *, timeout: int = PATIENCE_MS) -> None:
        super().waitUntil(callback, timeout=timeout)

    def waitSignal(self, signal: Any, *, timeout: int = PATIENCE_MS, **others: Any) -> Any:
        return super().waitSignal(signal, timeout=timeout, **others)

    def waitExposed(self, widget: Any, *, timeout: int = PATIENCE_MS) -> Any:
        return super().waitExposed(widget, timeout=timeout)


def _end_work(widget: Any) -> None:
    session = getattr(widget, "session", None) or getattr(widget, "_session", None)
    if isinstance(session, Session):
        session.jobs.close()


@pytest.fixture(autouse=True)
def _no_worker_collects() -> Iterator[None]:
    """As in the program (`whalegui.collector`): a Qt object in a cycle dies on the test's thread, not on a worker."""
    gc.disable()
    yield
    gc.enable()


@pytest.fixture
def qtbot(qapp: QApplication, request: pytest.FixtureRequest) -> QtBot:
    return PatientBot(request)


@pytest.fixture
def comparer(qtbot: QtBot) -> FlukeComparer:
    """A new tail in red beside a candidate in blue."""
    comparer = two_tails()
    qtbot.addWidget(comparer)
    with qtbot.waitExposed(comparer):
        comparer.show()
    return comparer


@pytest.fixture
def session(qapp: QApplication, survey: Path, tmp_path: Path) -> Iterator[Session]:
    """On a copy of the catalogue of the test's `survey`; the photos stay where they are."""
    shutil.copytree(survey / "catalogue", tmp_path / "catalogue")
    made = Session(Catalogue.open(tmp_path / "catalogue"))
    made.settle()
    yield made
    made.close()


@pytest.fixture
def show_boxes(qtbot: QtBot) -> Iterator[Callable[..., BoxesWorkspace]]:
    """Opens Boxes on a catalogue, so wide and high; its session ends with the test."""
    sessions: list[Session] = []

    def show(catalogue: Catalogue, width: int = 1280, height: int = 716) -> BoxesWorkspace:
        sessions.append(Session(catalogue))
        made = BoxesWorkspace(sessions[-1])
        qtbot.addWidget(made)
        made.resize(width, height)
        with qtbot.waitExposed(made):
            made.show()
        made.activate()
        made.session.settle()
        return made

    yield show
    for session in sessions:
        session.close()


@pytest.fixture(scope="session")
def drawn_matches(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tails that wait: known first, then unsure, new, and a photo with two that are both known for HW0001."""
    folder = tmp_path_factory.mktemp("matches")
    survey = Survey(folder)
    survey.add_known()
    survey.add_new()
    first, second, third, fourth, fifth = survey.catalogue.tails_to_match()
    survey.suggest(first, {"HW0001": 0.91, "HW0002": 0.04, "HW0003": 0.02}, 0.97)
    survey.suggest(second, {"HW0002": 0.5, "HW0003": 0.3}, 0.85)
    survey.suggest(third, {"HW0003": 0.1, "HW0001": 0.05}, 0.15)
    for tail_id in (fourth, fifth):
        survey.suggest(tail_id, {"HW0001": 0.95}, 0.98)
    survey.catalogue.close()
    return folder / "catalogue"


@pytest.fixture
def matching(drawn_matches: Path, tmp_path: Path) -> Survey:
    """A copy of that catalogue; the photos stay where they are."""
    shutil.copytree(drawn_matches, tmp_path / "catalogue")
    made = Survey(tmp_path, Catalogue.open(tmp_path / "catalogue"))
    made.photos_drawn = drawn_matches.parent / "photos"
    return made


@pytest.fixture
def matching_session(
    matching: Survey, qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Session]:
    """On that copy, with the package installed that the suggestions were made with."""
    pack(tmp_path / "packages")
    only_packages_of(tmp_path / "packages", monkeypatch)
    theme.apply(qapp, "dark")
    made = Session(matching.catalogue)
    yield made
    made.close()


@pytest.fixture
def matches(qtbot: QtBot, matching_session: Session) -> MatchesWorkspace:
    """Matches on that session, at the first waiting tail."""
    made = MatchesWorkspace(matching_session)
    qtbot.addWidget(made)
    made.resize(1280, 716)
    with qtbot.waitExposed(made):
        made.show()
    made.activate()
    matching_session.settle()
    return made


@pytest.fixture
def open_window(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[Callable[[], MainWindow]]:
    """Opens the window anew, as often as wanted, on one person's settings."""
    theme.apply(qapp, "dark")
    opened: list[MainWindow] = []

    def make() -> MainWindow:
        made = MainWindow(Settings(tmp_path / "settings.ini"))
        made.resize(1280, 800)
        with qtbot.waitExposed(made):
            made.show()
        opened.append(made)
        return made

    yield make
    for window in opened:
        if window.session is not None:
            window.session.jobs.close()
            window.session.settle()
        window.close()
        window.deleteLater()
