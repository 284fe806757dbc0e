"""Runs of the embedding network's training: schedules, checkpoints, and going on after each way to be stopped."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from drawn_flukes import TINY, draw_flukes

from whaleid_core import cli
from whaleid_core.errors import Cancelled, WhaleIdError
from whaleid_core.packages import read_package
from whaleid_core.train import embedding_run
from whaleid_core.train.crops import Crops, read_crops, read_table
from whaleid_core.train.embedding import CACHE_MARGIN, CACHE_SIZE, EmbeddingRecipe, EmbeddingTraining, Schedule
from whaleid_core.train.embedding_package import export
from whaleid_core.train.embedding_run import CHECKPOINT, run, save, train_embedding
from whaleid_core.train.sitting import CURVE, PICTURE, Standing, Unwatched

torch.set_num_threads(1)
SMALL = replace(TINY, architecture="test_efficientnet", classes_per_batch=2)
SECONDS_A_STEP = 8.0
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def flukes_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return draw_flukes(tmp_path_factory.mktemp("drawn") / "flukes")


@pytest.fixture(scope="module")
def crops(flukes_folder: Path) -> Crops:
    return read_crops(flukes_folder, read_table(flukes_folder, ["train"]), *CACHE_SIZE, CACHE_MARGIN)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each look at the clock finds eight seconds gone: how far a run gets doesn't hang on the machine."""
    ticks = iter(range(10**6))
    told = SimpleNamespace(monotonic=lambda: SECONDS_A_STEP * next(ticks))
    monkeypatch.setattr(embedding_run, "time", told)


class Heard(Unwatched):
    """Notes what it is told; asks to stop at a step, or fails there."""

    def __init__(self, stop_at: int = 10**9, fail_at: int = 10**9) -> None:
        self.stop_at, self.fail_at = stop_at, fail_at
        self.steps: list[Standing] = []
        self.checkpoints: list[int] = []

    def step(self, standing: Standing) -> None:
        self.steps.append(standing)
        if standing.step == self.fail_at:
            raise ZeroDivisionError

    def checkpoint(self, standing: Standing) -> None:
        self.checkpoints.append(standing.step)

    def cancel(self) -> bool:
        return self.steps[-1].step >= self.stop_at


def tensors(state: dict[str, Any]) -> dict[str, torch.Tensor]:
    return {f"{part}.{name}": t for part in ("network", "average", "head") for name, t in state[part].items()}


