"""Draws one whale's fluke flat, as its texture: outline, pigmentation, scars, all of it from the whale's seed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from whaleid_core.sample.marks import draw_marks
from whaleid_core.sample.noise import Bytes, Floats, colour, field, fractal, line, step

X_REACH = 1.1
TOP = -0.75
BOTTOM = 1.15
"""What a texture covers, in half spans: x from -X_REACH to X_REACH, y (downwards) from TOP to BOTTOM; notch at 0, 0."""

_EDGE_POINTS = 700


@dataclass(frozen=True)
class Lobe:
    """One half of a fluke, drawn as if it were the right one. Lengths in half spans.

    Attributes:
        trailing: (n, 2) points of the upper edge, from the notch to the tip.
        leading: (m, 2) points of the lower edge, from the tip to the tail stock.
    """

    trailing: Floats
    leading: Floats

    @property
    def polygon(self) -> Floats:
        last = self.leading[-1]
        stock = np.array([[last[0] * 0.97, last[1] + 0.15], [last[0] * 1.6, BOTTOM + 0.1], [-0.01, BOTTOM + 0.1]])
        start = np.array([[-0.01, self.trailing[0, 1]]])
        return np.concatenate([start, self.trailing, self.leading, stock]).astype(np.float32)


@dataclass(frozen=True)
class Pigment:
    """How white one lobe is and where: widths of the dark margins as shares of the lobe, strengths of the noise."""

    centre: float
    rim: float
    front: float
    tip: float
    patchy: float
    streaky: float
    dust: float


@dataclass(frozen=True)
class Texture:
    """A fluke laid flat.

    Attributes:
        rgb: (h, w, 3), in flat light.
        alpha: (h, w), 255 on the fluke.
        unit: pixels of half a span.
    """

    rgb: Bytes
    alpha: Bytes
    unit: float


def _bezier(points: list[tuple[float, float]], count: int) -> Floats:
    t = np.linspace(0.0, 1.0, count)[:, None]
    a, b, c, d = (np.array(p) for p in points)
    curve = (1 - t) ** 3 * a + 3 * (1 - t) ** 2 * t * b + 3 * (1 - t) * t**2 * c + t**3 * d
    return np.asarray(curve, dtype=np.float32)


def _teeth(rng: np.random.Generator, s: Floats, rough: float) -> Floats:
    """How far the trailing edge is eaten away at each point: scallops, serrations and a few deep nicks."""
    envelope = step(s, 0.03, 0.15) * (1.0 - 0.6 * step(s, 0.85, 1.0))
    count = len(s)
    bite = 0.016 * line(rng, count, int(rng.integers(4, 9)))
    saw = np.abs(line(rng, count, int(rng.integers(26, 48)))) + 0.5 * line(rng, count, int(rng.integers(80, 130)))
    bite = (bite + rough * saw) * envelope
    for _ in range(int(rng.choice(5, p=[0.2, 0.3, 0.25, 0.15, 0.1]))):
        at, half, depth = rng.uniform(0.12, 0.92), rng.uniform(0.012, 0.04), rng.uniform(0.025, 0.1)
        bite = bite + depth * np.clip(1.0 - np.abs(s - at) / half, 0.0, 1.0) ** 0.7
    return np.asarray(bite, dtype=np.float32)


@dataclass(frozen=True)
class _Form:
    """What both lobes of a whale share of their form."""

    rise: float
    power: float
    lip: float
    lip_width: float
    belly: float
    hook: float
    depth: float
    stock: float
    front: float
    rough: float

    @classmethod
    def drawn(cls, rng: np.random.Generator) -> _Form:
        return cls(
            rise=rng.uniform(0.2, 0.52),
            power=rng.uniform(0.8, 1.7),
            lip=rng.uniform(0.04, 0.16),
            lip_width=rng.uniform(0.02, 0.09),
            belly=rng.uniform(-0.05, 0.09),
            hook=rng.uniform(0.0, 0.08),
            depth=rng.uniform(0.44, 0.62),
            stock=rng.uniform(0.13, 0.2),
            front=rng.uniform(-0.08, 0.1),
            rough=float(rng.choice([0.006, 0.011, 0.016, 0.023])),
        )

    def lobe(self, rng: np.random.Generator) -> Lobe:
        s = np.linspace(0.0, 1.0, _EDGE_POINTS, dtype=np.float32)
        rise = self.rise + rng.uniform(-0.02, 0.02)
        up = self.lip * (1.0 - np.exp(-s / self.lip_width)) + (rise - self.lip) * s**self.power
        up += self.belly * np.sin(np.pi * s) + self.hook * np.clip((s - 0.82) / 0.18, 0.0, 1.0) ** 2
        y = -up + _teeth(rng, s, self.rough)
        blunt = rng.uniform(0.9, 0.97) if rng.random() < 0.2 else 1.0
        keep = s <= blunt
        trailing = np.stack([s[keep], y[keep]], 1)
        tip = (float(trailing[-1, 0]), float(trailing[-1, 1]))
        root = (self.stock, self.depth)
        leading = _bezier(
            [
                tip,
                (tip[0] + 0.02, tip[1] + 0.3 + self.front),
                (0.46 + self.front, self.depth * 0.94),
                root,
            ],
            160,
        )
        leading[:, 1] += 0.006 * line(rng, 160, 14) * np.sin(np.linspace(0, np.pi, 160))
        return Lobe(trailing.astype(np.float32), leading)


def _pigments(rng: np.random.Generator) -> tuple[Pigment, Pigment]:
    """The margins of both lobes: from all black through patches and dark centres to nearly all white."""
    kind = rng.choice(["white", "dark centre", "patches", "black"], p=[0.24, 0.33, 0.3, 0.13])
    low, high = {"white": (-0.1, 0.12), "dark centre": (0.15, 0.5), "patches": (0.45, 0.8), "black": (1.3, 1.7)}[kind]
    centre = rng.uniform(low, high)
    rim, front, tip = rng.uniform(-0.05, 0.25), rng.uniform(-0.08, 0.22), rng.uniform(-0.1, 0.2)
    patchy = rng.uniform(0.5, 1.3)
    streaky, dust = rng.uniform(0.0, 0.6), rng.uniform(0.0, 0.18)

    def one() -> Pigment:
        return Pigment(
            centre + rng.uniform(-0.12, 0.12),
            rim + rng.uniform(-0.04, 0.04),
            front + rng.uniform(-0.04, 0.04),
            tip + rng.uniform(-0.05, 0.05),
            patchy,
            streaky,
            dust,
        )

    return one(), one()


def _margins(lobe: Lobe, pigment: Pigment, x: Floats, y: Floats) -> Floats:
    """How deep inside the white part of its lobe each pixel lies, before any noise: 1 well inside, below 0 outside."""
    upper = np.interp(x, lobe.trailing[:, 0], lobe.trailing[:, 1]).astype(np.float32)
    order = np.argsort(lobe.leading[:, 0])
    lower = np.interp(x, lobe.leading[order, 0], lobe.leading[order, 1]).astype(np.float32)
    across = (y - upper) / np.maximum(lower - upper, 0.05)
    inner = np.minimum((x - pigment.centre - 0.1 * across) / 0.22, (1.0 - pigment.tip - x) / 0.15)
    edges = np.minimum((across - pigment.rim) / 0.2, (1.0 - pigment.front - across) / 0.25)
    stock = (lobe.leading[-1, 1] - 0.02 - y) / 0.08
    blade = np.clip(np.minimum(inner, edges), -1.6, 1.0)
    return np.asarray(np.minimum(blade, np.maximum(stock, -4.0)), dtype=np.float32)


def _whiteness(
    rng: np.random.Generator, lobes: tuple[Lobe, Lobe], pigments: tuple[Pigment, Pigment], unit: float
) -> Floats:
    """(h, w): 1 where the skin is white, 0 where it is black. Worked out at half size: it is soft but for its edges."""
    shape = h, w = _height(unit / 2), 2 * _half_width(unit / 2)
    x = (np.arange(w, dtype=np.float32) + 0.5 - w / 2) / (unit / 2)
    y = (np.arange(h, dtype=np.float32)[:, None] + 0.5) / (unit / 2) + TOP
    left, right = (_margins(lobe, pigment, np.abs(x), y) for lobe, pigment in zip(lobes, pigments, strict=True))
    score = left + (right - left) * step(x, -0.06, 0.06)
    kind = pigments[0]
    score += kind.patchy * fractal(rng, shape, (3, 7), 5, 0.62)
    streaks = fractal(rng, shape, (30, 9), 2)
    bent = np.abs(x) * 0.5 * (unit / 2)  # the streaks follow the sweep of the lobes
    rows = np.arange(h, dtype=np.float32)[:, None] + bent
    columns = np.broadcast_to(np.arange(w, dtype=np.float32), shape)
    score += kind.streaky * cv2.remap(streaks, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    dust = np.abs(fractal(rng, shape, (60, 100), 2)) - 0.5 + 0.3 * field(rng, shape, (4, 8))
    score -= kind.dust * 6 * np.maximum(dust, 0)
    size = 2 * _half_width(unit), _height(unit)
    return step(np.asarray(cv2.resize(score, size, interpolation=cv2.INTER_CUBIC)), -0.1, 0.16)


def _height(unit: float) -> int:
    return round((BOTTOM - TOP) * unit)


def _half_width(unit: float) -> int:
    return round(X_REACH * unit)


def _alpha(lobes: tuple[Lobe, Lobe], unit: float) -> Bytes:
    """The silhouette, drawn at twice the size so that its edge is smooth even when it is small."""
    h, w = _height(unit), 2 * _half_width(unit)
    mask = np.zeros((2 * h, 2 * w), np.uint8)
    for lobe, side in zip(lobes, (-1.0, 1.0), strict=True):
        points = lobe.polygon * [side, 1.0] * unit + [w / 2, -TOP * unit]
        cv2.fillPoly(mask, [np.round(points * 2 * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
    return np.asarray(cv2.resize(mask, (w, h), interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _skin(rng: np.random.Generator, white: Floats, alpha: Bytes) -> Floats:
    """Colours the pigmentation: a black that is never quite black, a white with its own tint and mottling."""
    shape = white.shape
    tint = colour([(226, 228, 228), (216, 220, 224), (224, 210, 178), (206, 206, 202)][int(rng.integers(4))])
    black = colour([(34, 37, 43), (42, 42, 44), (28, 33, 40)][int(rng.integers(3))])
    half = (shape[0] // 2, shape[1] // 2)
    mottled = cv2.resize(0.86 + 0.1 * fractal(rng, half, (10, 12), 3), shape[::-1])
    grey = cv2.resize(1.0 + 0.28 * fractal(rng, half, (8, 10), 4), shape[::-1])
    inside = cv2.GaussianBlur(cv2.resize(alpha, half[::-1]), (0, 0), half[1] / 300).astype(np.float32) / 255.0
    rim = 0.45 + 0.55 * step(inside, 0.55, 0.95)  # the edge of a fluke is thin, worn and darker than the blade
    lit = cv2.resize(rim, shape[::-1]) * (1.0 + 0.05 * field(rng, shape, (240, 280)))
    dark, pale = (1.0 - white) * grey * lit, white * mottled * lit
    planes = [dark * float(b) + pale * float(t) for b, t in zip(black, tint, strict=True)]
    return np.asarray(cv2.merge(planes), dtype=np.float32)


@dataclass(frozen=True)
class Whale:
    """An animal of a sample survey.

    Attributes:
        name: its id, e.g. `w_0a1b2c3`.
        seed: all of its looks.
    """

    name: str
    seed: int

    def texture(self, unit: int = 800) -> Texture:
        """Its fluke laid flat, half a span being `unit` pixels; the last few are kept."""
        return _texture(self.seed, unit)


@lru_cache(maxsize=4)
def _texture(seed: int, unit: int) -> Texture:
    rng = np.random.default_rng([seed, 11])
    form = _Form.drawn(rng)
    lobes = form.lobe(rng), form.lobe(rng)
    white = _whiteness(rng, lobes, _pigments(rng), unit)
    alpha = _alpha(lobes, unit)
    rgb = _skin(rng, white, alpha)
    draw_marks(rng, rgb, white, unit, (X_REACH, -TOP))
    return Texture(np.clip(rgb, 0, 255).astype(np.uint8), alpha, unit)


def signature(whale: Whale) -> Floats:
    """What a whale looks like in few numbers: its flat fluke in grey, small and soft, without mean and of length 1."""
    texture = whale.texture(48)
    grey = cv2.cvtColor(texture.rgb, cv2.COLOR_RGB2GRAY).astype(np.float32)
    cover = texture.alpha.astype(np.float32) / 255.0
    small = cv2.resize(grey * cover + 110.0 * (1.0 - cover), (44, 38), interpolation=cv2.INTER_AREA).ravel()
    small = small - small.mean()
    return np.asarray(small / np.linalg.norm(small), dtype=np.float32)
