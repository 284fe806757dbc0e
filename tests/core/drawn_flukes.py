"""A tiny folder of drawn flukes with photos.csv, and a recipe that trains on it in seconds."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from whaleid_core.sample import draw_photo, unlike_whales
from whaleid_core.train.embedding import EmbeddingRecipe, Size
from whaleid_core.train.recipe import find

WHALES, PHOTOS = 6, 2

TINY = replace(
    EmbeddingRecipe.read(find("humpback-lite0")),
    name="tiny", start="nothing", width=64, height=32, length=32, frozen_stages=0, held_out=0.34, classes_per_batch=4,
    photos_per_class=2, single_weight=1.0, warm_up=4, learning_rate=0.001, sizes=(Size(0.0, 64, 32),), average=0.9,
)  # fmt: skip
"""Four whales are left to train on, as many as a batch takes; two are held out."""


def draw_flukes(folder: Path) -> Path:
    """`WHALES` whales with `PHOTOS` photos each, 200 x 120 pixels, all of them of the train split."""
    rng = np.random.default_rng(7)
    (folder / "photos").mkdir(parents=True)
    rows = ["image,whale,split,xmin,ymin,xmax,ymax"]
    for number, whale in enumerate(unlike_whales(WHALES, rng, 1)):
        for photo in range(PHOTOS):
            scene = draw_photo([whale], (200, 120), rng, share=0.7)
            name = f"{number}-{photo}.png"
            coded = cv2.imencode(".png", cv2.cvtColor(scene.pixels, cv2.COLOR_RGB2BGR))[1]
            (folder / "photos" / name).write_bytes(coded.tobytes())
            rows.append(",".join([name, f"w{number}", "train", *(f"{edge:.1f}" for edge in scene.boxes[0].corners)]))
    (folder / "photos.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder
