"""The ensemble's heads: from a member's vectors to a probability for each whale, and soft voting over members."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from whaleid_core.embed import Vectors, unit

Probabilities = NDArray[np.float64]


def imprinted(matrix: Vectors, starts: NDArray[np.intp]) -> Vectors:
    """A gallery head: the mean unit vector of each whale's tails (weight imprinting, Qi et al. 2018).

    Args:
        matrix: (rows, length), ordered by whale.
        starts: the first row of each whale.

    Returns (whales, length), rows of length 1.
    """
    if not len(starts):
        return np.zeros((0, matrix.shape[1]), np.float32)
    return unit(np.add.reduceat(matrix, starts, axis=0))


def softmax(scores: NDArray[np.floating], temperature: float) -> Probabilities:
    """exp(score / temperature), normalised over the last axis."""
    scaled = np.asarray(scores, np.float64) / temperature
    powers = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


def soft_vote(members: Sequence[NDArray[np.floating]]) -> Probabilities:
    """The mean over members of (tails, whales) probabilities, or of raw outputs as in the original study."""
    return np.asarray(np.mean(np.stack([np.asarray(member, np.float64) for member in members]), axis=0))
