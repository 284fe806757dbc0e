"""Running packages: OpenVINO and torch agree, threads don't get into each other's way, what can't be run is told."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from platformdirs import user_cache_path
from small_packages import HEIGHT, LENGTH, WIDTH, crops

from whaleid_core.detect import letterbox
from whaleid_core.errors import Kind, WhaleIdError
from whaleid_core.packages import ONNX, Package, installed, write_package
from whaleid_core.photos import crop, read_pixels
from whaleid_core.runtime import OpenVinoRunner, Runner, open_runner, prepared, seen_gpu
from whaleid_core.sample import Survey, Whale, draw_photo

ALIKE = 0.999
"""The least cosine of two runtimes' embeddings of a crop."""

gpu = pytest.mark.skipif(seen_gpu() != "cuda", reason="there is no CUDA GPU here")


@pytest.fixture(scope="module")
def small_runner(small_package: Package) -> Runner:
    return open_runner(small_package, "cpu")


@pytest.fixture(scope="module")
def embedders() -> list[Package]:
    """The embedding networks that ship."""
    return [package for package in installed() if package.task == "embed"]


@pytest.fixture(scope="module")
def squares(tail_finder: Package, survey: Survey) -> NDArray[np.uint8]:
    """Three known photos as the detector takes them."""
    photos = sorted(survey.known_dir.glob("*.jpg"))[:3]
    return np.stack([letterbox(read_pixels(photo), tail_finder.width)[0] for photo in photos])


def on_torch(package: Package, device: str) -> Runner:
    from whaleid_core.runtime_torch import TorchRunner

    return TorchRunner(package, device)


def cosines(a: NDArray[np.float32], b: NDArray[np.float32]) -> NDArray[np.float32]:
    lengths = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
    return np.asarray((a * b).sum(axis=1) / lengths, dtype=np.float32)


def assert_same_boxes(one: NDArray[np.float32], other: NDArray[np.float32]) -> None:
    """Boxes that either is sure of lie within a pixel of each other, with much the same confidence."""
    assert one.shape == other.shape
    sure = np.maximum(one[:, 4], other[:, 4]) > 0.2
    assert sure.any()
    assert np.abs(one[:, :4] - other[:, :4]).transpose(0, 2, 1)[sure].max() < 1
    assert np.abs(one[:, 4] - other[:, 4]).max() < 0.05


@given(
    pixels=arrays(np.uint8, (2, HEIGHT, WIDTH), elements=st.integers(0, 255), fill=st.just(7)),
    mean=st.floats(-1, 1),
    std=st.floats(0.1, 2),
)
def test_crops_are_prepared_as_the_manifest_says(pixels: NDArray[np.uint8], mean: float, std: float) -> None:
    sides = {"width": WIDTH, "height": HEIGHT, "colour": "grey", "mean": [mean], "std": [std]}
    batch = prepared(Package(Path(), {"name": "any", "input": sides}), pixels)
    assert batch.shape == (2, 1, HEIGHT, WIDTH)
    assert batch.dtype == np.float32
    assert batch.flags.c_contiguous
    assert batch[1, 0, 3, 5] == pytest.approx((int(pixels[1, 3, 5]) / 255 - mean) / std, abs=1e-4)
    assert np.allclose(batch[:, 0], (pixels / 255 - mean) / std, atol=1e-4)


def test_colours_are_prepared_each_by_its_own_figures() -> None:
    sides = {"width": 2, "height": 1, "colour": "rgb", "mean": [0.1, 0.2, 0.3], "std": [1.0, 0.5, 0.25]}
    pixels = np.array([[[[0, 51, 255], [255, 102, 0]]]], np.uint8)
    batch = prepared(Package(Path(), {"name": "any", "input": sides}), pixels)
    assert batch[0, :, 0, 0] == pytest.approx([-0.1, 0.0, 2.8])
    assert batch[0, :, 0, 1] == pytest.approx([0.9, 0.4, -1.2])


@pytest.mark.parametrize("shape", [(1, WIDTH, HEIGHT), (1, HEIGHT, WIDTH, 3), (1, HEIGHT, WIDTH + 1)])
def test_pixels_of_another_shape_are_not_taken(small_package: Package, shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=f"small takes {WIDTH} x {HEIGHT} x 1"):
        prepared(small_package, np.zeros(shape, np.uint8))


def test_the_processor_runs_a_package(small_package: Package, small_runner: Runner) -> None:
    assert isinstance(small_runner, OpenVinoRunner)
    assert small_runner.device == "cpu"
    assert small_runner.precision == "fp32"  # also on a processor that has bf16: vectors would lose too much
    assert small_runner.run(np.stack(crops(3))).shape == (3, LENGTH)
    assert (user_cache_path("whalegui") / "openvino").is_dir()


