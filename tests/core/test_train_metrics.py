"""What is measured of rankings, against loops and against Kaggle's own definition."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whaleid_core.train.metrics import interval, map_of_rows, mean_average_precision, ranks, top


def kaggle_map5(predictions: list[list[str]], truth: list[str]) -> float:
    """The definition in full: precision at each cut-off up to 5 that is right for the first time."""
    total = 0.0
    for predicted, actual in zip(predictions, truth, strict=True):
        score, hits = 0.0, 0
        for position, one in enumerate(predicted[:5]):
            if one == actual and one not in predicted[:position]:
                hits += 1
                score += hits / (position + 1)
        total += score
    return total / len(truth)


@settings(max_examples=40, deadline=None)
@given(
    rows=st.lists(
        st.tuples(st.lists(st.integers(0, 5), min_size=4, max_size=4), st.integers(-1, 3)), min_size=1, max_size=8
    )
)
def test_ranks_agree_with_counting(rows):
    scores = np.array([values for values, _ in rows], np.float32)
    whales = np.array([whale for _, whale in rows], np.intp)
    found = ranks(scores, whales)
    for values, whale, rank in zip(scores.tolist(), whales.tolist(), found.tolist(), strict=True):
        if whale < 0:
            assert rank == 5
        else:
            better = sum(1 for i, value in enumerate(values) if i != whale and value >= values[whale])
            assert rank == better + 1


def test_ties_count_against_the_own_whale():
    assert ranks(np.array([[0.5, 0.5, 0.1]]), np.array([0])).tolist() == [2]


@settings(max_examples=40, deadline=None)
@given(found=st.lists(st.integers(1, 12), min_size=1, max_size=20), depth=st.integers(1, 6))
def test_map_and_top_agree_with_loops(found, depth):
    array = np.array(found, np.intp)
    slow = sum(1 / rank for rank in found if rank <= depth) / len(found)
    assert mean_average_precision(array, depth) == pytest.approx(slow)
    assert top(array, depth) == pytest.approx(sum(rank <= depth for rank in found) / len(found))
    assert mean_average_precision(array, depth) <= top(array, depth) + 1e-12


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_map_of_rows_is_kaggle_s(data):
    ids = st.sampled_from(["w_1", "w_2", "w_3", "new_whale", "w_4", "w_5", "w_6"])
    photos = [f"{i}.jpg" for i in range(data.draw(st.integers(1, 6)))]
    truth = {photo: data.draw(ids) for photo in photos}
    rows = [(photo, data.draw(st.lists(ids, max_size=7))) for photo in photos]
    expected = kaggle_map5([ids for _, ids in rows], [truth[photo] for photo, _ in rows])
    assert map_of_rows(rows[::-1], truth) == pytest.approx(expected)


def test_a_photo_without_a_row_counts_nothing_and_a_row_without_a_photo_neither():
    rows = [("a.jpg", ["w_1"]), ("z.jpg", ["w_9"])]
    assert map_of_rows(rows, {"a.jpg": "w_1", "b.jpg": "w_2"}) == 0.5
    assert map_of_rows([], {}) == 0.0


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 1000))
def test_map_of_rows_agrees_with_the_map_of_ranks(seed):
    rng = np.random.default_rng(seed)
    scores, own = rng.normal(size=(6, 8)), rng.integers(0, 8, 6)
    rows = [(str(i), [f"w{c}" for c in np.argsort(-scores[i])]) for i in range(6)]
    truth = {str(i): f"w{c}" for i, c in enumerate(own)}
    assert map_of_rows(rows, truth) == pytest.approx(mean_average_precision(ranks(scores, own)))


def test_the_interval_holds_the_mean_and_shrinks_with_more_whales():
    rng = np.random.default_rng(4)
    widths = []
    for whales in (10, 100, 1000):
        values = rng.random(3 * whales)
        low, high = interval(values, [f"w{i // 3}" for i in range(3 * whales)])
        assert low < values.mean() < high
        widths.append(high - low)
    assert widths[0] > 2 * widths[1] > 4 * widths[2]


def test_photos_of_one_whale_are_not_counted_as_independent():
    """Ten equal photos of each whale say as much as one."""
    one = np.random.default_rng(5).random(40)
    alone = interval(one, [str(i) for i in range(40)])
    repeated = interval(np.repeat(one, 10), [str(i // 10) for i in range(400)])
    assert repeated == pytest.approx(alone)
    as_if_independent = interval(np.repeat(one, 10), [str(i) for i in range(400)])
    assert as_if_independent[1] - as_if_independent[0] < 0.5 * (alone[1] - alone[0])


def test_the_interval_is_the_same_for_the_same_seed():
    values, groups = np.arange(20.0), [str(i) for i in range(20)]
    assert interval(values, groups) == interval(values, groups) != interval(values, groups, seed=1)


def slow_interval(values: list[float], groups: list[str], draws: int, seed: int) -> tuple[float, float]:
    """The bootstrap with its photos spelt out: whales are drawn with their photos, as often as they come."""
    names = sorted(set(groups))
    generator = np.random.default_rng(seed)
    means = []
    for row in generator.integers(0, len(names), (draws, len(names))).tolist():
        drawn = [value for whale in row for value, own in zip(values, groups, strict=True) if own == names[whale]]
        means.append(sum(drawn) / len(drawn))
    means.sort()

    def percentile(share: float) -> float:
        place = share * (len(means) - 1)
        below = int(place)
        above = min(below + 1, len(means) - 1)
        return means[below] + (place - below) * (means[above] - means[below])

    return percentile(0.025), percentile(0.975)


@settings(max_examples=20, deadline=None)
@given(
    photos=st.lists(st.tuples(st.floats(0, 1), st.sampled_from("abcd")), min_size=1, max_size=12),
    seed=st.integers(0, 99),
)
def test_the_interval_agrees_with_drawing_photo_by_photo(photos, seed):
    values, groups = [value for value, _ in photos], [whale for _, whale in photos]
    expected = slow_interval(values, groups, 50, seed)
    assert interval(np.array(values), groups, 50, seed) == pytest.approx(expected)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6), tails=st.integers(1, 20), whales=st.integers(3, 9), k=st.integers(1, 8))
def test_rankings_agree_with_scikit_learn(seed, tails, whales, k):
    from sklearn.metrics import label_ranking_average_precision_score, top_k_accuracy_score

    rng = np.random.default_rng(seed)
    scores, own = rng.normal(size=(tails, whales)), rng.integers(0, whales, tails)
    found = ranks(scores, own)
    if k < whales:
        assert top(found, k) == pytest.approx(top_k_accuracy_score(own, scores, k=k, labels=range(whales)))
    one_hot = np.eye(whales, dtype=int)[own]
    expected = label_ranking_average_precision_score(one_hot, scores)
    assert mean_average_precision(found, depth=whales) == pytest.approx(expected)
