"""Trains the embedding network of a recipe: batches, losses, schedule, averaging, checkpoints."""

from __future__ import annotations

import copy
import math
import pickle
import time
import tomllib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from torch.nn import functional

from whaleid_core.errors import Kind, WhaleIdError
from whaleid_core.networks import EmbeddingNet, build, load_imagenet
from whaleid_core.packages import read_package
from whaleid_core.train.augment import augmented
from whaleid_core.train.calibrating import check_held_out
from whaleid_core.train.crops import Crops, held_out_whales, identified, read_crops, read_table
from whaleid_core.train.losses import ArcFace, batch_hard_triplet
from whaleid_core.train.sampling import WhaleBatches

CACHE_MARGIN = 0.1
"""Cached crops are widened by this on each side, so that augmentation can turn and shift without running out of sea."""
CACHE_SIZE = (320, 160)
STARTS = ("imagenet", "nothing", "package")
"""What the weights of a training begin as; a package is another training's outcome, named when this one is begun."""

Report = Callable[[float, dict[str, float]], None]
"""Called with the share of the schedule that is done and the mean losses since the last call."""


@dataclass(frozen=True, slots=True)
class Size:
    """Crops of width x height pixels from a share of the schedule on."""

    start: float
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class EmbeddingRecipe:
    """What an embedding network is made from; each field is explained in recipes/humpback-lite0.toml."""

    name: str
    version: str
    architecture: str
    start: str
    width: int
    height: int
    margin: float
    length: int
    frozen_stages: int
    held_out: float
    minutes: float
    classes_per_batch: int
    photos_per_class: int
    single_weight: float
    scale: float
    triplet: float
    triplet_margin: float
    learning_rate: float
    head_factor: float
    weight_decay: float
    warm_up: int
    average: float
    seed: int
    sizes: tuple[Size, ...]

    @classmethod
    def read(cls, path: Path) -> EmbeddingRecipe:
        """Read from a TOML file whose keys are the fields.

        Raises:
            WhaleIdError: it isn't TOML, lacks something, or holds something that can't be.
        """
        try:
            raw: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
            sizes = tuple(Size(float(s["from"]), int(s["width"]), int(s["height"])) for s in raw.pop("sizes"))
            recipe = cls(sizes=sizes, **{f.name: raw[f.name] for f in fields(cls) if f.name != "sizes"})
        except KeyError as error:
            raise _not_usable(path, f"it lacks {error.args[0]}") from error
        except (OSError, ValueError, TypeError) as error:
            raise _not_usable(path, str(error)) from error
        if recipe.start not in STARTS:
            raise _not_usable(path, f"it starts from {recipe.start!r}, which is none of {', '.join(STARTS)}")
        if not any(size.start <= 0 for size in sizes):
            raise _not_usable(path, "it says no size of the crops from = 0.0 on")
        return recipe

    def size_at(self, done: float) -> Size:
        """The crops' size at a share of the schedule."""
        return [size for size in self.sizes if size.start <= done][-1]


def _not_usable(path: Path, why: str) -> WhaleIdError:
    sentence = f"{path.name} is no recipe for an embedding network: {why}."
    return WhaleIdError(sentence, "Compare it with whaleid_core/train/recipes/humpback-lite0.toml.")


