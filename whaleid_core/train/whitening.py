"""Weighs the directions of a trained embedding: those in which photos of one whale differ count less."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from whaleid_core.networks import EmbeddingNet

Matrix = NDArray[np.float64]


def within_class(vectors: NDArray[np.floating], classes: NDArray[np.str_], shrink: float) -> Matrix:
    """What embeddings are to be multiplied by, (length, length); the identity where no class has two.

    Within-class covariance normalisation (Hatch, Kajarekar and Stolcke 2006), shrunk: a network knows the whales that
    it was trained on too well, so their photos differ less than those of others will.

    Args:
        vectors: (n, length) unit vectors.
        classes: (n,) what each is of.
        shrink: of the mean variance within classes, how much is added in each direction.
    """
    length = vectors.shape[1]
    _, own, counts = np.unique(classes, return_inverse=True, return_counts=True)
    sums = np.zeros((len(counts), length))
    np.add.at(sums, own, vectors)
    several = counts[own] > 1
    if not several.any():
        return np.eye(length)
    # The mean of n photos lies too near to each of them, by n - 1 of n.
    unbiased = np.sqrt(counts / np.maximum(counts - 1, 1))[own][:, None]
    differences = ((vectors - (sums / counts[:, None])[own]) * unbiased)[several]
    within = differences.T @ differences / len(differences)
    within += shrink * np.trace(within) / length * np.eye(length)
    matrix = np.linalg.cholesky(np.linalg.inv(within))
    return np.asarray(matrix / np.sqrt(np.square(matrix).sum() / length), np.float64)


def fold(network: EmbeddingNet, matrix: Matrix) -> None:
    """Let a network give its embeddings times a matrix, in place: its neck's last two layers take that in, which holds
    while the statistics of its batch norms stand still."""
    linear, norm = network.neck[1], network.neck[2]
    by = torch.from_numpy(matrix).T
    with torch.no_grad():
        scale = norm.weight.double() / (norm.running_var.double() + norm.eps).sqrt()
        shift = norm.bias.double() - scale * norm.running_mean.double()
        linear.weight.copy_(by @ (scale[:, None] * linear.weight.double()))
        norm.running_mean.zero_()
        norm.running_var.fill_(1.0)
        norm.weight.fill_((1 + norm.eps) ** 0.5)
        norm.bias.copy_(by @ shift)
