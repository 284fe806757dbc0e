"""Training batches: P whales x K photos, mirrored whales as whales of their own, the same for the same number."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whaleid_core.errors import WhaleIdError
from whaleid_core.train.sampling import WhaleBatches


@st.composite
def whales_of_photos(draw: st.DrawFn) -> list[int]:
    """The whale of each photo, in any order, every whale with at least one photo."""
    counts = draw(st.lists(st.integers(1, 5), min_size=3, max_size=12))
    whales = [whale for whale, count in enumerate(counts) for _ in range(count)]
    return draw(st.permutations(whales))


@settings(max_examples=40, deadline=None)
@given(whales=whales_of_photos(), photos=st.integers(1, 4), seed=st.integers(0, 99), number=st.integers(0, 999))
def test_a_batch_holds_whole_whales(whales, photos, seed, number):
    chosen, classes = WhaleBatches(whales, 3, photos, 0.5, seed).batch(number)
    assert chosen.shape == classes.shape == (3 * photos,)
    groups = classes.reshape(3, photos)
    assert (groups == groups[:, :1]).all(), "the photos of a class lie side by side"
    assert len(set((groups[:, 0] // 2).tolist())) == 3, "a whale is drawn once, as it is or mirrored"
    for group, own in zip(groups[:, 0], chosen.reshape(3, photos), strict=True):
        whale = int(group) // 2
        assert all(whales[photo] == whale for photo in own)
        if whales.count(whale) >= photos:
            assert len(set(own.tolist())) == photos


def test_the_same_number_gives_the_same_batch_and_another_number_another():
    whales = [i // 2 for i in range(40)]
    first, again, other_seed = (WhaleBatches(whales, 8, 2, 1.0, seed) for seed in (7, 7, 8))
    assert all(np.array_equal(a, b) for a, b in zip(first.batch(12), again.batch(12), strict=True))
    assert not np.array_equal(first.batch(12)[0], first.batch(13)[0])
    assert not np.array_equal(first.batch(12)[0], other_seed.batch(12)[0])


def test_going_through_batches_is_batch_by_number():
    batches = WhaleBatches([i // 3 for i in range(30)], 4, 2, 1.0, 3)
    for number, (photos, classes) in enumerate(islice(batches, 5)):
        expected = batches.batch(number)
        assert np.array_equal(photos, expected[0])
        assert np.array_equal(classes, expected[1])


def drawn(whales: list[int], single_weight: float, draws: int) -> tuple[np.ndarray, int]:
    """How often each whale is the one of a batch of one, and how often it is mirrored."""
    batches = WhaleBatches(whales, 1, 1, single_weight, 5)
    classes = np.array([batches.batch(number)[1][0] for number in range(draws)])
    return np.bincount(classes // 2, minlength=max(whales) + 1), int((classes % 2).sum())


@pytest.mark.parametrize("single_weight", [0.0, 0.25, 1.0])
def test_whales_with_one_photo_are_drawn_as_seldom_as_asked(single_weight):
    whales = [0, 0, 1, 2, 2, 2, 3, 4, 4, 5]
    weights = np.array([1, single_weight, 1, single_weight, 1, single_weight])
    expected = 1600 * weights / weights.sum()
    counts, mirrored = drawn(whales, single_weight, 1600)
    assert counts[weights == 0].sum() == 0
    inside = weights > 0
    chi_square = ((counts - expected)[inside] ** 2 / expected[inside]).sum()
    assert chi_square < 20.5, "five degrees of freedom: one in a thousand goes beyond"
    assert abs(mirrored - 800) < 70, "3.5 standard deviations of a coin"


def test_photos_of_a_whale_are_drawn_alike():
    batches = WhaleBatches([0, 0, 0, 0, 1, 1], 2, 2, 1.0, 2)
    photos = np.concatenate([batches.batch(number)[0] for number in range(500)])
    assert np.bincount(photos, minlength=6) == pytest.approx([250, 250, 250, 250, 500, 500], abs=45)


@pytest.mark.parametrize(
    ("whales", "single_weight", "there"), [([0, 0, 1, 1], 1.0, 2), ([0, 0, 1, 2], 0.0, 1), ([], 1.0, 0)]
)
def test_too_few_whales_for_a_batch_are_an_error_with_a_sentence(whales, single_weight, there):
    with pytest.raises(WhaleIdError, match=f"takes 3 whales, and there are {there}") as error:
        WhaleBatches(whales, 3, 2, single_weight, 1)
    assert "classes_per_batch" in error.value.hint


def slow_batch(whales: list[int], p: int, single_weight: float, rng: np.random.Generator) -> set[int]:
    """One whale after the other, each with the weight that it has among those that are left."""
    left = {whale: 1.0 if whales.count(whale) > 1 else single_weight for whale in set(whales)}
    chosen: set[int] = set()
    for _ in range(p):
        point = rng.random() * sum(left.values())
        for whale in list(left):
            point -= left[whale]
            if point < 0:
                chosen.add(whale)
                del left[whale]
                break
    return chosen


def chance_of_being_drawn(weights: list[float], whale: int, draws: int) -> float:
    """By going through all orders in which whales can be drawn."""
    if draws == 0:
        return 0.0
    total = 0.0
    for first, weight in enumerate(weights):
        chance = weight / sum(weights)
        if first == whale:
            total += chance
        elif chance:
            rest = [0.0 if i == first else w for i, w in enumerate(weights)]
            total += chance * (chance_of_being_drawn(rest, whale, draws - 1) if sum(rest) else 0.0)
    return total


def test_whales_are_in_a_batch_as_often_as_drawing_one_after_the_other_gives():
    whales = [0, 0, 1, 2, 2, 3, 4, 4, 4]
    weights = [1.0, 0.25, 1.0, 0.25, 1.0]
    batches = WhaleBatches(whales, 3, 1, 0.25, 9)
    number = 3000
    counts, slow = np.zeros(5), np.zeros(5)
    rng = np.random.default_rng(1)
    for i in range(number):
        counts[batches.batch(i)[1] // 2] += 1
        slow[list(slow_batch(whales, 3, 0.25, rng))] += 1
    expected = np.array([chance_of_being_drawn(weights, whale, 3) for whale in range(5)])
    spread = 4 * np.sqrt(expected * (1 - expected) / number)
    assert expected.sum() == pytest.approx(3)
    assert (np.abs(counts / number - expected) < spread).all()
    assert (np.abs(slow / number - expected) < spread).all()
