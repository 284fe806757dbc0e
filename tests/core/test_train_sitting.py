"""A sitting of a training: when it saves and stops, its loss curve, and what those who watch hear."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.progress import Progress, TextColumn

from whaleid_core.cli_train import Bar, in_words
from whaleid_core.errors import Cancelled
from whaleid_core.train import sitting
from whaleid_core.train.sitting import CURVE, EVERY, PICTURE, Curve, Means, Standing, Unwatched, draw, sit
from whaleid_core.train.telling import Lines

ROOT = Path(__file__).parents[2]


def standing(step: int, total: int = 100, **losses: float) -> Standing:
    return Standing(step / total, step, 2.0 * step, losses)


def updates(first: int, last: int, total: int = 100) -> Generator[Standing, None, None]:
    """A training from one step to another, whose loss is the step."""
    yield standing(first, total)
    for step in range(first + 1, last + 1):
        yield standing(step, total, loss=float(step))


def rows(folder: Path) -> list[dict[str, str]]:
    with (folder / CURVE).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def steps_in(folder: Path) -> list[int]:
    return [int(row["step"]) for row in rows(folder)]


class Heard(Unwatched):
    def __init__(self, stop_at: int = 10**9) -> None:
        self.stop_at, self.steps, self.saved = stop_at, [], []

    def step(self, standing: Standing) -> None:
        self.steps.append(standing.step)

    def checkpoint(self, standing: Standing) -> None:
        self.saved.append(standing.step)

    def cancel(self) -> bool:
        return self.steps[-1] >= self.stop_at


def test_what_is_left_takes_as_long_as_what_is_done() -> None:
    assert Standing(0.25, 5, 100.0, {}).seconds_left == 300
    assert Standing(1.0, 5, 100.0, {}).seconds_left == 0
    assert Standing(0.0, 0, 0.0, {}).seconds_left is None


@given(values=st.lists(st.lists(st.floats(-9, 9), min_size=2, max_size=2), max_size=9))
def test_means_are_means_and_begin_anew(values: list[list[float]]) -> None:
    means = Means()
    for a, b in values:
        means.add({"a": a, "b": b})
    means.add({})
    assert means.count == len(values)
    expected = {} if not values else dict(zip("ab", np.mean(values, axis=0), strict=True))
    assert means.take() == pytest.approx(expected)
    assert means.take() == {}


def test_it_saves_at_intervals_and_at_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = iter(range(1000))
    monkeypatch.setattr(sitting, "time", SimpleNamespace(monotonic=lambda: next(ticks)))
    saves: list[int] = []
    heard = Heard()
    sit(updates(0, 10), lambda: saves.append(heard.steps[-1]), tmp_path, heard, save_every=3)
    assert heard.steps == list(range(11))
    assert saves == heard.saved
    assert saves[-1] == 10
    assert len(saves) == 3, "each look at the clock is a second"


def test_who_watches_stops_it_after_the_checkpoint(tmp_path: Path) -> None:
    closed = []

    def steps() -> Generator[Standing, None, None]:
        try:
            yield from updates(0, 10)
        finally:
            closed.append(True)

    heard, saves = Heard(stop_at=4), []
    with pytest.raises(Cancelled):
        sit(steps(), lambda: saves.append(heard.steps[-1]), tmp_path, heard)
    assert saves == heard.saved == [4]
    assert closed == [True]
    assert (tmp_path / PICTURE).is_file()


def test_the_curve_has_the_mean_of_each_few_updates_and_goes_on(tmp_path: Path) -> None:
    sit(updates(0, 2 * EVERY + 5), lambda: None, tmp_path, Unwatched())
    assert steps_in(tmp_path) == [EVERY, 2 * EVERY, 2 * EVERY + 5]
    assert [float(row["loss"]) for row in rows(tmp_path)] == [
        pytest.approx(np.mean(np.arange(first, last) + 1), rel=1e-5)
        for first, last in ((0, EVERY), (EVERY, 2 * EVERY), (2 * EVERY, 2 * EVERY + 5))
    ]
    assert [float(row["seconds"]) for row in rows(tmp_path)] == [2 * step for step in steps_in(tmp_path)]
    before = rows(tmp_path)
    sit(updates(2 * EVERY + 5, 3 * EVERY), lambda: None, tmp_path, Unwatched())
    assert rows(tmp_path)[:3] == before
    assert steps_in(tmp_path)[3:] == [3 * EVERY]


@given(written=st.integers(0, 9), kept=st.integers(0, 9), cut=st.integers(0, 12))
def test_rows_after_the_checkpoint_and_half_rows_go(
    written: int, kept: int, cut: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("curve")
    curve = Curve(folder / CURVE, 0)
    for step in range(1, written + 1):
        curve.add(standing(step, loss=1 / step))
        curve.flush(standing(step))
    if written:
        content = (folder / CURVE).read_text(encoding="utf-8")
        (folder / CURVE).write_text(content[: len(content) - cut], encoding="utf-8")
    whole = written if cut == 0 else written - 1
    curve = Curve(folder / CURVE, kept)
    curve.add(standing(kept + 1, loss=0.5))
    curve.flush(standing(kept + 1))
    assert steps_in(folder) == [*range(1, min(whole, kept) + 1), kept + 1]


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"a,b\n1,2\n", b"step,done,seconds,loss\nx,y,z,w\n"])
def test_a_table_of_something_else_gives_way(content: bytes, tmp_path: Path) -> None:
    (tmp_path / CURVE).write_bytes(content)
    sit(updates(0, 3), lambda: None, tmp_path, Unwatched())
    assert steps_in(tmp_path) == [3]


def test_the_picture_has_a_field_for_each_loss(tmp_path: Path) -> None:
    curve = Curve(tmp_path / CURVE, 0)
    for step in range(1, 9):
        curve.add(standing(step, arcface=9.0 / step, triplet=0.3))
        curve.flush(standing(step))
    draw(tmp_path / CURVE, tmp_path / PICTURE)
    two = cv2.imdecode(np.fromfile(tmp_path / PICTURE, np.uint8), cv2.IMREAD_COLOR)
    sit(updates(0, 3), lambda: None, tmp_path, Unwatched())
    one = cv2.imdecode(np.fromfile(tmp_path / PICTURE, np.uint8), cv2.IMREAD_COLOR)
    assert two.shape[0] == 2 * one.shape[0]
    assert two.std() > 5
    assert sorted(path.name for path in tmp_path.iterdir()) == [CURVE, PICTURE]
    draw(tmp_path / "nothing.csv", tmp_path / "nothing.png")
    assert not (tmp_path / "nothing.png").exists()


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_lines_tell_steps_now_and_then_and_all_else_at_once() -> None:
    stream = io.StringIO()
    watch = Lines(stream, every=3600)
    watch.step(standing(0))
    watch.step(standing(1, arcface=2.0))
    watch.step(standing(2, arcface=4.0))
    watch.checkpoint(standing(2, arcface=4.0))
    watch.tell("done", package="somewhere")
    assert lines(stream) == [
        {"event": "step", "done": 0, "step": 0, "seconds": 0, "seconds_left": None, "losses": {}},
        {"event": "checkpoint", "done": 0.02, "step": 2, "seconds": 4, "seconds_left": 196, "losses": {"arcface": 3}},
        {"event": "done", "package": "somewhere"},
    ]


def test_a_loss_that_is_no_number_is_still_json() -> None:
    stream = io.StringIO()
    watch = Lines(stream, every=0)
    for loss in (float("nan"), float("inf"), 0.123456789):
        watch.step(standing(1, loss=loss))
    assert [line["losses"]["loss"] for line in lines(stream)] == [None, None, 0.12346]


def test_a_training_outlives_who_watched_it() -> None:
    reader, writer = os.pipe()
    with os.fdopen(writer, "w") as stream:
        watch = Lines(stream, every=0)
        watch.step(standing(1, loss=1.0))
        os.close(reader)
        for step in range(2, 5):
            watch.step(standing(step, loss=1.0))
        watch.tell("done")


SIGNALS = """
import io, signal, sys
from whaleid_core.train.telling import Lines, Stop

