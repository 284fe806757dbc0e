"""Puts flukes into a sea as a photographer on a boat would get them: at some distance, angle, light and sharpness."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from whaleid_core.records import Box
from whaleid_core.sample.camera import exposed
from whaleid_core.sample.fluke import Texture, Whale
from whaleid_core.sample.noise import Bytes, fractal, step
from whaleid_core.sample.sea import Light, sea
from whaleid_core.sample.spray import blend, drips, mirror, splash, water_line
from whaleid_core.sample.view import Placed, View, Window, maps, place

_FLUKE_METRES = 4.5  # how wide a humpback's fluke is
_WIDEST_SHARE = 0.9


@dataclass(frozen=True)
class Scene:
    """A drawn photo and the truth about it.

    Attributes:
        pixels: (h, w, 3) RGB, uint8.
        boxes: one box around what is seen of each fluke above the water, in the order of the whales.
        masks: (h, w) uint8 each, 255 where the fluke is seen above the water.
    """

    pixels: Bytes
    boxes: tuple[Box, ...]
    masks: tuple[Bytes, ...]


def _texture(whale: Whale, unit: float, width: int) -> Texture:
    """The whale's texture as photos of this width need it at most, averaged down where the fluke is small."""
    texture = whale.texture(max(48, round(0.25 * width)))
    factor = unit / texture.unit
    if factor > 0.75:
        return texture
    rgb, alpha = (
        cv2.resize(layer, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
        for layer in (texture.rgb, texture.alpha)
    )
    return Texture(rgb, alpha, texture.unit * factor)


def _lit(rgb: Bytes, placed: Placed, window: Window, light: Light, rng: np.random.Generator) -> Bytes:
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
    gain, shine = (cv2.resize(layer.astype(np.float32), (w, h)) for layer in (shade, wet))
    planes = [
        cv2.add(cv2.multiply(plane, gain, dtype=cv2.CV_32F), shine + veil * tone, dtype=cv2.CV_8U)
        for plane, tone in zip(cv2.split(rgb), light.sky, strict=True)
    ]
    return np.asarray(cv2.merge(planes), dtype=np.uint8)


def _put(canvas: Bytes, whale: Whale, placed: Placed, light: Light, rng: np.random.Generator) -> Bytes:
    """Draws one fluke into the canvas, in place; returns its mask over the whole photo."""
    height, width = canvas.shape[:2]
    window = x0, y0, x1, y1 = placed.window((width, height))
    texture = _texture(whale, placed.unit, width)
    map_x, map_y = maps(placed, texture, window)
    rows = water_line(placed, window, rng)
    dry = np.clip(rows[None] - np.arange(y1 - y0, dtype=np.float32)[:, None] + 0.5, 0.0, 1.0)
    alpha = (cv2.remap(texture.alpha, map_x, map_y, cv2.INTER_LINEAR) * dry).astype(np.uint8)
    area = canvas[y0:y1, x0:x1]
    mirror(area, alpha, placed, window)
    x, y, w, h = cv2.boundingRect(alpha)
    part = slice(y, y + h), slice(x, x + w)
    rgb = cv2.remap(texture.rgb, map_x[part], map_y[part], cv2.INTER_LINEAR)
    rgb = _lit(rgb, placed, (x0 + x, y0 + y, x0 + x + w, y0 + y + h), light, rng)
    blend(area[part], rgb, alpha[part].astype(np.float32) / 255.0)
    splash(area, placed, window, rows, light, rng)
    drips(area, placed, window, rng)
    mask = np.zeros((height, width), np.uint8)
    mask[y0:y1, x0:x1] = alpha
    return mask


def _box(mask: Bytes) -> Box:
    """The box around the pixels that are at least half fluke."""
    x, y, w, h = cv2.boundingRect((mask > 127).astype(np.uint8))
    return Box(float(x), float(y), float(x + w), float(y + h))


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
    views = []
    for _ in whales:
        view = View.drawn(rng, share)
        limit = _WIDEST_SHARE / count * (rng.uniform(0.82, 0.98) if count > 1 else 1.0)
        views.append(replace(view, share=min(view.share, limit)))
    lanes = [(0.03 + 0.94 * k / count, 0.03 + 0.94 * (k + 1) / count) for k in range(count)]
    placed = [place(view, size, lane, rng) for view, lane in zip(views, lanes, strict=True)]
    canvas = sea(width, height, rng, light, _FLUKE_METRES / views[0].share if views else None)
    masks = tuple(_put(canvas, whale, spot, light, rng) for whale, spot in zip(whales, placed, strict=True))
    return Scene(exposed(canvas, light, rng), tuple(_box(mask) for mask in masks), masks)
