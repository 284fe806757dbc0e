"""Measures a tail detector's package on photos with hand-drawn boxes, on composed frames and on empty ones."""

from __future__ import annotations

import csv
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from whaleid_core import boxes as box_tools
from whaleid_core.records import Box, Drawer
from whaleid_core.runtime import quiet_openvino
from whaleid_core.train.scenes import SceneMaker
from whaleid_core.train.seas import Pixels
from whaleid_core.train.tail_photos import TailPhoto, draw_tails, read_tails
from whaleid_core.train.views import letterbox

Find = Callable[[Pixels], list[Box]]
LOWEST = 0.05
"""Boxes below this confidence are not looked at."""
OVERLAP = 0.5
"""Of two boxes that overlap by more than this IoU, the better one stays."""
FRAME = 900
"""Longer side of composed frames, so that a tail a tenth as wide is about as sharp as a camera's."""
SHARES = (0.1, 0.2, 0.4)
THRESHOLDS = tuple(round(0.05 * step, 2) for step in range(1, 19))


@dataclass(frozen=True, slots=True)
class Sight:
    """One picture's true box, None where it is empty, and what was found in it, best first."""

    truth: Box | None
    found: tuple[Box, ...]


def decode(raw: Any, factor: float, width: int, height: int, lowest: float = LOWEST) -> list[Box]:
    """Boxes of one photo from the network's output, best first, overlapping ones thinned out.

    Args:
        raw: (5, anchors): centre, size in pixels of the input, and confidence.
        factor: by how much the photo was scaled to the input, whose top left corner it shares.
        width, height: of the photo.
        lowest: confidence below which a box is left out.
    """
    table = np.asarray(raw, np.float64)
    table = table[:, table[4] >= lowest]
    table = table[:, np.argsort(-table[4])[:300]]
    found = []
    for x, y, across, down, confidence in table.T:
        if across <= 0 or down <= 0:
            continue
        left, top, right, bottom = (
            float(v) / factor for v in (x - across / 2, y - down / 2, x + across / 2, y + down / 2)
        )
        box = box_tools.clip(Box(left, top, right, bottom, Drawer.DETECTOR, min(1.0, float(confidence))), width, height)
        if box is not None:
            found.append(box)
    return box_tools.suppress(found, OVERLAP)


