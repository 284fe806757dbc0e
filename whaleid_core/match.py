"""Searches the gallery for each whale's most similar photo (the Siamese search), and fuses the evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from whaleid_core.classify import imprinted
from whaleid_core.embed import Vectors

Similarities = NDArray[np.float32]


@dataclass(frozen=True)
class Gallery:
    """The vectors of tails whose whale is decided, ordered by whale.

    Attributes:
        whales: the distinct whales, sorted.
        photos: what to call each tail's photo, one a row.
        starts: the first row of each whale.
        matrices: one a member, (rows, length), unit vectors.
    """

    whales: tuple[str, ...]
    photos: tuple[str, ...]
    starts: NDArray[np.intp]
    matrices: tuple[Vectors, ...]

    @classmethod
    def of(cls, whales: Sequence[str], photos: Sequence[str], matrices: Sequence[Vectors]) -> Gallery:
        """Order the tails by whale: whales[i], photos[i] and row i of each matrix are of one tail."""
        names = np.asarray(whales, dtype=object)
        order = np.argsort(names, kind="stable") if len(names) else np.zeros(0, np.intp)
        distinct, starts = np.unique(names[order].astype(str), return_index=True)
        return cls(
            tuple(distinct.tolist()),
            tuple(photos[i] for i in order),
            starts.astype(np.intp),
            tuple(np.ascontiguousarray(matrix[order]) for matrix in matrices),
        )

    def __len__(self) -> int:
        return len(self.photos)

    @cached_property
    def counts(self) -> NDArray[np.intp]:
        """How many tails each whale has."""
        return np.diff(np.append(self.starts, len(self)))

    @cached_property
    def heads(self) -> tuple[Vectors, ...]:
        """Each member's gallery head: (whales, length)."""
        return tuple(imprinted(matrix, self.starts) for matrix in self.matrices)


@dataclass(frozen=True)
class Evidence:
    """What the gallery says of some tails.

    Attributes:
        nearest: (tails, whales): similarity to the whale's most similar photo, mean over the members.
        networks: (tails, whales): similarity to the whale's mean vector, mean over the members.
        rows: (tails, gallery rows): similarity to each gallery tail, mean over the members.
    """

    nearest: Similarities
    networks: Similarities
    rows: Similarities

    @property
    def scores(self) -> Similarities:
        """Both in equal parts: the mean vector is steadier, the nearest photo knows the view."""
        return np.asarray((self.nearest + self.networks) / 2, dtype=np.float32)


def search(gallery: Gallery, vectors: Sequence[Vectors]) -> Evidence:
    """Compare tails with the whole gallery, exactly.

    Args:
        gallery: at least one whale (ValueError otherwise).
        vectors: one (tails, length) matrix a member, in the gallery's order of members.
    """
    if not gallery.whales:
        raise ValueError("a gallery without whales can't be searched")
    if len(vectors) != len(gallery.matrices):
        raise ValueError(f"the gallery has {len(gallery.matrices)} members, the tails {len(vectors)}")
    pairs = list(zip(vectors, gallery.matrices, strict=True))
    rows = sum(query @ matrix.T for query, matrix in pairs) / len(pairs)
    heads = zip(vectors, gallery.heads, strict=True)
    networks = sum(query @ head.T for query, head in heads) / len(pairs)
    return Evidence(np.maximum.reduceat(rows, gallery.starts, axis=1), np.asarray(networks), np.asarray(rows))


def best_row(gallery: Gallery, rows: Similarities, whale: int) -> int:
    """The gallery row of a whale's most similar tail, given one tail's similarities to all rows."""
    start = int(gallery.starts[whale])
    return start + int(rows[start : start + int(gallery.counts[whale])].argmax())
