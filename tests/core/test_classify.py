"""Gallery heads, the softmax and soft voting, against loops and SciPy."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.special
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.typing import NDArray

from whaleid_core.classify import lengths_of_sums, soft_vote, softmax
from whaleid_core.embed import unit

SCORES = arrays(np.float64, array_shapes(min_dims=1, max_dims=3, max_side=6), elements=st.floats(-50, 50))


@given(counts=st.lists(st.integers(1, 4), max_size=6), length=st.integers(1, 5), seed=st.integers(0, 2**32))
def test_the_length_of_each_whales_sum_is_that_of_a_loop(counts: list[int], length: int, seed: int) -> None:
    matrix = unit(np.random.default_rng(seed).normal(size=(sum(counts), length)).astype(np.float32))
    starts = np.cumsum([0, *counts])[:-1].astype(np.intp)

    found = lengths_of_sums(matrix, starts)

    assert found.shape == (len(counts),)
    for own, start, count in zip(found, starts, counts, strict=True):
        summed = np.sum(matrix[start : start + count].astype(np.float64), axis=0)
        assert own == pytest.approx(max(np.linalg.norm(summed), 1e-3), abs=1e-5)
    strewn = np.random.default_rng(seed).permutation(len(matrix))
    assert np.array_equal(lengths_of_sums(matrix[strewn], starts, np.argsort(strewn)), found)


def test_more_whales_than_are_summed_up_at_a_time() -> None:
    matrix = unit(np.random.default_rng(1).normal(size=(2500, 3)).astype(np.float32))
    found = lengths_of_sums(matrix, np.arange(0, 2500, 2))
    assert found == pytest.approx(np.linalg.norm(matrix[::2] + matrix[1::2], axis=1), abs=1e-5)


@given(scores=SCORES, temperature=st.floats(0.01, 100))
def test_softmax_is_scipys(scores: NDArray[np.float64], temperature: float) -> None:
    chances = softmax(scores, temperature)
    assert np.allclose(chances, scipy.special.softmax(scores / temperature, axis=-1), atol=1e-12)
    assert np.allclose(chances.sum(axis=-1), 1)


def test_softmax_does_not_overflow() -> None:
    assert softmax(np.array([1e6, 0.0]), 1e-3).tolist() == [1.0, 0.0]


def test_a_low_temperature_sharpens_and_a_high_one_levels() -> None:
    scores = np.array([0.5, 0.4, 0.1])
    assert softmax(scores, 0.001)[0] == pytest.approx(1)
    assert softmax(scores, 1000.0) == pytest.approx([1 / 3] * 3, abs=1e-3)


@given(st.lists(arrays(np.float32, (2, 3), elements=st.floats(-10, 10, width=32)), min_size=1, max_size=4))
def test_soft_voting_is_the_mean_over_members(members: list[NDArray[np.float32]]) -> None:
    voted = soft_vote(members)
    assert voted.dtype == np.float64
    assert np.allclose(voted, sum(member.astype(np.float64) for member in members) / len(members))


@given(arrays(np.float64, (3, 2, 4), elements=st.floats(-5, 5)))
def test_voted_probabilities_are_probabilities(raw: NDArray[np.float64]) -> None:
    voted = soft_vote([scipy.special.softmax(member, axis=-1) for member in raw])
    assert np.allclose(voted.sum(axis=-1), 1)
    assert voted.min() >= 0
