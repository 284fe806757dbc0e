"""Finds tails: photo -> tail boxes, with a YOLO network."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from whaleid_core.boxes import clip, inside_matrix, iou_matrix, scaled, suppress
from whaleid_core.judge import QUARTERS, TailJudge
from whaleid_core.packages import Package
from whaleid_core.photos import Pixels
from whaleid_core.records import Box, Drawer
from whaleid_core.runtime import Runner

SURE = 0.25
"""Confidence from which a box counts as a tail, where the package doesn't name one."""
LEAST = 0.02
"""Confidence of the network from which a box is looked at once more, where the package has a judge."""
MOST = 8
"""Boxes of a look that are gone into, at most."""
OVERLAP = 0.45
"""Two boxes that share more than this (IoU) are one tail."""
LIKELY, AS_LIKELY = 0.3, 0.5
"""Confidence that each of two tails needs at least, by itself and as a share of what a box around both has."""
WITHIN, SMALLER, APART = 0.75, 0.75, 0.1
"""So much of each lies in that box at least, it is so much of the box at most, and so much of it lies in the other."""
GREY = 114
"""The pad around a photo that isn't square, as in training."""
ROOM = 0.6
"""Side of a photo inside the square when it is seen from outside, so that a tail that is cut by it looks smaller."""
CUT = 0.5
"""Share of the photo's longer side from which a tail may be cut by the frame; others are seen better from near."""
PART = 2 / 3
"""Side of the parts of a photo that are searched one by one, as a share of its longer side."""
DOUBTS = (1.0, 1.0, 0.5)
"""How much of the doubt that a tail may have is allowed in each look; parts of empty seas show more that is none."""
EDGE = 2.0
"""Pixels of a part within which a box is thought to be cut by it: the part beside it shows all of that tail."""
SMALL = 0.3
"""Share of the photo's longer side up to which a box is looked at from near."""
LARGE = 0.917
"""What a larger box has for a judge: in 300 empty frames the network saw one such box, and ten small ones."""
WORTH = 0.35
"""Confidence from which that is worth a run of the network: a box of less doesn't come to count by it."""
NEAR = 3.5
"""Side of what is then looked at, in longer sides of the box: tails in photos are about so large."""
SAME = 0.3
"""Two boxes of one tail, seen from far and from near, share at least this (IoU)."""
EVEN = 0.5
"""What looks at a box once more and gives it less than this says that it is none, whatever all say together."""
DOUBT = 0.0025
"""What each witness is thought to be wrong by at least: the judge is small, and saw little of the world."""
STANDS = 0.5
"""Probability that a tail stands upright from which no other way of turning its photo is tried."""
CERTAIN = 0.95
"""The same, from which a photo is turned: to turn one that is upright is worse than to leave one that isn't."""
TURNED = 0.6
"""Confidence that a tail in a turned photo needs at least, for there are three chances to find a false one."""


