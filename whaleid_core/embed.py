"""Turns crops into unit vectors, with one network of the ensemble."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from whaleid_core.packages import Package
from whaleid_core.photos import Pixels, crop
from whaleid_core.records import Box
from whaleid_core.runtime import Runner

Vectors = NDArray[np.float32]

BATCH = 16


class Member:
    """An embedding package that runs: one member of the ensemble.

    A tail's vector is made of the network's unit vectors for the crop and for the mirrored crop, one behind the other
    and scaled to length 1. The product of two such vectors is the mean similarity of the two pairs, which is a steadier
    measure than either alone.
    """

    def __init__(self, package: Package, runner: Runner) -> None:
        self.package = package
        self._runner = runner

    @property
    def name(self) -> str:
        """What its embeddings are filed under."""
        return self.package.label

    @property
    def length(self) -> int:
        """Numbers in a tail's vector."""
        return 2 * self.package.length

    def cut(self, pixels: Pixels, box: Box, scale: float = 1.0) -> Pixels:
        """The crop that the network takes of a tail; `scale` is from photo pixels to those of `pixels`."""
        from cv2 import COLOR_RGB2GRAY, cvtColor

        if self.package.grey and pixels.ndim == 3:
            pixels = np.asarray(cvtColor(pixels, COLOR_RGB2GRAY), dtype=np.uint8)
        return crop(pixels, box, self.package.width, self.package.height, self.package.margin, scale)

    def embed(self, crops: Sequence[Pixels]) -> Vectors:
        """Unit vectors (n, length) of n crops."""
        vectors = np.empty((len(crops), self.length), np.float32)
        for start in range(0, len(crops), BATCH):
            some = np.stack(crops[start : start + BATCH])
            pairs = np.concatenate([some, some[:, :, ::-1]])
            straight, mirrored = np.split(unit(self._runner.run(pairs)), 2)
            vectors[start : start + len(some)] = np.concatenate([straight, mirrored], axis=1) / np.sqrt(2)
        return vectors


def unit(vectors: Vectors) -> Vectors:
    """Each row scaled to length 1; rows of zeros stay."""
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(length, 1e-12), dtype=np.float32)
