"""What is done to the pixels and boxes of training scenes: stretch, turn, weather, tile seas, paste tails."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from whaleid_core.sample import sea as sample_sea
from whaleid_core.train import seas
from whaleid_core.train.seas import Floats, Pixels, Rng

Boxes = npt.NDArray[np.float32]
"""n x 4: xmin, ymin, xmax, ymax in pixels; n may be 0."""

PAD = 114
"""The grey that fills what a photo leaves free of a square."""


def letterbox(pixels: Pixels, size: int, scale: float = 1.0, x: float = 0.0, y: float = 0.0) -> tuple[Pixels, float]:
    """Fits a picture into a grey square, and says by how much it was scaled.

    Args:
        pixels: height x width x 3.
        size: side of the square.
        scale: longer side of the picture as a share of the square's side.
        x, y: where it lies in the room that is left, 0 (left, top) to 1.
    """
    height, width = pixels.shape[:2]
    factor = size * scale / max(height, width)
    across, down = max(1, min(size, round(width * factor))), max(1, min(size, round(height * factor)))
    method = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    square = np.full((size, size, 3), PAD, np.uint8)
    left, top = int((size - across) * x), int((size - down) * y)
    square[top : top + down, left : left + across] = cv2.resize(pixels, (across, down), interpolation=method)
    return square, factor


def any_sea(width: int, height: int, rng: Rng) -> Pixels:
    """A drawn sea, rough or with the sample survey's care; height x width, RGB."""
    if rng.random() < 0.4:
        return np.asarray(sample_sea(width, height, rng), dtype=np.uint8)
    return seas.draw_sea(width, height, rng)


def stretched(pixels: Pixels, boxes: Boxes, rng: Rng) -> tuple[Pixels, Boxes]:
    """The proportions changed by up to 15 %."""
    height, width = pixels.shape[:2]
    tall = max(1, round(height * np.exp(rng.uniform(-0.15, 0.15))))
    scale = np.array([1, tall / height, 1, tall / height], np.float32)
    return np.asarray(cv2.resize(pixels, (width, tall), interpolation=cv2.INTER_LINEAR), np.uint8), boxes * scale


def sea_strips(pixels: Pixels, box: Boxes) -> list[Pixels]:
    """The rows above and below a tail that are high enough to show sea; may be none."""
    height = pixels.shape[0]
    room = 0.1 * (box[3] - box[1])
    above, below = int(box[1] - room), int(box[3] + room) + 1
    return [strip for strip in (pixels[: max(0, above)], pixels[min(height, below) :]) if strip.shape[0] >= 10]


def real_sea(pixels: Pixels, boxes: Boxes, width: int, height: int, rng: Rng) -> Pixels:
    """A frame filled with the mirrored and tiled sea around a tail; drawn where the photo has none to spare."""
    strips = sea_strips(pixels, boxes[0])
    if not strips:
        return seas.draw_sea(width, height, rng)
    frame = tiled(strips[-1], width, height, rng)
    if len(strips) == 2 and rng.random() < 0.6:
        upper = tiled(strips[0], width, height, rng)
        horizon = rng.uniform(0.1, 0.7) * height
        soft = np.clip((np.arange(height) - horizon) / max(2.0, height * rng.uniform(0.01, 0.2)) + 0.5, 0, 1)
        share = soft.astype(np.float32)[:, None, None]
        frame = (upper * (1 - share) + frame * share).astype(np.uint8)
    if rng.random() < 0.5:
        swell = seas.noise(width, height, width / 5, height / 6, rng) * np.float32(rng.uniform(1, 9))
        frame = np.clip(frame + swell[:, :, None], 0, 255).astype(np.uint8)
    return frame