number, heard = int(sys.argv[1]), []
signal.signal(number, lambda got, frame: heard.append(got))
with Stop() as stop:
    assert not stop.asked
    signal.raise_signal(number)
    assert stop.asked and heard == []
    signal.raise_signal(number)
    assert heard == [number]
watch = Lines(io.StringIO())
with watch.stop:
    signal.raise_signal(number)
assert watch.cancel()
signal.raise_signal(number)
assert heard == [number, number]
"""


@pytest.mark.skipif(sys.platform == "win32", reason="raise_signal ends the process there")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_asks_and_the_second_is_as_ever(number: signal.Signals) -> None:
    """In a process of its own, as a training is: raised in one that had run OpenVINO, a signal ended all the tests."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-c", SIGNALS, str(int(number))], env=environment, check=True)


def test_the_bar_shows_what_is_left_and_the_losses() -> None:
    out = io.StringIO()
    columns = (
        TextColumn("{task.description}"),
        TextColumn("{task.percentage:.0f} %"),
        TextColumn("{task.fields[told]}"),
    )
    with Progress(*columns, console=Console(file=out, force_terminal=True, width=120), auto_refresh=False) as progress:
        bar = Bar(progress)
        told = []
        for one in (standing(0), standing(50, arcface=2.0, triplet=0.1), standing(60, arcface=3.0, triplet=0.1)):
            bar.step(one)
            told.append((progress.tasks[0].description, progress.tasks[0].percentage, progress.tasks[0].fields["told"]))
        assert told == [
            ("Training", 0, ""),
            ("Training", 50, "2 min left  arcface 2.000  triplet 0.100"),
            ("Training", 60, "1 min left  arcface 2.100  triplet 0.100"),
        ]
        bar.checkpoint(standing(60))
        assert progress.tasks[0].description == "Training"
        bar.checkpoint(standing(100))
        assert progress.tasks[0].description == "Measuring"
        assert not bar.cancel()


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "0 s"), (59, "59 s"), (60, "1 min"), (3570, "1 h 00 min"), (3900, "1 h 05 min")]
)
def test_times_are_told_in_words(seconds: float, words: str) -> None:
    assert in_words(seconds) == words