def package_finder(folder: Path, threads: int = 1) -> Find:
    """Finds tails with a package's ONNX network on the CPU, by OpenVINO; one thread, so that timings compare."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    size = int(manifest["input"]["width"])
    core = quiet_openvino().Core()
    # Unpinned: beside a training that holds one core, a thread tied to that core would wait for it.
    options = {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_NUM_THREADS": threads, "ENABLE_CPU_PINNING": False}
    network = core.compile_model(core.read_model(folder / "model.onnx"), "CPU", options)

    def find(pixels: Pixels) -> list[Box]:
        square, factor = letterbox(pixels, size)
        planes = np.ascontiguousarray(square.transpose(2, 0, 1)[None], dtype=np.float32) / 255
        return decode(network(planes)[0][0], factor, pixels.shape[1], pixels.shape[0])

    return find


def look(find: Find, photos: Sequence[TailPhoto]) -> list[Sight]:
    """What is found in photos with one tail each."""
    return [Sight(Box(*photo.box), tuple(find(photo.pixels()))) for photo in photos]


def look_far(find: Find, photos: Sequence[TailPhoto], share: float, count: int, seed: int) -> list[Sight]:
    """What is found in composed frames whose tail fills a share of the width."""
    maker, sights = SceneMaker(photos, {"far": 1.0}), []
    for number in range(count):
        frame, truth = maker.far(FRAME, np.random.default_rng([seed, number]), share)
        left, top, right, bottom = (float(v) for v in truth[0])
        sights.append(Sight(Box(left, top, right, bottom), tuple(find(frame))))
    return sights


def look_empty(find: Find, photos: Sequence[TailPhoto], count: int, seed: int) -> list[Sight]:
    """What is found in frames without a tail."""
    maker, sights = SceneMaker(photos, {"empty": 1.0}), []
    for number in range(count):
        frame, _ = maker.empty(FRAME, np.random.default_rng([seed, number]))
        sights.append(Sight(None, tuple(find(frame))))
    return sights


def overlaps(sights: Sequence[Sight], confidence: float) -> Any:
    """For each picture with a tail, the best IoU among the boxes of at least this confidence; 0 where there is none."""
    best = []
    for sight in sights:
        if sight.truth is not None:
            found = [box for box in sight.found if box.confidence >= confidence]
            best.append(float(box_tools.iou_matrix([sight.truth], found).max(initial=0.0)))
    return np.array(best)


def false_boxes(sights: Sequence[Sight], confidence: float) -> float:
    """Boxes of at least this confidence for each 100 empty frames."""
    count = sum(box.confidence >= confidence for sight in sights for box in sight.found)
    return 100.0 * count / max(1, len(sights))


def choose_confidence(find: Find, photos: Sequence[TailPhoto], seed: int, count: int = 150) -> float:
    """The threshold that does best on photos that were held out: most tails found, with few false boxes."""
    plain = look(find, photos)
    far = look_far(find, photos, SHARES[0], count, seed)
    empty = look_empty(find, photos, 2 * count, seed + 1)

    def merit(confidence: float) -> float:
        missed = np.mean(overlaps(plain, confidence) < 0.5) + np.mean(overlaps(far, confidence) < 0.5)
        return -float(missed) - 0.02 * false_boxes(empty, confidence)

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
    """Measures a package by OpenVINO on the CPU, on photos that took no part in its training.

    Args:
        package: folder with manifest.json and model.onnx.
        flukes: folder with photos.csv, hand_boxes.csv and photos/.
        held_out: photos that choose the confidence; where there are none, the manifest's is used, or 0.25.
        count: composed frames for each tail size; one and a half times as many are empty.
        splits: whose hand-boxed photos are measured.
        drawn: how many photos of the sample survey are looked at besides.

    Returns:
        confidence, photos, recall_50, recall_75, mean_iou (of the tails found), extra_boxes (for each 100 photos),
        recall_at_10, _20, _40 (IoU 0.5, tails that fill so many hundredths of the width), false_per_100_empty,
        recall_drawn (photos of the sample survey), milliseconds (of one core, a photo).
    """
    find = package_finder(package)
    manifest = json.loads((package / "manifest.json").read_text(encoding="utf-8"))
    confidence = float(manifest["metrics"].get("confidence", 0.25))
    if held_out:
        confidence = choose_confidence(find, held_out, 101)
    photos = hand_photos(flukes, splits)
    others = [photo for _, _, photo in read_tails(flukes, splits)]
    began = time.process_time()
    plain = look(find, photos)
    spent = 1000 * (time.process_time() - began) / max(1, len(photos))
    best = overlaps(plain, confidence)
    seen = sum(box.confidence >= confidence for sight in plain for box in sight.found)
    result = {
        "confidence": confidence,
        "photos": float(len(photos)),
        "recall_50": float(np.mean(best >= 0.5)),
        "recall_75": float(np.mean(best >= 0.75)),
        "mean_iou": float(best[best >= 0.5].mean()) if (best >= 0.5).any() else 0.0,
        "extra_boxes": 100.0 * (seen - int(np.sum(best > 0))) / max(1, len(photos)),
    }
    for share in SHARES:
        far = overlaps(look_far(find, others, share, count, 202), confidence)
        result[f"recall_at_{round(100 * share)}"] = float(np.mean(far >= 0.5))
    result["false_per_100_empty"] = false_boxes(look_empty(find, others, count * 3 // 2, 303), confidence)
    sketched = overlaps(look(find, draw_tails(drawn, 404)), confidence)
    result |= {"recall_drawn": float(np.mean(sketched >= 0.5)), "milliseconds": spent}
    return rounded(result)


def rounded(result: Mapping[str, float]) -> dict[str, float]:
    """Four digits after the point, as a manifest shows them."""
    return {name: round(value, 4) for name, value in result.items()}
