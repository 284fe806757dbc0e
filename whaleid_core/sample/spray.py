"""Water about a fluke: its mirror image, the white water at the tail stock, threads and drops that fall from it."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from whaleid_core.sample.noise import Bytes, Floats, fractal, line, step
from whaleid_core.sample.sea import Light
from whaleid_core.sample.view import Placed, Window

_SHIFT = 4  # OpenCV draws at sixteenths of a pixel
_ONE = 1 << _SHIFT


def blend(area: Bytes, over: Bytes | Sequence[float], cover: Floats) -> None:
    """Lays pixels or one colour over `area` (h, w, 3), in place, as far as `cover` (h, w), 0 to 1, says."""
    x, y, w, h = cv2.boundingRect((cover > 0.004).astype(np.uint8))
    if w == 0:
        return
    part, weight = area[y : y + h, x : x + w], np.ascontiguousarray(cover[y : y + h, x : x + w])
    paint = (
        over[y : y + h, x : x + w] if isinstance(over, np.ndarray) else np.full_like(part, np.asarray(over, np.uint8))
    )
    part[:] = cv2.blendLinear(np.ascontiguousarray(paint), np.ascontiguousarray(part), weight, 1.0 - weight)


def water_line(placed: Placed, window: Window, rng: np.random.Generator) -> Floats:
    """The row at which the water stands at each column of the window, in the window's pixels."""
    w = window[2] - window[0]
    waves = 0.035 * line(rng, w, 5) + 0.012 * line(rng, w, 24) + 0.004 * line(rng, w, 90)
    return np.asarray(placed.water - window[1] + placed.unit * waves, dtype=np.float32)


def mirror(area: Bytes, alpha: Bytes, placed: Placed, window: Window) -> None:
    """Darkens the water below the fluke, which mirrors it; in place. `area` and `alpha` are the window's."""
    h, w = alpha.shape
    middle = int(placed.water) - window[1]
    depth = min(h - middle, middle)
    if depth < 8:
        return
    size = (max(w // 8, 2), max(depth // 8, 2))
    image = cv2.resize(alpha[middle - depth : middle][::-1], size, interpolation=cv2.INTER_AREA)
    soft = cv2.blur(image, (max(1, int(placed.unit / 24)), max(1, int(placed.unit / 60)))).astype(np.float32) / 255.0
    below = np.linspace(0.0, depth / placed.unit, size[1], dtype=np.float32)[:, None]
    shade = cv2.resize((0.55 * soft * np.exp(-below / 0.35)).astype(np.float32), (w, depth))
    blend(area[middle : middle + depth], (4, 6, 8), shade)


def splash(area: Bytes, placed: Placed, window: Window, rows: Floats, light: Light, rng: np.random.Generator) -> None:
    """White water where the tail stock goes in, and spray above it; in place. `rows` is the water line."""
    x0, y0, x1, y1 = window
    top, bottom = (int(placed.water - y0 + reach * placed.unit) for reach in (-0.35, 0.4))
    top, bottom = max(top, 0), min(bottom, y1 - y0)
    w, h = x1 - x0, bottom - top
    small = (max(h // 3, 2), max(w // 3, 2))
    level = cv2.resize(rows[None], (small[1], 1), interpolation=cv2.INTER_AREA)
    y = (np.linspace(top, bottom, small[0], dtype=np.float32)[:, None] - level) / placed.unit
    x = (np.linspace(x0, x1, small[1], dtype=np.float32) - placed.x) / placed.unit
    thick = np.exp(-((np.abs(x) / rng.uniform(0.25, 0.65)) ** 3)) * np.clip(0.8 + 0.4 * line(rng, small[1], 12), 0, 1)
    clumps = fractal(rng, small, (6, 18), 5, 0.62)
    body = np.exp(-((y / 0.035) ** 2)) + 0.6 * np.exp(-(((y - 0.09) / 0.08) ** 2))
    haze = rng.uniform(0.0, 0.5) * np.exp(-(((y + 0.02) / rng.uniform(0.05, 0.16)) ** 2))
    strength = rng.uniform(0.4, 1.0) * thick * (body * (1.1 + 0.9 * clumps) + haze * (1.0 + 0.5 * clumps))
    cover = cv2.resize(step(strength, 0.22, 0.95), (w, h), interpolation=cv2.INTER_CUBIC).clip(0.0, 0.95)
    bright = 238.0 - 70.0 * light.backlit
    blend(area[top:bottom], (bright, bright + 3.0, bright + 6.0), cover)


class _Drips:
    """Draws falling water into a coverage layer of the window."""

    def __init__(self, placed: Placed, window: Window, rng: np.random.Generator) -> None:
        self.layer = np.zeros((window[3] - window[1], window[2] - window[0]), np.uint8)
        self._placed, self._rng = placed, rng
        self._x, self._y = placed.x - window[0], placed.y - window[1]

    def thread(self) -> None:
        """A broken thread of drops that runs down from the blade."""
        rng, unit, view = self._rng, self._placed.unit, self._placed.view
        x = rng.uniform(-0.95, 0.95)
        top = view.lift * (0.34 - 0.42 * abs(x)) - view.curl * x * x + rng.uniform(-0.05, 0.12)
        length = min(rng.uniform(0.1, 0.45), view.depth - top / view.lift) * view.lift
        left = self._x + view.across(x) * unit
        for _ in range(int(rng.integers(4, 14))):
            down = self._y + (top + rng.uniform(0, 1) ** 1.3 * length) * unit
            centre = (int((left + rng.normal(0, 0.005) * unit) * _ONE), int(down * _ONE))
            axes = max(0.7, 0.002 * unit), max(1.0, rng.uniform(0.003, 0.024) * unit)
            sizes = (int(axes[0] * _ONE), int(axes[1] * _ONE))
            cv2.ellipse(self.layer, centre, sizes, 0, 0, 360, int(rng.uniform(50, 150)), -1, cv2.LINE_AA, _SHIFT)

    def drop(self) -> None:
        """A drop that flies off."""
        rng, unit, view = self._rng, self._placed.unit, self._placed.view
        across, down = rng.normal(0.0, 0.4) * unit, (view.depth * view.lift - rng.exponential(0.16)) * unit
        centre = (int((self._x + across) * _ONE), int((self._y + down) * _ONE))
        radius = int(max(0.6, rng.uniform(0.001, 0.0045) * unit) * _ONE)
        cv2.circle(self.layer, centre, radius, int(rng.uniform(60, 200)), -1, cv2.LINE_AA, _SHIFT)


def drips(area: Bytes, placed: Placed, window: Window, rng: np.random.Generator) -> None:
    """Water that runs off the blade in threads and flies off as drops; in place."""
    pen = _Drips(placed, window, rng)
    for _ in range(int(rng.choice([0, 3, 8, 16]))):
        pen.thread()
    for _ in range(int(rng.integers(0, 150))):
        pen.drop()
    blend(area, (245, 247, 249), pen.layer.astype(np.float32) / 255.0)