def assert_same_weights(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert one["step"] == other["step"]
    expected = tensors(one)
    for name, tensor in tensors(other).items():
        torch.testing.assert_close(tensor, expected[name], rtol=1e-4, atol=1e-6, msg=name)


def loaded(folder: Path) -> dict[str, Any]:
    return dict(torch.load(folder / CHECKPOINT, weights_only=True))


def test_a_schedule_runs_over_batches_or_minutes():
    assert Schedule(minutes=2).share(30, 7) == 0.25
    assert Schedule(minutes=2, batches=28).share(30, 7) == 0.25
    assert replace(SMALL, batches=5).schedule == Schedule(SMALL.minutes, 5)


def test_a_run_stops_when_its_minutes_are_used_up_and_goes_on_with_more(crops, tmp_path, clock):
    training, heard = EmbeddingTraining(SMALL, crops), Heard()
    run(training, Schedule(0.5), tmp_path, heard)
    assert training.step_number == 4, "30 seconds at 8 a step"
    assert training.seconds == 32
    assert [standing.step for standing in heard.steps] == [0, 1, 2, 3, 4]
    assert [standing.done for standing in heard.steps] == pytest.approx([0, 8 / 30, 16 / 30, 24 / 30, 1])
    assert heard.steps[0].seconds_left is None
    assert [standing.seconds_left for standing in heard.steps[1:]] == pytest.approx([22, 14, 6, 0])
    assert set(heard.steps[1].losses) == {"arcface", "triplet"}
    assert heard.checkpoints == [4]
    assert sorted(path.name for path in tmp_path.iterdir()) == [CHECKPOINT, CURVE, PICTURE]
    run(training, Schedule(0.5), tmp_path, heard)
    assert training.step_number == 4, "nothing is left to do"
    resumed = EmbeddingTraining(SMALL, crops)
    resumed.load(loaded(tmp_path))
    run(resumed, Schedule(0.6), tmp_path, heard)
    assert (resumed.step_number, resumed.seconds) == (5, 40)


@pytest.mark.parametrize("how", ["stopped", "broken off"])
def test_over_batches_a_resumed_run_comes_to_the_same_weights(crops, tmp_path, how):
    """Sizes change on the way, and the one that breaks off has gone on after its last checkpoint."""
    recipe = replace(SMALL, batches=6, sizes=(*SMALL.sizes, replace(SMALL.sizes[0], start=0.5, width=96, height=48)))
    folder = tmp_path / "parts"
    folder.mkdir()
    run(EmbeddingTraining(recipe, crops), recipe.schedule, tmp_path, Unwatched())
    first = EmbeddingTraining(recipe, crops)
    if how == "stopped":
        with pytest.raises(Cancelled):
            run(first, recipe.schedule, folder, Heard(stop_at=4))
    else:
        with pytest.raises(ZeroDivisionError):
            run(first, recipe.schedule, folder, Heard(fail_at=5), save_every=0)
    assert loaded(folder)["step"] == 4
    torch.rand(5)
    resumed = EmbeddingTraining(recipe, crops)
    resumed.load(loaded(folder))
    run(resumed, recipe.schedule, folder, Unwatched(), save_every=0)
    assert_same_weights(loaded(tmp_path), loaded(folder))
    steps = [line.split(",")[0] for line in (folder / CURVE).read_text(encoding="utf-8").splitlines()]
    assert steps == (["step", "4", "5", "6"] if how == "stopped" else ["step", "1", "2", "3", "4", "5", "6"])


def test_a_save_that_breaks_off_leaves_the_last_checkpoint_whole(crops, tmp_path, monkeypatch):
    training, checkpoint = EmbeddingTraining(SMALL, crops), tmp_path / CHECKPOINT
    save(training, checkpoint)

    def disk_full(_state: object, path: Path) -> None:
        path.write_bytes(b"half of it")
        raise OSError("no space left on device")

    monkeypatch.setattr(torch, "save", disk_full)
    training.step_number = 7
    with pytest.raises(OSError, match="no space"):
        save(training, checkpoint)
    assert loaded(tmp_path)["step"] == 0
    assert [path.name for path in tmp_path.iterdir()] == [CHECKPOINT]


def test_training_holds_whales_out_and_goes_on_where_it_was_stopped(flukes_folder, tmp_path, clock):
    first = train_embedding(SMALL, flukes_folder, tmp_path / "out", minutes=0.2)
    assert len(set(first.crops.whales)) == 4
    assert first.step_number == 2
    second = train_embedding(SMALL, flukes_folder, tmp_path / "out", minutes=0.3)
    assert second.step_number == 3


def refused(recipe: EmbeddingRecipe, folder: Path, out: Path, **named: Any) -> WhaleIdError:
    with pytest.raises(WhaleIdError) as error:
        train_embedding(recipe, folder, out, minutes=0.01, **named)
    assert error.value.hint
    return error.value


def test_a_checkpoint_that_is_damaged_or_of_another_recipe_is_refused(flukes_folder, crops, tmp_path):
    checkpoint = tmp_path / CHECKPOINT
    checkpoint.write_bytes(b"not a checkpoint")
    assert "can't go on" in refused(SMALL, flukes_folder, tmp_path).sentence
    torch.save([1, 2], checkpoint)
    assert "can't go on" in refused(SMALL, flukes_folder, tmp_path).sentence
    save(EmbeddingTraining(replace(SMALL, length=16), crops), checkpoint)
    assert "can't go on" in refused(SMALL, flukes_folder, tmp_path).sentence


def test_what_would_fail_in_the_end_fails_in_the_beginning(flukes_folder, tmp_path):
    assert "too few to calibrate" in refused(replace(SMALL, held_out=0.0), flukes_folder, tmp_path).sentence
    assert "takes 32 whales" in refused(replace(SMALL, classes_per_batch=32), flukes_folder, tmp_path).sentence
    if not torch.cuda.is_available():
        assert "No cuda GPU" in refused(SMALL, flukes_folder, tmp_path, device="cuda").sentence
    assert not (tmp_path / CHECKPOINT).exists()


def test_a_recipe_and_its_start_go_together(flukes_folder, tmp_path):
    second = replace(SMALL, start="package")
    assert "none was named" in refused(second, flukes_folder, tmp_path).sentence
    assert "no package to start from" in refused(SMALL, flukes_folder, tmp_path, start=tmp_path).sentence
    assert "no readable manifest" in refused(second, flukes_folder, tmp_path, start=tmp_path).sentence


def written(path: Path, recipe: EmbeddingRecipe) -> Path:
    """A recipe as a file."""
    fields = asdict(recipe)
    sizes = fields.pop("sizes")
    lines = ['kind = "embedding"', *(f"{name} = {json.dumps(value)}" for name, value in fields.items())]
    for size in sizes:
        lines += ["[[sizes]]", f"from = {size['start']}", f"width = {size['width']}", f"height = {size['height']}"]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert EmbeddingRecipe.read(path) == recipe
    return path


def arguments(recipe: Path, flukes: Path, out: Path, *more: object) -> list[str]:
    named = ["--photos", flukes, "--out", out, "--threads", 1, "--save-every", 0, "--progress", "jsonl", *more]
    return ["train", *map(str, [recipe, *named])]


def told(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


class Process:
    """A training as a window starts it."""

    def __init__(self, command: list[str], folder: Path) -> None:
        self.errors = folder / "errors.txt"
        with self.errors.open("w") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "whaleid_core.cli", *command],
                stdout=subprocess.PIPE, stderr=errors, text=True, env=os.environ | {"PYTHONPATH": str(ROOT)},
            )  # fmt: skip

    def signalled_at(self, step: int, number: int) -> list[dict[str, Any]]:
        """Read to the checkpoint of a step, send a signal there, and read to the end."""
        assert self.process.stdout is not None
        events = []
        for line in self.process.stdout:
            events.append(json.loads(line))
            if events[-1]["event"] == "checkpoint" and events[-1]["step"] >= step:
                self.process.send_signal(number)
                break
        events += told(self.process.stdout.read())
        self.process.stdout.close()
        self.process.wait(60)
        return events


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals for other processes")
def test_a_process_is_watched_stopped_killed_and_comes_to_the_same_weights(flukes_folder, tmp_path, capsys):
    recipe = replace(SMALL, batches=24)
    command = arguments(written(tmp_path / "tiny.toml", recipe), flukes_folder, tmp_path / "tiny")
    work = tmp_path / "tiny-training"

    first = Process(command, tmp_path)
    events = first.signalled_at(2, signal.SIGTERM)
    assert first.process.returncode == 1
    assert [event["event"] for event in events[:2] + events[-1:]] == ["step", "checkpoint", "stopped"]
    assert (events[0]["done"], events[0]["step"], events[0]["seconds_left"], events[0]["losses"]) == (0, 0, None, {})
    assert "was stopped, and all that was learnt is saved" in first.errors.read_text()
    stopped = loaded(work)["step"]
    assert stopped == events[-2]["step"] < 24

    second = Process(command, tmp_path)
    events = second.signalled_at(stopped + 2, signal.SIGKILL)
    assert second.process.returncode == -signal.SIGKILL
    assert events[0]["step"] == stopped
    assert not (tmp_path / "tiny").exists()

    assert cli.run(command) == 0
    events = told(capsys.readouterr().out)
    assert events[-1] == {"event": "done", "package": str(tmp_path / "tiny")}
    checkpoint = events[-2]
    assert (checkpoint["event"], checkpoint["done"], checkpoint["step"]) == ("checkpoint", 1, 24)
    assert checkpoint["seconds_left"] == 0 < checkpoint["seconds"]
    assert read_package(tmp_path / "tiny").manifest["metrics"]["batches"] == 24
    rows = [line.split(",")[0] for line in (work / CURVE).read_text(encoding="utf-8").splitlines()[1:]]
    assert rows == [str(step) for step in range(1, 25)]
    assert (work / PICTURE).is_file()

    train_embedding(recipe, flukes_folder, tmp_path / "whole")
    assert_same_weights(loaded(tmp_path / "whole"), loaded(work))


