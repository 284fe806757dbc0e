"""How much sooner the study's four networks answer in the program's runtime than in eager PyTorch; and how alike."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest
import torch
from measured import compare
from study_loop import SIDE, StudyLoop, study_packages

from whaleid_core.embed import Vectors
from whaleid_core.packages import ONNX, Package, installed
from whaleid_core.photos import Pixels, crop
from whaleid_core.runtime import open_runner, prepared, processor_precisions
from whaleid_core.sample import Whale, draw_photo

pytestmark = pytest.mark.bench

BATCH, ALIKE = 8, 0.999
AT_LEAST = {"fp32": 1.0, "bf16": 5.0}
"""Of float32 no more is asked than that it is no slower: what reaches the figure is the precision that is chosen."""


def drawn_crops(count: int, width: int, height: int, first: int = 0) -> Pixels:
    """Tails of different drawn whales, (count, height, width, 3)."""
    found = []
    for seed in range(first, first + count):
        scene = draw_photo([Whale(f"w_{seed}", seed)], (600, 400), np.random.default_rng(seed), share=0.8)
        found.append(crop(scene.pixels, scene.boxes[0], width, height))
    return np.stack(found)


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> list[Package]:
    return study_packages(tmp_path_factory.mktemp("study"), drawn_crops(BATCH, SIDE, SIDE, 100))


@pytest.fixture(scope="module")
def loop(packages: list[Package]) -> StudyLoop:
    return StudyLoop(packages, np.zeros((10, 512), np.float32))


@pytest.fixture(scope="module")
def crops() -> Pixels:
    return drawn_crops(BATCH, SIDE, SIDE)


def cosines(a: Vectors, b: Vectors) -> Vectors:
    return np.asarray((a * b).sum(1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1))


def told(name: str, ours: list[Vectors], theirs: list[Vectors]) -> float:
    """The least cosine of any network's outputs for any crop, printed."""
    least = min(float(cosines(a, b).min()) for a, b in zip(ours, theirs, strict=True))
    print(f"  {name}: cosine of the outputs at least {least:.5f}")
    return least


def study_networks(in_words: str, ours: Callable[[], object], loop: StudyLoop, crops: Pixels, at_least: float) -> None:
    name = f"the study's four networks, batch {BATCH}, {in_words}, against eager PyTorch float32"
    compare(name, ours, lambda: loop.embed(crops), at_least, each=BATCH, of="a photo")


@pytest.mark.parametrize("precision", list(AT_LEAST))
def test_the_studys_networks_answer_sooner(
    packages: list[Package], loop: StudyLoop, crops: Pixels, precision: str
) -> None:
    if precision not in processor_precisions():
        pytest.skip(f"this processor has no {precision}")
    runners = [open_runner(package, "cpu", precision) for package in packages]
    study_networks(
        f"OpenVINO {precision}", lambda: [one.run(crops) for one in runners], loop, crops, AT_LEAST[precision]
    )
    assert told(precision, [one.run(crops) for one in runners], loop.embed(crops)) >= ALIKE


def test_another_runtime_for_comparison(packages: list[Package], loop: StudyLoop, crops: Pixels) -> None:
    """Why the program has one runtime on the processor: this one is not faster, and has no bfloat16 there."""
    onnxruntime = pytest.importorskip("onnxruntime")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    sessions = [
        onnxruntime.InferenceSession(str(package.folder / ONNX), options, providers=["CPUExecutionProvider"])
        for package in packages
    ]

    def run() -> list[Vectors]:
        batch = prepared(packages[0], crops)
        return [session.run(None, {session.get_inputs()[0].name: batch})[0] for session in sessions]

    study_networks("ONNX Runtime fp32", run, loop, crops, AT_LEAST["fp32"])
    assert told("ONNX Runtime", run(), loop.embed(crops)) >= ALIKE


@pytest.mark.parametrize("package", [one for one in installed() if one.task == "embed"], ids=lambda one: one.name)
def test_the_networks_that_ship_lose_nothing_in_bfloat16(package: Package) -> None:
    if "bf16" not in processor_precisions():
        pytest.skip("this processor has no bf16")
    tails = drawn_crops(BATCH, package.width, package.height)
    tails = np.stack([cv2.cvtColor(one, cv2.COLOR_RGB2GRAY) for one in tails]) if package.grey else tails
    exact, fast = (open_runner(package, "cpu", precision) for precision in ("fp32", "bf16"))
    name = f"{package.label}, batch {BATCH}, bf16 against fp32, both OpenVINO"
    compare(name, lambda: fast.run(tails), lambda: exact.run(tails), 1, each=BATCH, of="a photo")
    assert told(package.label, [fast.run(tails)], [exact.run(tails)]) >= ALIKE
