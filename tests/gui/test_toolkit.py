"""The Qt for Python that is installed: faults of a release that would end a day's work."""

from __future__ import annotations

import sys

from PySide6.QtCore import QObject, Signal


class Bell(QObject):
    rung = Signal(object)


def test_emitting_takes_no_reference_off_true() -> None:
    """PySide6 6.12.0 took one at each emit; before Python 3.12 that ends the process after some thousands."""
    bell = Bell()
    heard: list[object] = []
    bell.rung.connect(heard.append)
    before = sys.getrefcount(True)
    for number in range(500):
        bell.rung.emit(number)
    assert len(heard) == 500
    assert sys.getrefcount(True) > before - 100
