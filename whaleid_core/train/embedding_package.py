"""Makes a model package of a trained embedding network: ONNX for the CPU runtime, safetensors for torch, a manifest."""

from __future__ import annotations

import copy
import tempfile
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from whaleid_core import local
from whaleid_core.embed import Member, Vectors, unit
from whaleid_core.gallery import Queries
from whaleid_core.networks import IMAGENET_WEIGHTS, EmbeddingNet
from whaleid_core.packages import ONNX, WEIGHTS, Package, write_package
from whaleid_core.runtime import open_runner
from whaleid_core.signs import detail_of
from whaleid_core.train.calibrating import calibrated
from whaleid_core.train.crops import held_out_whales, identified, read_crops, read_table
from whaleid_core.train.embedding import EmbeddingRecipe
from whaleid_core.train.whitening import fold, within_class

DATA = (
    "Humpback Whale Identification (2019, Kaggle; photographs contributed to Happywhale): the train split of 8,878 "
    "photographs scaled to 300 px, without the whales that were held out."
)


def export(
    weights: Mapping[str, torch.Tensor],
    recipe: EmbeddingRecipe,
    folder: Path,
    calibration: Mapping[str, Any],
    metrics: Mapping[str, Any],
) -> Package:
    """Write model.onnx (constants as float16), weights.safetensors (float16) and the manifest; replaces what is there.

    Args:
        weights: of an `EmbeddingNet`: the averaged ones of a training.
        calibration: `Calibration.as_dict()` of scores made with these weights.
        metrics: what was measured, by name.
    """
    network = EmbeddingNet(recipe.architecture, recipe.length, 1)
    network.load_state_dict(dict(weights))
    write_network(network, folder, recipe.width, recipe.height, 1)
    manifest = {
        "name": recipe.name, "version": recipe.version, "task": "embed", "architecture": recipe.architecture,
        "input": {"width": recipe.width, "height": recipe.height, "colour": "grey", "mean": [0.0], "std": [1.0]},
        "margin": recipe.margin, "length": recipe.length, "licence": "AGPL-3.0-or-later", "training_data": data(recipe),
        "held_out": {"share": recipe.held_out, "seed": recipe.seed},
        "calibration": dict(calibration), "metrics": dict(metrics),
    }  # fmt: skip
    return write_package(folder, manifest)


def write_network(network: nn.Module, folder: Path, width: int, height: int, channels: int) -> None:
    """Write weights.safetensors (float16), and model.onnx made of the same; the network then has them too."""
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    # Loaded into a float32 network again; batch norm's counters stay integers.
    halves = {name: t.half() if t.is_floating_point() else t for name, t in network.state_dict().items()}
    save_file({name: tensor.contiguous() for name, tensor in halves.items()}, folder / WEIGHTS)
    network.load_state_dict(halves)
    write_onnx(network, folder / ONNX, width, height, channels)


def data(recipe: EmbeddingRecipe) -> str:
    """What a network was trained on, and whose weights it began with."""
    if recipe.start == "nothing" or recipe.architecture not in IMAGENET_WEIGHTS:
        return DATA
    package = IMAGENET_WEIGHTS[recipe.architecture][0].replace("_", "-")
    return f"{DATA} Backbone from ImageNet weights ({package}, Apache-2.0)."


def write_onnx(network: nn.Module, path: Path, width: int, height: int, channels: int = 1) -> None:
    """An ONNX file for any number of (channels, height, width) crops; weights stored as float16, expanded when read."""
    import onnx

    plain = copy.deepcopy(network).eval().to(memory_format=torch.contiguous_format)
    crops = torch.zeros(2, channels, height, width)
    with tempfile.TemporaryDirectory(dir=path.parent) as made, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        whole = Path(made) / "whole.onnx"
        axes = {"crops": {0: "batch"}, "vectors": {0: "batch"}}
        names = {"input_names": ["crops"], "output_names": ["vectors"]}
        torch.onnx.export(plain, (crops,), whole, opset_version=17, dynamic_axes=axes, dynamo=False, **names)
        model = onnx.load(whole)
    halve_constants(model)
    onnx.save(model, path)


