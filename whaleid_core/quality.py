"""Suggests how good a tail's picture is: sharpness and exposure, 1 (best) to 5, from its pixels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from whaleid_core.photos import Pixels

WIDTH = 512
"""Pixels across at which sharpness is judged: a tail that has fewer is blurred at it, and so judged blunter."""

_SHARP = (0.12, 0.08, 0.05, 0.03)
"""The least crispness of a tail that is 1, 2, 3 or 4; below the last it is 5. Of 400 photographs of 2019,
tails of some 250 pixels, a quarter is below 0.08 and a quarter above 0.135; a tenth is below 0.06."""
_CLIPPED = (0.01, 0.05, 0.15, 0.35)
"""The largest share of lost pixels of a tail that is 1, 2, 3 or 4; above the last it is 5."""
_RANGE = (0.45, 0.30, 0.20, 0.12)
"""The least range of grey of a tail that is 1, 2, 3 or 4, of all that there is."""


@dataclass(frozen=True, slots=True)
class Suggested:
    """What the program suggests for two of the five criteria of SPLASH (Calambokidis et al. 2008); a person decides.

    Attributes:
        sharpness, exposure: 1 (excellent) to 5 (poor).
    """

    sharpness: int
    exposure: int


def suggest(crop: Pixels) -> Suggested:
    """What the crop of a tail looks like: (height, width) or (height, width, 3) uint8, of any size."""
    grey = _grey(crop)
    return Suggested(_grade_down(crispness(grey), _SHARP), exposure(grey))


def crispness(grey: NDArray[np.uint8]) -> float:
    """How steep the edges of a grey crop are, 0 to about 1: the standard deviation of the Laplacian (Pech-Pacheco et
    al. 2000) at `WIDTH`, against that of the grey values, so that a dull light doesn't count as blur."""
    import cv2

    height, width = grey.shape
    if min(height, width) < 3:
        return 0.0
    size = WIDTH, max(8, round(WIDTH * height / width))
    way = cv2.INTER_AREA if width > WIDTH else cv2.INTER_CUBIC
    even = cv2.resize(grey, size, interpolation=way).astype(np.float32)
    spread = float(even.std())
    if spread < 1.0:  # flat: nothing to be sharp
        return 0.0
    # Once smoothed, or the sensor's noise would count as sharpness.
    smooth = cv2.GaussianBlur(even, (0, 0), 1.0)
    return float(cv2.Laplacian(smooth, cv2.CV_32F)[1:-1, 1:-1].std()) / spread


def exposure(grey: NDArray[np.uint8]) -> int:
    """1 to 5: the worse of how much is lost in black or white, and how little of the range of grey is used."""
    lost = float(np.mean((grey <= 2) | (grey >= 253)))
    low, high = np.percentile(grey, (2, 98))
    return max(_grade_up(lost, _CLIPPED), _grade_down(float(high - low) / 255, _RANGE))


def _grey(crop: Pixels) -> NDArray[np.uint8]:
    from cv2 import COLOR_RGB2GRAY, cvtColor

    return np.asarray(cvtColor(crop, COLOR_RGB2GRAY) if crop.ndim == 3 else crop, np.uint8)


def _grade_down(value: float, least: tuple[float, ...]) -> int:
    """1 where a value reaches the first of some limits, which fall."""
    return 1 + sum(value < limit for limit in least)


def _grade_up(value: float, most: tuple[float, ...]) -> int:
    """1 where a value stays within the first of some limits, which rise."""
    return 1 + sum(value > limit for limit in most)
