"""When waiting tails are compared anew in the background, and when not."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from whalegui.rematch import Rematch
from whalegui.session import Session
from whaleid_core.catalogue import Catalogue
from whaleid_core.photos import read_photo
from whaleid_core.records import Box, Change, Drawer, Verdict

FOUND = Box(10, 10, 90, 50, Drawer.DETECTOR, 0.9)


@pytest.fixture
def session(qapp: QApplication, tmp_path: Path) -> Iterator[Session]:
    """Two photos with a tail each; nothing was ever compared."""
    catalogue = Catalogue.create(tmp_path / "catalogue", "Fjord")
    for number in range(2):
        Image.new("RGB", (120, 80), (40 * number, 80, 120)).save(tmp_path / f"IMG_{number}.png")
        catalogue.add_photos([read_photo(tmp_path / f"IMG_{number}.png")])
    for key in catalogue.photo_ids():
        catalogue.add_boxes(key, [FOUND], searched_by="tails 1")
    made = Session(catalogue)
    yield made
    made.close()


class Begun:
    """Counts how often the waiting tails were compared anew."""

    def __init__(self, session: Session) -> None:
        self.times = 0
        self._again = session.match_again
        session.match_again = self._count  # type: ignore[method-assign]

    def _count(self) -> object:
        self.times += 1
        return self._again()


def told(session: Session) -> list[Change]:
    changes: list[Change] = []
    session.changed.connect(changes.append)
    return changes


def test_decisions_in_a_row_are_compared_once_they_pause(qtbot: QtBot, session: Session) -> None:
    begun = Begun(session)
    Rematch(session, pause_ms=1000)
    first, second = session.catalogue.tails_to_match()
    decided = [session.catalogue.decide(first, Verdict.NEW, "HW0001"), session.catalogue.decide(second, Verdict.UNSURE)]
    for change in decided:  # told at once, however long a busy machine takes to write them
        session.changed.emit(change)
    qtbot.waitUntil(lambda: begun.times > 0)
    session.settle()
    qtbot.wait(1200)
    assert begun.times == 1


def test_where_nothing_was_ever_compared_no_network_is_loaded(qtbot: QtBot, session: Session) -> None:
    begun, changes = Begun(session), told(session)
    Rematch(session, pause_ms=0)
    first, _ = session.catalogue.tails_to_match()
    session.edit(lambda catalogue: catalogue.decide(first, Verdict.NEW, "HW0001"))
    qtbot.waitUntil(lambda: begun.times > 0)
    session.settle()
    assert session.engine is None
    assert [change.label for change in changes if "suggestion" in change.tables] == []
    assert session.undo_stack.count() == 1


def test_a_box_that_a_person_moves_counts_and_one_that_is_found_does_not(qtbot: QtBot, session: Session) -> None:
    begun = Begun(session)
    Rematch(session, pause_ms=0)
    first, second = session.catalogue.photo_ids()
    session.edit(lambda catalogue: catalogue.add_boxes(first, [FOUND], searched_by="tails 2"))
    session.edit(lambda catalogue: catalogue.accept_boxes([second]))
    session.settle()
    qtbot.wait(50)
    assert begun.times == 0
    tail = session.catalogue.tails(second)[0].id
    session.edit(lambda catalogue: catalogue.move_box(tail, Box(5, 5, 60, 40)))
    session.settle()
    qtbot.waitUntil(lambda: begun.times == 1)
    session.edit(lambda catalogue: catalogue.draw_box(second, Box(70, 5, 110, 40)))
    session.settle()
    qtbot.waitUntil(lambda: begun.times == 2)
    session.settle()


def test_it_waits_for_a_job_that_runs(qtbot: QtBot, session: Session) -> None:
    begun = Begun(session)
    Rematch(session, pause_ms=10)
    gate = threading.Event()
    session.jobs.start("Finding tails", "inference", lambda watch: gate.wait(60))
    first, _ = session.catalogue.tails_to_match()
    session.edit(lambda catalogue: catalogue.decide(first, Verdict.POOR))
    qtbot.wait(100)
    assert begun.times == 0
    gate.set()
    qtbot.waitUntil(lambda: begun.times == 1)
    session.settle()


def test_a_pause_that_ends_after_the_session_was_closed_begins_nothing(qtbot: QtBot, session: Session) -> None:
    begun = Begun(session)
    Rematch(session, pause_ms=0)
    first, _ = session.catalogue.tails_to_match()
    change = session.catalogue.decide(first, Verdict.NEW, "HW0001")
    session.changed.emit(change)
    session.close()
    qtbot.waitUntil(lambda: begun.times == 1)
    assert not session.jobs.busy()
