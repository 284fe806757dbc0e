"""The recipes of the original study's classifiers and of its Siamese network."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Sequence
from dataclasses import MISSING, dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from whaleid_core.errors import WhaleIdError
from whaleid_core.train.embedding import Schedule

STARTS = ("nothing", "imagenet")


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyRecipe:
    """What a network of the study is made from; each field is explained in recipes/study-resnet50.toml.

    Attributes:
        length: numbers in an embedding; 0 for a classifier.
    """

    name: str
    version: str
    architecture: str
    side: int
    margin: float
    batch: int
    epochs: int
    t_max: int
    eta_min: float
    learning_rate: float
    seed: int
    start: str = "nothing"
    length: int = 0
    triplet_margin: float = 1.0
    held_out: float = 0.0

    @classmethod
    def read(cls, path: Path) -> StudyRecipe:
        """Read from a TOML file whose keys are the fields.

        Raises:
            WhaleIdError: it isn't TOML, lacks something, or holds something that can't be.
        """
        try:
            raw = tomllib.loads(path.read_text(encoding="utf-8"))
            raw.pop("kind", None)
            if unknown := set(raw) - {field.name for field in fields(cls)}:
                raise ValueError(f"nothing is known of {', '.join(sorted(unknown))}")
            if missing := [field.name for field in fields(cls) if field.default is MISSING and field.name not in raw]:
                raise ValueError(f"it lacks {missing[0]}")
            recipe = cls(**raw)
        except (OSError, ValueError, TypeError) as error:
            raise _not_usable(path, str(error)) from error
        if recipe.start not in STARTS:
            raise _not_usable(path, f"it starts from {recipe.start!r}, which is none of {', '.join(STARTS)}")
        if min(recipe.side, recipe.batch, recipe.epochs, recipe.t_max) < 1 or recipe.length < 0:
            raise _not_usable(path, "side, batch, epochs and t_max must be 1 or more")
        return recipe

    def schedule(self, photos: int, minutes: float | None) -> Schedule:
        """All epochs of so many photos; or minutes, over which the epochs are then spread."""
        return Schedule(minutes=minutes) if minutes else Schedule(batches=self.epochs * batches_an_epoch(photos, self))

    def epoch(self, done: float) -> int:
        """Which epoch it is, from 0, at a share of the schedule: by its batches, or by its minutes."""
        return min(self.epochs - 1, int(done * self.epochs + 1e-6))

    def rate(self, done: float) -> float:
        """The learning rate at a share of the schedule: CosineAnnealingLR's, which changes once an epoch."""
        wave = (1 + math.cos(math.pi * self.epoch(done) / self.t_max)) / 2
        return self.eta_min + (self.learning_rate - self.eta_min) * wave


def _not_usable(path: Path, why: str) -> WhaleIdError:
    sentence = f"{path.name} is no recipe for a network of the study: {why}."
    return WhaleIdError(sentence, "Compare it with whaleid_core/train/recipes/study-resnet50.toml.")


def batches_an_epoch(photos: int, recipe: StudyRecipe) -> int:
    """How many batches all photos are; a last one of a single photo, which has no statistics, is left out."""
    whole, rest = divmod(photos, recipe.batch)
    return max(1, whole + (rest > 1 or (rest == 1 and recipe.batch == 1)))


def batch_of_epoch(photos: int, recipe: StudyRecipe, number: int) -> NDArray[np.intp]:
    """The photos of batch `number`, counted through all epochs: each epoch takes all photos in an order of its own."""
    epoch, place = divmod(number, batches_an_epoch(photos, recipe))
    order = np.random.default_rng((recipe.seed, epoch)).permutation(photos)
    return np.asarray(order[place * recipe.batch : (place + 1) * recipe.batch], dtype=np.intp)


class Triplets:
    """The study's sampler: a random whale, two of its photos or one twice, and a photo of another whale.

    Args:
        whales: the whale of each photo.

    Raises:
        WhaleIdError: they are fewer than two.
    """

    def __init__(self, whales: Sequence[str]) -> None:
        names = np.asarray(whales)
        self._photos = [np.flatnonzero(names == name) for name in np.unique(names)]
        if len(self._photos) < 2:
            raise WhaleIdError("A triplet takes two whales, and there are fewer.", "Add photos of other whales.")

    def draw(self, count: int, rng: np.random.Generator) -> NDArray[np.intp]:
        """(3, count) photos: anchors, others of their whales, and photos of other whales."""
        found = np.empty((3, count), np.intp)
        for column in range(count):
            whale, other = rng.choice(len(self._photos), 2, replace=False)
            own = self._photos[whale]
            found[:2, column] = rng.choice(own, 2, replace=len(own) < 2)
            found[2, column] = rng.choice(self._photos[other])
        return found
