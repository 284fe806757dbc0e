"""Puts flukes into a sea as a photographer on a boat would get them: distance, angle, light, spray, blur and noise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import cv2
import numpy as np

from whaleid_core.records import Box
from whaleid_core.sample.fluke import BOTTOM, TOP, X_REACH, Texture, Whale
from whaleid_core.sample.noise import Bytes, Floats, fractal, line, step
from whaleid_core.sample.sea import Light, sea

_FLUKE_METRES = 4.5  # how wide a humpback's fluke is
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
        return cls(
            share=share if share is not None else rng.uniform(0.25, 0.9),
            yaw=float(np.clip(rng.normal(0.0, 0.2), -0.45, 0.45)),
            roll=float(np.clip(rng.normal(0.0, 0.06), -0.14, 0.14)),
            lift=rng.uniform(0.68, 1.0),
            curl=rng.uniform(-0.05, 0.24),
            depth=rng.uniform(0.46, 0.68),
        )

    def across(self, x: Floats) -> Floats:
        """Where a fluke's x is seen, both in half spans before scaling."""
        return np.asarray(np.cos(self.yaw) * x + abs(self.curl) * np.sin(self.yaw) * x * x, dtype=np.float32)

    def unrolled(self, seen: Floats) -> Floats:
        """The x of the fluke that is seen at `seen`: the inverse of `across`."""
        bend = abs(self.curl) * np.sin(self.yaw)
        root = np.sqrt(np.maximum(np.cos(self.yaw) ** 2 + 4.0 * bend * seen, 0.01))
        return np.asarray(2.0 * seen / (np.cos(self.yaw) + root), dtype=np.float32)

    def tall(self, x: Floats) -> Floats:
        """How tall the fluke is drawn at x: the lobe that is nearer is larger."""
        return np.asarray(self.lift * (1.0 - 0.35 * np.sin(self.yaw) * np.clip(x, -1.1, 1.1)), dtype=np.float32)


@dataclass(frozen=True)
class Scene:
    """A drawn photo and the truth about it.

    Attributes:
        pixels: (h, w, 3) RGB, uint8.
        boxes: one box around what is seen of each fluke, in the order of the whales.
        masks: (h, w) uint8 each, 255 where the fluke is seen above the water.
    """

    pixels: Bytes
    boxes: tuple[Box, ...]
    masks: tuple[Bytes, ...]


@dataclass(frozen=True)
class _Placed:
    """A view with its place in the frame: pixels of half a span, and where the notch lies."""

    view: View
    unit: float
    x: float
    y: float


def _place(view: View, size: tuple[int, int], lane: tuple[float, float], rng: np.random.Generator) -> _Placed:
    """Finds room for the fluke inside its lane (a range of the frame's width), clear of the frame's edges."""
    width, height = size
    left, right = (float(view.across(np.float32([x]))[0]) for x in (-1.0, 1.0))
    wide, tall = (right - left) * np.cos(view.roll), view.lift * (0.55 + view.depth) + max(view.curl, 0.0) + 0.25
    unit = min(view.share * width / wide, 0.86 * height / tall)
    span = unit * wide
    room = max((lane[1] - lane[0]) * width - span, 0.0)
    x = lane[0] * width + room * rng.uniform(0.15, 0.85) - left * unit * np.cos(view.roll)
    above, below = unit * (tall - view.depth * view.lift), unit * view.depth * view.lift
    low, high = 0.04 * height + above, 0.93 * height - below
    y = rng.uniform(low, max(high, low + 1.0)) if rng.random() < 0.3 else low + (high - low) * rng.uniform(0.35, 0.75)
    return _Placed(view, unit, float(x), float(y))


def _maps(placed: _Placed, texture: Texture, window: tuple[int, int, int, int]) -> tuple[Floats, Floats]:
    """For each pixel of the window (x0, y0, x1, y1) of the photo, the texture's pixel that is seen there."""
    x0, y0, x1, y1 = window
    view = placed.view
    columns = np.arange(x0, x1 + _COARSE, _COARSE, dtype=np.float32) - placed.x
    rows = (np.arange(y0, y1 + _COARSE, _COARSE, dtype=np.float32) - placed.y)[:, None]
    cos, sin = np.cos(view.roll), np.sin(view.roll)
    seen = (columns * cos + rows * sin) / placed.unit
    down = (rows * cos - columns * sin) / placed.unit
    x = view.unrolled(seen)
    y = (down + view.curl * x * x) / view.tall(x)
    fine = (seen.shape[1] * _COARSE, seen.shape[0] * _COARSE)
    shift = np.float32([[_COARSE, 0, 0], [0, _COARSE, 0]])
    flags = cv2.INTER_LINEAR
    map_x, map_y = (
        cv2.warpAffine(m.astype(np.float32), shift, fine, flags=flags, borderMode=cv2.BORDER_REPLICATE)
        for m in ((x + X_REACH) * texture.unit - 0.5, (y - TOP) * texture.unit - 0.5)
    )
    return map_x[: y1 - y0, : x1 - x0], map_y[: y1 - y0, : x1 - x0]


