"""Which whales are nearest is settled as a search in full precision finds it, however far off what is coarse is."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from whaleid_core.layers import Layers
from whaleid_core.settle import Coarsely, Off, at_least, settle

COUNT = 5


@given(
    st.lists(st.integers(1, 4), min_size=COUNT, max_size=150),
    st.integers(1, 3),
    st.integers(1, 2),
    st.floats(0, 1),
    st.floats(0, 1),
    st.integers(0, 2**32),
)
def test_the_best_whales_are_those_of_an_exact_search(
    counts: list[int], tails: int, members: int, own: float, of_rows: float, seed: int
) -> None:
    """What is coarse is off by as much as it says, either way, and a tail's own row is out of it."""
    rng = np.random.default_rng(seed)
    starts, total = np.cumsum([0, *counts[:-1]]), sum(counts)
    layers = Layers.of(starts, total)
    exact = rng.normal(size=(members, tails, total)).astype(np.float32)
    far_tails = rng.uniform(0, own, tails).astype(np.float32)
    far_rows = rng.uniform(0, of_rows, total).astype(np.float32)
    wrong = rng.uniform(-1, 1, (tails, total)) * (far_tails[:, None] + far_rows)
    total_exact, found = exact.sum(0), (exact.sum(0) + wrong).astype(np.float32)
    gone = np.arange(tails) % 2 == 0
    found[gone, 0] = total_exact[gone, 0] = -np.inf
    coarse = Coarsely(found[:, layers.rows], far_tails + np.float32(1e-5))
    off = Off.of(far_rows[layers.rows], layers)
    by_whale = [layers.greatest(coarse.found) for _ in range(members + 1)]
    settle(coarse, layers, off, by_whale, COUNT, lambda tail, row: exact[:, tail, row])

    expected = layers.greatest(total_exact[:, layers.rows])
    for settled, right in zip(by_whale[-1], expected, strict=True):
        best = np.sort(right)[-COUNT:]
        assert np.allclose(np.sort(settled)[-COUNT:][best > -np.inf], best[best > -np.inf], atol=1e-6)
        top = np.flatnonzero((right >= best[0]) & (right > -np.inf))
        assert np.allclose(settled[top], right[top], atol=1e-6)


@given(arrays(np.float32, st.tuples(st.integers(1, 3), st.integers(COUNT, 400)), elements=st.floats(-9, 9, width=32)))
def test_what_so_many_reach_is_reached_by_so_many(numbers: np.ndarray) -> None:
    assert ((numbers >= at_least(numbers, COUNT)[:, None]).sum(axis=1) >= COUNT).all()
