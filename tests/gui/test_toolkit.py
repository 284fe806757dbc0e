"""What the window stands on: the Qt for Python that is installed, and modules that import each other one way."""

from __future__ import annotations

import sys

import grimp
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


def test_no_two_modules_of_the_window_need_each_other() -> None:
    graph = grimp.build_graph("whalegui", cache_dir=None)
    circles = [
        (module, other)
        for module in graph.modules
        for other in graph.find_modules_directly_imported_by(module)
        if graph.chain_exists(other, module)
    ]
    assert circles == []
