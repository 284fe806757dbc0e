"""Finds tails: photo -> tail boxes, with a YOLO network."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from whaleid_core.boxes import clip, scaled, suppress
from whaleid_core.packages import Package
from whaleid_core.photos import Pixels
from whaleid_core.records import Box, Drawer
from whaleid_core.runtime import Runner

SURE = 0.25
"""Confidence from which a box counts as a tail, where the package doesn't name one."""
FAINT = 0.5
"""Share of that confidence that is enough once the photo as it is showed no tail, and the whole frame is tried."""
OVERLAP = 0.45
"""Two boxes that share more than this (IoU) are one tail."""
GREY = 114
"""The pad around a photo that isn't square, as in training."""
ROOM = 0.6
"""Side of a photo inside the square when the whole frame is tried, so that a tail that is cut by it looks smaller."""


class TailFinder:
    """A detector package that runs.

    Args:
        package: task "detect", square input, output (n, 5, anchors): x, y, width, height in input pixels and score.
        runner: the package, loaded.
    """

    def __init__(self, package: Package, runner: Runner) -> None:
        self.package = package
        self._runner = runner
        self._side = package.width
        self._sure = float(package.manifest.get("metrics", {}).get("confidence", SURE))

    def find(self, pixels: Pixels) -> list[Box]:
        """Tail boxes of a photo (height, width, 3; RGB uint8), surest first, in its own pixels.

        Where the photo as it is shows none, the whole frame is tried once more, drawn smaller: a tail that fills the
        frame from edge to edge is then seen from outside.
        """
        boxes = self._search(pixels, 1.0, self._sure)
        return boxes or self._search(pixels, ROOM, FAINT * self._sure)[:1]

    def _search(self, pixels: Pixels, share: float, least: float) -> list[Box]:
        height, width = pixels.shape[:2]
        square, factor, left, top = letterbox(pixels, self._side, share)
        found = decoded(self._runner.run(square[None])[0], least)
        boxes = []
        for box in suppress(found, OVERLAP):
            moved = replace(box, xmin=box.xmin - left, xmax=box.xmax - left, ymin=box.ymin - top, ymax=box.ymax - top)
            inside = clip(scaled(moved, 1 / factor), width, height)
            if inside is not None and inside.width >= 2 and inside.height >= 2:
                boxes.append(inside)
        return boxes


def letterbox(pixels: Pixels, side: int, share: float = 1.0) -> tuple[Pixels, float, int, int]:
    """A photo inside a grey square of `side` pixels, its longer side `share` of that.

    Returns the square, the factor from photo to square pixels, and where the photo's left upper corner lies in it: the
    square's own where share is 1, else so that the photo is in the middle.
    """
    height, width = pixels.shape[:2]
    factor = side * share / max(height, width)
    size = max(1, round(width * factor)), max(1, round(height * factor))
    how = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    small = cv2.resize(pixels, size, interpolation=how)
    left, top = ((side - size[0]) // 2, (side - size[1]) // 2) if share < 1 else (0, 0)
    square = np.full((side, side, 3), GREY, np.uint8)
    square[top : top + size[1], left : left + size[0]] = small
    return square, factor, left, top


def decoded(output: NDArray[np.float32], least: float) -> list[Box]:
    """Boxes of a network's output (5, anchors) whose confidence is at least `least`, in input pixels."""
    chosen = output[:, output[4] >= least]
    boxes = []
    for x, y, w, h, score in chosen.T.tolist():
        left, right, top, bottom = x - w / 2, x + w / 2, y - h / 2, y + h / 2
        if right > left and bottom > top:  # a width above 0 isn't enough: added to x it may be rounded away
            boxes.append(Box(left, top, right, bottom, Drawer.DETECTOR, min(1.0, score)))
    return boxes