def tiled(strip: Pixels, width: int, height: int, rng: Rng) -> Pixels:
    """A strip scaled and mirrored sideways and up and down until it fills a frame."""
    scale = np.exp(rng.uniform(np.log(0.5), np.log(2.5)))
    across, down = max(8, round(strip.shape[1] * scale)), max(8, round(strip.shape[0] * scale))
    strip = np.asarray(cv2.resize(strip, (across, down), interpolation=cv2.INTER_AREA if scale < 1 else 1), np.uint8)
    if rng.random() < 0.5:
        strip = strip[:, ::-1]
    columns = (np.arange(width) + int(rng.integers(2 * across))) % (2 * across)
    rows = (np.arange(height) + int(rng.integers(2 * down))) % (2 * down)
    columns = np.where(columns < across, columns, 2 * across - 1 - columns)
    rows = np.where(rows < down, rows, 2 * down - 1 - rows)
    full: Pixels = np.ascontiguousarray(strip[rows][:, columns])
    return full


def covered(pixels: Pixels, box: Boxes, rng: Rng) -> Pixels:
    """The photo with its tail covered by its own sea."""
    height, width = pixels.shape[:2]
    room = 0.12 * np.array([box[2] - box[0], box[3] - box[1]])
    left, top = max(0, int(box[0] - room[0])), max(0, int(box[1] - room[1]))
    right, bottom = min(width, int(box[2] + room[0]) + 1), min(height, int(box[3] + room[1]) + 1)
    patch = real_sea(pixels, box[None], right - left, bottom - top, rng)
    frame = pixels.copy()
    frame[top:bottom, left:right] = patch
    seam = cv2.GaussianBlur(frame, (0, 0), 4)
    mask = np.zeros((height, width), np.float32)
    cv2.rectangle(mask, (left, top), (right - 1, bottom - 1), 1.0, 7)
    mask = cv2.GaussianBlur(mask, (0, 0), 2)[:, :, None]
    return np.asarray(np.clip(frame * (1 - mask) + seam * mask, 0, 255), dtype=np.uint8)


def blend(frame: Pixels, patch: Pixels | Floats, mask: Floats, left: int, top: int) -> None:
    """Lays a patch over a frame by its opacity mask, in place; the patch must lie inside the frame."""
    part = frame[top : top + mask.shape[0], left : left + mask.shape[1]]
    part[:] = np.clip(part + (patch - part.astype(np.float32)) * mask[:, :, None], 0, 255).astype(np.uint8)


def paste_tail(frame: Pixels, pixels: Pixels, box: Boxes, across: float, rng: Rng, taken: Sequence[Boxes]) -> Boxes:
    """Pastes the tail of a photo into a frame, `across` pixels wide, with soft edges; returns its box, 1 x 4."""
    height, width = frame.shape[:2]
    tail_width, tail_height = box[2] - box[0], box[3] - box[1]
    scale = min(across / tail_width, 0.9 * height / tail_height, 0.9 * width / tail_width)
    room = rng.uniform(0.08, 0.35) * tail_height
    left, top = max(0, int(box[0] - room)), max(0, int(box[1] - room))
    right, bottom = min(pixels.shape[1], int(box[2] + room) + 1), min(pixels.shape[0], int(box[3] + room) + 1)
    size = (min(width, max(8, round((right - left) * scale))), min(height, max(6, round((bottom - top) * scale))))
    patch = cv2.resize(pixels[top:bottom, left:right], size, interpolation=cv2.INTER_AREA if scale < 1 else 1)
    if rng.random() < 0.3 and scale < 0.7:
        patch = cv2.GaussianBlur(patch, (0, 0), rng.uniform(0.3, 0.8))
    soft = max(2.0, room * scale)
    mask = seas.feather(size[0], size[1], soft, soft)
    x, y = _free_place(width - size[0], height - size[1], size, rng, taken)
    # The sea around the tail, taken before the patch is shrunk: two rows of a small patch would be tail already.
    sea = np.concatenate([pixels[top : top + 2, left:right], pixels[bottom - 2 : bottom, left:right]]).mean(axis=(0, 1))
    patch = matched(patch, sea, frame[y : y + size[1], x : x + size[0]], frame, rng, shift_frame=not taken)
    blend(frame, patch, mask, x, y)
    sx, sy = size[0] / (right - left), size[1] / (bottom - top)
    corners = (box - [left, top, left, top]) * [sx, sy, sx, sy] + [x, y, x, y]
    return np.asarray(corners, np.float32)[None]


