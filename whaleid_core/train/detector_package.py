"""Makes a model package of a trained tail detector: ONNX for the CPU runtime, safetensors for torch, a manifest."""

from __future__ import annotations

import contextlib
import copy
import hashlib
import io
import json
import tempfile
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from whaleid_core.packages import JUDGE, MANIFEST, ONNX, WEIGHTS
from whaleid_core.train.detector_recipe import DetectorRecipe, architecture, build_network

OPSET = 17
DATA = (
    "Humpback Whale Identification (2019, Kaggle; photographs contributed to Happywhale), "
    "boxes of the train split, composed scenes"
)


def export(
    weights: Path, recipe: DetectorRecipe, folder: Path, size: int | None = None, data: str = DATA
) -> dict[str, Any]:
    """Writes model.onnx, weights.safetensors and manifest.json; whatever else is in the folder stays.

    Args:
        weights: averaged weights, as `train_detector` leaves them.
        recipe: the recipe that they were trained by.
        folder: the package; one that is there is replaced, its judge with it.
        size: side of the square input in pixels; the recipe's where None.
        data: what it was trained on, in words.

    Returns:
        The manifest, whose metrics are empty until `record_metrics`.
    """
    import torch
    from safetensors.torch import save_file

    size = size or recipe.input_size
    network = build_network(recipe)
    network.load_state_dict(torch.load(weights, weights_only=True))
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as made:
        aside = Path(made)
        tensors = {name: value.contiguous() for name, value in network.state_dict().items()}
        save_file(tensors, aside / WEIGHTS)
        (aside / WEIGHTS).chmod(0o644)
        write_onnx(network, aside / ONNX, size)
        manifest = _manifest(recipe, size, aside, data)
        _write_json(aside / MANIFEST, manifest)
        folder.mkdir(exist_ok=True)
        (folder / JUDGE).unlink(missing_ok=True)
        for name in (WEIGHTS, ONNX, MANIFEST):  # the manifest last: by its hashes the rest is judged
            (aside / name).replace(folder / name)
    return manifest


def write_onnx(network: Any, path: Path, size: int) -> None:
    """Writes a detection network for any number of square inputs; its output (batch, 5, anchors) is not thinned out."""
    import torch

    plain = copy.deepcopy(network).eval().to(memory_format=torch.contiguous_format).fuse(verbose=False)
    head = plain.model[-1]
    head.export, head.format, head.dynamic = True, "onnx", False
    pixels = torch.zeros(2, 3, size, size)
    with torch.no_grad(), warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        plain(pixels)
        axes = {"pixels": {0: "batch"}, "boxes": {0: "batch"}}
        names = {"input_names": ["pixels"], "output_names": ["boxes"]}
        torch.onnx.export(plain, (pixels,), path, opset_version=OPSET, dynamic_axes=axes, dynamo=False, **names)


def record_metrics(folder: Path, metrics: Mapping[str, Any]) -> None:
    """Puts what was measured into a package's manifest."""
    path = folder / MANIFEST
    manifest = json.loads(path.read_text(encoding="utf-8"))
    _write_json(path, {**manifest, "metrics": dict(metrics)})


def _manifest(recipe: DetectorRecipe, size: int, folder: Path, data: str) -> dict[str, Any]:
    files = (ONNX, WEIGHTS)
    return {
        "name": recipe.name,
        "version": recipe.version,
        "task": "detect",
        "architecture": architecture(recipe),
        "input": {"width": size, "height": size, "colour": "rgb", "mean": [0, 0, 0], "std": [1, 1, 1]},
        "output": "yolo (batch, 4 + 1, anchors), xywh in input pixels",
        "licence": "AGPL-3.0-or-later",
        "training_data": data,
        "metrics": {},
        "files": {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in files},
    }


def _write_json(path: Path, content: Mapping[str, Any]) -> None:
    aside = path.with_suffix(".part")
    aside.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    aside.replace(path)
