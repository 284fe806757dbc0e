"""Photos with one tail box each, which training scenes are composed of: read from a folder, or drawn."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from whaleid_core.errors import WhaleIdError
from whaleid_core.records import Box
from whaleid_core.sample import Whale, draw_photo
from whaleid_core.train.seas import Pixels

SKETCH = (480, 320)
"""Width and height of a drawn photo."""


@dataclass(frozen=True, slots=True)
class TailPhoto:
    """An encoded photo with its one tail box (pixels of the photo)."""

    encoded: bytes
    box: tuple[float, float, float, float]

    def pixels(self) -> Pixels:
        """Decoded, height x width x 3, RGB."""
        decoded = cv2.imdecode(np.frombuffer(self.encoded, np.uint8), cv2.IMREAD_COLOR)
        if decoded is None:
            raise ValueError("a photo of the training set can't be decoded")
        return np.asarray(cv2.cvtColor(decoded, cv2.COLOR_BGR2RGB), dtype=np.uint8)


def read_tails(flukes: Path, splits: Sequence[str]) -> list[tuple[str, str, TailPhoto]]:
    """(image, whale, photo) of the splits, in the order of photos.csv; hand-drawn boxes take precedence in training."""
    listing = flukes / "photos.csv"
    if not listing.is_file():
        raise WhaleIdError(f"{flukes} holds no photos.csv.", "Name the folder of fluke photographs.")
    corners = ("xmin", "ymin", "xmax", "ymax")
    with (flukes / "hand_boxes.csv").open(newline="", encoding="utf-8") as file:
        by_hand = {row["image"]: row for row in csv.DictReader(file)}
    with listing.open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["split"] in splits]
    tails = []
    for row in rows:
        left, top, right, bottom = (float(by_hand.get(row["image"], row)[name]) for name in corners)
        photo = TailPhoto((flukes / "photos" / row["image"]).read_bytes(), (left, top, right, bottom))
        tails.append((row["image"], row["whale"], photo))
    return tails


def boxed_tails(
    folder: Path, boxes: Mapping[str, Sequence[Box]], whales: Mapping[str, str]
) -> list[tuple[str, str, TailPhoto]]:
    """(image, whale, photo) of a list of boxes; the photo itself stands for a whale that nobody knows.

    Args:
        folder: of the photos.
        boxes: image -> its tail boxes; the first is taken.
        whales: image -> whale.

    Raises:
        WhaleIdError: a photo is missing, or there is no box.
    """
    images = [image for image, own in boxes.items() if own]
    if not images:
        raise WhaleIdError("The list of boxes holds none.", "A detector learns from photos with tail boxes.")
    if gone := [image for image in images if not (folder / image).is_file()]:
        sentence = f"{len(gone)} photos of the list of boxes are not in {folder}: {gone[0]} is the first."
        raise WhaleIdError(sentence, "Name the folder that holds them with --photos.")
    return [
        (image, whales.get(image) or image, TailPhoto((folder / image).read_bytes(), boxes[image][0].corners))
        for image in images
    ]


def split_by_whale(
    tails: Sequence[tuple[str, str, TailPhoto]], held_out: int, seed: int
) -> tuple[list[TailPhoto], list[TailPhoto]]:
    """Photos to train on, and about `held_out` photos of other whales to measure with."""
    whales = sorted({whale for _, whale, _ in tails})
    np.random.default_rng(seed).shuffle(whales)
    counts = {whale: 0 for whale in whales}
    for _, whale, _ in tails:
        counts[whale] += 1
    kept: set[str] = set()
    photos = 0
    for whale in whales:
        if photos >= held_out:
            break
        kept.add(whale)
        photos += counts[whale]
    learn = [photo for _, whale, photo in tails if whale not in kept]
    return learn, [photo for _, whale, photo in tails if whale in kept]


def draw_tails(count: int, seed: int) -> list[TailPhoto]:
    """Drawn photos of `count` whales of the sample survey, one tail each."""
    sketches = []
    for number in range(count):
        rng = np.random.default_rng([seed, number])
        scene = draw_photo([Whale("", int(rng.integers(1 << 31)))], SKETCH, rng)
        _, coded = cv2.imencode(".jpg", cv2.cvtColor(scene.pixels, cv2.COLOR_RGB2BGR))
        sketches.append(TailPhoto(coded.tobytes(), scene.boxes[0].corners))
    return sketches
