"""Smooth random fields, the same at every resolution for one state of the generator."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.uint8]


def field(rng: np.random.Generator, shape: tuple[int, int], cells: tuple[int, int]) -> Floats:
    """One octave: `cells` (down, across) random values, about -1 to 1, smoothly enlarged to `shape` (height, width)."""
    grid = rng.uniform(-1.0, 1.0, cells).astype(np.float32)
    return np.asarray(cv2.resize(grid, shape[::-1], interpolation=cv2.INTER_CUBIC), dtype=np.float32)


def fractal(
    rng: np.random.Generator, shape: tuple[int, int], cells: tuple[int, int], octaves: int, fall: float = 0.55
) -> Floats:
    """Several octaves, each twice as fine and `fall` times as strong as the one before."""
    total = np.zeros(shape, np.float32)
    for octave in range(octaves):
        total += fall**octave * field(rng, shape, (cells[0] << octave, cells[1] << octave))
    return total


def line(rng: np.random.Generator, length: int, cells: int) -> Floats:
    """`length` values of one-dimensional noise with `cells` bumps, about -1 to 1."""
    return np.asarray(field(rng, (1, length), (1, cells))[0], dtype=np.float32)


def step(values: Floats, low: float, high: float) -> Floats:
    """0 below `low`, 1 above `high`, a smooth s between."""
    t = np.clip((values - low) / (high - low), 0.0, 1.0)
    return np.asarray(t * t * (3.0 - 2.0 * t), dtype=np.float32)


def colour(values: Sequence[float]) -> Floats:
    """Red, green and blue, 0 to 255, ready to be broadcast over pixels."""
    return np.asarray(values, dtype=np.float32)
