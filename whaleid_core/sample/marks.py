"""What life leaves on a fluke: long scars, rake marks of killer whales' teeth, rings of barnacles, round bites."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from whaleid_core.sample.noise import Bytes, Floats, colour

Points = npt.NDArray[np.float64]
"""Points of a fluke, in half spans; (2,) or (n, 2)."""

_SHIFT = 4  # OpenCV draws at sixteenths of a pixel


class _Pen:
    """Draws strokes onto a coverage mask in half spans."""

    def __init__(self, shape: tuple[int, int], unit: float, origin: tuple[float, float]) -> None:
        self.mask = np.zeros(shape, np.uint8)
        self.unit = unit
        self.origin = np.array(origin)

    def _pixels(self, points: Points) -> npt.NDArray[np.int32]:
        return np.asarray(np.round((points + self.origin) * self.unit * (1 << _SHIFT)), dtype=np.int32)

    def stroke(self, points: Points, width: float, strength: float) -> None:
        wide = width * self.unit
        ink = int(255 * strength * min(1.0, wide))
        cv2.polylines(self.mask, [self._pixels(points)], False, ink, max(1, round(wide)), cv2.LINE_AA, _SHIFT)

    def ring(self, centre: Points, radius: float, width: float, strength: float) -> None:
        x, y = (int(v) for v in self._pixels(centre))
        wide = width * self.unit
        ink = int(255 * strength * min(1.0, wide))
        size = round(radius * self.unit * (1 << _SHIFT))
        cv2.circle(self.mask, (x, y), size, ink, max(1, round(wide)), cv2.LINE_AA, _SHIFT)

    def spot(self, centre: Points, radius: float, strength: float) -> None:
        x, y = (int(v) for v in self._pixels(centre))
        size = max(1, round(radius * self.unit * (1 << _SHIFT)))
        cv2.circle(self.mask, (x, y), size, int(255 * strength), -1, cv2.LINE_AA, _SHIFT)


def _place(rng: np.random.Generator) -> Points:
    """A point on the blade of either lobe."""
    x = rng.uniform(0.12, 0.9)
    return np.array([x * rng.choice([-1.0, 1.0]), 0.42 - 0.5 * x + rng.uniform(-0.22, 0.22)])


def _arc(start: Points, angle: float, length: float, bend: float, points: int = 24) -> Points:
    t = np.linspace(0.0, 1.0, points)
    headings = angle + bend * t
    steps = np.stack([np.cos(headings), np.sin(headings)], 1) * (length / points)
    return np.asarray(start + np.cumsum(steps, 0))


def _scars(rng: np.random.Generator, pen: _Pen) -> None:
    for _ in range(int(rng.integers(1, 6))):
        points = _arc(_place(rng), rng.uniform(0, np.pi), rng.uniform(0.1, 0.45), rng.uniform(-1.2, 1.2))
        pen.stroke(points, rng.uniform(0.004, 0.014), rng.uniform(0.6, 1.0))


def _rakes(rng: np.random.Generator, pen: _Pen) -> None:
    for _ in range(int(rng.choice(4, p=[0.35, 0.3, 0.2, 0.15]))):
        start, angle = _place(rng), rng.uniform(0, np.pi)
        length, bend, gap = rng.uniform(0.12, 0.3), rng.uniform(-0.8, 0.8), rng.uniform(0.016, 0.034)
        aside = np.array([-np.sin(angle), np.cos(angle)]) * gap
        for tooth in range(int(rng.integers(3, 7))):
            points = _arc(start + tooth * aside, angle, length * rng.uniform(0.7, 1.0), bend)
            pen.stroke(points, rng.uniform(0.003, 0.008), rng.uniform(0.5, 0.9))


def _barnacles(rng: np.random.Generator, pen: _Pen) -> None:
    for _ in range(int(rng.integers(2, 22))):
        pen.ring(_place(rng), rng.uniform(0.006, 0.018), rng.uniform(0.004, 0.007), rng.uniform(0.4, 0.9))
    for side in (-1.0, 1.0):
        for _ in range(int(rng.integers(0, 7))):
            x = rng.uniform(0.8, 0.98)
            centre = np.array([side * x, -0.3 * x + rng.uniform(-0.08, 0.12)])
            pen.spot(centre, rng.uniform(0.006, 0.018), rng.uniform(0.3, 0.7))


def draw_marks(rng: np.random.Generator, rgb: Floats, white: Floats, unit: float, origin: tuple[float, float]) -> None:
    """Draws a whale's scars onto its texture, in place.

    Args:
        rgb: (h, w, 3), 0 to 255.
        white: (h, w), the pigmentation, 0 to 1.
        unit: pixels of half a span.
        origin: where the notch lies from the upper left corner, in half spans.

    Scar tissue is pale on black skin and dark on white skin.
    """
    light, dark = _Pen(white.shape, unit, origin), _Pen(white.shape, unit, origin)
    for pen in (light, dark):
        _scars(rng, pen)
        _rakes(rng, pen)
    _barnacles(rng, light)
    for _ in range(int(rng.integers(0, 14))):
        dark.spot(_place(rng), rng.uniform(0.004, 0.016), rng.uniform(0.6, 1.0))
    _ink(rgb, light.mask, (198, 200, 202), 1.0 - 0.8 * white)
    _ink(rgb, dark.mask, (38, 38, 42), white)


def _ink(rgb: Floats, mask: Bytes, ink: tuple[float, float, float], strength: Floats) -> None:
    hit = np.nonzero(mask)
    cover = (mask[hit].astype(np.float32) / 255.0 * strength[hit])[:, None]
    rgb[hit] += (colour(ink) - rgb[hit]) * cover
