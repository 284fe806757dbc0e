"""From a card to candidates: the time against the original study's loop, and the memory; run by `make bench`."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from many_photos import write_card
from measured import FILE, TIMES, Row, compare, keep
from study_loop import LENGTH, SIDE, StudyLoop, study_packages

from whaleid_core.embed import unit
from whaleid_core.engine import load_engine
from whaleid_core.identify import identified, see_all
from whaleid_core.photos import crop, read_pixels
from whaleid_core.speed import TAILS, drawn_gallery

pytestmark = pytest.mark.bench

PHOTOS = int(os.environ.get("WHALEID_BENCH_PHOTOS", "200"))
IN_ALL = 10 * PHOTOS
"""How many are identified while memory is watched."""
DRAWINGS = 20
MOST_MB, FLAT_MB = 1536, 100
BEGUN = 100
"""After so many photos all that is loaded late is loaded."""


def test_from_card_to_candidates(tmp_path: Path) -> None:
    each = max(1, PHOTOS // (TIMES + 1))
    boxes = write_card(tmp_path / "card", each * (TIMES + 1))
    photos = list(boxes)
    some = [crop(read_pixels(path, 600), boxes[path], SIDE, SIDE, scale=0.1) for path in photos[:8]]
    vectors = unit(np.random.default_rng(1).standard_normal((TAILS, LENGTH), np.float32))
    loop = StudyLoop(study_packages(tmp_path / "study", np.stack(some)), vectors)
    engine = load_engine("cpu")
    gallery = drawn_gallery(engine)
    turns = [photos[start : start + each] for start in range(0, len(photos), each)]
    ours, theirs = iter(turns), iter(turns)
    tails = []

    def program() -> None:
        for seen in see_all(engine, next(ours)):
            tails.extend(identified(engine, gallery, seen))

    def study() -> None:
        for path in next(theirs):
            loop.identify(path, boxes[path])

    name = f"card to candidates: {len(photos)} photos of 24 megapixels, {TAILS:,} tails in the gallery"
    compare(name, program, study, 10, each=each, of="a photo")
    assert sum(tail.box is not None for tail in tails) >= 0.9 * len(photos)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is read from /proc")
def test_memory_does_not_grow_with_the_photos(tmp_path: Path) -> None:
    write_card(tmp_path / "card", min(DRAWINGS, IN_ALL))
    probe = [sys.executable, str(Path(__file__).with_name("memory_probe.py")), str(tmp_path / "card"), str(IN_ALL)]
    done = subprocess.run(probe, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout.splitlines()[-1])
    told = found["told"]
    FILE.parent.mkdir(exist_ok=True)
    with FILE.with_name("bench_photos.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(told[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(told)
    most = told[-1]["most"]
    keep(Row(f"memory while identifying {IN_ALL:,} photos", MOST_MB / most, 1, "MB", most, MOST_MB, 0.0))
    assert most <= MOST_MB
    assert found["tails"] >= 0.9 * IN_ALL
    if begun := [one["mb"] for one in told[:-1] if one["photos"] >= BEGUN]:
        grown = max(1.0, told[-1]["mb"] - begun[0])
        keep(Row(f"growth of that after {BEGUN} photos", FLAT_MB / grown, 1, "MB", grown, FLAT_MB, 0.0))
        assert grown <= FLAT_MB
