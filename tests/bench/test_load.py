"""Under load: photos come in and are identified in one go while a script edits boxes and decides; nothing is lost."""

from __future__ import annotations

import os
import random
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest
import shiboken6
from many_photos import write_photos
from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication
from reliability import Tried, memory_mb
from window_probe import Probe, wait

from whalegui.collector import Collector
from whalegui.main_window import MainWindow
from whalegui.session import Session
from whalegui.settings import Settings
from whaleid_core.catalogue import Catalogue
from whaleid_core.errors import WhaleIdError
from whaleid_core.photos import read_photo
from whaleid_core.records import Box, Change, Verdict

pytestmark = pytest.mark.hard

MANY = int(os.environ.get("LOAD_PHOTOS", "2000"))
WIDTH = int(os.environ.get("LOAD_WIDTH", "6000"))
DEED_EVERY_MS = 150
KNOWN = 4
WARM = 100
"""So many photos fill the caches. Few photos never get there."""
FEW = 30
"""So many looks at the memory are taken together: photos that are read in full come and go, 70 MB each."""
LEAK_MB, MOST_MB = 150, 1536
PATIENCE_MS = 30_000
"""For each photo, on a machine that is busy with other things."""


class Script(QObject):
    """Edits boxes and decides, one thing after the other, as soon as there is something to decide on.

    Attributes:
        made: the journal's lines that were acknowledged, with their labels.
        refused: what was answered with a sentence.
    """

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.made: dict[int, str] = {}
        self.refused: list[str] = []
        self._session = session
        self._draw = random.Random(9)
        session.trouble.connect(self._refuse)
        self._timer = QTimer(self, interval=DEED_EVERY_MS, singleShot=True)
        self._timer.timeout.connect(lambda: session.edit(self._deed, self._noted))
        self._ended = False

    def begin(self) -> None:
        self._timer.start()

    def end(self) -> None:
        self._ended = True
        self._timer.stop()

    def _deed(self, catalogue: Catalogue) -> Change:
        waiting = catalogue.tails_to_match()
        if not waiting:
            return Change("")
        tail = catalogue.tail(self._draw.choice(waiting))
        what = self._draw.random()
        if what < 0.4:
            return catalogue.decide(tail.id, Verdict.NEW)
        if what < 0.6:
            return catalogue.decide(tail.id, self._draw.choice((Verdict.UNSURE, Verdict.POOR)))
        if what < 0.9:
            box = tail.box
            return catalogue.move_box(tail.id, Box(box.xmin, box.ymin, box.xmax, box.ymin + 0.9 * box.height))
        return catalogue.draw_box(tail.photo_id, Box(5, 5, 60, 40))

    def _noted(self, change: Change) -> None:
        self.made |= dict.fromkeys(change.entries, change.label)
        self._go_on()

    def _refuse(self, error: WhaleIdError) -> None:
        self.refused.append(str(error))
        self._go_on()

    def _go_on(self) -> None:
        """A person waits for what was asked before, too."""
        if not self._ended:
            self._timer.start()


@pytest.fixture
def window(qapp: QApplication, tmp_path: Path) -> Iterator[MainWindow]:
    """On a catalogue with a few known whales."""
    catalogue = Catalogue.create(tmp_path / "catalogue", "Fjord")
    known = [read_photo(path) for path in sorted(write_photos(tmp_path / "known", KNOWN, (1200, 800)).iterdir())]
    catalogue.add_photos(
        known, role="known", whales={photo.content_hash: f"HW{n:04d}" for n, photo in enumerate(known)}
    )
    collector = Collector()
    settings = Settings(tmp_path / "settings.ini")
    settings.set("person/who", "Ana")
    made = MainWindow(settings)
    made.resize(1280, 800)
    made.show()
    made.set_session(Session(catalogue))
    yield made
    made.close()
    shiboken6.delete(made)
    collector.end()


@pytest.mark.parametrize(("count", "width"), [(10, 900), pytest.param(MANY, WIDTH, marks=pytest.mark.soak)])
def test_photos_come_in_while_a_script_works(
    window: MainWindow, tmp_path: Path, tried: Tried, count: int, width: int
) -> None:
    photos = write_photos(tmp_path / "card", count, (width, width * 2 // 3))
    session = window.session
    assert session is not None
    session.settle()
    script, probe, begun = Script(session), Probe(), time.monotonic()
    used: dict[str, list[float]] = {"searching": [], "matching": []}

    def look() -> None:
        counts = session.counts
        if counts is not None and counts.photos - counts.waiting_search > WARM:
            used["searching" if counts.waiting_search else "matching"].append(memory_mb())

    session.counts_changed.connect(lambda counts: look())
    probe.begin()
    script.begin()
    job = session.add_paths([photos])
    wait(lambda: job.over, PATIENCE_MS * count)
    searching = session.find_and_match()
    wait(lambda: searching.over and not session.jobs.busy("inference"), PATIENCE_MS * count)
    script.end()
    probe.end()
    session.settle()
    took, loop = time.monotonic() - begun, probe.told()

    assert [job.state, searching.state] == ["finished", "finished"], (job.failures, searching.failures)
    assert [*map(str, job.failures), *map(str, searching.failures), *script.refused] == []
    catalogue = session.catalogue
    counts = catalogue.counts()
    assert (counts.photos, counts.waiting_search) == (count + KNOWN, 0)
    journal = {row.id: row.label for row in catalogue.journal(1_000_000)}
    assert script.made
    assert {entry: journal.get(entry) for entry in script.made} == script.made
    assert catalogue.differences() == []
    window.set_session(None)
    connection = sqlite3.connect(tmp_path / "catalogue" / "catalogue.sqlite")
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()
    grown = {name: median(own[-FEW:]) - median(own[:FEW]) for name, own in used.items() if len(own) > 2 * FEW}
    most = max((mb for own in used.values() for mb in own), default=0.0)
    assert all(more < LEAK_MB for more in grown.values()), grown
    assert most < MOST_MB
    more = ", ".join(f"{mb:+.0f} MB while {name}" for name, mb in grown.items())
    flat = f"memory {most:.0f} MB at most, {more}" if grown else "too few for the memory"
    tried(
        f"Photos of {width * width * 2 // 3 / 1e6:.1f} megapixels imported and identified in one go", count,
        f"{len(script.made):,} edits of a script meanwhile, all there; {flat}; "
        f"99 of 100 turns of the event loop worked {loop['worked_99']:.0f} ms or less, the longest "
        f"{loop['worked_longest']:.0f} ms; {took:.0f} s",
    )  # fmt: skip
