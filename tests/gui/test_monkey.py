"""A biologist's day in fast motion: random actions through the real widgets leave no error, no leak, nothing undone."""

from __future__ import annotations

import gc
import importlib
import os
import pkgutil
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import pytest
from match_survey import Survey, draw, only_packages_of, pack
from monkey import Monkey
from PySide6.QtCore import QThreadPool
from PySide6.QtGui import QPixmapCache
from pytestqt.qtbot import QtBot
from reliability import Tried, memory_mb

import whalegui
import whaleid_core
from whalegui.collector import Collector
from whalegui.main_window import MainWindow
from whalegui.session import Session
from whalegui.whales_workspace import PAGES, WhalesWorkspace
from whalegui.workspace_stack import WORKSPACES
from whaleid_core.catalogue import Catalogue

pytestmark = pytest.mark.hard

SEED = int(os.environ.get("MONKEY_SEED", "9"))
LONG_DAY = int(os.environ.get("MONKEY_ACTIONS", "10000"))
WARM = 2000
"""So many actions fill the caches; what is used more after them has leaked. A short day never gets there."""
LEAK_MB = 50
FEW = 4
"""So many looks at the memory are taken together: what the views hold comes and goes by some 20 MB."""
NOT_OF_THE_WINDOW = ("whaleid_core.train", "whaleid_core.cli", "whaleid_core.catalogue.migrations", "whalegui.__main__")
PART = 500


def files_to_choose(folder: Path, survey: Path) -> list[Path]:
    """What file dialogs are answered with: photographs and a folder of them, tables to read, names to write to."""
    photos = folder / "more photos"
    photos.mkdir()
    for number in range(5):
        draw(photos, f"more_{number}.jpg", 900 + number)
    known = folder / "known.csv"
    known.write_text("Image,Id\nmore_0.jpg,HW0004\nmore_1.jpg,HW0001\n", encoding="utf-8")
    boxes = folder / "boxes.csv"
    boxes.write_text("image,xmin,ymin,xmax,ymax\nIMG_1.jpg,20,50,190,120\nnobody.jpg,1,2,3,4\n", encoding="utf-8")
    written = [folder / "written" / name for name in ("out.csv", "sheet.html", "sheet.pdf", "new catalogue")]
    written[0].parent.mkdir()
    return [photos, survey, folder, known, boxes, photos / "more_2.jpg", *written]


def lanes_answer(session: Session) -> None:
    """Every lane still has its threads."""
    answers: list[str] = []
    for lane in session.jobs._lanes:
        session.jobs.start("", lane, lambda watch, lane=lane: lane, answers.append)  # type: ignore[misc]
    session.settle()
    assert sorted(answers) == sorted(session.jobs._lanes)


def load_what_stays(window: MainWindow) -> None:
    """What a day loads once, whenever that is: each module, torch's and timm's for the heat maps, the networks."""
    for package in (whaleid_core, whalegui):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not found.name.startswith(NOT_OF_THE_WINDOW):
                importlib.import_module(found.name)
    for name in ("timm", "gpxpy", "pillow_heif", "rawpy"):
        importlib.import_module(name)
    session = window.session
    assert session is not None
    session.find_and_match()
    session.settle()
    for name in WORKSPACES:
        window.show_workspace(name)
        session.settle()
    whales = window.workspaces.widget("whales")
    assert isinstance(whales, WhalesWorkspace)
    window.show_workspace("whales")
    for page in PAGES:
        whales.open_page(page)
        session.settle()


@pytest.mark.parametrize("count", [300, pytest.param(LONG_DAY, marks=pytest.mark.soak)])
def test_a_day_by_chance(
    qtbot: QtBot, open_window: Callable[[], MainWindow], matching: Survey, tmp_path: Path, tried: Tried,
    monkeypatch: pytest.MonkeyPatch, count: int,
) -> None:  # fmt: skip
    pack(tmp_path / "packages")
    only_packages_of(tmp_path / "packages", monkeypatch)
    monkeypatch.chdir(tmp_path)  # a name that is typed without a folder is written there
    home = tmp_path / "catalogue"
    matching.catalogue.close()
    threads = set(threading.enumerate())
    begun = time.monotonic()
    window = open_window()
    window.set_session(Session(Catalogue.open(home)))
    monkey = Monkey(window, SEED, home, files_to_choose(tmp_path, matching.photos_drawn))
    collector = Collector()
    if count > WARM:
        load_what_stays(window)
    used: list[float] = []
    for part in range(0, count, PART):
        monkey.work(min(PART, count - part))
        gc.collect()
        QPixmapCache.clear()  # has a bound of its own: what is in it is no leak
        used += [memory_mb()] if part + PART >= WARM else []
    collector.end()
    grown = median(used[-FEW:]) - median(used[:FEW]) if used else 0.0
    assert window.session is not None
    lanes_answer(window.session)
    window.set_session(None)
    assert window.close()

    with Catalogue.open(home) as catalogue:
        assert catalogue.differences() == []
        lines = len(catalogue.journal(1_000_000))
    connection = sqlite3.connect(home / "catalogue.sqlite")
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()
    assert not [one for one in threading.enumerate() if one not in threads and one.is_alive()]
    assert QThreadPool.globalInstance().activeThreadCount() == 0
    assert lines > count / 200  # where the dice leave few tails, few are decided
    assert grown < LEAK_MB
    flat = f"{grown:+.0f} MB after the first {WARM:,}" if used else "too short for the memory"
    told = ", ".join(f"{number:,} {kind}" for kind, number in monkey.done.most_common(6))
    tried(
        f"A day by chance through the window's widgets ({told}, ...)", sum(monkey.done.values()),
        f"no error, no dead thread, {flat}; {lines:,} lines of the journal lead to the same catalogue; "
        f"{time.monotonic() - begun:.0f} s",
    )  # fmt: skip
