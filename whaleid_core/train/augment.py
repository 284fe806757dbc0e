"""Augmentation of grey fluke crops: small changes of view, light and sharpness that leave the whale the same."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]


def augmented(crop: Grey, width: int, height: int, mirrored: bool, margin: float, rng: np.random.Generator) -> Grey:
    """One random view of a cached crop, (height, width) uint8.

    Args:
        crop: the crop with more margin around the tail box than the network is given, so that the view can move.
        mirrored: flip left and right: the class is then the mirrored whale's.
        margin: the share of the crop's width (and height) that lies beyond the network's own margin on each side.
    """
    view = cv2.warpPerspective(
        crop, _homography(crop.shape, width, height, mirrored, margin, rng), (width, height),
        flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE,
    )  # fmt: skip
    if rng.random() < 0.3:
        view = _blurred(view, rng)
    pixels = _lit(view.astype(np.float32), rng)
    if rng.random() < 0.3:
        pixels += rng.normal(0, rng.uniform(2, 10), pixels.shape).astype(np.float32)
    if rng.random() < 0.3:
        _cut_out(pixels, rng)
    return np.clip(pixels, 0, 255).astype(np.uint8)


def _homography(
    shape: tuple[int, ...], width: int, height: int, mirrored: bool, margin: float, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Maps crop pixels to view pixels: turn up to 8 degrees, 0.82 to 1.16 of the width and of the height, shift up to
    5 %, slight perspective."""
    inner = np.array([[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]]) * (1 - 2 * margin)
    turn = np.deg2rad(rng.uniform(-8, 8))
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    aspect = np.array([width / height, 1.0])  # turn in a frame where a degree is a degree
    corners: NDArray[np.float64] = (inner * aspect) @ rotation.T / aspect
    corners *= rng.uniform(0.88, 1.1, 2) * rng.uniform(0.93, 1.05)
    corners += rng.uniform(-0.05, 0.05, 2) + rng.uniform(-0.03, 0.03, (4, 2))
    # OpenCV counts from the middle of the first pixel; so counted, a mirrored view is the view's exact mirror image.
    source = np.asarray((corners + 0.5) * [shape[1], shape[0]] - 0.5, np.float32)
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32) - 0.5
    if mirrored:
        target[:, 0] = width - 1 - target[:, 0]
    return np.asarray(cv2.getPerspectiveTransform(source, target), dtype=np.float64)


def _blurred(view: Grey, rng: np.random.Generator) -> Grey:
    if rng.random() < 0.5:
        return np.asarray(cv2.GaussianBlur(view, (0, 0), rng.uniform(0.4, 1.4)), dtype=np.uint8)
    factor = rng.uniform(0.4, 0.8)
    small = cv2.resize(view, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, view.shape[::-1], interpolation=cv2.INTER_LINEAR), dtype=np.uint8)


def _lit(pixels: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """Another gamma, contrast and brightness."""
    curved = np.asarray(255 * (pixels / 255) ** np.exp(rng.uniform(-0.3, 0.3)), np.float32)
    mean = curved.mean()
    return np.asarray((curved - mean) * rng.uniform(0.7, 1.3) + mean + rng.uniform(-25, 25), dtype=np.float32)


def _cut_out(pixels: NDArray[np.float32], rng: np.random.Generator) -> None:
    """Cover a rectangle of up to a third by a third with the mean, as spray or another whale would."""
    height, width = pixels.shape
    h, w = int(height * rng.uniform(0.1, 0.35)), int(width * rng.uniform(0.08, 0.3))
    y, x = rng.integers(0, height - h + 1), rng.integers(0, width - w + 1)
    pixels[y : y + h, x : x + w] = pixels.mean()