def test_a_second_sitting_goes_on_from_a_package_by_command(flukes_folder, tmp_path, capsys):
    crops = read_crops(flukes_folder, read_table(flukes_folder, ["train"]), *CACHE_SIZE, CACHE_MARGIN)
    first = export(EmbeddingTraining(SMALL, crops).average.state_dict(), SMALL, tmp_path / "first", {}, {})
    recipe = written(tmp_path / "second.toml", replace(SMALL, start="package", version="0.2.0", batches=2))
    out = tmp_path / "second"
    assert cli.run(arguments(recipe, flukes_folder, out)) == 1
    (failed,) = told(capsys.readouterr().out)
    assert failed["event"] == "failed"
    assert "none was named" in failed["sentence"]
    assert "--start" in failed["hint"]
    assert cli.run(arguments(recipe, flukes_folder, out, "--start", first.folder)) == 0
    assert told(capsys.readouterr().out)[-1]["event"] == "done"
    package = read_package(out)
    assert package.label == "tiny 0.2.0"
    assert package.manifest["metrics"]["begun_from"] == "tiny 0.1.0"


def test_what_fails_is_told_to_who_watches(tmp_path, capsys):
    assert cli.run(arguments(tmp_path / "gone.toml", tmp_path, tmp_path / "out")) == 1
    (failed,) = told(capsys.readouterr().out)
    assert failed["event"] == "failed"
    assert failed["sentence"].startswith("There is no recipe")
    assert failed["hint"]


@pytest.mark.parametrize("wrong", [("--minutes", -1), ("--threads", -2), ("--save-every", -3), ("--device", "tpu")])
def test_what_no_training_can_take_is_refused(tmp_path, capsys, wrong):
    assert cli.run(arguments(tmp_path / "gone.toml", tmp_path, tmp_path / "out", *wrong)) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert wrong[0] in told.err
