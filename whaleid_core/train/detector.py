"""Trains the tail detector from a recipe: a small Ultralytics network in a plain loop of our own."""

from __future__ import annotations

import copy
import math
import pickle
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from whaleid_core.errors import Kind, WhaleIdError
from whaleid_core.train.detector_recipe import DetectorRecipe, build_network
from whaleid_core.train.scenes import Scene, SceneMaker
from whaleid_core.train.sitting import Standing, Unwatched, Watch, sit, written_aside
from whaleid_core.train.tail_photos import TailPhoto, draw_tails, read_tails, split_by_whale

if TYPE_CHECKING:
    import torch

CHECKPOINT = "checkpoint.pt"
WEIGHTS = "weights.pt"
Tails = Sequence[tuple[str, str, TailPhoto]]
CLIP = 10.0
"""Longest gradient that is followed in full, a scene: Ultralytics' loss is a sum over the batch."""


def as_batch(scenes: Sequence[Scene]) -> dict[str, torch.Tensor]:
    """Scenes of one size as Ultralytics' loss takes them: pixels 0 to 1, boxes as centre and size, 0 to 1."""
    import torch

    size = scenes[0].pixels.shape[0]
    pixels = torch.from_numpy(np.stack([scene.pixels for scene in scenes]))
    boxes = torch.from_numpy(np.concatenate([scene.boxes for scene in scenes]))
    owner = [float(index) for index, scene in enumerate(scenes) for _ in scene.boxes]
    centre, extent = (boxes[:, :2] + boxes[:, 2:]) / 2, boxes[:, 2:] - boxes[:, :2]
    return {
        "img": pixels.permute(0, 3, 1, 2).float().div_(255).contiguous(memory_format=torch.channels_last),
        "bboxes": torch.cat([centre, extent], 1) / size,
        "cls": torch.zeros(len(owner), 1),
        "batch_idx": torch.tensor(owner),
    }


