"""A day's photographs for the tests of Boxes: 300 of the sample survey's flukes, thirty of them with wrong boxes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import cv2
import numpy as np

from whaleid_core.catalogue import Catalogue
from whaleid_core.photos import Pixels, read_photo
from whaleid_core.records import Box, Drawer
from whaleid_core.sample import Whale, draw_photo

PHOTOS = 300
SIZE = 360, 240
_SCENE = 480, 320
_AWAY = 8
"""A tail stays so far away from its photo's border, pixels."""

Boxes = tuple[Box, ...]


@dataclass
class Day:
    """Where it lies, and what is true.

    Attributes:
        truth: the tails that a photo shows, by its file's name.
        wrong: the photos whose boxes aren't the truth, by name, and what is the matter with them.
    """

    folder: Path
    truth: dict[str, Boxes] = field(default_factory=dict)
    wrong: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Scene:
    pixels: Pixels
    boxes: Boxes

    def cut(self, rng: np.random.Generator) -> tuple[Pixels, Boxes]:
        """A photo out of it that shows all of its tails."""
        low, high = [0, 0], [_SCENE[0] - SIZE[0], _SCENE[1] - SIZE[1]]
        for box in self.boxes:
            for axis, (least, most) in enumerate(((box.xmin, box.xmax), (box.ymin, box.ymax))):
                low[axis] = max(low[axis], int(most) + _AWAY - SIZE[axis])
                high[axis] = min(high[axis], int(least) - _AWAY)
        left, top = (int(rng.integers(low[axis], high[axis] + 1)) for axis in (0, 1))
        moved = (Box(b.xmin - left, b.ymin - top, b.xmax - left, b.ymax - top, b.drawn_by, 1.0) for b in self.boxes)
        return self.pixels[top : top + SIZE[1], left : left + SIZE[0]], tuple(moved)


def _scenes(tails: int, count: int, share: float) -> list[_Scene]:
    whales = [Whale(f"w_{seed}", seed) for seed in range(4)]
    made: list[_Scene] = []
    seed = 0
    while len(made) < count:
        shown = [whales[(seed + tail) % len(whales)] for tail in range(tails)]
        scene = draw_photo(shown, _SCENE, np.random.default_rng([7, tails, seed]), share=share)
        seed += 1
        across = max((box.xmax for box in scene.boxes), default=0) - min((b.xmin for b in scene.boxes), default=0)
        shapes = [box.width / box.height for box in scene.boxes]
        if across <= SIZE[0] - 2 * _AWAY and all(1.7 <= shape <= 4.5 for shape in shapes):
            made.append(_Scene(scene.pixels, scene.boxes))
    return made


def _found(box: Box, confidence: float) -> Box:
    return replace(box, drawn_by=Drawer.DETECTOR, confidence=confidence)


def _half(box: Box) -> Box:
    return replace(box, xmax=(box.xmin + box.xmax) / 2)


def _aside(box: Box) -> Box:
    by = 0.25 * box.width * (1 if box.xmin + box.xmax < SIZE[0] else -1)
    return replace(box, xmin=box.xmin + by, xmax=box.xmax + by)


def _beside(box: Box) -> Box:
    """A splash, in the corner that is farther from the tail."""
    left = 4.0 if box.xmin + box.xmax > SIZE[0] else SIZE[0] - 64.0
    top = 4.0 if box.ymin + box.ymax > SIZE[1] else SIZE[1] - 34.0
    return Box(left, top, left + 60, top + 30)


Propose = Callable[[Boxes], tuple[Box, ...]]

MISTAKES: dict[str, tuple[int, int, Propose]] = {
    # How many tails the photos show, how many photos there are, and what the detector makes of them.
    "missed": (1, 6, lambda truth: ()),
    "false": (0, 4, lambda truth: (_found(Box(120, 90, 220, 140), 0.41),)),
    "two": (1, 4, lambda truth: (_found(truth[0], 0.93), _found(_beside(truth[0]), 0.38))),
    "aside": (1, 3, lambda truth: (_found(_aside(truth[0]), 0.55),)),
    "at border": (1, 3, lambda truth: (_found(replace(truth[0], xmin=0.0), 0.88),)),
    "narrow": (1, 2, lambda truth: (_found(replace(truth[0], xmax=truth[0].xmin + 0.6 * truth[0].height), 0.84),)),
    "half, but sure": (1, 7, lambda truth: (_found(_half(truth[0]), 0.91),)),
    "second missed": (2, 1, lambda truth: (_found(truth[0], 0.95),)),
}
RIGHT: tuple[tuple[int, int, float], ...] = ((1, 4, 0.6), (2, 3, 0.9), (0, 3, 1.0))
"""Photos with the right boxes that must be looked at all the same: tails, photos, confidence."""


def draw_day(folder: Path) -> Day:
    """Draw the photos, and put them into a catalogue with what a detector found."""
    day = Day(folder)
    rng = np.random.default_rng(1)
    scenes = {tails: _scenes(tails, count, share) for tails, count, share in ((0, 2, 0.4), (1, 10, 0.5), (2, 3, 0.3))}
    jobs: list[tuple[int, str, Propose]] = [
        (tails, kind, propose) for kind, (tails, count, propose) in MISTAKES.items() for _ in range(count)
    ]
    for tails, count, confidence in RIGHT:
        jobs += [(tails, "", _right(confidence))] * count
    jobs += [(1, "", _right(0.94))] * (PHOTOS - len(jobs))
    proposals: dict[str, tuple[Box, ...]] = {}
    for number, at in enumerate(rng.permutation(len(jobs))):
        tails, kind, propose = jobs[at]
        pixels, truth = scenes[tails][int(rng.integers(len(scenes[tails])))].cut(rng)
        name = f"IMG_{number:04d}.jpg"
        shade = (pixels * (0.85 + 0.15 * number / PHOTOS)).astype(np.uint8)  # no two are the same file
        cv2.imwrite(str(folder / name), shade[..., ::-1])
        day.truth[name], proposals[name] = truth, propose(truth)
        if kind:
            day.wrong[name] = kind
    with Catalogue.create(folder / "catalogue", "A day") as catalogue:
        catalogue.add_photos([read_photo(folder / name) for name in day.truth])
        for row in catalogue.photos(catalogue.photo_ids()):
            catalogue.add_boxes(row.id, proposals[row.name], searched_by="a detector")
    return day


def _right(confidence: float) -> Propose:
    return lambda truth: tuple(_found(box, confidence) for box in truth)