class EmbeddingTraining:
    """One training: everything that a checkpoint holds, and a step.

    Args:
        recipe: what to train.
        crops: of the whales that take part; cached at `CACHE_SIZE` with `CACHE_MARGIN`.
        device: torch's name of it.
    """

    def __init__(self, recipe: EmbeddingRecipe, crops: Crops, device: str = "cpu") -> None:
        torch.manual_seed(recipe.seed)
        self.recipe, self.crops, self.device = recipe, crops, device
        names = sorted(set(crops.whales))
        index = {name: i for i, name in enumerate(names)}
        self._whales = np.array([index[name] for name in crops.whales], np.int64)
        counts = torch.bincount(torch.from_numpy(self._whales)).repeat_interleave(2)
        self.batches = WhaleBatches(
            self._whales.tolist(), recipe.classes_per_batch, recipe.photos_per_class, recipe.single_weight, recipe.seed
        )
        network = EmbeddingNet(recipe.architecture, recipe.length, 1, recipe.frozen_stages)
        if recipe.start == "imagenet":
            load_imagenet(network, recipe.architecture)
        self.network = network.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.average = copy.deepcopy(self.network).eval().requires_grad_(False)
        self.head = ArcFace(recipe.length, counts, recipe.scale).to(device)
        rate, factor = recipe.learning_rate, recipe.head_factor
        backbone = [p for p in network.backbone.parameters() if p.requires_grad]
        groups = [
            {"params": backbone, "base": rate},
            {"params": [*network.neck.parameters(), *self.head.parameters()], "base": rate * factor},
        ]
        self.optimizer = torch.optim.AdamW(groups, lr=rate, weight_decay=recipe.weight_decay)
        self.step_number = 0
        self.seconds = 0.0

    def begin_from(self, package: Path) -> None:
        """Take over the weights of a package of the same architecture, and begin each class at the mean of its crops.

        A class vector that starts where its crops already lie spares the many batches that it would take to get there
        (weight imprinting, Qi et al. 2018).

        Raises:
            WhaleIdError: the package can't be read, or is of another architecture.
        """
        start = read_package(package)
        if (start.manifest["architecture"], start.length) != (self.recipe.architecture, self.recipe.length):
            architecture = start.manifest["architecture"]
            sentence = f"{start.name} is a {architecture}, and the recipe trains a {self.recipe.architecture}."
            raise WhaleIdError(sentence, "Start from a package of the same architecture and embedding length.")
        self.network.load_state_dict(build(start).state_dict())
        self.average.load_state_dict(self.network.state_dict())
        self._imprint()

    def _imprint(self, batch: int = 128) -> None:
        size = self.recipe.size_at(0.0)
        spare = round((CACHE_MARGIN - self.recipe.margin) / (1 + 2 * CACHE_MARGIN) * CACHE_SIZE[0])
        sums = torch.zeros_like(self.head.weight)
        inner = self.crops.pixels[:, spare // 2 : -spare // 2 or None, spare : -spare or None]
        with torch.inference_mode():
            for first in range(0, len(inner), batch):
                views = np.stack([cv2.resize(v, (size.width, size.height)) for v in inner[first : first + batch]])
                images = torch.from_numpy(views).float().div(255)[:, None].to(self.device)
                own = torch.from_numpy(self._whales[first : first + batch]).to(self.device)
                for mirrored in (0, 1):
                    vectors = functional.normalize(self.average(images.flip(3) if mirrored else images))
                    sums.index_add_(0, 2 * own + mirrored, vectors)
        with torch.no_grad():
            self.head.weight.copy_(functional.normalize(sums))

    def images(self, number: int, done: float) -> tuple[torch.Tensor, torch.Tensor]:
        """Batch `number`, the same each time: (P K, 1, height, width) float32, 0 to 1, and its classes."""
        size = self.recipe.size_at(done)
        chosen, classes = self.batches.batch(number)
        rng = np.random.default_rng((self.recipe.seed, number, 1))
        spare = (CACHE_MARGIN - self.recipe.margin) / (1 + 2 * CACHE_MARGIN)
        views = np.stack([
            augmented(self.crops.pixels[i], size.width, size.height, bool(c % 2), spare, rng)
            for i, c in zip(chosen, classes, strict=True)
        ])  # fmt: skip
        return torch.from_numpy(views).float().div(255)[:, None], torch.from_numpy(classes)

    def step(self, images: torch.Tensor, classes: torch.Tensor, done: float) -> dict[str, float]:
        """One update at a share of the schedule; returns the losses."""
        ramp = min(1.0, (self.step_number + 1) / self.recipe.warm_up)
        for group in self.optimizer.param_groups:
            group["lr"] = group["base"] * ramp * max(0.01, 0.5 * (1 + math.cos(math.pi * min(done, 1.0))))
        self.network.train()
        images = images.to(self.device, memory_format=torch.channels_last)
        classes = classes.to(self.device)
        with torch.autocast("cuda", torch.bfloat16, enabled=self.device.startswith("cuda")):
            raw = self.network(images)
        embeddings = functional.normalize(raw.float())
        arc = self.head(embeddings, classes)
        triplet = batch_hard_triplet(embeddings, classes, self.recipe.triplet_margin)
        loss = arc + self.recipe.triplet * triplet
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 5.0)
        self.optimizer.step()
        self.step_number += 1
        self._follow()
        return {"arcface": float(arc.detach()), "triplet": float(triplet.detach())}

    def _follow(self) -> None:
        """Move the running mean of the weights; fast at first, so that it forgets where it began."""
        decay = min(self.recipe.average, (1 + self.step_number) / (10 + self.step_number))
        pairs = zip(self.average.state_dict().values(), self.network.state_dict().values(), strict=True)
        with torch.no_grad():
            for mean, now in pairs:
                if mean.is_floating_point():
                    mean.lerp_(now, 1 - decay)
                else:
                    mean.copy_(now)

    def state(self) -> dict[str, Any]:
        return {
            "network": self.network.state_dict(), "average": self.average.state_dict(), "head": self.head.state_dict(),
            "optimizer": self.optimizer.state_dict(), "step": self.step_number, "seconds": self.seconds,
        }  # fmt: skip

    def load(self, state: dict[str, Any]) -> None:
        self.network.load_state_dict(state["network"])
        self.average.load_state_dict(state["average"])
        self.head.load_state_dict(state["head"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step_number, self.seconds = state["step"], state["seconds"]


def run(
    training: EmbeddingTraining, minutes: float, checkpoint: Path, report: Report, save_every: float = 180.0
) -> None:
    """Train until the minutes of computing are used up; saves a checkpoint at intervals and at the end."""
    total = minutes * 60
    began, before = time.monotonic(), training.seconds
    saved, reported, sums, count = began, began, {"arcface": 0.0, "triplet": 0.0}, 0
    with ThreadPoolExecutor(1) as drawer:
        coming = drawer.submit(training.images, training.step_number, before / total)
        while (done := training.seconds / total) < 1:
            images, classes = coming.result()
            coming = drawer.submit(training.images, training.step_number + 1, done)
            for name, value in training.step(images, classes, done).items():
                sums[name] += value
            count += 1
            now = time.monotonic()
            training.seconds = before + now - began
            if now - reported > 15:
                report(done, {name: value / count for name, value in sums.items()} | {"step": training.step_number})
                reported, sums, count = now, dict.fromkeys(sums, 0.0), 0
            if now - saved > save_every:
                save(training, checkpoint)
                saved = now
    save(training, checkpoint)


def save(training: EmbeddingTraining, checkpoint: Path) -> None:
    """Write aside, then rename: a kill leaves the last checkpoint whole."""
    aside = checkpoint.with_suffix(".part")
    torch.save(training.state(), aside)
    aside.replace(checkpoint)


def train_embedding(
    recipe: EmbeddingRecipe,
    flukes: Path,
    out: Path,
    report: Report,
    minutes: float | None = None,
    device: str = "cpu",
    start: Path | None = None,
) -> EmbeddingTraining:
    """Train a recipe on the train split of a folder of flukes, going on from `out`/checkpoint.pt if that is there.

    Args:
        start: the package that a recipe with `start = "package"` begins from.

    Raises:
        WhaleIdError: the photos, the device or the checkpoint don't do.
    """
    if (recipe.start == "package") != (start is not None):
        raise WhaleIdError(*_START_WRONG[start is None])
    if device.startswith("cuda") and not torch.cuda.is_available():
        raise WhaleIdError("No cuda GPU is seen here.", "Leave the device at cpu.", Kind.ENVIRONMENT)
    table = identified(read_table(flukes, ["train"]))
    held_out = held_out_whales(table, recipe.held_out, recipe.seed)
    check_held_out(table["whale"].tolist(), held_out)  # now, not when the hours of training are over
    table = table[~table["whale"].isin(held_out)]
    crops = read_crops(flukes, table, *CACHE_SIZE, CACHE_MARGIN)
    training = EmbeddingTraining(recipe, crops, device)
    out.mkdir(parents=True, exist_ok=True)
    checkpoint = out / "checkpoint.pt"
    if checkpoint.is_file():
        _go_on(training, checkpoint)
    elif start is not None:
        training.begin_from(start)
    run(training, minutes or recipe.minutes, checkpoint, report)
    return training


_START_WRONG = {
    True: ("This recipe goes on from a package, and none was named.", "Name its folder with --start."),
    False: ("This recipe begins anew, so there is no package to start from.", "Leave --start out."),
}


def _go_on(training: EmbeddingTraining, checkpoint: Path) -> None:
    try:
        training.load(torch.load(checkpoint, map_location=training.device, weights_only=True))
    except (RuntimeError, ValueError, KeyError, EOFError, pickle.UnpicklingError) as error:
        sentence = f"{checkpoint} is damaged, or of another recipe or other photos: the training can't go on from it."
        raise WhaleIdError(sentence, "Move it away to begin anew, or name another folder.") from error
