"""The embedding network of a recipe in training: batches, losses, learning rate, averaging, what a checkpoint holds."""

from __future__ import annotations

import copy
import math
import tomllib
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from torch.nn import functional

from whaleid_core.errors import WhaleIdError
from whaleid_core.networks import EmbeddingNet, build, load_imagenet
from whaleid_core.packages import read_package
from whaleid_core.train.augment import augmented
from whaleid_core.train.crops import Crops
from whaleid_core.train.losses import ArcFace, batch_hard_triplet
from whaleid_core.train.precision import keep_single, mixed
from whaleid_core.train.sampling import WhaleBatches

CACHE_MARGIN = 0.1
"""Cached crops are widened by this on each side, so that augmentation can turn and shift without running out of sea."""
CACHE_SIZE = (320, 160)
STARTS = ("imagenet", "nothing", "package")
"""What the weights of a training begin as; a package is another training's outcome, named when this one is begun."""


@dataclass(frozen=True, slots=True)
class Size:
    """Crops of width x height pixels from a share of the schedule on."""

    start: float
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Schedule:
    """How long a training is: so many batches, which come to the same weights each time, or minutes of computing."""

    minutes: float = 0.0
    batches: int = 0

    def share(self, seconds: float, batches: int) -> float:
        """What of it is done after so many seconds and batches, 0 to 1, or beyond."""
        return batches / self.batches if self.batches else seconds / (60 * self.minutes)


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddingRecipe:
    """What an embedding network is made from; each field is explained in recipes/humpback-lite0.toml.

    Where `batches` is given, the schedule runs over them, else over `minutes`.
    """

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
    minutes: float = 0.0
    batches: int = 0
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
    sitting: int = 1
    whitening: float = 0.0
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
            named = [f.name for f in fields(cls) if f.name in raw or f.default is MISSING]
            recipe = cls(sizes=sizes, **{name: raw[name] for name in named if name != "sizes"})
            timed = recipe.batches > 0 or recipe.minutes > 0
        except KeyError as error:
            raise _not_usable(path, f"it lacks {error.args[0]}") from error
        except (OSError, ValueError, TypeError) as error:
            raise _not_usable(path, str(error)) from error
        if recipe.start not in STARTS:
            raise _not_usable(path, f"it starts from {recipe.start!r}, which is none of {', '.join(STARTS)}")
        if not timed:
            raise _not_usable(path, "it lacks minutes or batches")
        if not any(size.start <= 0 for size in sizes):
            raise _not_usable(path, "it says no size of the crops from = 0.0 on")
        return recipe

    @property
    def schedule(self) -> Schedule:
        return Schedule(self.minutes, self.batches)

    @property
    def draws(self) -> int:
        """Seeds the batches and their views: later sittings hold out the same whales, but see other batches."""
        return self.seed + 1000 * (self.sitting - 1)

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
            self._whales.tolist(), recipe.classes_per_batch, recipe.photos_per_class, recipe.single_weight, recipe.draws
        )
        network = EmbeddingNet(recipe.architecture, recipe.length, 1, recipe.frozen_stages)
        if recipe.start == "imagenet":
            load_imagenet(network, recipe.architecture)
        self.network = network.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.average = copy.deepcopy(self.network).eval().requires_grad_(False)
        keep_single(self.network, device)
        self.head = ArcFace(recipe.length, counts, recipe.scale).to(device)
        rate, factor = recipe.learning_rate, recipe.head_factor
        backbone = [p for p in network.backbone.parameters() if p.requires_grad]
        groups = [
            {"params": backbone, "base": rate},
            {"params": [*network.neck.parameters(), *self.head.parameters()], "base": rate * factor},
        ]
        self.optimizer = torch.optim.AdamW(groups, lr=rate, weight_decay=recipe.weight_decay)
        self.begun_from = ""
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
        own = str(start.manifest.get("architecture", start.task)), start.length, start.task == "embed" and start.grey
        wanted = self.recipe.architecture, self.recipe.length, True
        if own != wanted:
            sentence = (
                f"{start.name} is a {own[0]} of {own[1]} numbers, and the recipe trains a {wanted[0]} of {wanted[1]}."
            )
            raise WhaleIdError(sentence, "Start from a package of grey crops, the same architecture and length.")
        self.network.load_state_dict(build(start).state_dict())
        self.average.load_state_dict(self.network.state_dict())
        self.begun_from = start.label
        self._imprint()

    def _imprint(self, batch: int = 128) -> None:
        size = self.recipe.size_at(0.0)
        spare = (CACHE_MARGIN - self.recipe.margin) / (1 + 2 * CACHE_MARGIN)
        x, y = (round(spare * side) for side in CACHE_SIZE)
        sums = torch.zeros_like(self.head.weight)
        inner = self.crops.pixels[:, y : CACHE_SIZE[1] - y, x : CACHE_SIZE[0] - x]
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
        rng = np.random.default_rng((self.recipe.draws, number, 1))
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
        with mixed(self.device):
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
        """All that is needed to go on: tensors, numbers and text only."""
        return {
            "network": self.network.state_dict(), "average": self.average.state_dict(), "head": self.head.state_dict(),
            "optimizer": self.optimizer.state_dict(), "step": self.step_number, "seconds": self.seconds,
            "begun_from": self.begun_from, "random": _random_states(self.device),
        }  # fmt: skip

    def load(self, state: dict[str, Any]) -> None:
        """Take up where `state` was written; a checkpoint of an earlier version has no random state."""
        self.network.load_state_dict(state["network"])
        self.average.load_state_dict(state["average"])
        self.head.load_state_dict(state["head"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step_number, self.seconds = state["step"], state["seconds"]
        self.begun_from = state.get("begun_from", "")
        _set_random_states(state.get("random", {}), self.device)


def _random_states(device: str) -> dict[str, torch.Tensor]:
    """What dropout draws from: batches and their augmentation depend on the seed and their number alone."""
    states = {"cpu": torch.get_rng_state()}
    if device.startswith("cuda"):
        states["cuda"] = torch.cuda.get_rng_state(device)
    return states


def _set_random_states(states: dict[str, torch.Tensor], device: str) -> None:
    if "cpu" in states:
        torch.set_rng_state(states["cpu"].cpu())
    if "cuda" in states and device.startswith("cuda"):
        torch.cuda.set_rng_state(states["cuda"].cpu(), device)
