"""A tail's picture for looking closely: the tail in full detail, the photo around it in less."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage

from whaleid_core.records import Box

# cv2 is imported where it is used, on the workers: a window that shows no tail yet starts without it.

CONTEXT_SIDE = 1600
"""The whole photo behind the tail: this long at most, pixels."""

DETAIL_SIDE = 4096
"""The tail and its surroundings: this long at most, pixels."""

SURROUNDINGS = 0.25
"""How much of the box's width is kept around it in full detail, on each side."""

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Look:
    """How the tails are shown; it changes what is seen and never the photo.

    Attributes:
        grey, invert, enhance: as the tools are named; enhance evens the contrast out locally (CLAHE).
        brightness: -100 to 100, added as a share of the whole range.
        contrast: -100 to 100, about middle grey.
    """

    grey: bool = False
    invert: bool = False
    enhance: bool = False
    brightness: int = 0
    contrast: int = 0

    @property
    def plain(self) -> bool:
        return self == Look()

    @property
    def words(self) -> list[str]:
        """What a tail says on itself when it is shown this way."""
        words = [
            word for word, on in (("grey", self.grey), ("inverted", self.invert), ("enhanced", self.enhance)) if on
        ]
        words += [f"brightness {self.brightness:+d}"] if self.brightness else []
        return words + ([f"contrast {self.contrast:+d}"] if self.contrast else [])


@dataclass(frozen=True, slots=True)
class Layer:
    """One piece of a photo: where it lies, in photo pixels, and its picture, each level half as wide as the last."""

    place: QRectF
    pixels: Pixels
    levels: tuple[QImage, ...]

    def level(self, scale: float) -> QImage:
        """The smallest level that still has a pixel for each screen pixel at `scale` screen pixels a photo pixel."""
        wanted = self.place.width() * scale
        return next((image for image in reversed(self.levels) if image.width() >= wanted), self.levels[0])


@dataclass(frozen=True, slots=True)
class TailPicture:
    """The layers of one photo, lowest first: the whole photo, then the tail."""

    layers: tuple[Layer, ...]
    look: Look = Look()

    @property
    def size(self) -> int:
        """Bytes it holds."""
        return sum(layer.pixels.nbytes + sum(image.sizeInBytes() for image in layer.levels) for layer in self.layers)


def read_tail_picture(path: Path, photo_width: int, box: Box, turned: int = 0) -> TailPicture:
    """Reads a photo for the comparer. For a worker lane.

    Args:
        path: the photo's file.
        photo_width: width of the upright photo, pixels: what `box` is measured in.
        box: the tail.
        turned: a person's correction, 0, 90, 180 or 270 degrees clockwise.

    Raises:
        WhaleIdError: the file can't be read.
    """
    from whaleid_core.photos import read_pixels

    pixels = np.ascontiguousarray(read_pixels(path, turned=turned))
    scale = pixels.shape[1] / photo_width
    whole = QRectF(0, 0, pixels.shape[1] / scale, pixels.shape[0] / scale)
    context = _layer(_shrunk(pixels, CONTEXT_SIDE), whole)
    if max(pixels.shape[:2]) <= CONTEXT_SIDE:
        return TailPicture((context,))
    area = surroundings(box).intersected(whole)
    left, top = int(area.left() * scale), int(area.top() * scale)
    right, bottom = int(np.ceil(area.right() * scale)), int(np.ceil(area.bottom() * scale))
    piece = pixels[top:bottom, left:right]
    if not piece.size:
        return TailPicture((context,))
    place = QRectF(left / scale, top / scale, piece.shape[1] / scale, piece.shape[0] / scale)
    return TailPicture((context, _layer(_shrunk(piece, DETAIL_SIDE), place)))


def surroundings(box: Box) -> QRectF:
    """The box with its margin, at least half as high as wide, as the comparer's panes are."""
    margin = SURROUNDINGS * box.width
    height = max(box.height, box.width / 2)
    top = (box.ymin + box.ymax - height) / 2
    return QRectF(box.xmin - margin, top - margin, box.width + 2 * margin, height + 2 * margin)


def with_look(picture: TailPicture, look: Look) -> TailPicture:
    """The plain picture shown another way. For a worker lane."""
    if look.plain:
        return picture
    layers = tuple(replace(layer, levels=_levels(altered(layer.pixels, look))) for layer in picture.layers)
    return TailPicture(layers, look)


def altered(pixels: Pixels, look: Look) -> Pixels:
    """RGB pixels (height x width x 3) as a look wants them."""
    import cv2

    if look.grey:
        pixels = cv2.cvtColor(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    if look.enhance:
        lab = cv2.cvtColor(pixels, cv2.COLOR_RGB2LAB)
        lab[..., 0] = cv2.createCLAHE(clipLimit=3.0, tileGridSize=(8, 8)).apply(lab[..., 0])
        pixels = cv2.cvtColor(lab, cv2.COLOR_LAB2RGB)
    if look.brightness or look.contrast or look.invert:
        tones = np.arange(256, dtype=np.float64)
        tones = (tones - 127.5) * 4.0 ** (look.contrast / 100) + 127.5 + 1.275 * look.brightness
        tones = np.clip(tones, 0, 255)
        pixels = cv2.LUT(pixels, np.round(255 - tones if look.invert else tones).astype(np.uint8))
    return pixels


def _layer(pixels: Pixels, place: QRectF) -> Layer:
    return Layer(place, pixels, _levels(pixels))


def _levels(pixels: Pixels, smallest: int = 128) -> tuple[QImage, ...]:
    import cv2

    levels = [_image(pixels)]
    while max(pixels.shape[:2]) > 2 * smallest:
        pixels = cv2.resize(
            pixels, (max(1, pixels.shape[1] // 2), max(1, pixels.shape[0] // 2)), interpolation=cv2.INTER_AREA
        )
        levels.append(_image(pixels))
    return tuple(levels)


def _shrunk(pixels: Pixels, side: int) -> Pixels:
    import cv2

    factor = side / max(pixels.shape[:2])
    if factor >= 1:
        return np.ascontiguousarray(pixels)
    size = max(1, round(pixels.shape[1] * factor)), max(1, round(pixels.shape[0] * factor))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)


def _image(pixels: Pixels) -> QImage:
    pixels = np.ascontiguousarray(pixels)
    height, width = pixels.shape[:2]
    # Converted here, in the worker: 32-bit pixels are drawn as they are, and the copy is Qt's own.
    image = QImage(pixels.data, width, height, 3 * width, QImage.Format.Format_RGB888)
    return image.convertToFormat(QImage.Format.Format_RGB32)
