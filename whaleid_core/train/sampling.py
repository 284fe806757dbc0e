"""Which crops go into a training batch: P whales x K photos, the mirrored whale as another whale."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from whaleid_core.errors import WhaleIdError


class WhaleBatches:
    """Endless batches of P classes x K photos.

    A mirrored fluke is another whale, so each whale has two classes: 2 i as it is, 2 i + 1 mirrored.

    Args:
        whales: the whale index, 0 .. n-1, of each photo.
        classes_per_batch: P.
        photos_per_class: K; a whale with fewer photos gives some of them several times (augmented differently).
        single_weight: how often a whale with one photo is drawn, against 1 for the others: it teaches only what it
            is not.
        seed: of the random generator; batch number b depends on (seed, b) alone, so a resumed training goes on alike.

    Raises:
        WhaleIdError: there are fewer whales than a batch takes.
    """

    def __init__(
        self, whales: Sequence[int], classes_per_batch: int, photos_per_class: int, single_weight: float, seed: int
    ) -> None:
        self._photos: list[NDArray[np.intp]] = _photos_by_whale(whales)
        counts = np.array([len(p) for p in self._photos], dtype=np.float64)
        weights = np.where(counts > 1, 1.0, single_weight)
        drawn = int(np.count_nonzero(weights))
        if drawn < classes_per_batch:
            sentence = f"A batch takes {classes_per_batch} whales, and there are {drawn} to learn from."
            raise WhaleIdError(sentence, "Lower classes_per_batch in the recipe, or add photos.")
        self._chances = weights / weights.sum()
        self._p, self._k, self._seed = classes_per_batch, photos_per_class, seed

    def batch(self, number: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """The batch of that number: photo indices and classes, each (P * K,)."""
        rng = np.random.default_rng((self._seed, number))
        whales = rng.choice(len(self._photos), self._p, replace=False, p=self._chances)
        mirrored = rng.integers(0, 2, self._p)
        photos = [rng.choice(own, self._k, replace=len(own) < self._k) for own in (self._photos[w] for w in whales)]
        return np.concatenate(photos), np.repeat(2 * whales + mirrored, self._k)

    def __iter__(self) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
        number = 0
        while True:
            yield self.batch(number)
            number += 1


def _photos_by_whale(whales: Sequence[int]) -> list[NDArray[np.intp]]:
    if not len(whales):
        return []
    order = np.argsort(np.asarray(whales), kind="stable")
    return list(np.split(order, np.flatnonzero(np.diff(np.asarray(whales)[order])) + 1))
