"""Keypoints come back as they were put in, from memory and from a file alike."""

from __future__ import annotations

import gc
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from whaleid_core.kept_points import KeptPoints
from whaleid_core.local import Keypoints


def drawn(tail: int) -> Keypoints:
    rng = np.random.default_rng(tail)
    count = tail % 5 * 7
    return Keypoints(rng.normal(size=(count, 2)).astype(np.float32), rng.integers(0, 256, (count, 128), np.uint8))


@pytest.mark.parametrize("in_memory", [1, 2**20])
def test_each_tail_has_its_points_also_for_several_at_once(in_memory: int) -> None:
    """The first is in a file from the second tail on, the other never is."""
    kept, tails = KeptPoints(in_memory), list(range(60))
    for tail in tails:
        kept.add(drawn(tail))
    assert len(kept) == len(tails)
    with ThreadPoolExecutor(4) as pool:
        for some in pool.map(kept.some, [tails, tails[::-1], tails[::3], []] * 5):
            for tail, points in some.items():
                assert np.array_equal(points.positions, drawn(tail).positions)
                assert np.array_equal(points.descriptors, drawn(tail).descriptors)
    kept.add(drawn(99))
    assert np.array_equal(kept.some([60])[60].descriptors, drawn(99).descriptors)


def test_the_file_goes_with_it() -> None:
    kept = KeptPoints(1)
    kept.add(drawn(3))
    kept.add(drawn(4))
    file = kept._file
    assert not file.closed
    del kept
    gc.collect()
    assert file.closed
