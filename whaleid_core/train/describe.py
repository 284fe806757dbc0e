"""What a data set of flukes is like: photos per whale, sizes, colour, text burned in, tails, near-duplicates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import imagehash
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from whaleid_core.errors import WhaleIdError
from whaleid_core.identify import Unwatched, Watch
from whaleid_core.photos import Pixels, read_pixels, read_size
from whaleid_core.records import NEW_WHALE, Box
from whaleid_core.train.study_photos import StudyPhotos

LOOKED_AT = 800
"""Longer side at which photos are looked at, pixels."""
COLOURFUL = 3.0
"""Mean difference of the colours of a pixel, of 255, up to which a photo counts as grey."""
LETTERS = 4
"""Letters in a row that make a text."""
ALIKE = 6
"""Bits of 64 in which the perceptual hashes of near-duplicates differ at most."""
FEW = 5
"""The study counted the classes with fewer photos than that."""


@dataclass(frozen=True, slots=True)
class Look:
    """What one photo shows.

    Attributes:
        width, height: of the photo, pixels.
        grey: whether it has no colours.
        text: whether letters seem to be burned in.
        tail: the share of the photo that the tail box takes; NaN without one.
        contrast: by how much of the range of grey the tail is lighter (or, below 0, darker) than what is around it.
        hash: (64,) its perceptual hash (pHash), bits.
    """

    name: str
    whale: str
    width: int
    height: int
    grey: bool
    text: bool
    tail: float
    contrast: float
    hash: NDArray[np.bool_]


@dataclass(frozen=True)
class Description:
    """What a data set is like.

    Attributes:
        looks: one a photo that could be read.
        alike: pairs of names of near-duplicates, most alike first.
        problems: a sentence for each photo that couldn't be read.
    """

    looks: tuple[Look, ...]
    alike: tuple[tuple[str, str], ...]
    problems: tuple[str, ...]

    @property
    def per_whale(self) -> list[int]:
        """How many photos each class has, most first; new_whale is one, as in the study."""
        return [count for _, count in Counter(look.whale for look in self.looks).most_common()]

    def figures(self) -> list[tuple[str, str]]:
        """The table: what, and how much."""
        counts, looks = np.array(self.per_whale), self.looks
        widths, heights = np.array([one.width for one in looks]), np.array([one.height for one in looks])
        new = sum(one.whale == NEW_WHALE for one in looks)
        tails = np.array([one.tail for one in looks])
        contrasts = np.array([one.contrast for one in looks])
        rows = [
            ("photos", f"{len(looks):,}"),
            ("classes", f"{len(counts):,}"),
            (f"classes with fewer than {FEW} photos", _share(counts < FEW)),
            ("classes with one photo", _share(counts == 1)),
            ("photos of the class with most", f"{counts.max():,}"),
            ("photos of new_whale", f"{new:,}"),
            ("width, pixels", _spread(widths)),
            ("height, pixels", _spread(heights)),
            ("width by height", _spread(widths / heights, 2)),
            ("photos in grey", _share(np.array([one.grey for one in looks]))),
            ("photos with text burned in, about", _share(np.array([one.text for one in looks]))),
            ("photos with a tail box", _share(~np.isnan(tails))),
            ("pairs of near-duplicates", f"{len(self.alike):,}"),
        ]
        if not np.isnan(tails).all():
            rows += [
                ("share of the photo that the tail takes", _spread(tails, 2)),
                ("tails darker than their background", _share(contrasts[~np.isnan(tails)] < 0)),
            ]
        return rows


def _share(hits: NDArray[np.bool_]) -> str:
    return f"{int(hits.sum()):,} ({hits.mean():.1%})"


def _spread(values: NDArray[np.number], digits: int = 0) -> str:
    low, middle, high = np.nanquantile(values, [0.05, 0.5, 0.95])
    return f"{middle:.{digits}f} ({low:.{digits}f} to {high:.{digits}f} for nine in ten)"


def describe(photos: StudyPhotos, watch: Watch | None = None) -> Description:
    """Look at all photos; those that can't be read are left out and told.

    Raises:
        WhaleIdError: none can be read.
    """
    watch = watch or Unwatched()
    looks: list[Look] = []
    problems: list[str] = []
    for number, (path, whale, box) in enumerate(zip(photos.paths, photos.whales, photos.boxes, strict=True)):
        try:
            looks.append(look_at(path, whale, box))
        except WhaleIdError as error:
            problems.append(str(error))
        watch.progress(number + 1, len(photos))
    if not looks:
        raise WhaleIdError("None of the photos can be read.", problems[0] if problems else "The table names none.")
    pairs = alike(np.stack([one.hash for one in looks]))
    return Description(tuple(looks), tuple((looks[a].name, looks[b].name) for a, b in pairs), tuple(problems))


def look_at(path: Path, whale: str, box: Box | None) -> Look:
    """What one photo shows.

    Raises:
        WhaleIdError: it can't be read.
    """
    width, height = read_size(path)
    pixels = read_pixels(path, max_side=LOOKED_AT)
    grey = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8)
    bits = np.asarray(imagehash.phash(Image.fromarray(pixels)).hash, dtype=np.bool_).reshape(-1)
    share, contrast = np.nan, np.nan
    if box is not None:
        share = min(1.0, box.width * box.height / (width * height))
        contrast = tail_contrast(grey, box, max(pixels.shape[:2]) / max(width, height))
    return Look(path.name, whale, width, height, is_grey(pixels), has_text(grey), share, contrast, bits)


def is_grey(pixels: Pixels) -> bool:
    """Whether a photo (h, w, 3) has no colours, but for those that JPEG makes."""
    spread = pixels.max(2).astype(np.int16) - pixels.min(2)
    return bool(spread.mean() <= COLOURFUL)


def tail_contrast(grey: Pixels, box: Box, factor: float) -> float:
    """By how much of the range the box is lighter than the rest of the photo; NaN where there is no rest.

    Args:
        factor: from the box's pixels to those of `grey`.
    """
    left, top, right, bottom = (round(edge * factor) for edge in box.corners)
    inside = np.zeros(grey.shape, np.bool_)
    inside[max(0, top) : max(0, bottom), max(0, left) : max(0, right)] = True
    if inside.all() or not inside.any():
        return float("nan")
    return float(grey[inside].mean() - grey[~inside].mean()) / 255


def has_text(grey: Pixels) -> bool:
    """Whether letters seem to be burned into a photo: light or dark specks of one height, side by side on a line.

    Letters that an editor burns in have hard edges and one shade, near white or near black. About right: spray in a
    row may pass for letters, and a pale date on a pale sea may not.
    """
    for shade in (grey >= 245, grey <= 10):
        _, _, stats, centres = cv2.connectedComponentsWithStats(shade.astype(np.uint8), connectivity=8)
        wide, high, area = stats[1:, cv2.CC_STAT_WIDTH], stats[1:, cv2.CC_STAT_HEIGHT], stats[1:, cv2.CC_STAT_AREA]
        letter = (high >= 5) & (high <= 40) & (wide >= 1) & (wide <= 2 * high) & (area >= 0.15 * wide * high)
        if _in_a_row(centres[1:][letter], high[letter].astype(np.float64)):
            return True
    return False


def _in_a_row(centres: NDArray[np.float64], heights: NDArray[np.float64]) -> bool:
    """Whether some letters stand on one line, each as high as the one before and no farther than two heights off."""
    order = np.argsort(centres[:, 0])
    centres, heights = centres[order], heights[order]
    longest = np.ones(len(centres), np.intp)
    for last in range(len(centres)):
        before = slice(max(0, last - 40), last)
        ahead = centres[last, 0] - centres[before, 0]
        level = abs(centres[last, 1] - centres[before, 1]) <= 0.25 * heights[last]
        alike_high = abs(heights[last] - heights[before]) <= 0.25 * heights[last]
        near = (ahead > 0.2 * heights[last]) & (ahead <= 2 * heights[last]) & level & alike_high
        longest[last] += longest[before][near].max(initial=0)
    return bool(longest.max(initial=0) >= LETTERS)


def alike(hashes: NDArray[np.bool_], block: int = 1024) -> list[tuple[int, int]]:
    """Pairs of photos whose hashes differ in `ALIKE` bits at most, the most alike first.

    Args:
        hashes: (n, bits).
    """
    bits = hashes.astype(np.float32)
    ones = bits.sum(1)
    found: list[tuple[float, int, int]] = []
    for start in range(0, len(bits), block):
        apart = ones[start : start + block, None] + ones - 2 * bits[start : start + block] @ bits.T
        for row, column in zip(*np.nonzero(apart <= ALIKE), strict=True):
            if start + row < column:
                found.append((float(apart[row, column]), int(start + row), int(column)))
    return [(a, b) for _, a, b in sorted(found)]


def text(rows: Sequence[tuple[str, str]]) -> str:
    """The table, for a terminal."""
    wide = max(len(name) for name, _ in rows)
    return "\n".join(f"{name.ljust(wide)}  {value}" for name, value in rows)
