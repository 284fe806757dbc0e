"""Matches two tails point by point: how many marks of one fluke lie in the same arrangement on the other."""

from __future__ import annotations

import threading
import zlib
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from whaleid_core.arrangement import affine, arranged
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
ALIGNED = 12
"""So many points at least say how two tails lie to each other. Of 166 pairs of photos of one whale whose tips and notch
are marked, 94 have so many: by the map that fits them tips and notch lie 2 % of the tail's width apart in the middle
case, by the boxes alone 5.6 %, and in 94 % of the pairs nearer. By a similarity, which can't stretch, it is 3.9 %, and
nearer in 57 %. Of pairs of two whales 0.3 % have so many, and 3 % have 10."""

_BAND = 100
"""So many points are compared at once."""
_FAR = -1e9
"""How alike points are that are out of reach: less than any two can be."""

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
    return Agreement(pairs[arranged(pairs)])


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
    moved = affine(pairs[:, 2:], pairs[:, :2] - pairs[:, 2:])
    # An affine map is told by where it takes three places.
    corners = np.array([(0, 0), (WIDTH, 0), (0, HEIGHT)], np.float64)
    start, end = in_photo(corners, other), in_photo(corners + moved.moves(corners)[0], box)
    return np.asarray(np.linalg.solve(np.column_stack([start, np.ones(3)]), end), np.float64)


def _alike(a: Keypoints, b: Keypoints) -> NDArray[np.float32]:
    """(n, 4) the pairs of points that are each other's nearest within reach, and clearly so for both."""
    if not len(a) or not len(b):
        return np.zeros((0, 4), np.float32)
    from_a, from_b = _from_left(a), _from_left(b)
    near = _nearness(from_a, from_b)
    other = near.argmax(axis=1)
    best = near[np.arange(len(a)), other]
    mine = np.flatnonzero((best > 0) & (best == near.max(axis=0)[other]))
    other, best = other[mine], best[mine]
    near[mine, other] = _FAR
    second = np.maximum(near.max(axis=1)[mine], near.max(axis=0)[other])
    # Squared distances of unit vectors are 2 - 2 times their product.
    clear = 1 - best < _RATIO**2 * (1 - second)
    pairs = np.column_stack([from_a.order[mine[clear]], from_b.order[other[clear]]])
    first, second = pairs[pairs[:, 0].argsort()].T
    return np.concatenate([a.positions[first], b.positions[second]], axis=1)


@dataclass(frozen=True, eq=False)
class _FromLeft:
    """The points of a tail by their x, as they are compared.

    Attributes:
        order: (n,) their numbers.
        units: (n, 128) float32 descriptors of length 1.
        places: (n, 2) float32, in units of `_REACH`.
    """

    order: NDArray[np.intp]
    units: NDArray[np.float32]
    places: NDArray[np.float32]


@lru_cache(maxsize=16)  # a tail is compared with many others: each time anew would be a tenth of the work
def _from_left(points: Keypoints) -> _FromLeft:
    order = np.argsort(points.positions[:, 0], kind="stable")
    vectors = points.descriptors[order].astype(np.float32)
    lengths = np.sqrt(np.einsum("nd,nd->n", vectors, vectors))[:, None]
    places = np.asarray(points.positions[order] / np.asarray(_REACH, np.float32), np.float32)
    units = np.asarray(vectors / np.maximum(lengths, 1e-9), np.float32)
    return _FromLeft(order, units, places)


def _nearness(a: _FromLeft, b: _FromLeft) -> NDArray[np.float32]:
    """How alike each point is to each other, (len(a), len(b)): the product of their unit descriptors, and less than 0
    for those out of reach; in this thread's own memory.

    Points are compared band by band, with those that any of the band can reach: that spares half of the work.
    """
    near, room = _space(len(a.order), len(b.order))
    near.fill(_FAR)
    left, right = _within_reach(a.places, b.places)
    for start in range(0, len(near), _BAND):
        band = slice(start, start + _BAND)
        ends = a.places[band][0, 0] - 1, a.places[band][-1, 0] + 1
        reach = slice(*np.searchsorted(b.places[:, 0], ends).tolist())
        some = near[band, reach]
        out = room[: some.size].reshape(some.shape)
        np.matmul(a.units[band], b.units[reach].T, out=some)
        np.minimum(np.matmul(left[band], right[reach].T, out=out), 0, out=out)
        np.add(some, out, out=some)
    return near


def _within_reach(
    here: NDArray[np.float32], there: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Two matrices whose product is above 0 for two places that reach each other, and below it by much for others.

    It is 1 less their squared distance. Arithmetic is three times as fast as a mask.

    Args:
        here, there: (n, 2) and (m, 2), in units of `_REACH`.
    """
    own, other = np.square(here).sum(axis=1), np.square(there).sum(axis=1)
    left = np.column_stack([2 * here, 1 - own, np.ones(len(here), np.float32)]) * np.float32(-_FAR)
    return left, np.column_stack([there, np.ones(len(there), np.float32), -other])


def _space(rows: int, columns: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """A matrix, and room for `_BAND` more rows, of this thread's own: fresh memory takes as long as the arithmetic."""
    memory: NDArray[np.float32] = getattr(_own, "memory", np.empty(0, np.float32))
    if memory.size < (rows + _BAND) * columns:
        memory = _own.memory = np.empty((rows + _BAND) * columns, np.float32)
    return memory[: rows * columns].reshape(rows, columns), memory[rows * columns :]
