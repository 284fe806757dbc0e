"""Matches two tails point by point: how many marks of one fluke lie in the same arrangement on the other."""

from __future__ import annotations

import threading
import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from whaleid_core.boxes import widened
from whaleid_core.photos import Pixels, crop
from whaleid_core.records import Box

KIND = "rootsift 2"
"""What keypoints are filed under; another kind's can't be compared with these."""

# Chosen on 182 queries of whales that the shipped network never saw, each against the nearest photo of its own whale
# and of the five wrong ones that the network takes for it most. Judged by the mean negative log likelihood of the right
# whale (NLL) under a softmax of similarity and number of points, fitted on one half of the whales and measured on the
# other: 0.91 without points; differences below 0.03 are chance.
WIDTH, HEIGHT = 384, 168
"""Of the crop, in pixels: 256 x 112 gives too few points (NLL 0.64 instead of 0.56); 512 x 224 with 800 points costs
twice as much for no clear gain (0.55)."""
MARGIN = 0.05
"""How much of the surroundings a crop takes in, as a part of the tail box."""
LIMIT = 600
"""How many points a tail keeps at most, the strongest: NLL 0.73 with 200, 0.65 with 300, 0.62 with 400."""
_CONTRAST = 0.02
"""Half of OpenCV's own: flukes are dim, and with it nearly each has `LIMIT` points."""
_RATIO = 0.92
"""How much nearer a point must look than the second best: NLL 0.63 at 0.85, no better without the test both ways."""
_REACH = 0.25 * WIDTH, 0.45 * HEIGHT
"""How far apart in x and in y, the half axes of an ellipse, two points may lie in their crops: both are cut along the
tail, so what lies elsewhere is another mark. By one-way matches and OpenCV's RANSAC, NLL 0.64 without, 0.60 with."""
_NEAR, _TOLERANCE = 32.0, 6.0
"""In pixels: how unlike the moves of two pairs may be that are put together at first, and how far from its place in the
arrangement a point may lie in the end."""
_STIFFNESS = 2000.0
"""In square pixels: how much an arrangement is held to a mere shift, so that few points in one spot can't bend it."""
_BEND = 0.4
"""How far an arrangement may stretch, turn or shear: two views of one fluke differ by less, a mirrored one by more."""
_STARTS, _ROUNDS = 5, (18.0, 12.0, _TOLERANCE, _TOLERANCE)
_FEWEST = 4
"""How many points an arrangement has at least: three fit many."""
ALIGNED = 12
"""So many points at least say how two tails lie to each other. Of 166 pairs of photos of one whale whose tips and notch
are marked, 94 have so many: by the map that fits them tips and notch lie 2 % of the tail's width apart in the middle
case, by the boxes alone 5.6 %, and in 94 % of the pairs nearer. By a similarity, which can't stretch, it is 3.9 %, and
nearer in 57 %. Of pairs of two whales 0.3 % have so many, and 3 % have 10."""
_SPOT = 6.0
"""In pixels: the standard deviation in x or in y above which points aren't all in one spot."""

_LENGTH = 128
_UNIT = 64.0
"""What a descriptor of length 1 is multiplied by, to be kept in bytes: fine enough, and what deflates well."""
_PARTS = 64.0
"""Positions are kept in so many parts of a pixel."""

_own = threading.local()


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
        """In a form to be kept: positions, then descriptors, deflated with a checksum; about 40 kB with 600 points."""
        parts = (self.positions * _PARTS).round().clip(0, 0xFFFF).astype("<u2")
        return zlib.compress(parts.tobytes() + self.descriptors.tobytes(), 1)

    @classmethod
    def from_bytes(cls, data: bytes) -> Keypoints:
        """What `to_bytes` gave, its positions to a 64th of a pixel.

        Raises:
            ValueError: the bytes are damaged.
        """
        try:
            raw = zlib.decompress(data)
        except zlib.error as error:
            raise ValueError(f"keypoints are damaged: {error}") from error
        count, rest = divmod(len(raw), 4 + _LENGTH)
        if rest:
            raise ValueError(f"keypoints are damaged: {len(raw)} bytes are no number of points")
        parts = np.frombuffer(raw, "<u2", 2 * count).reshape(count, 2)
        descriptors = np.frombuffer(raw, np.uint8, offset=4 * count).reshape(count, _LENGTH)
        return cls((parts / _PARTS).astype(np.float32), descriptors)


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


