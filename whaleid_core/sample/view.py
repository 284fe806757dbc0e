"""How a fluke is looked at: where each point of its flat texture is seen in the frame, and the other way round."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from whaleid_core.sample.fluke import BOTTOM, TOP, X_REACH, Texture
from whaleid_core.sample.noise import Floats

Window = tuple[int, int, int, int]
"""A piece of a photo: x0, y0, x1, y1 in pixels, x1 and y1 beyond it."""

_COARSE = 8  # maps are worked out at every eighth pixel and enlarged: they are smooth


@dataclass(frozen=True)
class View:
    """How one fluke is looked at.

    Attributes:
        share: width of the fluke as a share of the frame's width.
        yaw, roll: radians; how far it is turned away, and how far it leans in the frame.
        lift: how much of its height is seen: 1 is flat on, less is foreshortened.
        curl: how far its lobes bend towards their tips.
        depth: where the water stands, in half spans below the notch.
    """

    share: float
    yaw: float
    roll: float
    lift: float
    curl: float
    depth: float

    @classmethod
    def drawn(cls, rng: np.random.Generator, share: float | None = None) -> View:
        """A view as a careful photographer gets it: mostly from behind, now and then from the side."""
        return cls(
            share=share if share is not None else rng.uniform(0.25, 0.9),
            yaw=float(np.clip(rng.normal(0.0, 0.2), -0.45, 0.45)),
            roll=float(np.clip(rng.normal(0.0, 0.06), -0.14, 0.14)),
            lift=rng.uniform(0.68, 1.0),
            curl=rng.uniform(-0.06, 0.18),
            depth=rng.uniform(0.46, 0.68),
        )

    @property
    def _bend(self) -> float:
        return abs(self.curl) * math.sin(self.yaw)

    def across(self, x: float) -> float:
        """Where a fluke's x is seen, both in half spans before scaling."""
        return math.cos(self.yaw) * x + self._bend * x * x

    def unrolled(self, seen: Floats) -> Floats:
        """The x of the fluke that is seen at `seen`: the inverse of `across`."""
        root = np.sqrt(np.maximum(math.cos(self.yaw) ** 2 + 4.0 * self._bend * seen, 0.01))
        return np.asarray(2.0 * seen / (math.cos(self.yaw) + root), dtype=np.float32)

    def tall(self, x: Floats) -> Floats:
        """How tall the fluke is drawn at x: the lobe that is nearer is larger."""
        return np.asarray(self.lift * (1.0 - 0.35 * math.sin(self.yaw) * np.clip(x, -1.1, 1.1)), dtype=np.float32)


@dataclass(frozen=True)
class Placed:
    """A view with its place in the frame: pixels of half a span, and where the notch lies."""

    view: View
    unit: float
    x: float
    y: float

    @property
    def water(self) -> float:
        """The row of the photo at which the water stands, waves apart."""
        return self.y + self.view.depth * self.view.lift * self.unit

    def window(self, size: tuple[int, int]) -> Window:
        """The piece of a photo of `size` (width, height) that the fluke and its splash may lie in."""
        reach = 1.35 * self.unit
        top, bottom = self.y - (0.35 - TOP) * self.unit, self.y + BOTTOM * self.unit
        return (
            max(int(self.x - reach), 0),
            max(int(top), 0),
            min(int(self.x + reach), size[0]),
            min(int(bottom), size[1]),
        )


def place(view: View, size: tuple[int, int], lane: tuple[float, float], rng: np.random.Generator) -> Placed:
    """Finds room for the fluke inside its lane (a range of the frame's width, 0 to 1), clear of the frame's edges."""
    width, height = size
    left, right = view.across(-1.0), view.across(1.0)
    wide = (right - left) * math.cos(view.roll)
    above = view.lift * 0.55 + max(view.curl, 0.0) + 0.25
    below = view.lift * view.depth
    unit = min(view.share * width / wide, 0.86 * height / (above + below))
    room = max((lane[1] - lane[0]) * width - unit * wide, 0.0)
    x = lane[0] * width + room * rng.uniform(0.15, 0.85) - left * unit * math.cos(view.roll)
    low, high = 0.04 * height + unit * above, 0.93 * height - unit * below
    share = rng.uniform(0.0, 1.0) if rng.random() < 0.3 else rng.uniform(0.35, 0.75)
    return Placed(view, unit, float(x), float(low + max(high - low, 0.0) * share))


def maps(placed: Placed, texture: Texture, window: Window) -> tuple[Floats, Floats]:
    """For each pixel of the window, the texture's pixel that is seen there: (h, w) of x and of y, for `cv2.remap`."""
    x0, y0, x1, y1 = window
    view = placed.view
    columns = np.arange(x0, x1 + _COARSE, _COARSE, dtype=np.float32) - placed.x
    rows = (np.arange(y0, y1 + _COARSE, _COARSE, dtype=np.float32) - placed.y)[:, None]
    cos, sin = math.cos(view.roll), math.sin(view.roll)
    seen = (columns * cos + rows * sin) / placed.unit
    down = (rows * cos - columns * sin) / placed.unit
    x = view.unrolled(seen.astype(np.float32))
    y = (down + view.curl * x * x) / view.tall(x)
    larger = np.array([[_COARSE, 0, 0], [0, _COARSE, 0]], np.float32)
    fine = (x1 - x0, y1 - y0)
    map_x, map_y = (
        cv2.warpAffine(coarse.astype(np.float32), larger, fine, borderMode=cv2.BORDER_REPLICATE)
        for coarse in ((x + X_REACH) * texture.unit - 0.5, (y - TOP) * texture.unit - 0.5)
    )
    return map_x, map_y
