"""The ensemble's heads: from a member's vectors to a probability for each whale, and soft voting over members."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from whaleid_core.embed import BATCH, Member, Vectors, unit
from whaleid_core.layers import Layers
from whaleid_core.photos import Pixels

Probabilities = NDArray[np.float64]


def imprinted(matrix: Vectors, starts: NDArray[np.intp], rows: NDArray[np.intp] | None = None) -> Vectors:
    """A gallery head: the mean unit vector of each whale's tails (weight imprinting, Qi et al. 2018).

    Args:
        matrix: (rows, length), ordered by whale where `rows` doesn't say another order.
        starts: the first row of each whale.
        rows: which row of the matrix is in each place of that order.

    Returns (whales, length), rows of length 1.
    """
    if not len(starts):
        return np.zeros((0, matrix.shape[1]), np.float32)
    order = np.arange(len(matrix)) if rows is None else rows
    layers = Layers.of(starts, len(order))
    order, begins = order[layers.rows], layers.begins.tolist()
    sums = matrix[order[: begins[1]]]
    for begin, end in pairwise(begins[1:]):
        sums[: end - begin] += matrix[order[begin:end]]
    return unit(sums[layers.column])


def softmax(scores: NDArray[np.floating], temperature: float) -> Probabilities:
    """exp(score / temperature), normalised over the last axis."""
    scaled = np.asarray(scores, np.float64) / temperature
    powers = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


def soft_vote(members: Sequence[NDArray[np.floating]]) -> Probabilities:
    """The mean over members of (tails, whales) probabilities, or of raw outputs as in the original study."""
    return np.asarray(np.mean(np.stack([np.asarray(member, np.float64) for member in members]), axis=0))


@dataclass(frozen=True, slots=True)
class Heads:
    """Which members of an ensemble have a trained head, and how those vote.

    Attributes:
        classes: one a member: the whales of its outputs, new_whale among them or not; empty for a gallery head. None at
            all where every member has a gallery head.
        outputs: whether the mean of the raw outputs is taken, as in the original study, or that of the probabilities.
    """

    classes: tuple[tuple[str, ...], ...] = ()
    outputs: bool = False

    @property
    def trained(self) -> tuple[int, ...]:
        """The members with a trained head, by their number."""
        return tuple(member for member, classes in enumerate(self.classes) if classes)

    def searching(self, members: int) -> tuple[int, ...]:
        """Which of so many members say what the gallery is like: those with a gallery head, else all."""
        return tuple(member for member in range(members) if member not in self.trained) or tuple(range(members))

    def alone(self, member: int) -> Heads:
        """Those of one member."""
        return Heads(self.classes[member : member + 1])


NO_TRAINED_HEADS = Heads()
"""All members have a gallery head."""


class TrainedHead(Member):
    """A package that chooses among the whales it was trained on: softmax over them, as in the original study.

    What is kept of a tail is the square root of each class's probability: a vector of length 1, from which the raw
    outputs come back but for a constant (`outputs`), and whose product with another tail's is how much alike the two
    are to this network (the Bhattacharyya coefficient). A mirrored fluke is another whale, and isn't asked about.
    """

    @property
    def length(self) -> int:
        """How many classes there are."""
        return len(self.package.classes)

    def embed(self, crops: Sequence[Pixels]) -> Vectors:
        """(n, classes) of n crops."""
        vectors = np.empty((len(crops), self.length), np.float32)
        for start in range(0, len(crops), BATCH):
            some = np.stack(crops[start : start + BATCH])
            vectors[start : start + len(some)] = np.sqrt(softmax(self._runner.run(some), 1.0))
        return vectors


def outputs(vectors: Vectors) -> Probabilities:
    """A trained head's raw outputs, (tails, classes), less the logarithm of the sum of their powers."""
    return np.asarray(2 * np.log(np.maximum(np.asarray(vectors, np.float64), 1e-40)))
