"""What is measured of rankings and of probabilities, and its bootstrap over whales."""

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


def precision(found: NDArray[np.number], depth: int = 5) -> NDArray[np.float64]:
    """1 / rank, 0 beyond `depth`: what each tail adds to MAP@depth; a tail that was missed has the rank infinity."""
    return np.where(found <= depth, 1.0 / found, 0.0)


def mean_average_precision(found: NDArray[np.number], depth: int = 5) -> float:
    """MAP@depth with one right answer a tail: the mean of 1 / rank, 0 beyond `depth` (Kaggle's measure)."""
    return float(precision(found, depth).mean())


def top(found: NDArray[np.number], k: int) -> float:
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


def resampled(groups: Sequence[str], draws: int = 1000, seed: int = 0) -> NDArray[np.float32]:
    """How often each item counts in each draw of a bootstrap over groups: (draws, items)."""
    names, index = np.unique(np.asarray(groups), return_inverse=True)
    chosen = np.random.default_rng(seed).integers(0, len(names), (draws, len(names)))
    counts = np.stack([np.bincount(one, minlength=len(names)) for one in chosen])
    return np.asarray(counts[:, index], np.float32)


def middle(values: NDArray[np.floating]) -> tuple[float, float]:
    """The 95 % in the middle of what the draws of a bootstrap gave; draws that gave nothing (NaN) are left out."""
    low, high = np.nanpercentile(values, [2.5, 97.5])
    return float(low), float(high)


def area_under_curve(
    known: NDArray[np.floating],
    new: NDArray[np.floating],
    known_weights: NDArray[np.floating] | None = None,
    new_weights: NDArray[np.floating] | None = None,
) -> NDArray[np.float64]:
    """The probability that a known tail scores above a new one, ties counting half (the AUROC), one a draw.

    Args:
        known, new: the scores.
        known_weights, new_weights: (draws, items) of `resampled`; each item counts once where there are none.
    """
    above = (known[:, None] > new) + 0.5 * (known[:, None] == new)
    first = np.ones((1, len(known)), np.float32) if known_weights is None else known_weights
    second = np.ones((1, len(new)), np.float32) if new_weights is None else new_weights
    pairs = first.sum(1, dtype=np.float64) * second.sum(1, dtype=np.float64)
    return np.asarray(((first @ above) * second).sum(1, dtype=np.float64) / pairs)


def equal_bins(chances: NDArray[np.floating], count: int = 10) -> NDArray[np.intp]:
    """Which of `count` bins each probability is in: each bin holds as many as the next, by rank."""
    bins = np.empty(len(chances), np.intp)
    for number, own in enumerate(np.array_split(np.argsort(chances, kind="stable"), count)):
        bins[own] = number
    return bins


def calibration_error(
    chances: NDArray[np.floating], hits: NDArray[np.bool_], weights: NDArray[np.floating] | None = None, count: int = 10
) -> NDArray[np.float64]:
    """The expected calibration error in bins of equal mass (Naeini et al. 2015; Nixon et al. 2019), one a draw.

    The mean over the bins, by their mass, of how far the mean probability is from the share of hits.

    Args:
        weights: (draws, items) of `resampled`; each item counts once where there are none.
    """
    first = np.ones((1, len(chances)), np.float32) if weights is None else weights
    inside = np.eye(count)[equal_bins(chances, count)]
    off = first @ ((chances - hits)[:, None] * inside)
    return np.asarray(np.abs(off).sum(1) / first.sum(1))


def misses_at(
    rate: float,
    known: NDArray[np.floating],
    right: NDArray[np.bool_],
    new: NDArray[np.floating],
    known_weights: NDArray[np.floating] | None = None,
    new_weights: NDArray[np.floating] | None = None,
) -> NDArray[np.float64]:
    """The share of known tails that are missed where at most `rate` of the new ones are called known, one a draw.

    A known tail is missed when its score is not above that of the new tail that just is not called known, or when
    another whale is put first (the FNIR at rank 1 for a given FPIR of ISO/IEC 19795-1).

    Args:
        known, new: the scores.
        right: whether a known tail's own whale is put first.
        known_weights, new_weights: (draws, items) of `resampled`; each item counts once where there are none.
    """
    first = np.ones((1, len(known)), np.float32) if known_weights is None else known_weights
    second = np.ones((1, len(new)), np.float32) if new_weights is None else new_weights
    order = np.argsort(-new, kind="stable")
    mass = second[:, order].cumsum(1, dtype=np.float64)
    within = (mass <= rate * mass[:, -1:] + 1e-9).sum(1)
    limits = np.append(new[order], -np.inf)[within]
    found = right & (known > limits[:, None])
    return np.asarray(1 - (first * found).sum(1, dtype=np.float64) / first.sum(1, dtype=np.float64))
