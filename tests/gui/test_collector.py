"""Cycles are collected on the UI thread, whatever allocates on the workers."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from whalegui.collector import Collector


@pytest.fixture
def collector(qapp: QApplication) -> Iterator[Collector]:
    made = Collector()
    yield made
    made.end()
    assert gc.isenabled()


class Leftover:
    """A running timer in a cycle with what it calls."""

    def __init__(self, ended_on: list[threading.Thread]) -> None:
        self.timer = QTimer(interval=1000)
        self.timer.timeout.connect(self.nothing)
        self.timer.start()
        self.me = self
        weakref.finalize(self, lambda: ended_on.append(threading.current_thread()))

    def nothing(self) -> None:
        """What the timer calls."""


def allocate() -> None:
    for _ in range(200_000):
        cycle: list[object] = []
        cycle.append(cycle)


def test_a_worker_that_allocates_ends_no_qt_object(qtbot: QtBot, collector: Collector) -> None:
    ended_on: list[threading.Thread] = []
    Leftover(ended_on)
    worker = threading.Thread(target=allocate)
    worker.start()
    worker.join()
    assert ended_on == []

    qtbot.waitUntil(lambda: bool(ended_on))

    assert ended_on == [threading.main_thread()]


def test_where_nothing_is_due_nothing_is_looked_through(collector: Collector) -> None:
    gc.collect()
    before = gc.get_stats()[0]["collections"]
    collector.collect()
    assert gc.get_stats()[0]["collections"] == before