class TailFinder:
    """A detector package that runs.

    Args:
        package: task "detect", square input, output (n, 5, anchors): x, y, width, height in input pixels and score.
        runner: the package, loaded.
        confidence: from which a box counts as a tail; None takes the package's.

    Attributes:
        confidence: that confidence.
    """

    def __init__(self, package: Package, runner: Runner, confidence: float | None = None) -> None:
        self.package = package
        self._runner = runner
        self._judge = TailJudge.of(package)
        self._side = package.width
        named = float(package.manifest.get("metrics", {}).get("confidence", SURE))
        self.confidence = named if confidence is None else confidence

    def find(self, pixels: Pixels) -> list[Box]:
        """Tail boxes of a photo (height, width, 3; RGB uint8), surest first, in its own pixels.

        Where the photo as it is shows none, it is tried once more, as `looks` says.
        """
        return first_shown(self.looks(pixels), self.confidence)

    def unsure(self, pixels: Pixels) -> list[Box]:
        """The box that is likeliest a tail where `find` shows none, for a person to judge, or no box."""
        for look in self.looks(pixels):  # the first sees all of a tail; the others may see a part of it surer
            if seen := [box for box in look if box.confidence >= EVEN]:
                return [max(seen, key=lambda box: box.confidence)]
        return []

    def find_upright(self, pixels: Pixels) -> tuple[int, list[Box]]:
        """How a photo has to be turned to stand upright, and the tail boxes in the photo so turned.

        Returns:
            0, 90, 180 or 270 degrees clockwise, and the boxes as `find` gives them. Without a judge, and where no turn
            shows a tail that is certain to be upright, the photo stays as it is.
        """
        boxes = self.find(pixels)
        if self._judge is None or (boxes and self._judge.upright(pixels, boxes[0]) >= STANDS):
            return 0, boxes
        best = 0.0, 0, boxes
        for degrees in QUARTERS[1:]:
            turned = np.ascontiguousarray(np.rot90(pixels, -(degrees // 90)))
            found = first_shown([next(self.looks(turned))], max(self.confidence, TURNED))
            upright = self._judge.upright(turned, found[0]) if found else 0.0
            if upright >= CERTAIN and upright * found[0].confidence > best[0]:
                best = upright * found[0].confidence, degrees, found
        return best[1:]

    def looks(self, pixels: Pixels) -> Iterator[list[Box]]:
        """All that may be a tail, surest first, however unsure, look after look.

        First the photo as it is. Then the whole frame from outside, for a tail that fills it from edge to edge. Then
        parts of it from nearer, for tails that are too small to be seen from far. What only a later look sees is
        disputed, for the first one was at the same place.
        """
        yield self._checked(pixels, self._boxes(pixels))
        longest = max(pixels.shape[:2])
        outside = [box for box in self._boxes(pixels, ROOM) if max(box.width, box.height) >= CUT * longest]
        yield _disputed(self._checked(pixels, outside))
        yield _disputed(self._checked(pixels, self._in_parts(pixels)))

    def _checked(self, pixels: Pixels, boxes: Sequence[Box]) -> list[Box]:
        likely = suppress(without_joint(boxes), OVERLAP)[:MOST]
        if self._judge is not None:
            likely = suppress([self._again(self._judge, pixels, box) for box in likely], OVERLAP)
        return likely

    def _in_parts(self, pixels: Pixels) -> list[Box]:
        """What the network says of overlapping parts of a photo, of boxes that no part cuts."""
        height, width = pixels.shape[:2]
        side = math.ceil(PART * max(height, width))
        found = []
        for top in _starts(height, side):
            for left in _starts(width, side):
                part = pixels[top : top + side, left : left + side]
                right, bottom = left + part.shape[1], top + part.shape[0]
                inner = left > 0, top > 0, right < width, bottom < height
                for box in self._boxes(part):
                    moved = _moved(box, left, top)
                    gaps = moved.xmin - left, moved.ymin - top, right - moved.xmax, bottom - moved.ymax
                    if not any(gap < EDGE and is_cut for gap, is_cut in zip(gaps, inner, strict=True)):
                        found.append(moved)
        return found

    def _boxes(self, pixels: Pixels, share: float = 1.0) -> list[Box]:
        """What the network alone says, surest first."""
        height, width = pixels.shape[:2]
        square, factor, left, top = letterbox(pixels, self._side, share)
        boxes = []
        for box in suppress(without_joint(decoded(self._runner.run(square[None])[0], LEAST)), OVERLAP):
            inside = clip(scaled(_moved(box, -left, -top), 1 / factor), width, height)
            if inside is not None and inside.width >= 2 and inside.height >= 2:
                boxes.append(inside)
        return boxes

    def _again(self, judge: TailJudge, pixels: Pixels, box: Box) -> Box:
        """A box after the judge saw it and, where it is small and likely, the network saw it from near.

        What the judge says of a large one doesn't count, but is kept where it disagrees.
        """
        if max(box.width, box.height) > SMALL * max(pixels.shape[:2]):
            disputed = judge.tail(pixels, box) < EVEN
            return replace(box, confidence=agreed(box.confidence, LARGE), disputed=disputed)
        both = agreed(box.confidence, judge.tail(pixels, box))
        if both < WORTH:
            return replace(box, confidence=both)
        near = self._near(pixels, box)
        sure = near.confidence if near else LEAST
        where = near or box
        judged = judge.tail(pixels, where)
        return replace(where, confidence=agreed(box.confidence, judged, sure), disputed=min(judged, sure) < EVEN)

    def _near(self, pixels: Pixels, box: Box) -> Box | None:
        """The box as the network sees it in a part of the photo around it; None where it doesn't."""
        reach = NEAR * max(box.width, box.height) / 2
        x, y = (box.xmin + box.xmax) / 2, (box.ymin + box.ymax) / 2
        left, top = int(max(0, x - reach)), int(max(0, y - reach))
        part = pixels[top : math.ceil(y + reach), left : math.ceil(x + reach)]
        found = [_moved(seen, left, top) for seen in self._boxes(part)]
        same = iou_matrix([box], found)[0] >= SAME
        return next((seen for seen, is_same in zip(found, same, strict=True) if is_same), None)


def _disputed(boxes: Sequence[Box]) -> list[Box]:
    return [replace(box, disputed=True) for box in boxes]


def _moved(box: Box, across: float, down: float) -> Box:
    return replace(box, xmin=box.xmin + across, xmax=box.xmax + across, ymin=box.ymin + down, ymax=box.ymax + down)


def _starts(length: int, side: int) -> list[int]:
    """Where parts of a side begin that cover a length, each overlapping the next by a third or more."""
    steps = math.ceil(max(0, length - side) / (side * 2 / 3))
    return [round(step * (length - side) / steps) for step in range(steps + 1)] if steps else [0]


def without_joint(boxes: Sequence[Box]) -> list[Box]:
    """The boxes without those around two others that lie apart.

    Where two tails are side by side, the network also puts one box around both. In non-maximum suppression that takes
    the place of one of them.
    """
    strong = [box for box in boxes if box.confidence >= LIKELY]
    if len(strong) < 2:
        return list(boxes)
    area, sure = (np.array([(box.area, box.confidence) for box in boxes])).T
    strong_area, strong_sure = (np.array([(box.area, box.confidence) for box in strong])).T[..., None]
    inner = (
        (inside_matrix(strong, boxes) >= WITHIN)
        & (strong_area <= SMALLER * area)
        & (strong_sure >= AS_LIKELY * sure)
    ).astype(np.float64)  # fmt: skip
    among = inside_matrix(strong, strong)
    apart = (among < APART) & (among.T < APART)
    joint = np.einsum("ib,ij,jb->b", inner, apart, inner, optimize=True) > 0
    return [box for box, is_joint in zip(boxes, joint.tolist(), strict=True) if not is_joint]


def first_shown(looks: Iterable[Sequence[Box]], confidence: float) -> list[Box]:
    """The boxes of the first look that shows any; in each look as much doubt is allowed as `DOUBTS` says."""
    for share, boxes in zip(DOUBTS, looks, strict=False):
        if shown := [box for box in boxes if 1 - box.confidence <= share * (1 - confidence)]:
            return shown
    return []


def agreed(*chances: float) -> float:
    """The probability whose log-odds are the mean of those of several witnesses, none of which is quite certain."""
    odds = [math.log(chance / (1 - chance)) for chance in (min(max(c, DOUBT), 1 - DOUBT) for c in chances)]
    return 1 / (1 + math.exp(-sum(odds) / len(odds)))


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