@dataclass(frozen=True, eq=False)
class _Affine:
    """A map of places, (n, 2) to (n, 2): shifted, and moved the more the farther they are from the centre."""

    centre: NDArray[np.float64]
    shift: NDArray[np.float64]
    bend: NDArray[np.float64]

    @classmethod
    def of(cls, places: NDArray[np.floating], moves: NDArray[np.floating]) -> _Affine:
        """That by which places are moved, by ridge regression: without evidence it is a shift."""
        own = places - (centre := places.mean(axis=0))
        shift = moves.mean(axis=0)
        return cls(centre, shift, np.linalg.solve(own.T @ own + _STIFFNESS * np.eye(2), own.T @ (moves - shift)))

    def moves(self, places: NDArray[np.floating]) -> NDArray[np.float64]:
        """How far each place is moved."""
        return np.asarray((places - self.centre) @ self.bend + self.shift)


def cut(pixels: Pixels, box: Box, scale: float = 1.0) -> Pixels:
    """The crop whose points are taken, `HEIGHT` x `WIDTH` grey; `scale` is from photo pixels to those of `pixels`."""
    from cv2 import COLOR_RGB2GRAY, cvtColor

    if pixels.ndim == 3:
        pixels = np.asarray(cvtColor(pixels, COLOR_RGB2GRAY), dtype=np.uint8)
    return crop(pixels, box, WIDTH, HEIGHT, MARGIN, scale)


def in_photo(places: NDArray[np.floating], box: Box) -> NDArray[np.float64]:
    """Places (n, 2) in the crop of a box, in pixels of the box's photo."""
    wide = widened(box, MARGIN)
    size = np.array([wide.width / WIDTH, wide.height / HEIGHT])
    return np.asarray(places * size + (wide.xmin, wide.ymin))


def keypoints(crop: Pixels) -> Keypoints:
    """The strongest points of a grey crop, (height, width) uint8: SIFT (Lowe 2004) after CLAHE, upright.

    Its descriptors are RootSIFT (Arandjelovic & Zisserman 2012). Flukes are photographed upright, so no point is turned
    to an orientation of its own. A flat crop, or one of a few pixels, has none.
    """
    import cv2

    if min(crop.shape) < 16:
        return NO_KEYPOINTS
    even = cv2.createCLAHE(2.0, (8, 4)).apply(crop)
    sift = cv2.SIFT.create(contrastThreshold=_CONTRAST)
    # One point with several orientations is one here.
    found = {(point.pt, point.size): point for point in sift.detect(even, None)}
    strongest = sorted(found.values(), key=lambda point: -point.response)[:LIMIT]
    for point in strongest:
        point.angle = 0.0
    points, histograms = sift.compute(even, strongest)
    if not points:
        return NO_KEYPOINTS
    positions = np.array([point.pt for point in points], np.float32)
    shares = histograms / np.maximum(histograms.sum(axis=1, keepdims=True), 1e-9)
    return Keypoints(positions, (np.sqrt(shares) * _UNIT).round().astype(np.uint8))


def agreement(a: Keypoints, b: Keypoints) -> Agreement:
    """The points of two crops that look alike and lie in one arrangement, up to a moderate affine map.

    In the way of Philbin et al. 2007: each pair of points that look alike is a guess of how the crops lie to each other
    (here a shift, for both are upright and of one size), and the guesses that most others share are refined to an
    affine map. Nothing is drawn by lot: the same two sets always give the same answer. In the other order they give the
    same pairs, except where two arrangements are shared by equally many.
    """
    pairs = _alike(a, b)
    return Agreement(pairs[_arranged(pairs)])


def aligned(found: Agreement, box: Box, other: Box) -> NDArray[np.float64] | None:
    """How the second tail is laid over the first, so that the points that agree fall together.

    Args:
        box, other: the two tails, in pixels of their photos.

    Returns:
        (3, 2): a place (x, y, 1) in the second photo times this is the place in the first; None where fewer than
        `ALIGNED` points agree.
    """
    if found.points < ALIGNED:
        return None
    pairs = found.pairs.astype(np.float64)
    moved = _Affine.of(pairs[:, 2:], pairs[:, :2] - pairs[:, 2:])
    # An affine map is told by where it takes three places.
    corners = np.array([(0, 0), (WIDTH, 0), (0, HEIGHT)], np.float64)
    start, end = in_photo(corners, other), in_photo(corners + moved.moves(corners), box)
    return np.asarray(np.linalg.solve(np.column_stack([start, np.ones(3)]), end), np.float64)


