"""Makes a model package of a network of the study: a trained head over its whales, or an embedding network."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from whaleid_core import local
from whaleid_core.ahead import ahead
from whaleid_core.calibrate import Calibration
from whaleid_core.embed import BATCH, Member, Vectors
from whaleid_core.errors import WhaleIdError
from whaleid_core.gallery import Queries
from whaleid_core.local import Keypoints
from whaleid_core.networks import IMAGENET_WEIGHTS, study_net
from whaleid_core.packages import Package, write_package
from whaleid_core.photos import Pixels, read_pixels
from whaleid_core.records import NEW_WHALE, Box
from whaleid_core.runtime import open_runner
from whaleid_core.signs import detail_of
from whaleid_core.train.calibrating import UNFITTED, calibrated, check_held_out
from whaleid_core.train.crops import held_out_of
from whaleid_core.train.embedding_package import write_network
from whaleid_core.train.study_augment import MEAN, STD
from whaleid_core.train.study_photos import StudyPhotos
from whaleid_core.train.study_recipe import StudyRecipe, batches_an_epoch

NEIGHBOURS = 6
"""What the study asked its nearest-neighbour search for; of a photo of the table, the first is the photo itself."""


def export(training: Mapping[str, Any], recipe: StudyRecipe, folder: Path, told: Mapping[str, Any]) -> Package:
    """Write a package of a training's last weights; replaces what is there.

    Args:
        training: a checkpoint; see `StudyTraining.state`.
        told: what the manifest says besides: training_data, metrics.
    """
    classes = list(training["classes"])
    network = study_net(recipe.architecture, recipe.length or len(classes))
    network.load_state_dict(training["network"])
    write_network(network, folder, recipe.side, recipe.side, 3)
    head = {"task": "embed", "length": recipe.length} if recipe.length else {"task": "classify", "classes": classes}
    sides = {"width": recipe.side, "height": recipe.side, "colour": "rgb", "mean": list(MEAN), "std": list(STD)}
    manifest = {
        "name": recipe.name, "version": recipe.version, **head, "architecture": recipe.architecture, "input": sides,
        "margin": recipe.margin, "licence": "AGPL-3.0-or-later", "calibration": UNFITTED.as_dict(), **told,
    }  # fmt: skip
    if recipe.length:
        manifest["held_out"] = {"share": recipe.held_out, "seed": recipe.seed}
    return write_package(folder, manifest)


def finish(
    checkpoint: Path, recipe: StudyRecipe, photos: StudyPhotos, learnt: int, folder: Path, machine: str, spread: bool
) -> Package:
    """Make the package of a training that is over; an embedding network is calibrated and measured by neighbours too.

    Args:
        photos: all of the table.
        learnt: how many of them were learnt from.
        spread: whether the schedule ran over minutes, not over the recipe's epochs.
    """
    state = torch.load(checkpoint, map_location="cpu", weights_only=True)
    epochs = state["step"] / batches_an_epoch(learnt, recipe)
    minutes = round(state["seconds"] / 60, 1)
    metrics = {"minutes": minutes, "batches": state["step"], "epochs": round(epochs, 2), "machine": machine}
    metrics["begun_from"] = state["begun_from"]
    words = _data(recipe, photos, state["begun_from"], f"{minutes:g} minutes of computing" if spread else "")
    package = export(state, recipe, folder, {"training_data": words, "metrics": metrics})
    if not recipe.length:
        return package
    calibration, measured = _measured(package, recipe, photos)
    added = {"calibration": calibration.as_dict(), "metrics": metrics | measured}
    return write_package(folder, {**package.manifest, **added})


def _data(recipe: StudyRecipe, photos: StudyPhotos, begun_from: str, minutes: str) -> str:
    """What a network was trained on, and by which schedule."""
    over = f"the schedule of {recipe.epochs} epochs (T_max {recipe.t_max}) spread over {minutes}"
    whole = f"{recipe.epochs} epochs, T_max {recipe.t_max}"
    words = f"{len(photos):,} photographs of {len(photos.classes):,} classes; {over if minutes else whole}."
    name = recipe.architecture.partition("/")[2]
    if begun_from == "imagenet":
        package = IMAGENET_WEIGHTS[name][0].replace("_", "-")
        return f"{words} From ImageNet weights ({package}, Apache-2.0)."
    return f"{words} From nothing." if begun_from == "nothing" else f"{words} From the weights of {begun_from}."


def seen(member: Member, photos: StudyPhotos) -> Queries:
    """The tails of the photographs, as an embedding network sees them."""

    def look(shot: tuple[Path, Box | None]) -> tuple[Pixels, Keypoints, float]:
        path, box = shot
        pixels = read_pixels(path)
        own = box or _whole(pixels)
        points = local.keypoints(local.cut(pixels, own))
        return member.cut(pixels, own), points, detail_of(own.width, member.package.width)

    looks = ahead(look, zip(photos.paths, photos.boxes, strict=True))
    vectors = np.empty((len(photos), member.length), np.float32)
    points: list[Keypoints] = []
    detail: list[float] = []
    for start in range(0, len(photos), BATCH):
        crops, own_points, own_detail = zip(*(found for _, found in islice(looks, BATCH)), strict=True)
        vectors[start : start + BATCH] = member.embed(crops)
        points += own_points
        detail += own_detail
    return Queries([vectors], points, np.array(detail))


def _whole(pixels: Pixels) -> Box:
    return Box(0, 0, pixels.shape[1], pixels.shape[0])


def _measured(package: Package, recipe: StudyRecipe, photos: StudyPhotos) -> tuple[Calibration, dict[str, float]]:
    known = photos.only(lambda whale: whale != NEW_WHALE)
    tails = seen(Member(package, open_runner(package, "cpu")), known)
    whales = np.array(known.whales)
    measured = {"neighbours_with_own_whale": among_neighbours(tails.vectors[0], whales)}
    held_out = held_out_of(known.whales, recipe.held_out, recipe.seed)
    try:
        check_held_out(known.whales, held_out)
    except WhaleIdError:  # as in the study, which held none out: nothing to calibrate with
        return UNFITTED, measured
    calibration, of_held_out = calibrated(tails, whales, held_out, recipe.seed)
    return calibration, measured | of_held_out


def neighbours(train: Vectors, asked: Vectors, count: int = NEIGHBOURS) -> NDArray[np.intp]:
    """The study's search: the rows of `train` nearest to each of `asked`, nearest first, (asked, at most count)."""
    from sklearn.neighbors import NearestNeighbors

    found = NearestNeighbors(n_neighbors=min(count, len(train))).fit(train).kneighbors(asked, return_distance=False)
    return np.asarray(found, dtype=np.intp)


def among_neighbours(vectors: Vectors, whales: NDArray[np.str_]) -> float:
    """The share of the photos of whales with several whose neighbours, the photo itself aside, show their whale."""
    found = neighbours(vectors, vectors)
    rows = np.arange(len(vectors))
    own = (whales[found] == whales[:, None]) & (found != rows[:, None])
    _, index, counts = np.unique(whales, return_inverse=True, return_counts=True)
    several = counts[index] > 1
    return float(own.any(1)[several].mean()) if several.any() else 0.0