def _free_place(right: int, bottom: int, size: tuple[int, int], rng: Rng, taken: Sequence[Boxes]) -> tuple[int, int]:
    """A place for a patch that overlaps the tails there as little as a few tries allow."""
    best, least = (0, 0), np.inf
    for _ in range(12):
        x, y = int(rng.uniform(0, right + 1)), int(rng.uniform(0, bottom + 1))
        overlap = 0.0
        for boxes in taken:
            wide = np.minimum(boxes[:, 2], x + size[0]) - np.maximum(boxes[:, 0], x)
            high = np.minimum(boxes[:, 3], y + size[1]) - np.maximum(boxes[:, 1], y)
            overlap += float((wide.clip(0) * high.clip(0)).sum())
        if overlap < least:
            best, least = (x, y), overlap
        if least == 0:
            break
    return best


def matched(patch: Pixels, sea: Floats, under: Pixels, frame: Pixels, rng: Rng, shift_frame: bool) -> Floats:
    """The patch, whose sea has a mean colour, and the sea under it brought to nearly one: frame or patch is moved."""
    gap = (sea - under.reshape(-1, 3).mean(axis=0)) * rng.uniform(0.5, 1.0)
    if shift_frame:
        frame[:] = np.clip(frame + gap, 0, 255).astype(np.uint8)
        return patch.astype(np.float32)
    return np.asarray(patch - gap, dtype=np.float32)


def weathered(frame: Pixels, rng: Rng) -> Pixels:
    """Light, colour, focus, noise and compression changed as cameras and editors do."""
    if rng.random() < 0.25:
        grey = cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY)
        frame = np.repeat(grey[:, :, None], 3, axis=2)
    levels = np.arange(256, dtype=np.float32)[:, None]
    gain, lift = rng.uniform(0.65, 1.2), rng.uniform(-30, 30)
    cast = rng.uniform(0.9, 1.1, 3) if rng.random() < 0.4 else np.ones(3)
    table = ((levels / 255) ** np.exp(rng.uniform(-0.35, 0.35)) * 255 - 128) * gain * cast + 128 + lift
    frame = cv2.LUT(frame, np.clip(table, 0, 255).astype(np.uint8).reshape(1, 256, 3))
    if rng.random() < 0.15:
        frame = cv2.GaussianBlur(frame, (0, 0), rng.uniform(0.4, 1.6))
    if rng.random() < 0.15:
        grain = rng.standard_normal(frame.shape[:2], dtype=np.float32) * np.float32(rng.uniform(2, 12))
        frame = np.clip(frame + grain[:, :, None], 0, 255).astype(np.uint8)
    if rng.random() < 0.15:
        _, coded = cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(25, 90))])
        frame = np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), dtype=np.uint8)
    return np.asarray(frame, dtype=np.uint8)


def turned(frame: Pixels, boxes: Boxes, rng: Rng) -> tuple[Pixels, Boxes]:
    """Mirrored half of the time; seldom upside down or on its side."""
    height, width = frame.shape[:2]
    if rng.random() < 0.5:
        frame = frame[:, ::-1]
        boxes = np.stack([width - boxes[:, 2], boxes[:, 1], width - boxes[:, 0], boxes[:, 3]], 1)
    if rng.random() < 0.04:
        frame = frame[::-1]
        boxes = np.stack([boxes[:, 0], height - boxes[:, 3], boxes[:, 2], height - boxes[:, 1]], 1)
    if rng.random() < 0.06:
        frame = frame.transpose(1, 0, 2)
        boxes = boxes[:, [1, 0, 3, 2]]
        if rng.random() < 0.5:  # the tips of a transposed tail point to the left; those of others, to the right
            frame = frame[:, ::-1]
            boxes = np.stack([height - boxes[:, 2], boxes[:, 1], height - boxes[:, 0], boxes[:, 3]], 1)
    return np.ascontiguousarray(frame), boxes
