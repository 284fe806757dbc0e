"""Where a network looked when it found two tails alike or not: a map over each tail. Needs torch."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from whaleid_core.boxes import widened
from whaleid_core.engine import voting
from whaleid_core.errors import Kind, WhaleIdError
from whaleid_core.packages import Package, installed
from whaleid_core.photos import Pixels, crop, read_pixels
from whaleid_core.records import Box

Map = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Seen:
    """A tail in a photo file: its box in pixels of the photo, upright and `turned` degrees clockwise."""

    path: Path
    box: Box
    photo_width: int
    turned: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Relevance:
    """What made two tails alike.

    Attributes:
        maps: of each tail, (rows, columns), 0 to 1 over both together.
        places: the part of each photo that its map covers, as a box in its pixels.
    """

    maps: tuple[Map, Map]
    places: tuple[Box, Box]


def relevance(one: Seen, other: Seen) -> Relevance:
    """Where the first network of the ensemble that has such a map looked.

    Raises:
        WhaleIdError: torch isn't there, no network has such a map, or a photo can't be read.
    """
    package = _network()
    pixels = np.stack([_cut(package, seen) for seen in (one, other)])
    from whaleid_core.runtime_torch import similarity_maps

    first, second = similarity_maps(package, pixels)
    return Relevance((first, second), (widened(one.box, package.margin), widened(other.box, package.margin)))


@cache
def _network() -> Package:
    if find_spec("torch") is None:
        sentence = "Where the networks looked can't be shown: torch isn't installed."
        raise WhaleIdError(sentence, "pip install 'whalegui[torch]'. Matching doesn't need it.", Kind.ENVIRONMENT)
    found = next((package for package in voting(installed())[1] if package.task == "embed"), None)
    if found is None:
        raise WhaleIdError("None of the networks in use can say where it looked.", "An embedding network can.")
    return found


def _cut(package: Package, seen: Seen) -> Pixels:
    pixels = read_pixels(seen.path, turned=seen.turned)
    if package.grey and pixels.ndim == 3:
        pixels = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8)
    scale = pixels.shape[1] / seen.photo_width
    return crop(pixels, seen.box, package.width, package.height, package.margin, scale)
