"""Similarities in 8 bits are as far off as they say, at most."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from whaleid_core.coarse import Coarse
from whaleid_core.embed import unit

LENGTH = 24


@given(st.integers(0, 2**32), st.integers(1, 60), st.integers(0, 9), st.floats(0.1, 4))
def test_no_similarity_is_farther_off_than_is_said(seed: int, rows: int, tails: int, spread: float) -> None:
    rng = np.random.default_rng(seed)
    # The larger the spread, the more of a vector's length is in few of its numbers.
    matrix = unit((rng.normal(size=(rows, LENGTH)) ** 3 * spread).astype(np.float32))
    queries = unit(rng.normal(size=(tails, LENGTH)).astype(np.float32))
    rounded = Coarse.of(matrix)
    coarse = rounded.similarities(queries)

    exact = queries.astype(np.float64) @ matrix.T.astype(np.float64)
    off = coarse.tails[:, None] + rounded.off
    assert coarse.found.shape == off.shape == (tails, rows)
    assert (np.abs(coarse.found - exact) <= off + 1e-6).all()
    assert (off < 0.15).all()


def test_rows_of_zeros_and_no_rows_have_similarities_too() -> None:
    queries = unit(np.ones((2, LENGTH), np.float32))
    rounded = Coarse.of(np.zeros((3, LENGTH), np.float32))
    coarse = rounded.similarities(queries)
    assert not coarse.found.any()
    assert (coarse.tails + rounded.off.max() < 0.01).all()
    assert Coarse.of(np.zeros((0, LENGTH), np.float32)).similarities(queries).found.shape == (2, 0)


def test_of_a_large_matrix_every_block_is_rounded() -> None:
    matrix = unit(np.random.default_rng(1).normal(size=(10_000, LENGTH)).astype(np.float32))
    coarse = Coarse.of(matrix)
    assert (np.abs(coarse.steps * coarse.step - matrix) <= coarse.step * 0.501).all()
    assert (np.abs(coarse.steps).max(axis=1) == 127).all()


def test_rows_are_rounded_in_the_order_that_is_named() -> None:
    matrix = unit(np.random.default_rng(2).normal(size=(9_000, LENGTH)).astype(np.float32))
    order = np.random.default_rng(3).permutation(9_000)
    one, other = Coarse.of(matrix, order), Coarse.of(matrix[order])
    assert np.array_equal(one.steps, other.steps)
    assert np.array_equal(one.off, other.off)
