"""What life leaves on a fluke: long scars, rake marks of killer whales' teeth, rings of barnacles, round bites."""

from __future__ import annotations

import cv2
import numpy as np

from whaleid_core.sample.noise import Floats, colour

_SHIFT = 4  # OpenCV draws at sixteenths of a pixel


class _Pen:
    """Draws strokes onto a coverage mask in half spans."""

    def __init__(self, shape: tuple[int, int], unit: float, origin: tuple[float, float]) -> None:
        self.mask = np.zeros(shape, np.uint8)
        self.unit = unit
        self.origin = np.array(origin)

    def _pixels(self, points: Floats) -> Floats:
        return np.round((points + self.origin) * self.unit * (1 << _SHIFT)).astype(np.int32)

    def stroke(self, points: Floats, width: float, strength: float) -> None:
        wide = width * self.unit
        ink = int(255 * strength * min(1.0, wide))
        cv2.polylines(self.mask, [self._pixels(points)], False, ink, max(1, round(wide)), cv2.LINE_AA, _SHIFT)

    def ring(self, centre: Floats, radius: float, width: float, strength: float) -> None:
        x, y = (int(v) for v in self._pixels(centre))
        wide = width * self.unit
        ink = int(255 * strength * min(1.0, wide))
        size = round(radius * self.unit * (1 << _SHIFT))
        cv2.circle(self.mask, (x, y), size, ink, max(1, round(wide)), cv2.LINE_AA, _SHIFT)

    def spot(self, centre: Floats, radius: float, strength: float) -> None:
        x, y = (int(v) for v in self._pixels(centre))
        size = max(1, round(radius * self.unit * (1 << _SHIFT)))
        cv2.circle(self.mask, (x, y), size, int(255 * strength), -1, cv2.LINE_AA, _SHIFT)


def _place(rng: np.random.Generator) -> Floats:
    """A point on the blade of either lobe."""
    x = rng.uniform(0.12, 0.9)
    return np.array([x * rng.choice([-1.0, 1.0]), 0.42 - 0.5 * x + rng.uniform(-0.22, 0.22)])


def _arc(start: Floats, angle: float, length: float, bend: float, points: int = 24) -> Floats:
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
    inks = ((light, (198, 200, 202), lambda w: 1.0 - 0.8 * w), (dark, (38, 38, 42), lambda w: w))
    for pen, ink, where in inks:
        hit = np.nonzero(pen.mask)
        cover = (pen.mask[hit].astype(np.float32) / 255.0 * where(white[hit]))[:, None]
        rgb[hit] += (colour(ink) - rgb[hit]) * cover
