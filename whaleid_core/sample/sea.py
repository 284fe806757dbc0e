"""Draws the sea: waves seen at a grazing angle, glitter, haze, sometimes a horizon with land."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from whaleid_core.sample.noise import Bytes, Floats, colour, fractal, line, step

_TILE = 512
_TILE_METRES = 30.0
_TILES = 4
_WIDEST = 1000  # the sea is drawn this wide at most, then enlarged: it is never the sharpest thing in a photo


@dataclass(frozen=True)
class Light:
    """The weather and the light of one encounter.

    Attributes:
        water, sky: colours, 0 to 255.
        sun: how much the waves glitter, 0 to 1.
        backlit: how dark what stands against the light is, 0 to 1.
        swell: how rough the sea is, about 0.5 to 1.4.
        cast: factors for red, green and blue.
    """

    water: tuple[float, float, float]
    sky: tuple[float, float, float]
    sun: float
    backlit: float
    swell: float
    cast: tuple[float, float, float]

    @classmethod
    def drawn(cls, rng: np.random.Generator) -> Light:
        """One of several weathers, no two alike."""
        weathers = [
            ((14, 42, 84), (150, 186, 222)),
            ((10, 62, 96), (140, 200, 226)),
            ((38, 60, 68), (186, 196, 200)),
            ((48, 56, 62), (172, 178, 184)),
            ((18, 54, 66), (150, 180, 190)),
            ((30, 48, 70), (214, 200, 190)),
        ]
        water, sky = weathers[int(rng.integers(len(weathers)))]
        shade = rng.uniform(0.8, 1.2)
        backlit = rng.uniform(0.4, 1.0) if rng.random() < 0.25 else rng.uniform(0.0, 0.25)
        return cls(
            water=(water[0] * shade, water[1] * shade, water[2] * shade),
            sky=sky,
            sun=rng.uniform(0.3, 1.0) if backlit > 0.3 or rng.random() < 0.3 else rng.uniform(0.0, 0.15),
            backlit=backlit,
            swell=rng.uniform(0.55, 1.3),
            cast=(rng.uniform(0.95, 1.05), rng.uniform(0.98, 1.02), rng.uniform(0.95, 1.05)),
        )


@lru_cache(maxsize=_TILES)
def _slopes(variant: int) -> Floats:
    """(tile, tile, 2) slopes of a wind sea along x and y, each with a deviation of 1; repeats without a seam."""
    rng = np.random.default_rng([7, variant])
    cycles = np.fft.fftfreq(_TILE, 1.0 / _TILE)
    kx, ky = np.meshgrid(cycles, cycles)
    k = np.hypot(kx, ky)
    k[0, 0] = 1.0
    wind = rng.uniform(0.9, 2.2)
    along = np.abs(kx * np.cos(wind) + ky * np.sin(wind)) / k
    power = np.exp(-((4.0 / k) ** 2)) / k**3.4 * (0.12 + along**2) * np.exp(-((k / 150.0) ** 2))
    phase = rng.normal(size=k.shape) + 1j * rng.normal(size=k.shape)
    height = phase * np.sqrt(power)
    height[0, 0] = 0.0
    slopes = np.stack([np.fft.ifft2(1j * axis * height).real for axis in (kx, ky)], -1)
    return np.asarray(slopes / slopes.std((0, 1)), dtype=np.float32)


def _waves(rng: np.random.Generator, shape: tuple[int, int], horizon: float, metres: float) -> tuple[Floats, Floats]:
    """Slopes (h, w, 2) of the water in view, and nearness (h, 1): 1 at the frame's lower edge, 0 at the horizon."""
    h, w = shape
    rows = (np.arange(h, dtype=np.float32)[:, None] + 0.5) / h
    nearness = np.maximum((rows - horizon) / (1.0 - horizon), 0.02)
    far = 1.0 / nearness
    per_metre = _TILE / _TILE_METRES
    x = (np.arange(w, dtype=np.float32) / w - 0.5) * metres * per_metre * far
    y = far * (metres * (1.0 - horizon) * h / w * rng.uniform(2.5, 4.5)) * per_metre
    tile = _slopes(int(rng.integers(_TILES)))
    total = np.zeros((h, w, 2), np.float32)
    for zoom, weight in ((0.3, 0.7), (1.0, 1.0), (3.3, 0.35)):
        dx, dy = rng.uniform(0, _TILE, 2)
        columns = x * np.float32(zoom) + np.float32(dx)
        lines = np.broadcast_to(np.mod(y * zoom + dy, _TILE), (h, w)).astype(np.float32)
        total += weight * cv2.remap(tile, columns, lines, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)
    return total, nearness


