"""How soon the most alike whales are found, against scikit-learn's exact search; run by `make bench`."""

from __future__ import annotations

import numpy as np
import pytest
from brute_force import BruteForce
from measured import compare

from whaleid_core.embed import Vectors
from whaleid_core.gallery import Gallery
from whaleid_core.match import search, shortlist

pytestmark = pytest.mark.bench

LENGTH, OF_A_WHALE, BEST = 512, 10, 50


def vectors(rows: int) -> Vectors:
    """Unit vectors of whales with `OF_A_WHALE` tails each, those of one whale alike."""
    rng = np.random.default_rng(1)
    matrix = np.empty((rows, LENGTH), np.float32)
    for start in range(0, rows, 50_000):
        centres = rng.standard_normal((5_000, LENGTH), np.float32).repeat(OF_A_WHALE, axis=0)
        own = centres + rng.standard_normal(centres.shape, np.float32)
        matrix[start : start + len(own)] = own / np.linalg.norm(own, axis=1, keepdims=True)
    return matrix


@pytest.mark.parametrize(("rows", "queries", "at_least"), [(1_000_000, 1, 6), (100_000, 256, 4)])
def test_the_best_whales_are_found_sooner_than_by_scikit_learn(rows: int, queries: int, at_least: float) -> None:
    matrix = vectors(rows)
    whales = np.arange(rows) // OF_A_WHALE
    names = [f"w_{whale:07d}" for whale in whales]
    gallery = Gallery.of(names, names, [matrix])
    asked = matrix[:: rows // queries][:queries]
    oracle = BruteForce(matrix, BEST)
    _ = gallery.lengths, gallery.coarse  # made once, as scikit-learn's index is

    def ours() -> np.ndarray:
        return shortlist(search(gallery, [asked]).nearest, BEST)

    found, near = ours(), oracle.nearest(asked)
    for own, others in zip(found.tolist(), near, strict=True):
        # All whales of the nearest tails, which come from at most as many whales.
        assert set(whales[others].tolist()) <= set(own)
    what = f"{queries} queries among {rows:,}, best {BEST} whales"
    compare(what, ours, lambda: oracle.nearest(asked), at_least)
