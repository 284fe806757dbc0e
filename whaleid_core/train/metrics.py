"""What is measured of rankings: MAP@5, top-k, and their bootstrap over whales."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def ranks(scores: NDArray[np.floating], whales: NDArray[np.intp]) -> NDArray[np.intp]:
    """The rank, from 1, of each tail's own whale among all; ties count against it.

    Args:
        scores: (tails, whales).
        whales: the column of each tail's whale; -1 where it has none, which gives a rank beyond all columns.
    """
    inside = whales >= 0
    own = np.where(inside, scores[np.arange(len(whales)), np.maximum(whales, 0)], -np.inf)
    return np.asarray((scores >= own[:, None]).sum(1) + (~inside), dtype=np.intp)


def mean_average_precision(found: NDArray[np.intp], depth: int = 5) -> float:
    """MAP@depth with one right answer a tail: the mean of 1 / rank, 0 beyond `depth` (Kaggle's measure)."""
    return float(np.where(found <= depth, 1.0 / found, 0.0).mean())


def top(found: NDArray[np.intp], k: int) -> float:
    """The share of tails whose own whale is among the first k."""
    return float((found <= k).mean())


def map_of_rows(rows: Sequence[tuple[str, Sequence[str]]], truth: dict[str, str], depth: int = 5) -> float:
    """MAP@depth of a Kaggle submission against image -> whale; a photo of the truth without a row counts 0."""
    answers = dict(rows)
    total = 0.0
    for image, whale in truth.items():
        ids = list(answers.get(image, ()))[:depth]
        if whale in ids:
            total += 1 / (ids.index(whale) + 1)
    return total / max(1, len(truth))


def interval(
    values: NDArray[np.float64], groups: Sequence[str], draws: int = 1000, seed: int = 0
) -> tuple[float, float]:
    """95 % interval of the mean of values by a bootstrap over groups: photos of one whale aren't independent."""
    names, index = np.unique(np.asarray(groups), return_inverse=True)
    sums = np.bincount(index, values)
    counts = np.bincount(index)
    chosen = np.random.default_rng(seed).integers(0, len(names), (draws, len(names)))
    means = sums[chosen].sum(1) / counts[chosen].sum(1)
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)
