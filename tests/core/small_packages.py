"""Makes small real model packages, and the engine and survey that the tests of the engine share."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch

from whaleid_core.calibrate import Calibration
from whaleid_core.networks import EmbeddingNet
from whaleid_core.packages import Package
from whaleid_core.train.embedding import EmbeddingRecipe, Size
from whaleid_core.train.embedding_package import export

WIDTH, HEIGHT, LENGTH = 64, 32, 24
CALIBRATION = Calibration(
    nearest=10.0, networks=10.0, points=0.5,
    known={
        "bias": -1.5, "lead": 6.0, "points": 0.6, "most": 0.5, "chance": -0.8, "agreement": 1.0,
        "photos": 0.0, "whales": -0.2, "detail": 0.0,
    },
    false_match={"0.01": 3.0, "0.05": 2.0, "0.5": -1.0},
)  # fmt: skip

RECIPE = EmbeddingRecipe(
    name="small", version="1", architecture="test_efficientnet", start="nothing", width=WIDTH, height=HEIGHT,
    margin=0.05, length=LENGTH, frozen_stages=0, held_out=0.1, minutes=1.0, classes_per_batch=2, photos_per_class=2,
    single_weight=1.0, scale=25.0, triplet=1.0, triplet_margin=0.3, learning_rate=1e-3, head_factor=1.0,
    weight_decay=0.0, warm_up=1, average=0.9, seed=1, sizes=(Size(0.0, WIDTH, HEIGHT),),
)  # fmt: skip


@dataclass
class Told:
    """A watch that notes what it is told, and asks to stop after so many steps."""

    stop_after: int = 10**9
    said: list[tuple[int, int]] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def progress(self, done: int, total: int) -> None:
        self.said.append((done, total))

    def cancel(self) -> bool:
        return len(self.said) >= self.stop_after

    def failure(self, sentence: str) -> None:
        self.failures.append(sentence)


def small_embedder(folder: Path) -> Package:
    """An embedding package of random weights, whose batch norms have met some crops: vectors spread all around."""
    torch.manual_seed(1)
    network = EmbeddingNet(RECIPE.architecture, RECIPE.length, 1).train()
    with torch.no_grad():
        for _ in range(30):
            network(torch.nn.functional.interpolate(torch.rand(16, 1, 4, 8), (HEIGHT, WIDTH), mode="bilinear"))
    return export(network.state_dict(), RECIPE, folder, CALIBRATION.as_dict(), {})


def crops(count: int, seed: int = 0, width: int = WIDTH, height: int = HEIGHT) -> list[np.ndarray]:
    """Grey crops of soft blots, each another, (height, width) uint8."""
    import cv2

    rng = np.random.default_rng(seed)
    blots = rng.integers(0, 255, (count, 4, 8), dtype=np.uint8)
    return [cv2.resize(blot, (width, height), interpolation=cv2.INTER_CUBIC) for blot in blots]
