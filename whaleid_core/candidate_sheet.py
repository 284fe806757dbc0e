"""A tail and its candidates on one page, for a colleague who has no program: HTML with the pictures inside."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

import cv2
import numpy as np

from whaleid_core.errors import WhaleIdError
from whaleid_core.formats.atomic import atomic_write
from whaleid_core.photos import Pixels, crop, read_pixels
from whaleid_core.records import Box

TAIL_WIDTH, CANDIDATE_WIDTH, WORDS_WIDTH = 620, 200, 128
"""Pixels: of the pictures as they are shown, twice as wide as high, and of the words beside one. A tail and its ten
candidates fill a page of A4."""
SHARP = 2
"""So many pixels they have for one that is shown: print is sharper than a screen."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A tail in a photo file: its box in pixels of the photo, upright and `turned` degrees clockwise."""

    path: Path
    box: Box
    photo_width: int
    turned: int = 0


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One candidate: what stands beside its picture, a line each kind of evidence."""

    whale: str
    probability: str
    evidence: Sequence[str]
    seen: str
    picture: Picture | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the page says.

    Attributes:
        title: which photo.
        about: when and where it was taken.
        answer: what the program makes of it.
        searched: what it was compared with.
        made: who made the page, when.
    """

    title: str
    about: str
    answer: str
    searched: str
    made: str
    picture: Picture
    rows: Sequence[SheetRow]


_STYLE = """
body { font: 10pt sans-serif; margin: 1.2em; color: #1c1c1c; background: #ffffff; }
h1 { font-size: 15pt; margin: 0 0 0.2em 0; }
p { margin: 0.2em 0; }
.second { color: #4f4f4f; }
table { border-spacing: 4px; }
td { vertical-align: top; }
.whale { font-weight: 600; }
"""


def as_html(sheet: Sheet) -> str:
    """The page as HTML, with each picture in it: nothing is fetched. A photo that can't be read is told in words."""
    cells = [_cell(number, row) for number, row in enumerate(sheet.rows, start=1)]
    pairs = ["".join(cells[start : start + 2]) for start in range(0, len(cells), 2)]
    rows = "".join(f"<tr>{pair}</tr>" for pair in pairs)
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{escape(sheet.title)}</title>'
        f"<style>{_STYLE}</style></head><body>"
        f"<h1>{escape(sheet.title)}</h1><p class='second'>{escape(sheet.about)}</p>"
        f"<p>{_image(sheet.picture, TAIL_WIDTH, sheet.title)}</p>"
        f"<p class='whale'>{escape(sheet.answer)}</p><p class='second'>{escape(sheet.searched)}</p>"
        f"<table cellpadding='2'>{rows}</table><p class='second'>{escape(sheet.made)}</p></body></html>\n"
    )


def write_sheet(sheet: Sheet, path: Path) -> None:
    """Write the page as an HTML file, whole or not at all.

    Raises:
        WhaleIdError: the file can't be written.
    """
    with atomic_write(path) as file:
        file.write(as_html(sheet))


def _cell(number: int, row: SheetRow) -> str:
    chance = escape(row.probability.replace(" ", "\N{NO-BREAK SPACE}"))
    evidence = "<br>".join(map(escape, row.evidence))
    picture = _image(row.picture, CANDIDATE_WIDTH, row.whale) if row.picture is not None else _words("No photo.")
    return (
        f"<td width='{CANDIDATE_WIDTH}'>{picture}</td>"
        f"<td width='{WORDS_WIDTH}'><p><span class='whale'>{number}. {escape(row.whale)}</span> {chance}</p>"
        f"<p class='second'>{evidence}<br>{escape(row.seen)}</p></td>"
    )


def _image(picture: Picture, width: int, words: str) -> str:
    try:
        pixels = read_pixels(picture.path, turned=picture.turned)
    except WhaleIdError as error:
        return _words(error.sentence)
    data = base64.b64encode(_jpeg(_cut(pixels, picture, SHARP * width))).decode("ascii")
    height = width // 2
    return f'<img width="{width}" height="{height}" alt="{escape(words)}" src="data:image/jpeg;base64,{data}">'


def _cut(pixels: Pixels, picture: Picture, width: int) -> Pixels:
    """The tail in its own shape on a ground twice as wide as high."""
    box, height = picture.box, width // 2
    share = min(width / box.width, height / box.height)
    own = crop(
        pixels, box, max(1, round(box.width * share)), max(1, round(box.height * share)),
        scale=pixels.shape[1] / picture.photo_width,
    )  # fmt: skip
    ground = np.full((height, width, 3), 240, np.uint8)
    top, left = (height - own.shape[0]) // 2, (width - own.shape[1]) // 2
    ground[top : top + own.shape[0], left : left + own.shape[1]] = own if own.ndim == 3 else own[..., None]
    return ground


def _jpeg(pixels: Pixels) -> bytes:
    return cv2.imencode(".jpg", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 85])[1].tobytes()


def _words(sentence: str) -> str:
    return f"<p class='second'>{escape(sentence)}</p>"
