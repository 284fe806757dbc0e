"""Calibration on held-out whales, with simulated embeddings: sensible, monotone, and refused where it can't be done."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from whaleid_core.embed import Vectors, unit
from whaleid_core.errors import WhaleIdError
from whaleid_core.train.calibrating import calibrated, check_held_out


def simulated(counts: list[int], spread: float, seed: int = 1, length: int = 24) -> tuple[Vectors, np.ndarray]:
    """Vectors around a random centre for each whale: photos[i] of whale w{i:03}; `spread` is the noise's length."""
    rng = np.random.default_rng(seed)
    whales = np.array([f"w{i:03}" for i, count in enumerate(counts) for _ in range(count)])
    centres = np.repeat(unit(rng.normal(size=(len(counts), length)).astype(np.float32)), counts, axis=0)
    noise = unit(rng.normal(size=centres.shape).astype(np.float32))
    return unit(centres + spread * noise), whales


COUNTS = [1 + i % 4 for i in range(120)]
HELD_OUT = frozenset(f"w{i:03}" for i in range(0, 120, 3))


@pytest.fixture(scope="module")
def good() -> tuple:
    vectors, whales = simulated(COUNTS, 0.8)
    return (*calibrated(vectors, whales, HELD_OUT, 3), vectors, whales)


def test_tails_like_a_known_whale_are_more_probably_known(good):
    calibration, metrics = good[:2]
    best = np.linspace(0.0, 1.0, 11, dtype=np.float32)
    known = calibration.known(np.stack([best, np.minimum(best, 0.3)], axis=1))
    assert (np.diff(known) > 0).all()
    assert known[0] < 0.1
    assert known[-1] > 0.9
    assert metrics["held_out_auroc"] > 0.85
    assert metrics["held_out_top1"] > 0.85


def test_the_share_of_new_whales_that_one_expects_shifts_the_odds(good):
    calibration = good[0]
    scores = np.array([[0.5, 0.2], [0.3, 0.2]], np.float32)
    assert (calibration.known(scores, 0.1) > calibration.known(scores, 0.5)).all()
    assert (calibration.known(scores, 0.5) > calibration.known(scores, 0.9)).all()


def test_the_temperature_says_how_sure_the_first_candidate_is(good):
    """On tails of whales in the gallery, the mean probability of the first candidate is near its share of hits."""
    calibration, _, vectors, whales = good
    counts = Counter(whales.tolist())
    index = {whale: [i for i, name in enumerate(whales) if name == whale] for whale in counts}
    queries = [rows[0] for whale, rows in index.items() if counts[whale] > 1]
    rest = np.setdiff1d(np.arange(len(whales)), queries)
    names = sorted(set(whales[rest].tolist()))
    scores = np.array([
        [
            (vectors[q] @ vectors[rest[whales[rest] == name]].T).max() / 2
            + vectors[q] @ unit(vectors[rest[whales[rest] == name]].sum(0, keepdims=True))[0] / 2
            for name in names
        ]
        for q in queries
    ], np.float32)  # fmt: skip
    chances = calibration.probabilities(scores, np.ones(len(queries)))
    hits = np.mean([names[row.argmax()] == whales[q] for row, q in zip(chances, queries, strict=True)])
    assert abs(chances.max(1).mean() - hits) < 0.12
    assert chances.sum(1) == pytest.approx(1.0)


def test_worse_embeddings_give_worse_figures_and_a_warmer_softmax(good):
    vectors, whales = simulated(COUNTS, 2.5)
    calibration, metrics = calibrated(vectors, whales, HELD_OUT, 3)
    assert metrics["held_out_auroc"] < good[1]["held_out_auroc"]
    assert metrics["held_out_top1"] < good[1]["held_out_top1"]
    known, known_good = (
        c.known(np.array([[0.9, 0.3]], np.float32))[0] - c.known(np.array([[0.2, 0.1]], np.float32))[0]
        for c in (calibration, good[0])
    )
    assert known < known_good


def test_the_same_seed_gives_the_same_calibration(good):
    calibration, metrics, vectors, whales = good
    assert calibrated(vectors, whales, HELD_OUT, 3) == (calibration, metrics)


def test_every_held_out_tail_counts_at_most_once_a_split(good):
    held_out_photos = int(np.isin(good[3], sorted(HELD_OUT)).sum())
    assert 2 * held_out_photos < good[1]["held_out_tails"] <= 4 * held_out_photos


def test_galleries_of_a_few_whales_can_be_calibrated_on():
    """The splits' galleries then differ in their number of whales."""
    vectors, whales = simulated([3, 2, 2, 1, 3], 0.5)
    calibration, metrics = calibrated(vectors, whales, frozenset({"w000", "w001", "w002", "w003"}), 1)
    assert np.isfinite(list(calibration.as_dict().values())).all()
    assert metrics["held_out_tails"] > 0


@pytest.mark.parametrize("held_out", [set(), {"w000"}, {"w001", "w002"}, {"w000", "elsewhere"}])
def test_too_few_held_out_whales_are_refused_with_a_hint(held_out):
    vectors, whales = simulated([3, 1, 1, 2], 0.5)
    with pytest.raises(WhaleIdError, match="too few to calibrate") as error:
        calibrated(vectors, whales, frozenset(held_out), 1)
    assert "held_out" in error.value.hint


def test_two_held_out_whales_one_of_them_met_twice_are_enough():
    vectors, whales = simulated([3, 1, 1, 2], 0.5)
    check_held_out(whales.tolist(), frozenset({"w000", "w001"}))
    calibrated(vectors, whales, frozenset({"w000", "w001"}), 1)
