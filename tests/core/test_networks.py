"""The torch networks: pooling against a loop, light doesn't matter, frozen stages stay, misfits are told."""

from __future__ import annotations

import copy
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from small_packages import HEIGHT, LENGTH, WIDTH

from whaleid_core.errors import WhaleIdError
from whaleid_core.networks import EmbeddingNet, GeM, build, detection_net, limit_threads
from whaleid_core.packages import MANIFEST, WEIGHTS, Package, read_package, write_package


@pytest.fixture(scope="module")
def network() -> EmbeddingNet:
    torch.manual_seed(3)
    return EmbeddingNet("test_efficientnet", LENGTH, 1).eval()


def test_gem_is_the_cube_root_of_the_mean_cube() -> None:
    x = torch.rand(2, 3, 4, 5)
    pooled = GeM()(x)
    for image in range(2):
        for channel in range(3):
            values = x[image, channel].numpy().astype(np.float64)
            assert pooled[image, channel].item() == pytest.approx(np.mean(values**3) ** (1 / 3), rel=1e-5)
    assert GeM()(torch.full((1, 1, 2, 2), -1.0)).item() == pytest.approx(1e-6, rel=0.01)


def test_light_and_exposure_do_not_matter(network: EmbeddingNet) -> None:
    crops = torch.rand(3, 1, HEIGHT, WIDTH)
    with torch.no_grad():
        plain, bright = network(crops), network(crops * 0.4 + 0.5)
    assert plain.shape == (3, LENGTH)
    assert torch.cosine_similarity(plain, bright).min() > 0.999


def test_an_even_crop_gives_finite_numbers(network: EmbeddingNet) -> None:
    with torch.no_grad():
        assert torch.isfinite(network(torch.full((1, 1, HEIGHT, WIDTH), 0.3))).all()


def test_frozen_stages_keep_weights_and_statistics_and_compute_the_same() -> None:
    torch.manual_seed(4)
    free = EmbeddingNet("test_efficientnet", 8, 1)
    frozen = EmbeddingNet("test_efficientnet", 8, 1, frozen_stages=2)
    frozen.load_state_dict(free.state_dict())
    crops = torch.rand(4, 1, HEIGHT, WIDTH)
    with torch.no_grad():
        assert torch.allclose(free.eval()(crops), frozen.eval()(crops), atol=1e-5)

    before = copy.deepcopy(frozen.state_dict())
    frozen.train()
    optimizer = torch.optim.SGD([part for part in frozen.parameters() if part.requires_grad], lr=0.1)
    frozen(crops).square().mean().backward()
    optimizer.step()
    moved = {name for name, tensor in frozen.state_dict().items() if not torch.equal(tensor, before[name])}
    still = ("backbone.conv_stem.", "backbone.bn1.", "backbone.blocks.0.", "backbone.blocks.1.")
    assert not [name for name in moved if name.startswith(still)]
    assert "neck.1.weight" in moved
    assert any(name.startswith("backbone.blocks.2.") for name in moved)


def test_a_package_is_built_with_its_weights(small_package: Package) -> None:
    first, second = build(small_package), build(small_package)
    assert not first.training
    crops = torch.rand(2, 1, HEIGHT, WIDTH)
    with torch.no_grad():
        assert torch.equal(first(crops), second(crops))


def copied(package: Package, folder: Path) -> Path:
    shutil.copytree(package.folder, folder)
    return folder


@pytest.mark.parametrize("content", [b"", b"no weights", bytes(64)], ids=["empty", "text", "zeros"])
def test_a_file_that_holds_no_weights_is_told(small_package: Package, tmp_path: Path, content: bytes) -> None:
    folder = copied(small_package, tmp_path / "bad")
    (folder / WEIGHTS).write_bytes(content)
    with pytest.raises(WhaleIdError, match="its weights don't fit its architecture"):
        build(write_package(folder, small_package.manifest))


def test_weights_of_another_architecture_are_told(small_package: Package, tmp_path: Path) -> None:
    folder = copied(small_package, tmp_path / "bad")
    with pytest.raises(WhaleIdError, match="its weights don't fit its architecture"):
        build(write_package(folder, {**small_package.manifest, "length": LENGTH + 1}))


def test_a_package_without_weights_for_torch_is_told(small_package: Package, tmp_path: Path) -> None:
    folder = copied(small_package, tmp_path / "bad")
    (folder / WEIGHTS).unlink()
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    del manifest["files"][WEIGHTS]
    (folder / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(WhaleIdError, match="its weights don't fit its architecture"):
        build(read_package(folder))


@pytest.mark.parametrize(
    "name", ["no_such_network", "yolo11-0.5-0.1875-1024", "", "../timm", "hf-hub:timm/resnet18.a1_in1k"]
)
def test_an_unknown_architecture_of_an_embedder_is_told(small_package: Package, tmp_path: Path, name: str) -> None:
    folder = copied(small_package, tmp_path / "bad")
    with pytest.raises(WhaleIdError, match="isn't known to this version"):
        build(write_package(folder, {**small_package.manifest, "architecture": name}))


@pytest.mark.parametrize("name", ["yolo12-1-1-1024", "yolo11", "yolo11-a-b-c", "yolo11-0.5-0.25-1024-8", ""])
def test_an_unknown_architecture_of_a_detector_is_told(name: str) -> None:
    with pytest.raises(WhaleIdError, match="isn't known to this version"):
        detection_net(name)


def test_a_detector_gives_boxes_with_one_score() -> None:
    network = detection_net("yolo11-0.5-0.1875-1024").eval()
    with torch.no_grad():
        boxes, _ = network(torch.zeros(1, 3, 64, 64))
    assert boxes.shape == (1, 5, (64 // 8) ** 2 + (64 // 16) ** 2 + (64 // 32) ** 2)


def test_threads_can_be_limited() -> None:
    before = torch.get_num_threads()
    limit_threads(1)
    assert torch.get_num_threads() == 1
    limit_threads(before)
