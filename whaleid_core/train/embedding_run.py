"""Runs the training of an embedding network on a folder of flukes: from the photos to the last checkpoint."""

from __future__ import annotations

import pickle
import time
from collections.abc import Generator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol

import torch

from whaleid_core.errors import Kind, WhaleIdError
from whaleid_core.train.calibrating import check_held_out
from whaleid_core.train.crops import held_out_whales, identified, read_crops, read_table
from whaleid_core.train.embedding import CACHE_MARGIN, CACHE_SIZE, EmbeddingRecipe, EmbeddingTraining, Schedule
from whaleid_core.train.sitting import Standing, Unwatched, Watch, sit, written_aside

CHECKPOINT = "checkpoint.pt"
SAVE_EVERY = 180.0
"""Seconds between checkpoints."""


def train_embedding(
    recipe: EmbeddingRecipe,
    flukes: Path,
    out: Path,
    watch: Watch | None = None,
    minutes: float | None = None,
    device: str = "cpu",
    start: Path | None = None,
    save_every: float = SAVE_EVERY,
) -> EmbeddingTraining:
    """Train a recipe on the train split of a folder of flukes, going on from `out`/checkpoint.pt if that is there.

    Args:
        out: folder of checkpoint.pt, losses.csv and losses.png; made if need be.
        minutes: of computing, instead of what the recipe says.
        start: the package that a recipe with `start = "package"` begins from.

    Raises:
        WhaleIdError: the photos, the device or the checkpoint don't do.
        Cancelled: the watch asked for it; the checkpoint is written first.
    """
    if (recipe.start == "package") != (start is not None):
        raise WhaleIdError(*_START_WRONG[start is None])
    check_device(device)
    table = identified(read_table(flukes, ["train"]))
    held_out = held_out_whales(table, recipe.held_out, recipe.seed)
    check_held_out(table["whale"].tolist(), held_out)  # now, not when the hours of training are over
    table = table[~table["whale"].isin(held_out)]
    crops = read_crops(flukes, table, *CACHE_SIZE, CACHE_MARGIN)
    training = EmbeddingTraining(recipe, crops, device)
    out.mkdir(parents=True, exist_ok=True)
    if (out / CHECKPOINT).is_file():
        go_on(training, out / CHECKPOINT)
    elif start is not None:
        training.begin_from(start)
    schedule = Schedule(minutes=minutes) if minutes else recipe.schedule
    run(training, schedule, out, watch or Unwatched(), save_every)
    return training


def check_device(device: str) -> None:
    """Refuse a GPU that isn't there, with a WhaleIdError."""
    if device.startswith("cuda") and not torch.cuda.is_available():
        raise WhaleIdError("No cuda GPU is seen here.", "Leave the device at cpu.", Kind.ENVIRONMENT)


_START_WRONG = {
    True: ("This recipe goes on from a package, and none was named.", "Name its folder with --start."),
    False: ("This recipe begins anew, so there is no package to start from.", "Leave --start out."),
}


class Training(Protocol):
    """A training: what it was told to learn from, what it has become, and how far it is.

    Attributes:
        step_number: updates so far.
        seconds: of computing so far.
        device: torch's name of what it runs on.
    """

    step_number: int
    seconds: float
    device: str

    def images(self, number: int, done: float) -> tuple[torch.Tensor, torch.Tensor]:
        """Batch `number`, the same each time, and what its images are of."""

    def step(self, images: torch.Tensor, classes: torch.Tensor, done: float) -> dict[str, float]:
        """An update at a share of the schedule; gives the losses."""

    def state(self) -> dict[str, Any]:
        """All that is needed to go on."""

    def load(self, state: dict[str, Any]) -> None:
        """Take up where a state was written."""


def run(training: Training, schedule: Schedule, out: Path, watch: Watch, save_every: float = SAVE_EVERY) -> None:
    """Train until the schedule is done; saves a checkpoint at intervals and at the end.

    Raises:
        Cancelled: the watch asked for it; the checkpoint is written first.
    """
    sit(_steps(training, schedule), lambda: save(training, out / CHECKPOINT), out, watch, save_every)


def _steps(training: Training, schedule: Schedule) -> Generator[Standing, None, None]:
    """Make the updates; the next batch is drawn while one is learnt from."""

    def standing(losses: Mapping[str, float]) -> Standing:
        done = min(1.0, schedule.share(training.seconds, training.step_number))
        return Standing(done, training.step_number, training.seconds, losses)

    yield standing({})
    began, before = time.monotonic(), training.seconds
    with ThreadPoolExecutor(1) as drawer:
        coming = drawer.submit(training.images, training.step_number, schedule.share(before, training.step_number))
        while (done := schedule.share(training.seconds, training.step_number)) < 1:
            images, classes = coming.result()
            following = training.step_number + 1
            coming = drawer.submit(training.images, following, schedule.share(training.seconds, following))
            losses = training.step(images, classes, done)
            training.seconds = before + time.monotonic() - began
            yield standing(losses)


def save(training: Training, checkpoint: Path) -> None:
    """Write aside, then rename: a kill leaves the last checkpoint whole."""
    with written_aside(checkpoint) as aside:
        torch.save(training.state(), aside)


def go_on(training: Training, checkpoint: Path) -> None:
    """Take up a checkpoint.

    Raises:
        WhaleIdError: it is damaged, or not of such a training.
    """
    try:
        training.load(torch.load(checkpoint, map_location=training.device, weights_only=True))
    except (RuntimeError, ValueError, KeyError, TypeError, EOFError, pickle.UnpicklingError) as error:
        sentence = f"{checkpoint} is damaged, or of another recipe or other photos: the training can't go on from it."
        raise WhaleIdError(sentence, "Move it away to begin anew, or name another folder.") from error
