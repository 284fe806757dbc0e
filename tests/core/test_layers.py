"""Layers hold each row of a gallery once, and find the greatest of each whale's numbers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from whaleid_core.layers import Layers

COUNTS = st.lists(st.integers(1, 9), min_size=1, max_size=20)


@given(COUNTS, st.integers(0, 3), st.integers(0, 2**32))
def test_the_greatest_and_the_sum_are_those_of_a_loop(counts: list[int], tails: int, seed: int) -> None:
    starts = np.cumsum([0, *counts[:-1]])
    layers = Layers.of(starts, sum(counts))
    numbers = np.random.default_rng(seed).normal(size=(tails, sum(counts))).astype(np.float32)
    greatest, sums = layers.greatest_and_sums(numbers[:, layers.rows])
    for own, summed, given_numbers in zip(greatest, sums, numbers, strict=True):
        parts = np.split(given_numbers.astype(np.float64), starts[1:])
        assert own.tolist() == [part.max() for part in parts]
        assert summed == pytest.approx([part.sum() for part in parts], abs=1e-5)
    assert np.array_equal(layers.greatest(numbers[:, layers.rows]), greatest)


@given(COUNTS)
def test_each_row_has_one_place(counts: list[int]) -> None:
    starts, total = np.cumsum([0, *counts[:-1]]), sum(counts)
    layers = Layers.of(starts, total)
    whales = np.repeat(np.arange(len(counts)), counts)
    places = layers.places(np.arange(total), whales)
    assert sorted(places.tolist()) == list(range(total))
    assert np.array_equal(layers.rows[places], np.arange(total))


def test_of_no_rows_there_is_no_layer() -> None:
    layers = Layers.of(np.zeros(0, np.intp), 0)
    assert layers.greatest(np.zeros((2, 0), np.float32)).shape == (2, 0)
