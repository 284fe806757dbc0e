"""Looks at a found box once more: is it a tail, and was its photo turned? A linear unit on the edges' directions."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from whaleid_core.boxes import clip, widened
from whaleid_core.errors import Kind, WhaleIdError
from whaleid_core.packages import JUDGE, Package
from whaleid_core.photos import Pixels
from whaleid_core.records import Box

QUARTERS = (0, 90, 180, 270)
ANSWERS = len(QUARTERS) + 1
"""A tail in a photo turned clockwise by each of the quarters, or no tail."""
SIDE, CELL, BINS = 48, 8, 9
CELLS = SIDE // CELL
MARGIN = 0.1
"""Share of the box that is looked at beyond each side."""
FEATURES = (CELLS - 1) ** 2 * 4 * BINS + 1

Floats = NDArray[np.float32]


class TailJudge:
    """A linear classifier of boxes.

    Args:
        weights: (FEATURES + 1, ANSWERS) float32: a row for each number of `edges`, the last one the offsets.
    """

    def __init__(self, weights: Floats) -> None:
        if weights.shape != (FEATURES + 1, ANSWERS) or weights.dtype != np.float32:
            raise ValueError(f"the weights of a judge are {FEATURES + 1} x {ANSWERS} numbers, float32")
        self.weights = weights

    @classmethod
    def of(cls, package: Package) -> TailJudge | None:
        """The judge of a detector's package; None where it has none.

        Raises:
            WhaleIdError: its weights can't be used.
        """
        if JUDGE not in package.manifest.get("files", {}):
            return None
        try:
            return cls(np.load(package.folder / JUDGE, allow_pickle=False))
        except (OSError, ValueError, AttributeError, MemoryError) as error:
            sentence = f"The model package {package.name} was refused: its {JUDGE} can't be used."
            raise WhaleIdError(sentence, "Copy it again.", Kind.ENVIRONMENT) from error

    def chances(self, pixels: Pixels, box: Box) -> NDArray[np.float64]:
        """The probability of each of the `ANSWERS` for a box in a photo (height, width, 3; RGB)."""
        scores = (edges(pixels, box) @ self.weights[:-1] + self.weights[-1]).astype(np.float64)
        powers = np.exp(scores - scores.max())
        return np.asarray(powers / powers.sum(), dtype=np.float64)

    def tail(self, pixels: Pixels, box: Box) -> float:
        """The probability that a box holds a tail, however it is turned."""
        return 1 - float(self.chances(pixels, box)[-1])

    def upright(self, pixels: Pixels, box: Box) -> float:
        """The probability that a tail, if the box holds one, stands upright."""
        *turns, _ = self.chances(pixels, box).tolist()
        return float(turns[0] / max(sum(turns), 1e-12))


def edges(pixels: Pixels, box: Box) -> Floats:
    """What the judge looks at: `FEATURES` numbers of a box in a photo (height, width, 3; RGB).

    Histograms of edge directions in cells, each weighed against its neighbours (HOG, Dalal and Triggs 2005,
    doi:10.1109/CVPR.2005.177), of the box made square; and how wide it is for its height. Directions don't tell a dark
    tail on a bright sea from a bright one on a dark sea.
    """
    seen = clip(widened(box, MARGIN), pixels.shape[1], pixels.shape[0]) or box
    part = pixels[int(seen.ymin) : int(np.ceil(seen.ymax)), int(seen.xmin) : int(np.ceil(seen.xmax))]
    grey = cv2.cvtColor(part, cv2.COLOR_RGB2GRAY)
    square = cv2.resize(grey, (SIDE, SIDE), interpolation=cv2.INTER_AREA).astype(np.float32)
    across, down = np.zeros_like(square), np.zeros_like(square)
    across[:, 1:-1], down[1:-1] = square[:, 2:] - square[:, :-2], square[2:] - square[:-2]
    cells = _histograms(np.hypot(across, down), np.arctan2(down, across) % np.pi * (BINS / np.pi))
    blocks = np.concatenate([cells[:-1, :-1], cells[1:, :-1], cells[:-1, 1:], cells[1:, 1:]], axis=2)
    blocks /= np.linalg.norm(blocks, axis=2, keepdims=True) + 0.255  # so that flat water has no direction
    return np.append(blocks.ravel(), np.log(box.width / box.height)).astype(np.float32)


def _histograms(strength: Floats, place: Floats) -> Floats:
    """The strength of the edges in each direction, (CELLS, CELLS, BINS); each edge is shared by the nearest two."""
    lower = np.floor(place)
    upper = place - lower
    first = lower.astype(int) % BINS
    cell = np.arange(SIDE) // CELL
    table = np.zeros((CELLS, CELLS, BINS), np.float32)
    np.add.at(table, (cell[:, None], cell[None], first), strength * (1 - upper))
    np.add.at(table, (cell[:, None], cell[None], (first + 1) % BINS), strength * upper)
    return table