def _window(placed: _Placed, size: tuple[int, int]) -> tuple[int, int, int, int]:
    reach = 1.35 * placed.unit
    x0, x1 = int(placed.x - reach), int(placed.x + reach)
    y0, y1 = int(placed.y - (0.35 - TOP) * placed.unit), int(placed.y + BOTTOM * placed.unit)
    return max(x0, 0), max(y0, 0), min(x1, size[0]), min(y1, size[1])


def _texture(whale: Whale, unit: float, frame: int) -> Texture:
    """The whale's texture, drawn at the survey's own size and averaged down where the fluke is small."""
    texture = whale.texture(max(48, round(0.25 * frame)))
    if unit > 0.75 * texture.unit:
        return texture
    factor = unit / texture.unit
    rgb, alpha = (
        cv2.resize(a, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA) for a in (texture.rgb, texture.alpha)
    )
    return Texture(rgb, alpha, texture.unit * factor)


def _shaded(
    rgb: Floats, placed: _Placed, window: tuple[int, int, int, int], light: Light, rng: np.random.Generator
) -> Floats:
    """Lights the blade: broad gradients, the glisten of wet skin, the sky's colour in the shadows, backlight."""
    x0, y0, x1, y1 = window
    h, w = y1 - y0, x1 - x0
    small = (max(h // 8, 2), max(w // 8, 2))
    x = (np.linspace(x0, x1, small[1], dtype=np.float32)[None] - placed.x) / placed.unit
    y = (np.linspace(y0, y1, small[0], dtype=np.float32)[:, None] - placed.y) / placed.unit
    shade = 1.0 + rng.uniform(-0.22, 0.22) * x + rng.uniform(-0.3, 0.1) * y + rng.uniform(-0.12, 0.12) * np.abs(x)
    shade = shade - 0.25 * np.exp(-((x / 0.12) ** 2)) * step(y, 0.1, 0.7)
    shade *= (1.0 - 0.6 * light.backlit) * rng.uniform(0.9, 1.1)
    wet = step(fractal(rng, small, (7, 9), 4), 0.35, 1.3) * rng.uniform(6.0, 34.0) * (1.0 - 0.5 * light.backlit)
    veil = rng.uniform(4.0, 16.0) / 255.0
    gain, lift = (cv2.resize(m.astype(np.float32), (w, h)) for m in (shade, wet))
    planes = []
    for channel in range(3):
        plane = rgb[..., channel] * gain
        plane += lift + veil * light.sky[channel]
        planes.append(plane)
    return np.asarray(cv2.merge(planes), dtype=np.float32)


def _water_line(placed: _Placed, window: tuple[int, int, int, int], rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Row of the water at each column of the window, in the window's pixels; and how thick the foam on it is."""
    x0, y0, x1, _ = window
    w = x1 - x0
    base = placed.y - y0 + placed.view.depth * placed.view.lift * placed.unit
    row = base + placed.unit * (0.035 * line(rng, w, 5) + 0.012 * line(rng, w, 24) + 0.004 * line(rng, w, 90))
    x = (np.arange(x0, x1, dtype=np.float32) - placed.x) / placed.unit
    foam = np.exp(-((np.abs(x) / rng.uniform(0.22, 0.6)) ** 3)) * (0.75 + 0.4 * line(rng, w, 12))
    return np.asarray(row, dtype=np.float32), np.asarray(np.clip(foam, 0, 1), dtype=np.float32)


def _splash(
    canvas: Bytes,
    placed: _Placed,
    window: tuple[int, int, int, int],
    rows: Floats,
    foam: Floats,
    rng: np.random.Generator,
    light: Light,
) -> None:
    """White water where the tail stock goes in, a darker reflection under it, drops and runnels; in place."""
    x0, y0, x1, y1 = window
    h, w = y1 - y0, x1 - x0
    area = canvas[y0:y1, x0:x1]
    small = (max(h // 3, 2), max(w // 3, 2))
    level = cv2.resize(rows[None], (small[1], 1), interpolation=cv2.INTER_AREA)
    y = (np.arange(small[0], dtype=np.float32)[:, None] * 3 - level) / placed.unit
    thick = cv2.resize(foam[None], (small[1], 1), interpolation=cv2.INTER_AREA)
    strong = rng.uniform(0.35, 1.0)
    clumps = fractal(rng, small, (12, 18), 5, 0.75)
    body = np.exp(-((y / 0.035) ** 2)) + 0.6 * np.exp(-(((y - 0.09) / 0.08) ** 2))
    spray = rng.uniform(0.0, 0.5) * np.exp(-(((y + 0.02) / rng.uniform(0.05, 0.2)) ** 2))
    cover = step(thick * strong * (body * (1.1 + 0.9 * clumps) + spray * (1.0 + 0.5 * clumps)), 0.22, 0.95) * 0.95
    cover = cv2.resize(cover.astype(np.float32), (w, h), interpolation=cv2.INTER_CUBIC).clip(0.0, 0.95)
    bright = 238 - 70 * light.backlit
    white = np.float32([bright, bright + 3, bright + 6])
    hit = np.nonzero(cover > 0.01)
    under = area[hit].astype(np.float32)
    area[hit] = np.clip(under + (white - under) * cover[hit][:, None], 0, 255).astype(np.uint8)


def _drops(canvas: Bytes, placed: _Placed, window: tuple[int, int, int, int], rng: np.random.Generator) -> None:
    """Water that runs off the blade in threads and flies off as drops; in place."""
    x0, y0, x1, y1 = window
    layer = np.zeros((y1 - y0, x1 - x0), np.uint8)
    unit, view = placed.unit, placed.view
    for _ in range(int(rng.integers(0, 26))):
        x = rng.uniform(-0.95, 0.95)
        top = view.lift * (0.3 - 0.42 * abs(x)) - view.curl * x * x + rng.uniform(-0.05, 0.12)
        length = rng.uniform(0.1, 0.5) * view.lift
        px, py = float(view.across(np.float32([x]))[0]) * unit + placed.x - x0, top * unit + placed.y - y0
        for _ in range(int(rng.integers(4, 16))):
            at = rng.uniform(0, 1) ** 1.3
            centre = (int((px + rng.normal(0, 0.006) * unit) * 16), int((py + at * length * unit) * 16))
            axes = (int(max(1.0, 0.0022 * unit) * 16), int(max(1.5, rng.uniform(0.003, 0.03) * unit) * 16))
            cv2.ellipse(layer, centre, axes, 0, 0, 360, int(rng.uniform(60, 170)), -1, cv2.LINE_AA, 4)
    for _ in range(int(rng.integers(0, 160))):
        centre = (
            int(rng.normal(placed.x - x0, 0.5 * unit) * 16),
            int((placed.y - y0 + rng.uniform(-0.1, view.depth) * unit) * 16),
        )
        cv2.circle(
            layer,
            centre,
            int(max(0.7, rng.uniform(0.001, 0.005) * unit) * 16),
            int(rng.uniform(60, 220)),
            -1,
            cv2.LINE_AA,
            4,
        )
    hit = np.nonzero(layer)
    area = canvas[y0:y1, x0:x1]
    under = area[hit].astype(np.float32)
    area[hit] = (under + (245.0 - under) * (layer[hit].astype(np.float32) / 255.0)[:, None]).astype(np.uint8)


def _put(canvas: Bytes, whale: Whale, placed: _Placed, light: Light, rng: np.random.Generator) -> Bytes:
    """Draws one fluke into the canvas, in place; returns its mask over the whole photo."""
    height, width = canvas.shape[:2]
    window = x0, y0, x1, y1 = _window(placed, (width, height))
    texture = _texture(whale, placed.unit, width)
    map_x, map_y = _maps(placed, texture, window)
    alpha = cv2.remap(texture.alpha, map_x, map_y, cv2.INTER_LINEAR)
    rows, foam = _water_line(placed, window, rng)
    dry = np.clip(rows[None] - np.arange(y1 - y0, dtype=np.float32)[:, None] + 0.5, 0.0, 1.0)
    alpha = (alpha * dry).astype(np.uint8)
    rgb = cv2.remap(texture.rgb, map_x, map_y, cv2.INTER_LINEAR).astype(np.float32)
    rgb = _shaded(rgb, placed, window, light, rng)
    area = canvas[y0:y1, x0:x1]
    part = (alpha.astype(np.float32) / 255.0)[..., None]
    under = area.astype(np.float32)
    under *= _reflected(alpha, rows, placed.unit)
    area[:] = np.clip(under + (rgb - under) * part, 0, 255).astype(np.uint8)
    _splash(canvas, placed, window, rows, foam, rng, light)
    _drops(canvas, placed, window, rng)
    mask = np.zeros((height, width), np.uint8)
    mask[y0:y1, x0:x1] = alpha
    return mask


def _reflected(alpha: Bytes, rows: Floats, unit: float) -> Floats:
    """(h, w, 1): how much the fluke darkens the water below it, which mirrors it in pieces."""
    h, w = alpha.shape
    small = cv2.resize(alpha, (max(w // 8, 2), max(h // 8, 2)), interpolation=cv2.INTER_AREA)
    middle = min(max(int(np.median(rows) / 8), 1), small.shape[0] - 1)
    mirror = np.zeros_like(small)
    depth = min(small.shape[0] - middle, middle)
    mirror[middle : middle + depth] = small[middle - depth : middle][::-1]
    soft = cv2.blur(mirror, (max(1, int(unit / 24)), max(1, int(unit / 60)))).astype(np.float32) / 255.0
    below = (np.arange(small.shape[0], dtype=np.float32)[:, None] - middle) * 8 / unit
    soft *= 0.55 * np.exp(-np.maximum(below, 0.0) / 0.35)
    return np.asarray(1.0 - cv2.resize(soft, (w, h))[..., None], dtype=np.float32)


def _box(mask: Bytes) -> Box:
    """The box around the pixels that are at least half fluke."""
    x, y, w, h = cv2.boundingRect((mask > 127).astype(np.uint8))
    return Box(float(x), float(y), float(x + w), float(y + h))


@lru_cache(maxsize=2)
def _grain(size: int = 1024) -> Bytes:
    """Sensor noise around 128; the photos use shifted pieces of it."""
    noise = np.random.default_rng(3).normal(128.0, 16.0, (size, size, 3))
    return np.clip(noise, 0, 255).astype(np.uint8)


def _exposed(pixels: Bytes, light: Light, rng: np.random.Generator) -> Bytes:
    """What the camera makes of it: focus, movement, exposure, contrast, cast, noise; sometimes grey."""
    width = pixels.shape[1]
    state = rng.random()
    if state < 0.18:
        pixels = cv2.GaussianBlur(pixels, (0, 0), width * rng.uniform(0.0007, 0.0022))
    elif state < 0.28:
        length = max(3, int(width * rng.uniform(0.002, 0.006)) | 1)
        kernel = np.zeros((length, length), np.float32)
        middle, angle = length / 2, rng.uniform(0, np.pi)
        offset = np.array([np.cos(angle), np.sin(angle)]) * middle
        ends = [tuple(int(v) for v in middle + sign * offset) for sign in (-1, 1)]
        cv2.line(kernel, ends[0], ends[1], 1.0)
        pixels = cv2.filter2D(pixels, -1, kernel / kernel.sum())
    gain, gamma, haze = rng.uniform(0.82, 1.2), rng.uniform(0.82, 1.15), rng.uniform(0.0, 0.1)
    ramp = np.linspace(0.0, 1.0, 256)[:, None] * np.array(light.cast) * gain
    curve = np.clip(ramp, 0, 1) ** gamma * (1.0 - haze) + haze * 0.75
    table = np.clip(curve * 255, 0, 255).astype(np.uint8)[None]
    pixels = cv2.LUT(pixels, table)
    if rng.random() < 0.06:
        pixels = cv2.cvtColor(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    strength = rng.uniform(0.25, 0.7) if rng.random() < 0.2 else rng.uniform(0.0, 0.12)
    tile = np.roll(_grain(), tuple(rng.integers(0, 1024, 2)), (0, 1))
    down, over = -(-pixels.shape[0] // 1024), -(-width // 1024)
    noise = np.tile(tile, (down, over, 1))[: pixels.shape[0], :width]
    return np.asarray(cv2.addWeighted(pixels, 1.0, noise, strength, -128.0 * strength), dtype=np.uint8)


def draw_photo(
    whales: Sequence[Whale],
    size: tuple[int, int],
    rng: np.random.Generator,
    light: Light | None = None,
    share: float | None = None,
) -> Scene:
    """Draws one photo.

    Args:
        whales: the whales whose flukes it shows, from left to right; none gives an empty sea.
        size: (width, height) in pixels.
        rng: where the chances come from.
        light: the weather; drawn when None.
        share: width of each fluke as a share of the frame's; 0.25 to 0.9 when None, less where there are several.
    """
    width, height = size
    light = light or Light.drawn(rng)
    count = len(whales)
    limit = 0.9 / max(count, 1)
    views = [View.drawn(rng, share) for _ in whales]
    views = [
        replace(view, share=min(view.share, limit * rng.uniform(0.82, 0.98) if count > 1 else 0.9)) for view in views
    ]
    lanes = [(0.03 + 0.94 * k / count, 0.03 + 0.94 * (k + 1) / count) for k in range(count)]
    placed = [_place(view, size, lane, rng) for view, lane in zip(views, lanes, strict=True)]
    metres = _FLUKE_METRES / placed[0].view.share if placed else None
    canvas = sea(width, height, rng, light, metres)
    masks = tuple(_put(canvas, whale, place, light, rng) for whale, place in zip(whales, placed, strict=True))
    return Scene(_exposed(canvas, light, rng), tuple(_box(mask) for mask in masks), masks)
