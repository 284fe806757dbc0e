"""The ensemble's heads: from a member's vectors to a probability for each whale, and soft voting over members."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from whaleid_core.embed import BATCH, Member, Vectors
from whaleid_core.photos import Pixels

Probabilities = NDArray[np.float64]
_WHALES = 1024
"""So many are summed up at a time."""
_LEAST = 1e-3
"""Tails that cancel each other have no mean that says anything: what is divided by so much says next to nothing."""


def lengths_of_sums(
    matrix: Vectors, starts: NDArray[np.intp], rows: NDArray[np.intp] | None = None
) -> NDArray[np.float32]:
    """How long the sum of each whale's vectors is.

    A gallery head is the mean unit vector of each whale's tails (weight imprinting, Qi et al. 2018). A tail's product
    with it is the sum of its products with the whale's tails, over this length: so no head is kept, or multiplied.

    Args:
        matrix: (rows, length), ordered by whale where `rows` doesn't say another order.
        starts: the first row of each whale; each has at least one.
        rows: which row of the matrix is in each place of that order.

    Returns (whales,), at least 0.001.
    """
    order = np.arange(len(matrix)) if rows is None else rows
    found = np.empty(len(starts), np.float32)
    bounds = np.append(starts, len(order))
    for first in range(0, len(starts), _WHALES):
        some = bounds[first : first + _WHALES + 1]
        sums = np.add.reduceat(matrix[order[some[0] : some[-1]]], some[:-1] - some[0], axis=0)
        found[first : first + len(sums)] = np.linalg.norm(sums, axis=1)
    return np.maximum(found, _LEAST)


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
