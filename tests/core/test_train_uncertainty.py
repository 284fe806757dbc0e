"""AUROC, calibration error, misses and the bootstrap behind their intervals, against loops over each draw."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from whaleid_core.train.metrics import (
    area_under_curve,
    calibration_error,
    equal_bins,
    interval,
    middle,
    misses_at,
    precision,
    resampled,
)

SCORES = st.lists(st.integers(-4, 4).map(float), min_size=1, max_size=12)
COUNTS = st.integers(0, 3)


def repeated(values: list, counts: list[int]) -> list:
    """A draw as a list: each item as often as it counts."""
    return [value for value, count in zip(values, counts, strict=True) for _ in range(count)]


def slow_auroc(known: list[float], new: list[float]) -> float:
    wins = [1.0 if k > n else 0.5 if k == n else 0.0 for k in known for n in new]
    return sum(wins) / len(wins)


@given(known=SCORES, new=SCORES, data=st.data())
def test_the_area_is_the_share_of_pairs_in_the_right_order_in_each_draw(known, new, data):
    assert area_under_curve(np.array(known), np.array(new)) == pytest.approx([slow_auroc(known, new)])
    of_known = data.draw(st.lists(COUNTS, min_size=len(known), max_size=len(known)).filter(any))
    of_new = data.draw(st.lists(COUNTS, min_size=len(new), max_size=len(new)).filter(any))
    weighted = area_under_curve(np.array(known), np.array(new), np.array([of_known]), np.array([of_new]))
    assert weighted == pytest.approx([slow_auroc(repeated(known, of_known), repeated(new, of_new))])


def test_the_area_is_scikit_learn_s():
    from sklearn.metrics import roc_auc_score

    rng = np.random.default_rng(1)
    known, new = rng.normal(1, 1, 80).round(1), rng.normal(0, 1, 50).round(1)
    truth = np.repeat([1, 0], [80, 50])
    assert area_under_curve(known, new)[0] == pytest.approx(roc_auc_score(truth, np.append(known, new)))


@given(st.lists(st.floats(0, 1), min_size=1, max_size=50), st.integers(1, 12))
def test_bins_are_of_equal_mass_and_in_order(chances, count):
    bins = equal_bins(np.array(chances), count)
    mass = np.bincount(bins, minlength=count)
    assert mass.max() - mass.min() <= 1
    for low in range(count - 1):
        for high in range(low + 1, count):
            if mass[low] and mass[high]:
                assert max(np.array(chances)[bins == low]) <= min(np.array(chances)[bins == high])


def slow_error(chances: list[float], hits: list[bool], weights: list[int], count: int) -> float:
    order = sorted(range(len(chances)), key=lambda i: chances[i])
    total = 0.0
    for part in np.array_split(order, count):
        mass = sum(weights[i] for i in part)
        if mass:
            said = sum(weights[i] * chances[i] for i in part) / mass
            true = sum(weights[i] * hits[i] for i in part) / mass
            total += mass * abs(said - true)
    return total / sum(weights)


@given(
    rows=st.lists(st.tuples(st.floats(0, 1), st.booleans(), COUNTS), min_size=1, max_size=40),
    count=st.integers(1, 10),
)
def test_the_calibration_error_is_the_mean_distance_over_bins_in_each_draw(rows, count):
    chances, hits, weights = (list(column) for column in zip(*rows, strict=True))
    of_all = calibration_error(np.array(chances), np.array(hits), count=count)
    assert of_all == pytest.approx([slow_error(chances, hits, [1] * len(rows), count)])
    if any(weights):
        drawn = calibration_error(np.array(chances), np.array(hits), np.array([weights], np.float32), count)
        assert drawn == pytest.approx([slow_error(chances, hits, weights, count)], abs=1e-6)


def test_probabilities_that_come_true_have_a_small_error_and_others_a_large_one():
    rng = np.random.default_rng(2)
    chances = rng.random(20_000)
    assert calibration_error(chances, rng.random(20_000) < chances)[0] < 0.02
    assert calibration_error(chances, rng.random(20_000) < chances**3)[0] > 0.2


def slow_misses(rate: float, known: list[float], right: list[bool], new: list[float]) -> float:
    """The lowest limit that no more than `rate` of the new ones are above."""
    limits = sorted({*new, -np.inf}, reverse=True)
    allowed = [limit for limit in limits if sum(n > limit for n in new) <= rate * len(new) + 1e-9]
    limit = min(allowed)
    return sum(not (ok and k > limit) for k, ok in zip(known, right, strict=True)) / len(known)


@given(known=SCORES, new=SCORES, rate=st.sampled_from([0.0, 0.01, 0.1, 0.3, 0.5, 1.0]), data=st.data())
def test_misses_are_counted_at_the_lowest_limit_that_keeps_the_rate(known, new, rate, data):
    right = data.draw(st.lists(st.booleans(), min_size=len(known), max_size=len(known)))
    arrays = np.array(known), np.array(right), np.array(new)
    assert misses_at(rate, *arrays) == pytest.approx([slow_misses(rate, known, right, new)])
    of_known = data.draw(st.lists(COUNTS, min_size=len(known), max_size=len(known)).filter(any))
    of_new = data.draw(st.lists(COUNTS, min_size=len(new), max_size=len(new)).filter(any))
    drawn = misses_at(rate, *arrays, np.array([of_known]), np.array([of_new]))
    parts = repeated(known, of_known), repeated(right, of_known), repeated(new, of_new)
    assert drawn == pytest.approx([slow_misses(rate, *parts)])


def test_a_tail_without_a_score_is_always_missed():
    nothing = np.array([-np.inf, 5.0]), np.array([True, True]), np.array([-np.inf, 1.0])
    assert misses_at(1.0, *nothing).tolist() == [0.5]


@given(groups=st.lists(st.sampled_from("abcdef"), min_size=1, max_size=12), seed=st.integers(0, 100))
def test_a_draw_takes_whole_whales_as_many_as_there_are(groups, seed):
    weights = resampled(groups, 20, seed)
    assert weights.shape == (20, len(groups))
    for draw in weights:
        counts = dict(zip(groups, draw.tolist(), strict=True))
        assert draw.tolist() == [counts[group] for group in groups]
        assert sum(counts.values()) == len(set(groups))


def test_the_draws_give_the_interval_of_a_mean():
    rng = np.random.default_rng(3)
    values, groups = rng.random(60), [f"w{i // 3}" for i in range(60)]
    weights = resampled(groups)
    assert middle(weights @ values / weights.sum(1)) == pytest.approx(interval(values, groups))


def test_a_draw_that_gave_nothing_is_left_out():
    assert middle(np.array([np.nan, 2.0, 2.0])) == (2.0, 2.0)


def test_a_photo_that_was_missed_adds_nothing():
    assert precision(np.array([1.0, 5.0, 6.0, np.inf])).tolist() == [1.0, 0.2, 0.0, 0.0]
