"""Calibration on held-out whales, with simulated embeddings: sensible, monotone, and refused where it can't be done."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from whaleid_core.calibrate import Calibration
from whaleid_core.embed import Vectors, unit
from whaleid_core.errors import WhaleIdError
from whaleid_core.gallery import Evidence, Gallery, Queries
from whaleid_core.local import NO_KEYPOINTS
from whaleid_core.match import search
from whaleid_core.train.calibrating import KEPT, SHARES, _kept, calibrated, check_held_out


def simulated(counts: list[int], spread: float, seed: int = 1, length: int = 24) -> tuple[Vectors, np.ndarray]:
    """Vectors around a random centre for each whale: photos[i] of whale w{i:03}; `spread` is the noise's length."""
    rng = np.random.default_rng(seed)
    whales = np.array([f"w{i:03}" for i, count in enumerate(counts) for _ in range(count)])
    centres = np.repeat(unit(rng.normal(size=(len(counts), length)).astype(np.float32)), counts, axis=0)
    noise = unit(rng.normal(size=centres.shape).astype(np.float32))
    return unit(centres + spread * noise), whales


def plain(vectors: Vectors) -> Queries:
    """Tails without keypoints."""
    return Queries([vectors], [NO_KEYPOINTS] * len(vectors), np.ones(len(vectors)))


COUNTS = [1 + i % 4 for i in range(120)]
HELD_OUT = frozenset(f"w{i:03}" for i in range(0, 120, 3))


@pytest.fixture(scope="module")
def good() -> tuple:
    vectors, whales = simulated(COUNTS, 0.8)
    return (*calibrated(plain(vectors), whales, HELD_OUT, 3), vectors, whales)


def looked_up(vectors: Vectors, whales: np.ndarray, gone: frozenset[str]) -> tuple[Evidence, np.ndarray]:
    """The first photo of each whale with several against the rest, from which some whales are taken out."""
    counts = Counter(whales.tolist())
    queries = [int(np.flatnonzero(whales == whale)[0]) for whale in sorted(counts) if counts[whale] > 1]
    rest = [i for i in range(len(whales)) if i not in queries and whales[i] not in gone]
    gallery = Gallery.of(whales[rest].tolist(), [""] * len(rest), [vectors[rest]])
    columns = {whale: i for i, whale in enumerate(gallery.whales)}
    return search(gallery, [vectors[queries]]), np.array([columns.get(whales[i], -1) for i in queries])


def test_tails_of_whales_in_the_gallery_are_more_probably_known(good):
    calibration, metrics, vectors, whales = good
    gone = frozenset(f"w{i:03}" for i in range(0, 120, 2))
    found, own = looked_up(vectors, whales, gone)
    chance = calibration.chance_known(calibration.odds(found, np.ones(len(own))), 0.5)
    assert chance[own >= 0].mean() > 0.7
    assert chance[own < 0].mean() < 0.3
    assert metrics["held_out_auroc"] > 0.85
    assert metrics["held_out_top1"] > 0.85


def test_the_probabilities_say_how_sure_the_first_candidate_is(good):
    """On tails of whales in the gallery, the mean probability of the first candidate is near its share of hits."""
    calibration, _, vectors, whales = good
    found, own = looked_up(vectors, whales, frozenset())
    chances = calibration.probabilities(found, np.ones(len(own)))
    assert abs(chances.max(1).mean() - (chances.argmax(1) == own).mean()) < 0.12
    assert chances.sum(1) == pytest.approx(1.0)


def test_worse_embeddings_give_worse_figures_and_less_sure_candidates(good):
    vectors, whales = simulated(COUNTS, 2.5)
    calibration, metrics = calibrated(plain(vectors), whales, HELD_OUT, 3)
    assert metrics["held_out_auroc"] < good[1]["held_out_auroc"]
    assert metrics["held_out_top1"] < good[1]["held_out_top1"]
    found, own = looked_up(vectors, whales, frozenset())
    better, _ = looked_up(good[2], good[3], frozenset())
    sure = calibration.probabilities(found, np.ones(len(own))).max(1).mean()
    assert sure < good[0].probabilities(better, np.ones(len(own))).max(1).mean()


def test_the_same_seed_gives_the_same_calibration(good):
    calibration, metrics, vectors, whales = good
    assert calibrated(plain(vectors), whales, HELD_OUT, 3) == (calibration, metrics)


def test_every_held_out_tail_counts_once_a_split(good):
    assert good[1]["held_out_tails"] == len(SHARES) * np.isin(good[3], sorted(HELD_OUT)).sum()


def test_galleries_of_a_few_whales_can_be_calibrated_on():
    """The splits' galleries then differ in their number of whales."""
    vectors, whales = simulated([3, 2, 2, 1, 3], 0.5)
    calibration, metrics = calibrated(plain(vectors), whales, frozenset({"w000", "w001", "w002", "w003"}), 1)
    assert Calibration.of(calibration.as_dict()) == calibration
    assert metrics["held_out_tails"] > 0


def test_the_fit_sees_each_tails_own_whale_however_badly_it_is_ranked():
    """Among the kept columns stands the own whale, in the last one where it isn't among the best."""
    rng = np.random.default_rng(1)
    vectors, whales = simulated([2] * (KEPT + 50), 30.0)
    gallery = Gallery.of(whales[::2].tolist(), [""] * (KEPT + 50), [vectors[::2]])
    full = search(gallery, [vectors[1::2]])
    own = np.arange(KEPT + 50)
    own[rng.random(len(own)) < 0.2] = -1
    kept, column = _kept(full, own)
    assert kept.networks.shape == (len(own), KEPT)
    assert ((column >= 0) == (own >= 0)).all()
    assert (column == KEPT - 1).any()
    for tail in np.flatnonzero(own >= 0):
        assert kept.networks[tail, column[tail]] == full.networks[tail, own[tail]]
        assert kept.nearest[tail, column[tail]] == full.nearest[tail, own[tail]]
    assert (kept.scores[:, 0] == full.scores.max(1)).all()
    assert (kept.among == KEPT + 50).all()  # of how many they were the best


@pytest.mark.parametrize("held_out", [set(), {"w000"}, {"w001", "w002"}, {"w000", "elsewhere"}])
def test_too_few_held_out_whales_are_refused_with_a_hint(held_out):
    vectors, whales = simulated([3, 1, 1, 2], 0.5)
    with pytest.raises(WhaleIdError, match="too few to calibrate") as error:
        calibrated(plain(vectors), whales, frozenset(held_out), 1)
    assert "held_out" in error.value.hint


def test_two_held_out_whales_one_of_them_met_twice_are_enough():
    vectors, whales = simulated([3, 1, 1, 2], 0.5)
    check_held_out(whales.tolist(), frozenset({"w000", "w001"}))
    calibrated(plain(vectors), whales, frozenset({"w000", "w001"}), 1)
