"""Pictures of tails for pages that leave the program: each cut from its photo, and put into HTML as it is."""

from __future__ import annotations

import base64
import math
from dataclasses import dataclass
from html import escape
from pathlib import Path

import cv2
import numpy as np

from whaleid_core.errors import WhaleIdError
from whaleid_core.photos import Pixels, crop, read_pixels
from whaleid_core.records import Box

SHARP = 2
"""So many pixels a picture has for one that is shown: print is sharper than a screen."""
_GROUND = 240


@dataclass(frozen=True, slots=True)
class Picture:
    """A tail in a photo file: its box in pixels of the photo, upright and `turned` degrees clockwise.

    Attributes:
        photo_width, photo_height: of the photo so turned.
    """

    path: Path
    box: Box
    photo_width: int
    photo_height: int
    turned: int = 0


def cut(picture: Picture, width: int) -> Pixels:
    """The tail in its own shape on a ground `width` pixels wide, twice as wide as high: (width // 2, width, 3).

    Raises:
        WhaleIdError: the photo can't be read.
    """
    box, height = picture.box, width // 2
    longest, widest = max(picture.photo_width, picture.photo_height), max(box.width, box.height)
    pixels = read_pixels(picture.path, turned=picture.turned, enough=math.ceil(width / widest * longest))
    share = min(width / box.width, height / box.height)
    own = crop(
        pixels, box, max(1, round(box.width * share)), max(1, round(box.height * share)),
        scale=pixels.shape[1] / picture.photo_width,
    )  # fmt: skip
    ground = np.full((height, width, 3), _GROUND, np.uint8)
    top, left = (height - own.shape[0]) // 2, (width - own.shape[1]) // 2
    ground[top : top + own.shape[0], left : left + own.shape[1]] = own
    return ground


def as_html(picture: Picture, width: int, words: str) -> str:
    """An image that is shown `width` pixels wide, its data in it; a sentence where the photo can't be read.

    Args:
        words: what it shows.
    """
    try:
        pixels = cut(picture, SHARP * width)
    except WhaleIdError as error:
        return second(error.sentence)
    data = base64.b64encode(_jpeg(pixels)).decode("ascii")
    return f'<img width="{width}" height="{width // 2}" alt="{escape(words)}" src="data:image/jpeg;base64,{data}">'


def second(sentence: str) -> str:
    """A paragraph of the page's second class."""
    return f"<p class='second'>{escape(sentence)}</p>"


def _jpeg(pixels: Pixels) -> bytes:
    return cv2.imencode(".jpg", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 85])[1].tobytes()
