"""scikit-learn's NearestNeighbors as one would use it: NumPy's products take all threads, whatever the program says."""

from __future__ import annotations

import os

import numpy as np
from numpy.typing import NDArray
from sklearn.neighbors import NearestNeighbors
from threadpoolctl import ThreadpoolController


class BruteForce:
    """The `count` nearest rows of a matrix."""

    def __init__(self, matrix: NDArray[np.float32], count: int, algorithm: str = "brute") -> None:
        self._neighbors = NearestNeighbors(n_neighbors=count, algorithm=algorithm).fit(matrix)
        self._threads = ThreadpoolController()

    def nearest(self, asked: NDArray[np.float32]) -> NDArray[np.intp]:
        """(n, count) rows, nearest first."""
        with self._threads.limit(limits=os.cpu_count(), user_api="blas"):
            return np.asarray(self._neighbors.kneighbors(asked, return_distance=False))