def test_a_crops_embedding_does_not_depend_on_its_batch(small_runner: Runner) -> None:
    some = np.stack(crops(5))
    together = small_runner.run(some)
    alone = np.concatenate([small_runner.run(crop[None]) for crop in some])
    assert cosines(together, alone).min() >= ALIKE
    assert cosines(together, np.roll(together, 1, axis=0)).max() < ALIKE


def test_results_are_the_callers_own(small_runner: Runner) -> None:
    """The runtime writes each result where it wrote the last."""
    first = small_runner.run(np.stack(crops(2, seed=1)))
    kept = first.copy()
    small_runner.run(np.stack(crops(2, seed=2)))
    assert np.array_equal(first, kept)


def test_threads_that_run_one_package_get_their_own_results(small_runner: Runner) -> None:
    batches = [np.stack(crops(2, seed)) for seed in range(4)]
    alone = [small_runner.run(batch) for batch in batches]
    with ThreadPoolExecutor(len(batches)) as pool:
        for _ in range(10):
            for one, other in zip(alone, pool.map(small_runner.run, batches), strict=True):
                assert cosines(one, other).min() >= ALIKE


def drawn_tails(count: int, width: int, height: int) -> NDArray[np.uint8]:
    """Grey crops of drawn flukes, each another, (count, height, width)."""
    found = []
    for seed in range(count):
        scene = draw_photo([Whale(f"whale {seed}", seed)], (480, 300), np.random.default_rng(seed), share=0.7)
        found.append(crop(cv2.cvtColor(scene.pixels, cv2.COLOR_RGB2GRAY), scene.boxes[0], width, height, 0.05))
    return np.stack(found)


def test_openvino_and_torch_embed_alike(small_package: Package, embedders: list[Package]) -> None:
    assert embedders
    for package in (small_package, *embedders):
        blots = np.stack(crops(4, width=package.width, height=package.height))
        some = np.concatenate([blots, drawn_tails(4, package.width, package.height)])
        here, there = open_runner(package, "cpu").run(some), on_torch(package, "cpu").run(some)
        assert here.shape == there.shape == (8, package.length)
        assert cosines(here, there).min() >= ALIKE, package.label


def test_openvino_and_torch_find_the_same_boxes(tail_finder: Package, squares: NDArray[np.uint8]) -> None:
    assert_same_boxes(open_runner(tail_finder, "cpu").run(squares), on_torch(tail_finder, "cpu").run(squares))


@gpu
def test_a_gpu_embeds_and_finds_like_the_processor(
    tail_finder: Package, embedders: list[Package], squares: NDArray[np.uint8]
) -> None:
    for package in embedders:
        blots = np.stack(crops(32, width=package.width, height=package.height))
        some = np.concatenate([blots, drawn_tails(8, package.width, package.height)])
        on_gpu = open_runner(package)
        assert (on_gpu.device, on_gpu.precision) == ("cuda", "fp16")
        assert cosines(open_runner(package, "cpu").run(some), on_gpu.run(some)).min() >= ALIKE, package.label
    assert_same_boxes(open_runner(tail_finder, "cpu").run(squares), open_runner(tail_finder, "cuda").run(squares))


@pytest.mark.parametrize("device", ["quantum", "", "CPU", "cuda:7"])
def test_an_unknown_device_is_refused(small_package: Package, device: str) -> None:
    with pytest.raises(WhaleIdError, match="There is no device"):
        open_runner(small_package, device)


@pytest.mark.parametrize("device", [name for name in ("cuda", "mps") if name != seen_gpu()])
def test_a_gpu_that_is_not_there_is_refused(small_package: Package, device: str) -> None:
    with pytest.raises(WhaleIdError, match=f"No {device} GPU is seen here") as refused:
        open_runner(small_package, device)
    assert refused.value.kind is Kind.ENVIRONMENT


def damaged(package: Package, folder: Path, name: str, content: bytes) -> Package:
    """A package whose file is something else, as its manifest says too."""
    shutil.copytree(package.folder, folder)
    (folder / name).write_bytes(content)
    return write_package(folder, package.manifest)


@pytest.mark.parametrize("content", [b"", b"no network", bytes(1000)], ids=["empty", "text", "zeros"])
def test_a_file_that_is_no_network_is_told(small_package: Package, tmp_path: Path, content: bytes) -> None:
    with pytest.raises(WhaleIdError, match="The model package small can't be loaded") as refused:
        open_runner(damaged(small_package, tmp_path / "bad", ONNX, content), "cpu")
    assert refused.value.kind is Kind.ENVIRONMENT
    assert "\n" not in refused.value.sentence


def test_half_a_network_is_told(small_package: Package, tmp_path: Path) -> None:
    whole = (small_package.folder / ONNX).read_bytes()
    with pytest.raises(WhaleIdError, match="can't be loaded"):
        open_runner(damaged(small_package, tmp_path / "bad", ONNX, whole[: len(whole) // 2]), "cpu")