class DetectorTraining:
    """One training run: its network, averaged weights, optimiser and how far it has come.

    Args:
        recipe: what to train.
        photos: the photos that scenes are composed of; drawn ones are added.
        minutes: how long to train; None trains for the recipe's number of samples.
        start: averaged weights to start from; None starts from nothing.
        device: torch's name of it; mixed precision on a GPU.
    """

    def __init__(
        self,
        recipe: DetectorRecipe,
        photos: Sequence[TailPhoto],
        minutes: float | None,
        start: Path | None = None,
        device: str = "cpu",
    ) -> None:
        import torch

        torch.manual_seed(recipe.seed)
        self.recipe, self.minutes, self.device = recipe, minutes, device
        self.maker = SceneMaker(photos, recipe.scenes, draw_tails(recipe.sketches, recipe.seed))
        self.network = build_network(recipe, device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        if start is not None:
            _take_over(self._begin_with, start, device)
        self.average = copy.deepcopy(self.network).eval()
        self.still = list(self.network.model)[: recipe.frozen]
        for layer in self.still:
            layer.requires_grad_(False)
        free = [p for p in self.network.parameters() if p.requires_grad]
        decayed, other = [p for p in free if p.ndim > 1], [p for p in free if p.ndim <= 1]
        groups = [{"params": decayed, "weight_decay": recipe.weight_decay}, {"params": other, "weight_decay": 0.0}]
        self.optimiser = torch.optim.AdamW(groups, lr=recipe.learning_rate)
        self.steps, self.samples, self.seconds = 0, 0, 0.0

    def _begin_with(self, state: Mapping[str, Any]) -> None:
        """Take weights over; those of another number of classes, as COCO's 80, differ in the last layer alone."""
        own = self.network.state_dict()
        fits = {name: tensor for name, tensor in state.items() if name in own and own[name].shape == tensor.shape}
        last = f"model.{len(self.network.model) - 1}."
        if not fits or not all(name in fits or name.startswith(last) for name in own):
            raise ValueError("weights of another network")
        self.network.load_state_dict(own | fits)

    @property
    def part(self) -> float:
        """How much of the training is done, 0 to 1, by time or by samples."""
        if self.minutes is not None:
            return min(1.0, self.seconds / (60 * self.minutes))
        return min(1.0, self.samples / self.recipe.samples)

    def rate(self) -> float:
        """The learning rate of the next step: warm-up, then a cosine."""
        recipe = self.recipe
        low = recipe.final_share
        wave = low + (1 - low) * (1 + math.cos(math.pi * self.part)) / 2
        return recipe.learning_rate * wave * min(1.0, (self.steps + 1) / max(1, recipe.warmup))

    def compose(self) -> list[Scene]:
        """The scenes of the next step; the same whenever that step is taken."""
        stage = self.recipe.stage(self.part)
        states = [np.random.default_rng([self.recipe.seed, self.steps, index]) for index in range(stage.batch)]
        return [self.maker.make(stage.size, rng) for rng in states]

    def step(self) -> float:
        """Composes scenes, learns from them, and returns their loss, the mean over the scenes."""
        began = time.perf_counter()
        loss = self.learn(self.compose())
        self.seconds += time.perf_counter() - began
        return loss

    def learn(self, scenes: Sequence[Scene]) -> float:
        """Trains on one batch of scenes and returns its loss, the mean over the scenes."""
        import torch

        for group in self.optimiser.param_groups:
            group["lr"] = self.rate()
        self.network.train()
        for layer in self.still:
            layer.eval()
        batch = {name: tensor.to(self.device) for name, tensor in as_batch(scenes).items()}
        with torch.autocast("cuda", torch.bfloat16, enabled=self.device.startswith("cuda")):
            losses, _ = self.network(batch)
        loss = losses.sum()
        self.optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), CLIP * len(scenes))
        self.optimiser.step()
        self.steps += 1
        self.samples += len(scenes)
        self._average()
        return float(loss.detach()) / len(scenes)

    def _average(self) -> None:
        import torch

        keep = min(self.recipe.ema, (1 + self.steps) / (10 + self.steps))
        with torch.no_grad():
            fresh = self.network.state_dict()
            for name, value in self.average.state_dict().items():
                if value.dtype.is_floating_point:
                    value.lerp_(fresh[name], 1 - keep)
                else:
                    value.copy_(fresh[name])

    def standing(self, losses: Mapping[str, float]) -> Standing:
        """How it stands, after an update with these losses."""
        return Standing(self.part, self.steps, self.seconds, losses)

    def state(self) -> dict[str, Any]:
        """All that is needed to go on: tensors and numbers only."""
        return {
            "network": self.network.state_dict(),
            "average": self.average.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "counts": {"steps": self.steps, "samples": self.samples, "seconds": self.seconds},
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Takes up where `state` was written."""
        self.network.load_state_dict(state["network"])
        self.average.load_state_dict(state["average"])
        self.optimiser.load_state_dict(state["optimiser"])
        counts = state["counts"]
        self.steps, self.samples, self.seconds = counts["steps"], counts["samples"], counts["seconds"]


def save(training: DetectorTraining, out: Path) -> None:
    """Writes the checkpoint and the averaged weights, each whole or not at all."""
    import torch

    for name, content in ((CHECKPOINT, training.state()), (WEIGHTS, training.average.state_dict())):
        with written_aside(out / name) as aside:
            torch.save(content, aside)


def train_detector(
    recipe: DetectorRecipe,
    flukes: Path | None,
    out: Path,
    minutes: float | None = None,
    resume: bool = False,
    watch: Watch | None = None,
    save_every: float = 120.0,
    start: Path | None = None,
    device: str = "cpu",
    tails: Tails | None = None,
) -> Path:
    """Trains a tail detector on the train split of the fluke photographs.

    Args:
        recipe: what to train.
        flukes: folder with photos.csv, hand_boxes.csv and photos/; None where `tails` are given.
        out: folder for checkpoint.pt, weights.pt (averaged), losses.csv and losses.png; made if need be.
        minutes: training time; None trains for the recipe's samples.
        resume: go on from out/checkpoint.pt where there is one.
        watch: hears of each update; may cancel, after which `resume` goes on.
        save_every: seconds between checkpoints.
        start: averaged weights to start from; None starts from nothing.
        device: torch's name of it.
        tails: (image, whale, photo) to learn from, and to hold out of; None takes the train split of `flukes`.

    Returns:
        The path of the averaged weights.

    Raises:
        WhaleIdError: the photos, the device, the start or the checkpoint don't do.
        Cancelled: `watch` asked for it; the checkpoint is written first.
    """
    import torch

    if device.startswith("cuda") and not torch.cuda.is_available():
        raise WhaleIdError("No cuda GPU is seen here.", "Leave the device at cpu.", Kind.ENVIRONMENT)
    if tails is None:
        if flukes is None:
            raise ValueError("a detector learns from a folder or from tails that are given")
        tails = read_tails(flukes, ("train",))
    learn, _ = split_by_whale(tails, recipe.held_out, recipe.seed)
    out.mkdir(parents=True, exist_ok=True)
    checkpoint = out / CHECKPOINT
    going_on = resume and checkpoint.is_file()
    training = DetectorTraining(recipe, learn, minutes, None if going_on else start, device)
    if going_on:
        _take_over(training.restore, checkpoint, device)
    sit(_steps(training), lambda: save(training, out), out, watch or Unwatched(), save_every)
    return out / WEIGHTS


def _take_over(take: Callable[[dict[str, Any]], object], path: Path, device: str) -> None:
    """Give what a file of torch's holds to whoever takes it."""
    import torch

    try:
        take(torch.load(path, map_location=device, weights_only=True))
    except (OSError, RuntimeError, ValueError, KeyError, TypeError, EOFError, pickle.UnpicklingError) as error:
        sentence = f"The training can't go on from {path}: it is missing, damaged, or of another recipe."
        raise WhaleIdError(sentence, "Move it away to begin anew, or name another file.") from error


def _steps(training: DetectorTraining) -> Generator[Standing, None, None]:
    yield training.standing({})
    while training.part < 1:
        yield training.standing({"loss": training.step()})
