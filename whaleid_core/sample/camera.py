"""What a camera makes of a scene: focus, movement, exposure, contrast, colour cast, noise; now and then grey."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np

from whaleid_core.sample.noise import Bytes
from whaleid_core.sample.sea import Light

_GRAIN = 1024


@lru_cache(maxsize=1)
def _grain() -> Bytes:
    """Sensor noise around 128; the photos use shifted pieces of it."""
    noise = np.random.default_rng(3).normal(0.0, 16.0, (_GRAIN, _GRAIN, 3)).astype(np.float32)
    soft = cv2.GaussianBlur(noise, (0, 0), 1.1, borderType=cv2.BORDER_REFLECT)  # as a camera leaves it: in blotches
    return np.asarray(np.clip(128.0 + soft * (16.0 / soft.std()), 0, 255), dtype=np.uint8)


def _moved(pixels: Bytes, length: int, angle: float) -> Bytes:
    """Smears along a line, `length` pixels long at `angle` radians."""
    kernel = np.zeros((length, length), np.float32)
    reach = np.array([np.cos(angle), np.sin(angle)]) * (length // 2)
    start, end = ([round(float(v)) for v in length // 2 + sign * reach] for sign in (-1, 1))
    cv2.line(kernel, start, end, 1.0)
    return np.asarray(cv2.filter2D(pixels, -1, kernel / kernel.sum()), dtype=np.uint8)


def exposed(pixels: Bytes, light: Light, rng: np.random.Generator) -> Bytes:
    """A photo, uint8 (h, w, 3), of the scene in `pixels`, of the same form."""
    height, width = pixels.shape[:2]
    state = rng.random()
    if state < 0.18:
        pixels = cv2.GaussianBlur(pixels, (0, 0), width * rng.uniform(0.0007, 0.0022))
    elif state < 0.28:
        pixels = _moved(pixels, max(3, int(width * rng.uniform(0.002, 0.006)) | 1), rng.uniform(0, np.pi))
    gain, gamma, haze = rng.uniform(0.85, 1.22), rng.uniform(0.82, 1.12), rng.uniform(0.0, 0.1)
    ramp = np.linspace(0.0, 1.0, 256)[:, None] * np.array(light.cast) * gain
    curve = np.clip(ramp, 0, 1) ** gamma * (1.0 - haze) + haze * 0.75
    pixels = cv2.LUT(pixels, np.clip(curve * 255, 0, 255).astype(np.uint8)[None])
    if rng.random() < 0.06:
        pixels = cv2.cvtColor(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    strength = rng.uniform(0.25, 0.7) if rng.random() < 0.12 else rng.uniform(0.0, 0.03)
    tile = np.roll(_grain(), tuple(rng.integers(0, _GRAIN, 2)), (0, 1))
    noise = np.tile(tile, (-(-height // _GRAIN), -(-width // _GRAIN), 1))[:height, :width]
    return np.asarray(cv2.addWeighted(pixels, 1.0, noise, strength, -128.0 * strength), dtype=np.uint8)