def _alike(a: Keypoints, b: Keypoints) -> NDArray[np.float32]:
    """(n, 4) the pairs of points that are each other's nearest within reach, and clearly so for both."""
    if not len(a) or not len(b):
        return np.zeros((0, 4), np.float32)
    near, apart = _space(len(a), len(b))
    np.matmul(_unit(a.descriptors), _unit(b.descriptors).T, out=near)
    _apart(a.positions, b.positions, apart)
    # What is out of reach is less alike than anything; in arithmetic, which is three times as fast as by a mask.
    np.multiply(np.maximum(np.subtract(apart, 1, out=apart), 0, out=apart), -1e9, out=apart)
    np.maximum(np.add(near, apart, out=near), -1.0, out=near)
    other = near.argmax(axis=1)
    best = near[np.arange(len(a)), other]
    mine = np.flatnonzero((best > 0) & (best == near.max(axis=0)[other]))
    other, best = other[mine], best[mine]
    near[mine, other] = -1.0
    second = np.maximum(near.max(axis=1)[mine], near.max(axis=0)[other])
    # Squared distances of unit vectors are 2 - 2 times their product.
    clear = 1 - best < _RATIO**2 * (1 - second)
    return np.concatenate([a.positions[mine[clear]], b.positions[other[clear]]], axis=1)


def _unit(descriptors: NDArray[np.uint8]) -> NDArray[np.float32]:
    vectors = descriptors.astype(np.float32)
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9), np.float32)


def _space(rows: int, columns: int) -> NDArray[np.float32]:
    """Two matrices of this thread's own, used again for each pair: fresh memory takes as long as the arithmetic."""
    memory: NDArray[np.float32] = getattr(_own, "memory", np.empty(0, np.float32))
    if memory.size < 2 * rows * columns:
        memory = _own.memory = np.empty(2 * rows * columns, np.float32)
    return memory[: 2 * rows * columns].reshape(2, rows, columns)


def _apart(a: NDArray[np.float32], b: NDArray[np.float32], out: NDArray[np.float32]) -> None:
    """Squared distance of each place to each other, in units of `_REACH`: as one product, for it is computed often."""
    here, there = a / np.asarray(_REACH, np.float32), b / np.asarray(_REACH, np.float32)
    left = np.column_stack([-2 * here, np.square(here).sum(axis=1), np.ones(len(a), np.float32)])
    right = np.column_stack([there, np.ones(len(b), np.float32), np.square(there).sum(axis=1)])
    np.matmul(left, right.T, out=out)


def _arranged(pairs: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Which of the pairs are in the arrangement that most of them share."""
    best = np.zeros(len(pairs), np.bool_)
    # Places are taken in the middle of each pair's points: so neither crop is the first.
    places, moves = (pairs[:, :2] + pairs[:, 2:]) / 2.0, pairs[:, 2:] - pairs[:, :2]
    together = np.square(moves[:, None] - moves).sum(axis=2) < _NEAR**2
    votes = together.sum(axis=1)
    for _ in range(_STARTS):
        if votes.max(initial=0) < max(_FEWEST, best.sum() / 2):
            break
        start = together[votes.argmax()]
        found = _refined(places.astype(np.float64), moves.astype(np.float64), start)
        best = found if found.sum() > best.sum() else best
        # Those that began together would come to the same.
        votes[start] = 0
    return best


def _refined(places: NDArray[np.float64], moves: NDArray[np.float64], inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The pairs that agree with the affine map of some of them, fitted anew with ever less tolerance; none if it
    bends."""
    for tolerance in _ROUNDS:
        if inside.sum() < _FEWEST:
            break
        found = _Affine.of(places[inside], moves[inside])
        inside = np.square(found.moves(places) - moves).sum(axis=1) < tolerance**2
        if np.abs(found.bend).max() > _BEND:
            break
    else:
        if inside.sum() >= _FEWEST and places[inside].std(axis=0).max() > _SPOT:
            return inside
    return np.zeros(len(places), np.bool_)
