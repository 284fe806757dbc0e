"""Runs a recipe of the original study on a folder of photographs: from the table to the package."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from whaleid_core.detect import TailFinder
from whaleid_core.engine import Engine
from whaleid_core.errors import WhaleIdError
from whaleid_core.packages import Package, installed
from whaleid_core.records import Box
from whaleid_core.runtime import open_runner
from whaleid_core.train.calibrating import UNFITTED
from whaleid_core.train.embedding_run import CHECKPOINT, check_device, go_on, run
from whaleid_core.train.sitting import Watch
from whaleid_core.train.study import StudyTraining
from whaleid_core.train.study_package import finish
from whaleid_core.train.study_photos import StudyPhotos, read_study
from whaleid_core.train.study_recipe import StudyRecipe


@dataclass(frozen=True, kw_only=True)
class Sources:
    """What a recipe learns from.

    Attributes:
        photos: the folder of photographs.
        table: Kaggle's train.csv; None for photos.csv in the folder.
        boxes: the tail boxes; None for those of photos.csv, or of the finder.
        finder: the package that finds tails where no boxes are known; None for the one that is installed.
    """

    photos: Path
    table: Path | None = None
    boxes: Path | None = None
    finder: Package | None = None

    def read(self, work: Path) -> StudyPhotos:
        """The photographs with their tails; what a finder finds is kept in `work`."""

        @cache
        def engine() -> Engine:
            package = self.finder or finder_of(installed())
            return Engine(TailFinder(package, open_runner(package, "cpu")), (), UNFITTED)

        def find(path: Path) -> Sequence[Box]:
            return engine().find(path)

        return read_study(self.photos, self.table, self.boxes, work, find)


def finder_of(packages: Sequence[Package]) -> Package:
    """The package that finds tails.

    Raises:
        WhaleIdError: there is none.
    """
    for package in packages:
        if package.task == "detect":
            return package
    raise WhaleIdError("No package finds tails here.", "Name the file of tail boxes with --boxes.")


@dataclass(frozen=True, kw_only=True)
class How:
    """How a training is run.

    Attributes:
        minutes: of computing, over which the schedule is spread; None runs the recipe's epochs.
        device: torch's name of it.
        start: a file of weights to start from.
        save_every: seconds between checkpoints.
        machine: what the package says it was trained on.
    """

    minutes: float | None = None
    device: str = "cpu"
    start: Path | None = None
    save_every: float = 180.0
    machine: str = ""


def train_study(recipe: StudyRecipe, sources: Sources, work: Path, out: Path, watch: Watch, how: How) -> Package:
    """Train a classifier or the Siamese network, going on from `work`/checkpoint.pt if that is there, and make its
    package.

    Raises:
        WhaleIdError: the photographs, the device, the weights or the checkpoint don't do.
        Cancelled: the watch asked for it; the checkpoint is written first.
    """
    check_device(how.device)
    photos = sources.read(work)
    going_on = (work / CHECKPOINT).is_file()
    training = StudyTraining(recipe, photos, how.device, None if going_on else how.start)
    work.mkdir(parents=True, exist_ok=True)
    if going_on:
        go_on(training, work / CHECKPOINT)
    learnt = len(training.photos)
    run(training, recipe.schedule(learnt, how.minutes), work, watch, how.save_every)
    return finish(work / CHECKPOINT, recipe, photos, learnt, out, how.machine, spread=how.minutes is not None)
