"""A network of the original study in training: a classifier over all whales of the table, or the Siamese network."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import albumentations as alb
import numpy as np
import torch
from torch import nn

from whaleid_core.errors import WhaleIdError
from whaleid_core.networks import HEADS, load_imagenet, study_net
from whaleid_core.records import NEW_WHALE
from whaleid_core.train.crops import held_out_of
from whaleid_core.train.precision import keep_single, mixed
from whaleid_core.train.study_augment import training_steps, views
from whaleid_core.train.study_photos import StudyPhotos
from whaleid_core.train.study_recipe import StudyRecipe, Triplets, batch_of_epoch


class StudyTraining:
    """One training, as `embedding_run.Training` describes it.

    Args:
        recipe: what to train.
        photos: to learn from. A Siamese network leaves new_whale out, whose photos show many whales, and the whales
            that are held out.
        device: torch's name of it.
        start: a file of weights to start from, of torch's or safetensors'; the last layer in it is left out.

    Raises:
        WhaleIdError: the photos, or the weights, don't do.
    """

    def __init__(
        self, recipe: StudyRecipe, photos: StudyPhotos, device: str = "cpu", start: Path | None = None
    ) -> None:
        torch.manual_seed(recipe.seed)
        self.recipe, self.device = recipe, device
        self.photos = learnt_from(recipe, photos)
        self.classes = self.photos.classes
        index = {whale: number for number, whale in enumerate(self.classes)}
        self._own = np.array([index[whale] for whale in self.photos.whales], np.int64)
        if len(self.classes) < 2:
            raise WhaleIdError("There are fewer than two whales to learn from.", "Add photos of other whales.")
        self._triplets = Triplets(self.photos.whales) if recipe.length else None
        network = study_net(recipe.architecture, recipe.length or len(self.classes))
        if start is not None:
            start_from(network, recipe.architecture, start)
        elif recipe.start == "imagenet":
            load_imagenet(network, recipe.architecture.partition("/")[2])
        self.begun_from = start.name if start is not None else recipe.start
        self.network = network.to(device)
        keep_single(self.network, device)
        self.optimizer = torch.optim.Adam(self.network.parameters(), lr=recipe.learning_rate)
        self._steps = alb.Compose(training_steps(recipe.side))
        self._triplet = nn.TripletMarginLoss(margin=recipe.triplet_margin, p=2)
        self.step_number, self.seconds = 0, 0.0

    def rows(self, number: int) -> np.ndarray[Any, np.dtype[np.intp]]:
        """The photos of a batch; for triplets all anchors, then all others of their whales, then those of others."""
        if self._triplets is None:
            return batch_of_epoch(len(self.photos), self.recipe, number)
        rng = np.random.default_rng((self.recipe.seed, number))
        return self._triplets.draw(self.recipe.batch, rng).reshape(-1)

    def images(self, number: int, done: float) -> tuple[torch.Tensor, torch.Tensor]:
        """Batch `number`, the same each time: (photos, 3, side, side) float32, augmented, and their classes."""
        rows = self.rows(number)
        crops = [self.photos.cut(row, self.recipe.margin) for row in rows.tolist()]
        return views(self._steps, crops, (self.recipe.seed, number, 1)), torch.from_numpy(self._own[rows])

    def step(self, images: torch.Tensor, classes: torch.Tensor, done: float) -> dict[str, float]:
        """One update at a share of the schedule; returns the loss by its name."""
        for group in self.optimizer.param_groups:
            group["lr"] = self.recipe.rate(done)
        self.network.train()
        with mixed(self.device):
            outputs = self.network(images.to(self.device)).float()
        name, loss = self._loss(outputs, classes.to(self.device))
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()
        self.step_number += 1
        return {name: float(loss.detach())}

    def _loss(self, outputs: torch.Tensor, classes: torch.Tensor) -> tuple[str, torch.Tensor]:
        if self._triplets is None:
            return "cross_entropy", nn.functional.cross_entropy(outputs, classes)
        return "triplet", self._triplet(*outputs.chunk(3))

    def state(self) -> dict[str, Any]:
        """All that is needed to go on: tensors, numbers and text only."""
        return {
            "network": self.network.state_dict(), "optimizer": self.optimizer.state_dict(), "step": self.step_number,
            "seconds": self.seconds, "classes": list(self.classes), "begun_from": self.begun_from,
        }  # fmt: skip

    def load(self, state: dict[str, Any]) -> None:
        """Take up where `state` was written; ValueError where it learnt other whales."""
        if tuple(state["classes"]) != self.classes:
            raise ValueError("other whales")
        self.network.load_state_dict(state["network"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step_number, self.seconds = state["step"], state["seconds"]
        self.begun_from = state["begun_from"]


def learnt_from(recipe: StudyRecipe, photos: StudyPhotos) -> StudyPhotos:
    """What of the photos a recipe learns from."""
    if not recipe.length:
        return photos
    known = photos.only(lambda whale: whale != NEW_WHALE)
    held_out = held_out_of(known.whales, recipe.held_out, recipe.seed)
    return known.only(lambda whale: whale not in held_out)


def start_from(network: nn.Module, architecture: str, path: Path) -> None:
    """Fill a network with the weights of a file, all but its last layer.

    Raises:
        WhaleIdError: the file can't be read, or is of another network.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    sentence = f"The training can't start from {path.name}: it is missing, damaged, or of another network."
    refused = WhaleIdError(sentence, f"It takes weights of {architecture}, as .pth or .safetensors.")
    try:
        plain = path.suffix == ".safetensors"
        given = load_file(path) if plain else torch.load(path, map_location="cpu", weights_only=True)
        heads = tuple(f"{head}." for head in HEADS.values())
        body = {name: tensor for name, tensor in given.items() if not name.startswith(heads)}
        left = network.load_state_dict(body, strict=False)
    except (
        OSError,
        RuntimeError,
        ValueError,
        AttributeError,
        EOFError,
        pickle.UnpicklingError,
        SafetensorError,
    ) as error:
        raise refused from error
    if left.unexpected_keys or not _only_head(left.missing_keys, heads):
        raise refused


def _only_head(names: Sequence[str], heads: tuple[str, ...]) -> bool:
    """Whether nothing but the last layer, or a counter of batches that old files lack, is missing."""
    return all(name.startswith(heads) or name.endswith("num_batches_tracked") for name in names)
