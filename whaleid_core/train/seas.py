"""Draws seas, skies and what floats on them, for training scenes that hold no tail or a drawn one."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]
Rng = np.random.Generator

LETTERS = list("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_/:. ")


def noise(width: int, height: int, cell_width: float, cell_height: float, rng: Rng) -> Floats:
    """Smooth noise of unit spread, height x width, whose lumps have about the size of a cell (pixels)."""
    columns, rows = max(2, round(width / cell_width)), max(2, round(height / cell_height))
    grid = rng.standard_normal((rows, columns), dtype=np.float32)
    return np.asarray(cv2.resize(grid, (width, height), interpolation=cv2.INTER_CUBIC), dtype=np.float32)


def draw_sea(width: int, height: int, rng: Rng) -> Pixels:
    """A sea of height x width pixels, RGB, with waves, now and then glints, a horizon, a sky and a coast."""
    tone = rng.uniform(35, 190)
    tint = np.array([rng.uniform(-0.35, 0.02), rng.uniform(-0.12, 0.08), rng.uniform(0, 0.3)], np.float32)
    waves = np.zeros((height, width), np.float32)
    for cell, strength in ((2.5, 0.4), (6, 0.7), (18, 1.0), (60, 1.0)):
        waves += noise(width, height, cell * rng.uniform(1.5, 4), cell, rng) * np.float32(strength * rng.uniform(0, 1))
    waves *= np.float32(rng.uniform(3, 22))
    if rng.random() < 0.3:
        waves = np.where(waves > np.percentile(waves, 97), waves + rng.uniform(20, 90), waves)
    fade = np.linspace(rng.uniform(-25, 25), 0, height, dtype=np.float32)[:, None]
    sea = (tone + waves + fade)[:, :, None] * (1 + tint)
    if rng.random() < 0.4:
        add_sky(sea, round(height * rng.uniform(0.03, 0.5)), rng)
    return np.asarray(np.clip(sea, 0, 255), dtype=np.uint8)


def add_sky(sea: Floats, horizon: int, rng: Rng) -> None:
    """Draws a sky, and sometimes a coast, over the rows above the horizon, in place."""
    height, width = sea.shape[:2]
    horizon = min(max(horizon, 2), height)
    light = np.linspace(rng.uniform(90, 230), rng.uniform(140, 245), horizon, dtype=np.float32)[:, None]
    clouds = noise(width, horizon, width / 4, horizon / 3, rng) * np.float32(rng.uniform(0, 14))
    sky_tint = np.array([rng.uniform(-0.2, 0.05), rng.uniform(-0.06, 0.04), rng.uniform(0, 0.12)], np.float32)
    sea[:horizon] = (light + clouds)[:, :, None] * (1 + sky_tint)
    if rng.random() < 0.4:
        ridge = np.abs(noise(width, 2, width / rng.uniform(3, 12), 1, rng)[0]) * rng.uniform(0.05, 0.5) * horizon
        points = [(x, horizon - int(ridge[x])) for x in range(0, width, 3)]
        outline = np.array([(0, horizon), *points, (width, horizon)], np.int32)
        colour = rng.uniform(30, 150) + rng.uniform(-15, 15, 3)
        cv2.fillPoly(sea, [outline], [float(v) for v in colour])


def draw_boat(pixels: Pixels, rng: Rng) -> None:
    """A hull with a cabin and perhaps a mast, in place."""
    height, width = pixels.shape[:2]
    length = int(width * rng.uniform(0.04, 0.4))
    depth = max(2, int(length * rng.uniform(0.1, 0.25)))
    x, y = int(rng.uniform(-0.1, 0.9) * width), int(rng.uniform(0.1, 0.95) * height)
    hull = np.array([(x, y), (x + length, y), (x + int(length * 0.9), y + depth), (x + length // 10, y + depth)])
    cv2.fillPoly(pixels, [hull.astype(np.int32)], _colour(rng), cv2.LINE_AA)
    left = x + int(length * rng.uniform(0.1, 0.5))
    cabin = (left, y - int(depth * rng.uniform(0.5, 2)), max(2, length // 3), depth)
    cv2.rectangle(pixels, cabin[:2], (cabin[0] + cabin[2], y), _colour(rng), -1)
    if rng.random() < 0.5:
        cv2.line(pixels, (left, y), (left, y - int(length * rng.uniform(0.3, 1))), _colour(rng), 1, cv2.LINE_AA)


def draw_bird(pixels: Pixels, rng: Rng) -> None:
    """A gull with two bent, thin wings, in place."""
    height, width = pixels.shape[:2]
    span = width * rng.uniform(0.02, 0.12)
    x, y = rng.uniform(0, 1) * width, rng.uniform(0, 0.9) * height
    lift = span * rng.uniform(-0.15, 0.4)
    bend = span * rng.uniform(0.1, 0.3)
    wings = [(x - span / 2, y - lift), (x - span / 4, y - bend), (x, y), (x + span / 4, y - bend), (x + span / 2, y)]
    thickness = max(1, round(span / 14))
    cv2.polylines(pixels, [np.array(wings, np.int32)], False, _colour(rng), thickness, cv2.LINE_AA)


def draw_back(pixels: Pixels, rng: Rng) -> None:
    """The dark back of a whale, with or without a dorsal fin, half under water, in place."""
    height, width = pixels.shape[:2]
    length = width * rng.uniform(0.05, 0.5)
    x, y = rng.uniform(0, 1) * width, rng.uniform(0.2, 1) * height
    turns = np.linspace(np.pi, 2 * np.pi, 24)
    hump = np.stack([x + np.cos(turns) * length / 2, y + np.sin(turns) * length * rng.uniform(0.05, 0.2)], 1)
    dark = [float(v) for v in rng.uniform(15, 70) + rng.uniform(-6, 6, 3)]
    cv2.fillPoly(pixels, [hump.astype(np.int32)], dark, cv2.LINE_AA)
    if rng.random() < 0.5:
        top, tall = float(hump[:, 1].min()), length * rng.uniform(0.04, 0.12)
        fin = [(x, top + 2), (x + tall * 1.6, top + 2), (x + tall * 1.3, top - tall)]
        cv2.fillPoly(pixels, [np.array(fin, np.int32)], dark, cv2.LINE_AA)


def draw_foam(pixels: Pixels, rng: Rng) -> None:
    """A bright splash, a blow or a dark patch with a ragged edge, in place."""
    height, width = pixels.shape[:2]
    across, down = max(8, int(width * rng.uniform(0.04, 0.4))), max(6, int(height * rng.uniform(0.03, 0.3)))
    x, y = int(rng.uniform(0, max(1, width - across))), int(rng.uniform(0, max(1, height - down)))
    part = pixels[y : y + down, x : x + across]
    down, across = part.shape[:2]
    veil = noise(across, down, across / 5, down / 4, rng) * 0.5 + 0.3
    veil = np.clip(veil, 0, 1) * feather(across, down, across * 0.4, down * 0.4) * np.float32(rng.uniform(0.3, 1))
    colour = np.float32(rng.uniform(190, 255) if rng.random() < 0.7 else rng.uniform(10, 60))
    part[:] = (part * (1 - veil[:, :, None]) + colour * veil[:, :, None]).astype(np.uint8)


def draw_text(pixels: Pixels, rng: Rng) -> None:
    """A name, number or date burned in near an edge, in place."""
    height, width = pixels.shape[:2]
    words = "".join(rng.choice(LETTERS, int(rng.integers(3, 22))))
    scale = max(0.25, width / 400 * rng.uniform(0.4, 1.4))
    y = int(height * (rng.uniform(0.03, 0.15) if rng.random() < 0.5 else rng.uniform(0.88, 1)))
    font = int(rng.choice([cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_COMPLEX_SMALL]))
    bright = float(rng.choice([rng.uniform(0, 60), rng.uniform(200, 255)]))
    colour = [bright] * 3 if rng.random() < 0.7 else _colour(rng)
    cv2.putText(pixels, words, (int(rng.uniform(0, 0.6) * width), y), font, scale, colour, 1, cv2.LINE_AA)


def draw_frame(pixels: Pixels, rng: Rng) -> None:
    """A border of one colour, as on scanned slides and published plates, in place."""
    height, width = pixels.shape[:2]
    thick = max(1, round(min(height, width) * rng.uniform(0.005, 0.04)))
    cv2.rectangle(pixels, (0, 0), (width - 1, height - 1), [float(rng.choice([0, 255, 200]))] * 3, thick)


def add_distractors(pixels: Pixels, rng: Rng) -> None:
    """Up to three things that are no tail, in place."""
    makers = (draw_boat, draw_bird, draw_back, draw_foam)
    for index in rng.integers(0, len(makers), int(rng.integers(1, 4))):
        makers[index](pixels, rng)


def feather(width: int, height: int, across: float, down: float) -> Floats:
    """An opacity mask, height x width, that rises from 0 at the edges to 1 over `across` and `down` pixels."""
    columns = np.minimum(np.arange(width) + 0.5, width - np.arange(width) - 0.5) / max(across, 0.5)
    rows = np.minimum(np.arange(height) + 0.5, height - np.arange(height) - 0.5) / max(down, 0.5)
    ramp = np.clip(rows, 0, 1)[:, None] * np.clip(columns, 0, 1)[None, :]
    return np.asarray(ramp * ramp * (3 - 2 * ramp), dtype=np.float32)


def _colour(rng: Rng) -> list[float]:
    return [float(v) for v in np.clip(rng.uniform(10, 245) + rng.uniform(-40, 40, 3), 0, 255)]
