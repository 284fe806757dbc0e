"""Matches two tails point by point: how many marks of one fluke lie in the same arrangement on the other."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from whaleid_core.photos import Pixels, crop
from whaleid_core.records import Box

if TYPE_CHECKING:
    from cv2 import KeyPoint

KIND = "rootsift 1"
"""What keypoints are filed under; another kind's can't be compared with these."""
WIDTH, HEIGHT = 512, 224
"""Of the crop, in pixels."""
MARGIN = 0.05
LIMIT = 340
"""How many points a tail keeps at most, the strongest."""

_LENGTH = 128
_UNIT = 512.0
"""What a descriptor of length 1 is multiplied by, to be kept in bytes."""
_GRID = 64.0
"""Positions are kept in so many parts of a pixel."""
_HEADER = struct.Struct("<HI")


@dataclass(frozen=True, eq=False)
class Keypoints:
    """The points of one tail's crop that can be found again; an empty set is ordinary.

    Attributes:
        positions: (n, 2) float32, x and y in pixels of the crop.
        descriptors: (n, 128) uint8, what the crop looks like around each.
    """

    positions: NDArray[np.float32]
    descriptors: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.positions)

    def to_bytes(self) -> bytes:
        """In a form to be kept: the number of points, a checksum, positions, descriptors."""
        grid = (self.positions * _GRID).round().clip(0, 0xFFFF).astype("<u2")
        body = grid.tobytes() + self.descriptors.tobytes()
        return _HEADER.pack(len(self), zlib.crc32(body)) + body

    @classmethod
    def from_bytes(cls, data: bytes) -> Keypoints:
        """What `to_bytes` gave, its positions to a 64th of a pixel.

        Raises:
            ValueError: the bytes are damaged.
        """
        if len(data) < _HEADER.size:
            raise ValueError("keypoints end early")
        count, checksum = _HEADER.unpack_from(data)
        body = data[_HEADER.size :]
        if len(body) != count * (4 + _LENGTH) or zlib.crc32(body) != checksum:
            raise ValueError("keypoints are damaged")
        grid = np.frombuffer(body, "<u2", 2 * count).reshape(count, 2)
        descriptors = np.frombuffer(body, np.uint8, offset=4 * count).reshape(count, _LENGTH)
        return cls((grid / _GRID).astype(np.float32), descriptors)


NO_KEYPOINTS = Keypoints(np.zeros((0, 2), np.float32), np.zeros((0, _LENGTH), np.uint8))
"""Of a tail that shows none, or whose own aren't there."""


@dataclass(frozen=True, eq=False)
class Agreement:
    """The points of two tails that agree.

    Attributes:
        pairs: (points, 4) float32: x and y in the first crop, x and y in the second.
    """

    pairs: NDArray[np.float32]

    @property
    def points(self) -> int:
        """How many."""
        return len(self.pairs)


_NONE = Agreement(np.zeros((0, 4), np.float32))


def cut(pixels: Pixels, box: Box, scale: float = 1.0) -> Pixels:
    """The crop whose points are taken, `HEIGHT` x `WIDTH` grey; `scale` is from photo pixels to those of `pixels`."""
    from cv2 import COLOR_RGB2GRAY, cvtColor

    if pixels.ndim == 3:
        pixels = np.asarray(cvtColor(pixels, COLOR_RGB2GRAY), dtype=np.uint8)
    return crop(pixels, box, WIDTH, HEIGHT, MARGIN, scale)


def keypoints(crop: Pixels) -> Keypoints:
    """The strongest points of a grey crop, (height, width) uint8: RootSIFT, upright.

    Lowe 2004, with the descriptor of Arandjelovic & Zisserman 2012. Flukes are photographed upright, so no point is
    turned to an orientation of its own. A flat crop, or one of a few pixels, has none.
    """
    import cv2

    if min(crop.shape) < 16:
        return _kept([], np.zeros((0, _LENGTH), np.float32))
    even = cv2.createCLAHE(2.0, (8, 4)).apply(crop)
    sift = cv2.SIFT.create(contrastThreshold=0.02)
    found = {(point.pt, point.size): point for point in sift.detect(even, None)}
    strongest = sorted(found.values(), key=lambda point: -point.response)[:LIMIT]
    for point in strongest:
        point.angle = 0.0
    described, histograms = sift.compute(even, strongest)
    return _kept(described, histograms)


def _kept(points: Sequence[KeyPoint], histograms: NDArray[np.float32] | None) -> Keypoints:
    positions = np.array([point.pt for point in points], np.float32).reshape(-1, 2)
    if histograms is None or not len(positions):
        return Keypoints(np.zeros((0, 2), np.float32), np.zeros((0, _LENGTH), np.uint8))
    share = histograms / np.maximum(histograms.sum(axis=1, keepdims=True), 1e-9)
    descriptors = (np.sqrt(share) * _UNIT).round().clip(0, 255).astype(np.uint8)
    return Keypoints(positions, descriptors)


def agreement(a: Keypoints, b: Keypoints) -> Agreement:
    """The points of two crops that look alike and lie in one arrangement, up to an affine map.

    The same pair always gives the same answer; in the other order it may differ by a few points.
    """
    import cv2

    pairs = _alike(a, b)
    if len(pairs) < 4:
        return _NONE
    matrix, inside = cv2.estimateAffine2D(
        np.ascontiguousarray(pairs[:, :2]),
        np.ascontiguousarray(pairs[:, 2:]),
        method=cv2.RANSAC,
        ransacReprojThreshold=8.0,
    )
    if matrix is None or not _plausible(np.asarray(matrix)):
        return _NONE
    return Agreement(pairs[inside.ravel() > 0])


def _alike(a: Keypoints, b: Keypoints, ratio: float = 0.85) -> NDArray[np.float32]:
    """Pairs of points whose descriptors are clearly nearer to each other than to any second one."""
    if len(a) < 2 or len(b) < 2:
        return _NONE.pairs
    distances = 2 * _UNIT**2 - 2 * (a.descriptors.astype(np.float32) @ b.descriptors.astype(np.float32).T)
    rows = np.arange(len(a))
    best = distances.argmin(axis=1)
    nearest = distances[rows, best]
    distances[rows, best] = np.inf
    chosen = nearest < ratio**2 * distances.min(axis=1)
    return np.concatenate([a.positions[chosen], b.positions[best[chosen]]], axis=1)


def _plausible(matrix: NDArray[np.float64]) -> bool:
    """Whether a map is one between two views of a fluke: not mirrored, nor far from its size and shape."""
    linear = matrix[:, :2]
    stretch = np.linalg.svd(linear, compute_uv=False)
    return bool(np.linalg.det(linear) > 0 and stretch[0] < 2 and stretch[1] > 0.5 and abs(linear[1, 0]) < 0.5)
