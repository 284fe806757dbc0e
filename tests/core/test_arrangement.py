"""Arrangements: what one map after the other comes to, a plain loop over the starts, all at once comes to as well."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from whaleid_core.arrangement import BEND, FEWEST, NEAR, ROUNDS, SPOT, STARTS, STIFFNESS, affine, arranged

WIDTH, HEIGHT = 384, 168
Floats = NDArray[np.float64]


def by_hand(places: Floats, moves: Floats) -> tuple[Floats, Floats, Floats]:
    """Centre, shift and bend of ridge regression, by its normal equations."""
    own = places - (centre := places.mean(axis=0))
    shift = moves.mean(axis=0)
    return centre, shift, np.linalg.solve(own.T @ own + STIFFNESS * np.eye(2), own.T @ (moves - shift))


def refined_by_hand(places: Floats, moves: Floats, inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    none = np.zeros(len(places), np.bool_)
    for tolerance in ROUNDS:
        if inside.sum() < FEWEST:
            return none
        centre, shift, bend = by_hand(places[inside], moves[inside])
        inside = np.square((places - centre) @ bend + shift - moves).sum(axis=1) < tolerance**2
        if np.abs(bend).max() > BEND:
            return none
    return inside if inside.sum() >= FEWEST and places[inside].std(axis=0).max() > SPOT else none


def arranged_by_hand(pairs: NDArray[np.float32]) -> NDArray[np.bool_]:
    best = np.zeros(len(pairs), np.bool_)
    places, moves = (pairs[:, :2] + pairs[:, 2:]) / 2.0, pairs[:, 2:] - pairs[:, :2]
    together = np.square(moves[:, None] - moves).sum(axis=2) < NEAR**2
    votes = together.sum(axis=1)
    for _ in range(STARTS):
        if votes.max(initial=0) < max(FEWEST, best.sum() / 2):
            break
        start = together[votes.argmax()]
        found = refined_by_hand(places.astype(np.float64), moves.astype(np.float64), start)
        best = found if found.sum() > best.sum() else best
        votes[start] = 0
    return best


def drawn_pairs(seed: int, groups: tuple[int, ...], loose: int) -> NDArray[np.float32]:
    """Groups of pairs, each moved by a map of its own, some of which bend too much or lie in a spot, and loose ones."""
    rng = np.random.default_rng(seed)
    parts = []
    for count in groups:
        narrow = rng.random() < 0.2
        first = rng.random((count, 2)) * ((5, 5) if narrow else (WIDTH, HEIGHT))
        bend = rng.normal(0, 0.3 if rng.random() < 0.3 else 0.05, (2, 2))
        moved = (
            first + (first - first.sum(0) / max(count, 1)) @ bend + rng.normal(0, 25, 2) + rng.normal(0, 2, (count, 2))
        )
        parts.append(np.concatenate([first, moved], axis=1))
    parts.append(rng.random((loose, 4)) * (WIDTH, HEIGHT, WIDTH, HEIGHT))
    pairs = np.concatenate(parts).astype(np.float32)
    return pairs[rng.permutation(len(pairs))]


@given(st.integers(0, 10**6), st.lists(st.integers(1, 40), max_size=4), st.integers(0, 60))
def test_all_starts_at_once_find_what_one_after_the_other_does(seed: int, groups: list[int], loose: int) -> None:
    pairs = drawn_pairs(seed, tuple(groups), loose)
    np.testing.assert_array_equal(arranged(pairs), arranged_by_hand(pairs))


def test_the_larger_one_of_two_arrangements_is_found() -> None:
    few, many = drawn_pairs(1, (12,), 0), drawn_pairs(4, (30,), 0)
    many[:, 2:] += 150, 0  # another place than the few are moved to
    found = arranged(np.concatenate([few, many]))
    assert found[len(few) :].mean() > 0.8
    assert not found[: len(few)].any()


@pytest.mark.parametrize("count", [0, 1, FEWEST - 1])
def test_fewer_pairs_than_an_arrangement_has_are_none(count: int) -> None:
    assert not arranged(drawn_pairs(2, (count,), 0)).any()


def test_the_map_is_that_of_ridge_regression() -> None:
    pairs = drawn_pairs(3, (20,), 5).astype(np.float64)
    places, moves = pairs[:, :2], pairs[:, 2:] - pairs[:, :2]
    centre, shift, bend = by_hand(places, moves)
    asked = np.array([(0, 0), (WIDTH, 0), (100, HEIGHT)], np.float64)
    assert affine(places, moves).moves(asked)[0] == pytest.approx((asked - centre) @ bend + shift)
