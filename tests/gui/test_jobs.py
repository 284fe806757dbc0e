"""Lanes keep their order; jobs tell how far they are, stop when asked, fail in a sentence, and leave no thread."""

from __future__ import annotations

import errno
import threading
from collections.abc import Iterator

import pytest
import shiboken6
from PySide6.QtCore import QThread
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from whalegui.jobs import Jobs, Watch, as_sentence
from whaleid_core.errors import Kind, WhaleIdError


@pytest.fixture
def jobs(qtbot: QtBot) -> Iterator[Jobs]:
    made = Jobs()
    yield made
    made.close()


def idle(qtbot: QtBot, jobs: Jobs) -> None:
    qtbot.waitUntil(lambda: not jobs.busy())


def test_work_runs_elsewhere_and_its_result_comes_back_here(qtbot: QtBot, jobs: Jobs) -> None:
    here = QThread.currentThread()
    seen: list[bool] = []
    jobs.start(
        "Counting",
        "readers",
        lambda watch: QThread.currentThread() is here,
        lambda same: seen.extend((same, QThread.currentThread() is here)),
    )

    idle(qtbot, jobs)
    assert seen == [False, True]


def test_a_lane_of_one_thread_keeps_the_order(qtbot: QtBot, jobs: Jobs) -> None:
    order: list[int] = []
    for number in range(50):
        jobs.start("", "catalogue", lambda watch, number=number: number, order.append)

    idle(qtbot, jobs)
    assert order == list(range(50))


def test_the_newest_overtakes_what_waits(qtbot: QtBot, jobs: Jobs) -> None:
    gate = threading.Event()
    order: list[int] = []
    for _ in range(2):  # both threads of the lane wait at the gate
        jobs.start("", "thumbnails", lambda watch: gate.wait(60), newest_first=True)
    for number in range(6):
        jobs.start("", "thumbnails", lambda watch, number=number: order.append(number), newest_first=True)
    gate.set()

    idle(qtbot, jobs)
    assert order[0] > order[-1]


def test_progress_steps_and_failures_come_in_order(qtbot: QtBot, jobs: Jobs) -> None:
    def work(watch: Watch) -> str:
        for number in (1, 2, 3):
            watch.step(number)
            watch.progress(number, 3)
        watch.failure("IMG_1 ends early.")
        return "all"

    told: list[object] = []
    job = jobs.start("Finding tails", "inference", work, told.append)
    job.stepped.connect(told.append)

    idle(qtbot, jobs)
    assert told == [1, 2, 3, "all"]
    assert (job.done, job.total) == (3, 3)
    assert job.failures == ["IMG_1 ends early."]
    assert job.state == "finished"


def test_a_job_stops_when_asked_and_says_how_much_is_kept(qtbot: QtBot, jobs: Jobs) -> None:
    def work(watch: Watch) -> None:
        from whaleid_core.errors import Cancelled

        done = 0
        while not watch.cancel():
            done = min(done + 1, 40)
            watch.progress(done, 800)
            QThread.msleep(2)
        raise Cancelled

    finished: list[object] = []
    job = jobs.start("Finding tails", "inference", work, finished.append)
    with qtbot.waitSignal(job.progress):
        pass
    with qtbot.waitSignal(job.cancelled):
        job.cancel()

    assert job.state == "cancelled"
    assert finished == []
    assert 0 < job.done <= 40


def test_what_was_not_begun_is_not_begun_after_it_was_cancelled(qtbot: QtBot, jobs: Jobs) -> None:
    gate = threading.Event()
    ran: list[int] = []
    jobs.start("", "catalogue", lambda watch: gate.wait(60))
    second = jobs.start("", "catalogue", lambda watch: ran.append(2))
    second.cancel()
    gate.set()

    idle(qtbot, jobs)
    assert ran == []
    assert second.state == "cancelled"


def test_a_failure_is_a_sentence(qtbot: QtBot, jobs: Jobs) -> None:
    def full(watch: Watch) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "x.csv")

    told: list[WhaleIdError] = []
    job = jobs.start("Exporting", "files", full, None, told.append)

    idle(qtbot, jobs)
    assert job.state == "failed"
    assert told[0].kind is Kind.ENVIRONMENT
    assert "disk is full" in told[0].sentence


def test_what_nobody_foresaw_is_a_bug_and_keeps_its_cause(caplog: pytest.LogCaptureFixture) -> None:
    cause = ZeroDivisionError("division by zero")

    error = as_sentence(cause)

    assert error.kind is Kind.BUG
    assert error.__cause__ is cause
    assert "unforeseen" in caplog.text


def test_only_jobs_with_a_title_are_shown(qtbot: QtBot, jobs: Jobs) -> None:
    gate = threading.Event()
    jobs.start("", "readers", lambda watch: gate.wait(60))
    shown = jobs.start("Exporting", "files", lambda watch: gate.wait(60))

    assert jobs.current == [shown]
    assert jobs.busy("readers")
    assert not jobs.busy("inference")
    gate.set()
    idle(qtbot, jobs)
    assert jobs.current == []


def test_closing_asks_all_to_stop_and_leaves_no_thread(qtbot: QtBot) -> None:
    jobs = Jobs()
    began = threading.Event()

    def work(watch: Watch) -> None:
        began.set()
        while not watch.cancel():
            QThread.msleep(2)

    jobs.start("Finding tails", "inference", work)
    assert began.wait(60)
    jobs.close()

    assert all(pool.activeThreadCount() == 0 for pool in jobs._lanes.values())


def test_nothing_is_told_to_what_was_closed_meanwhile(qtbot: QtBot, jobs: Jobs) -> None:
    gate = threading.Event()
    label, told = QLabel(), []
    for then in (label.setNum, lambda number: told.append(label.text()), told.append):
        jobs.start("", "readers", lambda watch: gate.wait(60) and 7, then)
    shiboken6.delete(label)
    gate.set()
    idle(qtbot, jobs)

    assert told == [7]


def test_what_is_begun_after_the_end_never_runs(qtbot: QtBot) -> None:
    jobs = Jobs()
    jobs.close()
    ran: list[int] = []
    job = jobs.start("Finding tails", "inference", lambda watch: ran.append(1))

    assert job.over
    assert not jobs.busy()
    assert all(pool.waitForDone(1000) for pool in jobs._lanes.values())
    assert ran == []
