"""Keeps the keypoints of very many tails while a gallery of files is searched: few in memory, more in a file."""

from __future__ import annotations

import weakref
from collections.abc import Mapping, Sequence
from tempfile import SpooledTemporaryFile
from threading import Lock

import numpy as np

from whaleid_core.local import NO_KEYPOINTS, Keypoints

IN_MEMORY = 64 * 2**20
"""So many bytes stay in memory, about 800 tails; then all are in a temporary file, 8 GB of 100,000 tails."""


class KeptPoints:
    """Keypoints in the order in which they were put in. The file goes when this does."""

    def __init__(self, in_memory: int = IN_MEMORY) -> None:
        self._file = SpooledTemporaryFile(max_size=in_memory)  # noqa: SIM115 - it is closed when this is gone
        weakref.finalize(self, self._file.close)
        self._ends = [0]
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._ends) - 1

    def add(self, points: Keypoints) -> None:
        """Put one more tail's in; OSError where the disk has no room."""
        data = np.asarray(points.positions, np.float32).tobytes() + points.descriptors.tobytes()
        with self._lock:
            self._file.seek(self._ends[-1])
            self._file.write(data)
            self._ends.append(self._ends[-1] + len(data))

    def some(self, tails: Sequence[int]) -> Mapping[int, Keypoints]:
        """Those of some tails, by their numbers. May be asked from several threads."""
        return {tail: self._read(tail) for tail in tails}

    def _read(self, tail: int) -> Keypoints:
        begin, end = self._ends[tail : tail + 2]
        with self._lock:
            self._file.seek(begin)
            data = self._file.read(end - begin)
        length = NO_KEYPOINTS.descriptors.shape[1]
        count = len(data) // (8 + length)
        positions = np.frombuffer(data, np.float32, 2 * count).reshape(count, 2)
        return Keypoints(positions, np.frombuffer(data, np.uint8, offset=8 * count).reshape(count, length))
