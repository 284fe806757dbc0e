"""Measures the window in a process of its own: how soon a catalogue is seen, and how long the event loop is held."""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEventLoop, QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication

from whalegui.main_window import MainWindow
from whalegui.settings import Settings

_BEAT_MS = 2
_TIMES = 3
_PATIENCE_MS = 900_000


class Probe(QObject):
    """A heart that should beat every 2 ms: how much later each beat comes is how long the event loop was held.

    Attributes:
        held: milliseconds by the clock, in which a busy machine counts too.
        worked: milliseconds of processor time that the UI thread itself used between two beats.
    """

    def __init__(self) -> None:
        super().__init__()
        self.held: list[float] = []
        self.worked: list[float] = []
        self._beat = QTimer(self, interval=_BEAT_MS, timerType=Qt.TimerType.PreciseTimer)
        self._beat.timeout.connect(self._take)
        self._last = self._last_work = 0.0

    def begin(self) -> None:
        self._last, self._last_work = time.perf_counter(), time.thread_time()
        self._beat.start()

    def end(self) -> None:
        self._beat.stop()

    def _take(self) -> None:
        now, work = time.perf_counter(), time.thread_time()
        self.held.append(max(0.0, 1000 * (now - self._last) - _BEAT_MS))
        self.worked.append(1000 * (work - self._last_work))
        self._last, self._last_work = now, work

    def told(self) -> dict[str, float]:
        """Longest and 99th of 100, of both."""
        found: dict[str, float] = {"turns": len(self.held)}
        for name, values in (("held", self.held), ("worked", self.worked)):
            found[f"{name}_longest"] = max(values)
            found[f"{name}_99"] = sorted(values)[int(0.99 * (len(values) - 1))]
        return found


def wait(ready: Callable[[], bool], patience_ms: int = _PATIENCE_MS) -> None:
    """Run the event loop until something holds."""
    loop, limit = QEventLoop(), QTimer(singleShot=True, interval=patience_ms)
    look = QTimer(interval=5)
    look.timeout.connect(lambda: loop.quit() if ready() else None)
    limit.timeout.connect(loop.quit)
    look.start()
    limit.start()
    loop.exec()
    if not ready():
        raise TimeoutError


def opened(window: MainWindow, folder: Path) -> tuple[float, float]:
    """Seconds from asking for a catalogue until its photos and counts are seen: by the clock, and of processor time."""
    window.set_session(None)
    begun, work = time.perf_counter(), time.process_time()
    window.open_folder(folder)

    def seen() -> bool:
        if window.session is None or window.session.counts is None:
            return False
        model = window.workspaces.widget("photos").browser.model  # type: ignore[attr-defined]
        return window.session.counts.photos == 0 or bool(model.ids and model.row_of(model.ids[0]) is not None)

    wait(seen)
    return time.perf_counter() - begun, time.process_time() - work


def measure_opening(window: MainWindow, empty: Path, many: Path) -> dict[str, object]:
    """Medians of several openings of each, after one that doesn't count."""
    found: dict[str, object] = {}
    for name, folder in (("empty", empty), ("many", many)):
        times = [opened(window, folder) for _ in range(_TIMES + 1)][1:]
        found[name], found[f"{name}_worked"] = (statistics.median(column) for column in zip(*times, strict=True))
    window.set_session(None)  # what still reads is waited for, which is no part of the opening
    probe = Probe()
    probe.begin()
    opened(window, many)
    return {**found, **probe.told()}


def measure_work(window: MainWindow, catalogue: Path, photos: Path) -> dict[str, object]:
    """The event loop while photos are read and searched, the grid in view."""
    opened(window, catalogue)
    session = window.session
    assert session is not None
    session.settle()
    probe, begun = Probe(), time.perf_counter()
    probe.begin()
    for start in (lambda: session.add_paths([photos]), session.find_tails):
        job = start()
        wait(lambda job=job: job.over)  # type: ignore[misc]
    searched = sum(row.searched for row in session.catalogue.photos(session.catalogue.photo_ids()))
    return {**probe.told(), "seconds": time.perf_counter() - begun, "photos": searched}


def main() -> None:
    """`opening EMPTY MANY` or `work CATALOGUE PHOTOS`; prints JSON."""
    what, first, second = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    app = QApplication([])
    with tempfile.TemporaryDirectory() as own:
        settings = Settings(Path(own) / "settings.ini")
        settings.set("person/who", "Ana")
        window = MainWindow(settings)
        window.resize(1280, 800)
        window.show()
        measured = (measure_opening if what == "opening" else measure_work)(window, first, second)
        window.close()
    app.quit()
    print(json.dumps(measured))


if __name__ == "__main__":
    main()
