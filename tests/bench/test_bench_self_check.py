"""Measures the self-check on real flukes with mistakes planted among them; run by `make bench` with WHALEID_FLUKES."""

from __future__ import annotations

import csv
import os
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from whaleid_core.engine import Engine, load_engine
from whaleid_core.gallery import Gallery
from whaleid_core.local import Keypoints
from whaleid_core.records import Box
from whaleid_core.self_check import Mistake, SelfCheck, self_check

pytestmark = pytest.mark.bench

FLUKES = os.environ.get("WHALEID_FLUKES", "")
PLANTED, FIRST, SEEDS = 40, 200, 3
"""So many mistakes of each kind, sought among so many proposals: the list's first, half of them of each kind."""


class Seen:
    """The photos of the split "unseen" of whales with two or more, as the engine sees their tails."""

    def __init__(self, flukes: Path, engine: Engine) -> None:
        with (flukes / "photos.csv").open(newline="", encoding="utf-8") as file:
            rows = [row for row in csv.DictReader(file) if row["split"] == "unseen"]
        photos = Counter(row["whale"] for row in rows)
        self.whales: list[str] = []
        self.points: list[Keypoints] = []
        boxes: list[Box] = []
        vectors: list[list[np.ndarray]] = [[] for _ in engine.members]
        for row in rows:
            if photos[row["whale"]] < 2:
                continue
            box = Box(*(float(row[name]) for name in ("xmin", "ymin", "xmax", "ymax")))
            tails = engine.tails(flukes / "photos" / row["image"], [box])
            self.whales.append(row["whale"])
            self.points.append(tails.keypoints[0])
            boxes.append(box)
            for own, matrix in zip(vectors, tails.vectors, strict=True):
                own.append(matrix[0])
        self.matrices = [np.stack(own) for own in vectors]
        self.detail = engine.detail(boxes)


def plant(true: list[str], seed: int) -> tuple[list[str], set[frozenset[str]], set[str]]:
    """Labels with `PLANTED` whales parted in two, and as many tails of others given to yet others, all by lot.

    Returns the labels, the pairs of ids that are one whale, and the tails, by number, that are wrong.
    """
    rng = np.random.default_rng(seed)
    whales = sorted(set(true))
    rng.shuffle(whales)
    labels, doubles, wrong = list(true), set(), set()
    for whale in whales[:PLANTED]:
        rows = rng.permutation([row for row, name in enumerate(true) if name == whale])
        for row in rows[: rng.integers(1, len(rows))]:
            labels[row] = f"{whale}_again"
        doubles.add(frozenset((whale, f"{whale}_again")))
    for whale, to in zip(whales[PLANTED : 2 * PLANTED], whales[2 * PLANTED :], strict=False):
        row = int(rng.choice([row for row, name in enumerate(true) if name == whale]))
        labels[row] = to
        wrong.add(str(row))
    return labels, doubles, wrong


def found(check: SelfCheck, doubles: set[frozenset[str]], wrong: set[str]) -> tuple[int, int]:
    """How many of the planted mistakes are among the first proposals."""
    first = check.proposals[:FIRST]
    pairs = {frozenset((one.whale, one.like)) for one in first if one.mistake is Mistake.MISSED}
    tails = {one.tail for one in first if one.mistake is Mistake.FALSE}
    return len(doubles & pairs), len(wrong & tails)


@pytest.mark.skipif(not FLUKES, reason="WHALEID_FLUKES names no folder of fluke photographs")
def test_half_of_the_planted_mistakes_are_among_the_first_proposals() -> None:
    engine = load_engine("cpu")
    seen = Seen(Path(FLUKES), engine)
    assert len(set(seen.whales)) == 300
    names = [str(number) for number in range(len(seen.whales))]
    for seed in range(SEEDS):
        labels, doubles, wrong = plant(seen.whales, seed)
        gallery = Gallery.of(labels, names, seen.matrices, lambda some: {n: seen.points[n] for n in some})
        check = self_check(gallery, seen.detail[gallery.order], engine.calibration)
        missed, false = found(check, doubles, wrong)
        trial = check.trial
        print(
            f"\nseed {seed}: {missed} of {PLANTED} double identities, {false} of {PLANTED} wrong labels in {FIRST}; "
            f"its own tails: first {trial.within(1):.2f}, five {trial.within(5):.2f}, calibration {trial.error():.3f}"
        )
        assert min(missed, false) >= PLANTED / 2