def _water(rng: np.random.Generator, shape: tuple[int, int], horizon: float, metres: float, light: Light) -> Floats:
    """(h, w, 3): each facet of the water mirrors the sky the more, the flatter it is looked at."""
    slopes, nearness = _waves(rng, shape, horizon, metres)
    calm = step(nearness, 0.015, 0.16)
    tilt = slopes[..., 1] * 0.8 + slopes[..., 0] * rng.uniform(-0.5, 0.5)
    mirror = np.clip(0.34 + 0.17 * light.swell * tilt * calm, 0.0, 1.0) ** 1.25
    mirror = mirror + (1.0 - mirror) * (0.45 * np.exp(-nearness * 7.0))
    mirror *= 1.0 + 0.12 * fractal(rng, (shape[0] // 4, shape[1] // 4), (5, 3), 3).repeat(4, 0).repeat(4, 1)
    water = colour(light.water) + (colour(light.sky) - colour(light.water)) * mirror[..., None]
    if light.sun > 0.02:
        across = np.linspace(0, 1, shape[1], dtype=np.float32) - rng.uniform(0.1, 0.9)
        lane = 0.35 + 0.65 * np.exp(-((across / rng.uniform(0.25, 0.8)) ** 2))
        glint = (
            step(slopes[..., 1] * 0.7 + slopes[..., 0] * 0.5, 2.3 - 1.1 * light.sun, 3.3 - 0.8 * light.sun)
            * lane
            * step(nearness, 0.0, 0.1)
        )
        water += (colour((255, 250, 238)) - water) * (glint * light.sun)[..., None]
    return np.asarray(water, dtype=np.float32)


def _heaven(rng: np.random.Generator, picture: Floats, horizon: float, light: Light) -> None:
    """Paints the sky, and sometimes a coast, above a horizon that lies in the frame."""
    height, w = picture.shape[:2]
    edge = horizon * height
    picture = picture[: int(edge) + 2]
    h = picture.shape[0]
    rows = np.arange(h, dtype=np.float32)[:, None]
    sky = colour(light.sky) * (1.0 + 0.14 * np.clip(rows / max(edge, 1.0), 0, 1))[..., None]
    sky = sky * (1.0 + 0.05 * cv2.resize(fractal(rng, (60, 90), (4, 3), 3), (w, h)))[..., None]
    cover = np.clip(edge - rows, 0.0, 1.0)[..., None]
    picture += (np.minimum(sky, 250) - picture) * cover
    if rng.random() < 0.45:
        hills = (
            edge - height * 0.015 - height * rng.uniform(0.01, 0.05) * (0.8 + line(rng, w, 4) + 0.12 * line(rng, w, 30))
        )
        land = np.clip(rows - hills[None], 0.0, 1.0) * cover[..., 0]
        haze = rng.uniform(0.35, 0.7)
        picture += ((colour((70, 82, 74)) * (1 - haze) + colour(light.sky) * haze) - picture) * land[..., None]


def sea(
    width: int,
    height: int,
    rng: np.random.Generator,
    light: Light | None = None,
    metres: float | None = None,
    horizon: float | None = None,
) -> Bytes:
    """Draws a piece of sea without a whale.

    Args:
        width, height: pixels.
        rng: where the chances come from.
        light: the weather; drawn when None.
        metres: how much sea the frame is wide, which sets the size of the waves; 5 to 18 when None.
        horizon: the horizon's row as a share of the height; below 0 it lies above the frame. Drawn when None.

    Returns:
        (height, width, 3) RGB, uint8.
    """
    light = light or Light.drawn(rng)
    metres = metres if metres is not None else rng.uniform(5.0, 18.0)
    if horizon is None:
        horizon = rng.uniform(0.04, 0.3) if rng.random() < 0.3 else rng.uniform(-1.6, -0.25)
    scale = min(1.0, _WIDEST / width)
    w, h = (4 * -(-round(side * scale) // 4) for side in (width, height))  # whole fours, for the coarse fields
    picture = _water(rng, (h, w), horizon, metres, light)
    if horizon > 0:
        _heaven(rng, picture, horizon, light)
    small = cv2.GaussianBlur(np.clip(picture, 0, 255).astype(np.uint8), (0, 0), 0.9e-3 * w)  # a little out of focus
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC), dtype=np.uint8)