def halve_constants(model: Any) -> None:
    """Store the float32 weights of an ONNX model as float16, each followed by a cast: half the file, the same inputs,
    outputs and arithmetic."""
    import onnx
    from onnx import numpy_helper

    graph = model.graph
    casts = []
    for tensor in graph.initializer:
        if tensor.data_type != onnx.TensorProto.FLOAT or len(tensor.dims) < 2:
            continue
        name = tensor.name
        half = numpy_helper.from_array(numpy_helper.to_array(tensor).astype(np.float16), f"{name}_half")
        tensor.CopyFrom(half)
        casts.append(onnx.helper.make_node("Cast", [half.name], [name], to=onnx.TensorProto.FLOAT))
    for node in reversed(casts):
        graph.node.insert(0, node)


def whitening(
    vectors: Vectors, whales: NDArray[np.str_], held_out: frozenset[str], shrink: float
) -> NDArray[np.float64]:
    """The matrix of `whitening.within_class` from a member's vectors, (tails, 2 length), of the whales of the training;
    a mirrored tail is of a whale of its own, as in the training."""
    trained = ~np.isin(whales, sorted(held_out))
    straight, mirrored = np.split(vectors[trained] * np.sqrt(2), 2, axis=1)
    names = whales[trained]
    return within_class(np.concatenate([straight, mirrored]), np.append(names, np.char.add(names, " mirrored")), shrink)


def whitened(
    weights: Mapping[str, torch.Tensor], recipe: EmbeddingRecipe, matrix: NDArray[np.float64]
) -> Mapping[str, torch.Tensor]:
    """The weights of a network that gives its embeddings times a matrix."""
    network = EmbeddingNet(recipe.architecture, recipe.length, 1)
    network.load_state_dict(dict(weights))
    fold(network, matrix)
    folded: Mapping[str, torch.Tensor] = network.state_dict()
    return folded


def finish(checkpoint: Path, recipe: EmbeddingRecipe, flukes: Path, folder: Path, machine: str) -> Package:
    """Export a training's averaged weights, calibrate on the held-out whales, and record what was measured."""
    state = torch.load(checkpoint, map_location="cpu", weights_only=True)
    trained = {"minutes": round(state["seconds"] / 60, 1), "batches": state["step"], "machine": machine}
    if state.get("begun_from"):
        trained["begun_from"] = state["begun_from"]  # the minutes and batches are of this sitting alone
    package = export(state["average"], recipe, folder, {}, trained)
    table = identified(read_table(flukes, ["train"]))
    held_out = held_out_whales(table, recipe.held_out, recipe.seed)
    crops = read_crops(flukes, table, recipe.width, recipe.height, recipe.margin)
    vectors = Member(package, open_runner(package, "cpu")).embed(list(crops.pixels))
    if recipe.whitening:
        matrix = whitening(vectors, np.array(crops.whales), held_out, recipe.whitening)
        package = export(whitened(state["average"], recipe, matrix), recipe, folder, {}, trained)
        halves = [unit((half @ matrix).astype(np.float32)) for half in np.split(vectors, 2, axis=1)]
        vectors = np.concatenate(halves, axis=1) / np.float32(np.sqrt(2))
    points = [
        local.keypoints(crop) for crop in read_crops(flukes, table, local.WIDTH, local.HEIGHT, local.MARGIN).pixels
    ]
    detail = np.array([detail_of(width, recipe.width) for width in table["xmax"] - table["xmin"]])
    tails = Queries([vectors], points, detail)
    calibration, metrics = calibrated(tails, np.array(crops.whales), held_out, recipe.seed)
    return write_package(
        folder, {**package.manifest, "calibration": calibration.as_dict(), "metrics": trained | metrics}
    )
