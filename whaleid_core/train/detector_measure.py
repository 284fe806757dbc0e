"""Measures a tail detector's package on photos with hand-drawn boxes, on composed frames and on empty ones."""

from __future__ import annotations

import csv
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from whaleid_core import boxes as box_tools
from whaleid_core.detect import TailFinder, first_shown
from whaleid_core.packages import read_package
from whaleid_core.records import Box
from whaleid_core.runtime import open_runner
from whaleid_core.train.judge import turns_found
from whaleid_core.train.scenes import SceneMaker
from whaleid_core.train.seas import Pixels
from whaleid_core.train.tail_photos import TailPhoto, draw_tails, read_tails

Pictures = Iterator[tuple[Pixels, Box | None]]
MOST_FALSE = 1.5
"""False boxes in a hundred empty frames that are allowed for where the confidence is chosen, on held-out photos."""
FRAME = 900
"""Longer side of composed frames, so that a tail a tenth as wide is about as sharp as a camera's."""
SHARES = (0.1, 0.2, 0.4)
THRESHOLDS = tuple(round(0.05 * step, 2) for step in range(4, 18))


@dataclass(frozen=True, slots=True)
class Sight:
    """One picture's true box, None where it is empty, and what was found in it, best first."""

    truth: Box | None
    found: tuple[Box, ...]


def plain_pictures(photos: Sequence[TailPhoto]) -> Pictures:
    """Photos with one tail each, as they are."""
    return ((photo.pixels(), Box(*photo.box)) for photo in photos)


def far_pictures(photos: Sequence[TailPhoto], share: float, count: int, seed: int) -> Pictures:
    """Composed frames whose tail fills a share of the width."""
    maker = SceneMaker(photos, {"far": 1.0})
    for number in range(count):
        frame, truth = maker.far(FRAME, np.random.default_rng([seed, number]), share)
        left, top, right, bottom = (float(v) for v in truth[0])
        yield frame, Box(left, top, right, bottom)


def empty_pictures(photos: Sequence[TailPhoto], count: int, seed: int) -> Pictures:
    """Composed frames without a tail."""
    maker = SceneMaker(photos, {"empty": 1.0})
    for number in range(count):
        yield maker.empty(FRAME, np.random.default_rng([seed, number]))[0], None


def seen(find: Callable[[Pixels], Sequence[Box]], pictures: Pictures) -> list[Sight]:
    """What is found in pictures."""
    return [Sight(truth, tuple(find(pixels))) for pixels, truth in pictures]


def overlaps(sights: Sequence[Sight]) -> NDArray[np.float64]:
    """For each picture with a tail, the best IoU among the boxes found; 0 where there is none."""
    shown = [(sight.truth, sight.found) for sight in sights if sight.truth is not None]
    return np.array([box_tools.iou_matrix([truth], found).max(initial=0.0) for truth, found in shown])


def false_boxes(sights: Sequence[Sight]) -> float:
    """Boxes found for each 100 frames, all of them empty."""
    return 100.0 * sum(len(sight.found) for sight in sights) / max(1, len(sights))


def choose_confidence(
    looks: Callable[[Pixels], Sequence[Sequence[Box]]], photos: Sequence[TailPhoto], seed: int, count: int = 150
) -> float:
    """The threshold that finds most tails in photos that were held out, with no more false boxes than `MOST_FALSE`.

    Args:
        looks: gives what may be a tail in each look at a photo; see `TailFinder.looks`.
    """
    kinds = plain_pictures(photos), far_pictures(photos, SHARES[0], count, seed)
    *tails, empty = [
        [(truth, looks(pixels)) for pixels, truth in pictures]
        for pictures in (*kinds, empty_pictures(photos, 2 * count, seed + 1))
    ]

    def merit(confidence: float) -> float:
        def at(looked: Sequence[tuple[Box | None, Sequence[Sequence[Box]]]]) -> list[Sight]:
            return [Sight(truth, tuple(first_shown(boxes, confidence))) for truth, boxes in looked]

        missed = sum(float(np.mean(overlaps(at(looked)) < 0.5)) for looked in tails)
        false = false_boxes(at(empty))
        return -missed - max(0.0, false - MOST_FALSE)

    return max(THRESHOLDS, key=merit)


