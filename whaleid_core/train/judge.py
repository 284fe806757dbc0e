"""Fits the judge of a detector's package to the tails of the train split, and to sea and what floats on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np

from whaleid_core.boxes import clip, scaled, turned
from whaleid_core.judge import ANSWERS, QUARTERS, Floats, TailJudge, edges
from whaleid_core.packages import JUDGE, read_package, write_package
from whaleid_core.photos import Pixels
from whaleid_core.records import Box
from whaleid_core.train import seas
from whaleid_core.train.tail_photos import TailPhoto
from whaleid_core.train.views import real_sea

SHAKE = 0.08
"""How far an edge of a box is moved, at most, as a share of the box: found boxes aren't drawn ones."""
SMALLEST, LARGEST = 36.0, 250.0
"""Width in pixels of the tails that are shown smaller than they are."""
LESS_TURNED = 0.6
"""Share of the tails that are shown turned by one of the other quarters, for each of them."""
NO_TAIL = ANSWERS - 1
MAKERS = (seas.draw_bird, seas.draw_bird, seas.draw_boat, seas.draw_back, seas.draw_foam)
STRENGTH = 0.1
"""Inverse of the penalty on large weights."""


def fit_judge(photos: Sequence[TailPhoto], others: int = 6000, seed: int = 1) -> TailJudge:
    """A judge fitted to photos of upright tails, turned by every quarter, and to `others` boxes without a tail.

    8,500 photos and 6,000 other boxes take a minute and a half of one core.
    """
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(seed)
    seen: list[Floats] = []
    answers: list[int] = []
    for photo in photos:
        for quarter, (pixels, box) in tail_views(photo, rng):
            seen.append(edges(pixels, shaken(pixels, box, rng)))
            answers.append(quarter)
    while answers.count(NO_TAIL) < others:
        for pixels, box in sea_views(photos[int(rng.integers(len(photos)))], rng):
            seen.append(edges(pixels, shaken(pixels, box, rng)))
            answers.append(NO_TAIL)
    found = LogisticRegression(C=STRENGTH, max_iter=60).fit(np.stack(seen), answers)
    return TailJudge(np.vstack([found.coef_.T, found.intercept_]).astype(np.float32))


def tail_views(photo: TailPhoto, rng: np.random.Generator) -> list[tuple[int, tuple[Pixels, Box]]]:
    """A tail upright and turned, each with the number of its quarter; mirrored or smaller now and then."""
    pixels, box = photo.pixels(), Box(*photo.box)
    if rng.random() < 0.5:
        pixels = np.ascontiguousarray(pixels[:, ::-1])
        box = Box(pixels.shape[1] - box.xmax, box.ymin, pixels.shape[1] - box.xmin, box.ymax)
    views = []
    for quarter, degrees in enumerate(QUARTERS):
        if quarter == 0 or rng.random() < LESS_TURNED:
            shown, where = smaller(pixels, box, rng) if rng.random() < 0.6 else (pixels, box)
            views.append((quarter, turn(shown, where, degrees)))
    return views


def smaller(pixels: Pixels, box: Box, rng: np.random.Generator) -> tuple[Pixels, Box]:
    """A photo scaled so that its tail is as small as far tails are."""
    factor = min(1.0, float(np.exp(rng.uniform(np.log(SMALLEST), np.log(LARGEST)))) / box.width)
    size = max(2, round(pixels.shape[1] * factor)), max(2, round(pixels.shape[0] * factor))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8), scaled(box, factor)


def turn(pixels: Pixels, box: Box, degrees: int) -> tuple[Pixels, Box]:
    """A photo and its box turned clockwise."""
    height, width = pixels.shape[:2]
    return np.ascontiguousarray(np.rot90(pixels, -(degrees // 90))), turned(box, width, height, degrees)


def shaken(pixels: Pixels, box: Box, rng: np.random.Generator) -> Box:
    """The box with each edge moved a little, inside the photo."""
    left, top, right, bottom = rng.uniform(-SHAKE, SHAKE, 4) * [box.width, box.height, box.width, box.height]
    moved = Box(box.xmin + left, box.ymin + top, box.xmax + right, box.ymax + bottom)
    return clip(moved, pixels.shape[1], pixels.shape[0]) or box


def sea_views(photo: TailPhoto, rng: np.random.Generator) -> list[tuple[Pixels, Box]]:
    """Up to two boxes in a sea without a tail: around something that floats there, or around nothing."""
    width = int(rng.uniform(150, 500))
    height = int(width * rng.uniform(0.5, 0.8))
    if rng.random() < 0.6:
        frame = real_sea(photo.pixels(), np.array([photo.box], np.float32), width, height, rng)
    else:
        frame = seas.draw_sea(width, height, rng)
    views = []
    for _ in range(2):
        box = _afloat(frame, rng) if rng.random() < 0.65 else _anywhere(width, height, rng)
        if box is None or box.width < 12 or box.height < 5:
            continue
        shown, factor = frame.copy(), 1.0
        if rng.random() < 1 / 3:  # a large thing in a large photo is smooth
            factor = 2.2
            shown = np.asarray(cv2.resize(frame, None, fx=factor, fy=factor, interpolation=cv2.INTER_LINEAR), np.uint8)
        inside = clip(scaled(box, factor), shown.shape[1], shown.shape[0])
        views.append((shown, inside or scaled(box, factor)))
    return views


def _afloat(frame: Pixels, rng: np.random.Generator) -> Box | None:
    """Draws a thing that is no tail, in place, and gives the box around what changed."""
    before = frame.astype(np.int16)
    MAKERS[int(rng.integers(len(MAKERS)))](frame, rng)
    rows, columns = np.nonzero(np.abs(frame - before).max(axis=2) > 12)
    if len(rows) < 20:
        return None
    return Box(float(columns.min()), float(rows.min()), float(columns.max() + 1), float(rows.max() + 1))


def _anywhere(width: int, height: int, rng: np.random.Generator) -> Box | None:
    across = rng.uniform(30, 200)
    left, top = rng.uniform(0, max(1.0, width - across)), rng.uniform(0, 0.7 * height)
    return clip(Box(left, top, left + across, top + across * rng.uniform(0.25, 0.8)), width, height)


def store(judge: TailJudge, folder: Path) -> None:
    """Puts a judge into a detector's package, with its hash; replaces the one that is there."""
    package = read_package(folder)
    np.save(folder / JUDGE, judge.weights, allow_pickle=False)
    write_package(folder, package.manifest)


def turns_found(find: Callable[[Pixels], tuple[int, list[Box]]], photos: Sequence[TailPhoto]) -> dict[str, float]:
    """How upright photos come out once they are turned by each quarter.

    Args:
        find: gives the degrees clockwise that put a photo upright, and the boxes in it; see `TailFinder.find_upright`.

    Returns:
        wrongly_turned: share of the photos that are upright and would be turned; put_right_90, _180, _270: share of the
        photos turned clockwise by so much that come out upright.
    """
    upright = np.zeros((len(photos), len(QUARTERS)), bool)
    for row, photo in enumerate(photos):
        pixels = photo.pixels()
        for column, degrees in enumerate(QUARTERS):
            mend, _ = find(np.ascontiguousarray(np.rot90(pixels, -(degrees // 90))))
            upright[row, column] = (degrees + mend) % 360 == 0
    shares = upright.mean(axis=0).tolist()
    right = {f"put_right_{degrees}": share for degrees, share in zip(QUARTERS[1:], shares[1:], strict=True)}
    return {"wrongly_turned": 1 - shares[0], **right}
