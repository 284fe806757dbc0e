"""Evidence of several tails that show one whale, put together as if it were of one tail seen better."""

from __future__ import annotations

import warnings

import numpy as np
from numpy.typing import NDArray

from whaleid_core.gallery import Evidence


def pooled(evidence: Evidence) -> Evidence:
    """The evidence of all its tails as that of one, (1, whales).

    Similarities are averaged, and so are the logarithms of the matching points, where they were sought: what chance
    does to one photo cancels out, and the result stays in the range that the calibration was fitted on, so that ten
    photos of one burst, which err together, don't make it ten times as sure. Each member votes for the whale that most
    tails vote for. A whale that one of the tails can't be is out.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # whales whose points were sought for no tail stay NaN
        points = np.expm1(np.nanmean(np.log1p(evidence.points), axis=0, keepdims=True))
    return Evidence(
        evidence.nearest.mean(0, keepdims=True),
        evidence.networks.mean(0, keepdims=True),
        _most(evidence.votes, evidence.networks.shape[1]),
        evidence.photos.min(0, keepdims=True),
        points.astype(np.float32),
        evidence.among.max(keepdims=True),
    )


def _most(votes: NDArray[np.intp], whales: int) -> NDArray[np.intp]:
    """Of each member's votes the most frequent, the first whale of equals, (members, 1)."""
    return np.array([[np.bincount(own, minlength=whales).argmax()] for own in votes], np.intp)