def hand_photos(flukes: Path, splits: Sequence[str]) -> list[TailPhoto]:
    """The photos of the splits whose tail was boxed by hand, with that box."""
    with (flukes / "hand_boxes.csv").open(newline="", encoding="utf-8") as file:
        by_hand = {row["image"] for row in csv.DictReader(file)}
    return [photo for image, _, photo in read_tails(flukes, splits) if image in by_hand]


def evaluate_detector(
    package: Path,
    flukes: Path,
    held_out: Sequence[TailPhoto] = (),
    count: int = 200,
    splits: Sequence[str] = ("test", "unseen"),
    drawn: int = 60,
) -> dict[str, float]:
    """Measures the program's `TailFinder` with a package on the CPU, on photos that took no part in its training.

    Args:
        package: its folder.
        flukes: folder with photos.csv, hand_boxes.csv and photos/.
        held_out: photos that choose the confidence; where there are none, the package's is used.
        count: composed frames for each tail size; one and a half times as many are empty.
        splits: whose hand-boxed photos are measured.
        drawn: how many photos of the sample survey are looked at besides.

    Returns:
        confidence, photos, recall_50, recall_75, mean_iou (of the tails found), extra_boxes (for each 100 photos),
        recall_at_10, _20, _40 (IoU 0.5, tails that fill so many hundredths of the width), false_per_100_empty,
        recall_drawn (photos of the sample survey), milliseconds (of one core, a photo), and what `turns_found` gives.
    """
    read = read_package(package)
    runner = open_runner(read, "cpu")
    finder = TailFinder(read, runner)
    if held_out:
        chosen = choose_confidence(lambda pixels: list(finder.looks(pixels)), held_out, 101)
        finder = TailFinder(read, runner, chosen)
    photos = hand_photos(flukes, splits)
    others = [photo for _, _, photo in read_tails(flukes, splits)]
    began = time.process_time()
    plain = seen(finder.find, plain_pictures(photos))
    spent = 1000 * (time.process_time() - began) / max(1, len(photos))
    best = overlaps(plain)
    boxes = sum(len(sight.found) for sight in plain)
    result = {
        "confidence": finder.confidence,
        "photos": float(len(photos)),
        "recall_50": float(np.mean(best >= 0.5)),
        "recall_75": float(np.mean(best >= 0.75)),
        "mean_iou": float(best[best >= 0.5].mean()) if (best >= 0.5).any() else 0.0,
        "extra_boxes": 100.0 * (boxes - int(np.sum(best > 0))) / max(1, len(photos)),
    }
    for share in SHARES:
        far = overlaps(seen(finder.find, far_pictures(others, share, count, 202)))
        result[f"recall_at_{round(100 * share)}"] = float(np.mean(far >= 0.5))
    result["false_per_100_empty"] = false_boxes(seen(finder.find, empty_pictures(others, count * 3 // 2, 303)))
    sketched = overlaps(seen(finder.find, plain_pictures(draw_tails(drawn, 404))))
    result |= {"recall_drawn": float(np.mean(sketched >= 0.5)), "milliseconds": spent}
    return rounded(result | turns_found(finder.find_upright, photos))


def found_of(package: Path, photos: Sequence[TailPhoto]) -> dict[str, float]:
    """How many of the tails in photos a package finds, as they are: photos, recall_50 and mean_iou of those found."""
    read = read_package(package)
    best = overlaps(seen(TailFinder(read, open_runner(read, "cpu")).find, plain_pictures(photos)))
    right = best >= 0.5
    mean_iou = float(best[right].mean()) if right.any() else 0.0
    return rounded({"photos": float(len(photos)), "recall_50": float(right.mean()), "mean_iou": mean_iou})


def rounded(result: Mapping[str, float]) -> dict[str, float]:
    """Four digits after the point, as a manifest shows them."""
    return {name: round(value, 4) for name, value in result.items()}
