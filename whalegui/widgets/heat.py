"""A relevance map over a tail: what the network made much of glows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter, QTransform

GLOW = (255, 196, 0)
"""Amber is in no photo of a whale and its sea."""
_OPACITY = 200


@dataclass(frozen=True, slots=True)
class Heat:
    """The maps of a pair.

    Attributes:
        pair: the keys of the two tails.
        images: the glow of each; places: where it lies, in pixels of its photo. Empty where there is a problem.
        problem: why they can't be had, as a sentence.
    """

    pair: tuple[object, object]
    images: tuple[QImage, ...] = ()
    places: tuple[QRectF, ...] = ()
    problem: str = ""

    @property
    def sentence(self) -> str:
        """What the comparer says of them."""
        return self.problem or "Glowing: what made the network find them alike"


def glow(relevance: NDArray[np.float32]) -> QImage:
    """A map, (rows, columns) 0 to 1, as a picture that lets the tail through where nothing is. For a worker lane."""
    rows, columns = relevance.shape
    pixels = np.empty((rows, columns, 4), np.uint8)
    pixels[..., :3] = GLOW
    pixels[..., 3] = (np.clip(relevance, 0, 1) * _OPACITY).astype(np.uint8)
    return QImage(pixels.data, columns, rows, 4 * columns, QImage.Format.Format_RGBA8888).copy()


def paint_heat(painter: QPainter, image: QImage, place: QRectF, transform: QTransform) -> None:
    """Draws a map where `transform` puts its photo, inside the caller's clip."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.setTransform(transform, True)
    painter.drawImage(place, image)
    painter.restore()
