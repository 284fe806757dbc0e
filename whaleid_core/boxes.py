"""What can be done with tail boxes: clip, scale, widen, turn, compare, thin out; empty lists are ordinary."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from whaleid_core.records import Box


def clip(box: Box, width: float, height: float) -> Box | None:
    """The part of a box inside a photo of width x height pixels; None where nothing of it is inside."""
    xmin, ymin = max(box.xmin, 0.0), max(box.ymin, 0.0)
    xmax, ymax = min(box.xmax, float(width)), min(box.ymax, float(height))
    if xmax <= xmin or ymax <= ymin:
        return None
    return replace(box, xmin=xmin, ymin=ymin, xmax=xmax, ymax=ymax)


def scaled(box: Box, factor: float) -> Box:
    """The same box in a photo scaled by a factor, which must be above 0 (ValueError otherwise)."""
    return replace(box, xmin=box.xmin * factor, ymin=box.ymin * factor, xmax=box.xmax * factor, ymax=box.ymax * factor)


def widened(box: Box, margin: float) -> Box:
    """The box with each side moved out by `margin` times the box's extent in that direction."""
    dx, dy = box.width * margin, box.height * margin
    return replace(box, xmin=box.xmin - dx, ymin=box.ymin - dy, xmax=box.xmax + dx, ymax=box.ymax + dy)


def turned(box: Box, width: float, height: float, degrees: int) -> Box:
    """The box after its photo, width x height before the turn, is turned clockwise.

    Args:
        degrees: a multiple of 90; negative turns the other way (ValueError otherwise).
    """
    quarter, rest = divmod(degrees, 90)
    if rest:
        raise ValueError(f"a photo is turned by quarters, not by {degrees} degrees")
    match quarter % 4:
        case 1:
            return replace(box, xmin=height - box.ymax, ymin=box.xmin, xmax=height - box.ymin, ymax=box.xmax)
        case 2:
            return replace(
                box, xmin=width - box.xmax, ymin=height - box.ymax, xmax=width - box.xmin, ymax=height - box.ymin
            )
        case 3:
            return replace(box, xmin=box.ymin, ymin=width - box.xmax, xmax=box.ymax, ymax=width - box.xmin)
    return box


def iou(a: Box, b: Box) -> float:
    """Area of the overlap over area of the union, 0 to 1."""
    return float(iou_matrix([a], [b])[0, 0])


def iou_matrix(a: Sequence[Box], b: Sequence[Box]) -> npt.NDArray[np.float64]:
    """The `iou` of each of n boxes with each of m boxes, float64 of shape (n, m)."""
    shared, first, second = _shared(a, b)
    return _ratio(shared, first + second - shared)


def inside_matrix(a: Sequence[Box], b: Sequence[Box]) -> npt.NDArray[np.float64]:
    """How much of the area of each of n boxes lies in each of m boxes, from 0 to 1, float64 of shape (n, m)."""
    shared, first, _ = _shared(a, b)
    return _ratio(shared, np.broadcast_to(first, shared.shape))


def _shared(a: Sequence[Box], b: Sequence[Box]) -> tuple[npt.NDArray[np.float64], ...]:
    """The area that each of n boxes shares with each of m, (n, m), and the areas of both, (n, 1) and (1, m)."""
    first = np.array([box.corners for box in a], np.float64).reshape(-1, 1, 4)
    second = np.array([box.corners for box in b], np.float64).reshape(1, -1, 4)
    low = np.maximum(first[..., :2], second[..., :2])
    high = np.minimum(first[..., 2:], second[..., 2:])
    return np.clip(high - low, 0.0, None).prod(axis=-1), _areas(first), _areas(second)


def _ratio(part: npt.NDArray[np.float64], whole: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    # Boxes so thin that their area is rounded to nothing have no overlap to speak of; rounding may also pass 1.
    ratio: npt.NDArray[np.float64] = np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)
    return ratio.clip(0.0, 1.0)


def _areas(corners: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    sides: npt.NDArray[np.float64] = corners[..., 2:] - corners[..., :2]
    return sides[..., 0] * sides[..., 1]


def suppress(boxes: Sequence[Box], threshold: float) -> list[Box]:
    """Non-maximum suppression: the best boxes, none overlapping a better one by more than `threshold` IoU.

    Returns the kept boxes, best confidence first; of equals the earlier one counts as better.
    """
    ordered = sorted(boxes, key=lambda box: -box.confidence)
    overlaps = iou_matrix(ordered, ordered)
    kept: list[int] = []
    for index in range(len(ordered)):
        if not kept or overlaps[index, kept].max() <= threshold:
            kept.append(index)
    return [ordered[index] for index in kept]
