"""What ranking reads of a catalogue, again and again: which tails are decided, and which embeddings are new."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, select

from whaleid_core.catalogue.derived import as_matrix
from whaleid_core.catalogue.schema import embedding, suggestion, tail, whale
from whaleid_core.catalogue.store import Store


@dataclass(frozen=True, slots=True, eq=False)
class Embedded:
    """Embeddings of one package.

    Attributes:
        tail_ids: (n,) in the order in which they were kept.
        matrix: (n, length).
        last: the newest row's id: what was kept later has a greater one.
        total: how many there are in all.
    """

    tail_ids: NDArray[np.int64]
    matrix: NDArray[np.float32]
    last: int
    total: int


class GalleryQueries(Store):
    """The gallery without its vectors, and the vectors piece by piece."""

    def decided_tails(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The tails whose whale is decided and the id of each one's whale, (n,) each, in order of the whales' ids."""
        query = select(tail.c.whale_id, tail.c.id).where(tail.c.whale_id.is_not(None)).order_by(tail.c.whale_id)
        with self.reading() as connection:
            rows = connection.execute(query).all()
        whales, tails = zip(*rows, strict=True) if rows else ((), ())
        return np.array(tails, np.int64), np.array(whales, np.int64)

    def names_of_whales(self) -> dict[int, str]:
        """The name of each whale, by its id."""
        with self.reading() as connection:
            return {row.id: row.name for row in connection.execute(select(whale.c.id, whale.c.name))}

    def suggested_orders(self) -> dict[int, tuple[int | None, ...]]:
        """The whales that are suggested for each tail, best first; None stands for new_whale."""
        query = select(suggestion.c.tail_id, suggestion.c.whale_id).order_by(suggestion.c.tail_id, suggestion.c.rank)
        with self.reading() as connection:
            rows = connection.execute(query).all()
        return {
            tail_id: tuple(whale for _, whale in own) for tail_id, own in groupby(rows, key=lambda row: row.tail_id)
        }

    def embeddings_after(self, package: str, last: int = 0) -> Embedded:
        """The embeddings of a package that were kept after a row; one that is computed anew is a new row."""
        of_package = embedding.c.package == package
        query = select(embedding.c.tail_id, embedding.c.vector).where(of_package, embedding.c.id > last)
        with self.reading() as connection:
            count, newest = connection.execute(select(func.count(), func.max(embedding.c.id)).where(of_package)).one()
            rows = connection.execute(query.order_by(embedding.c.id)).all() if (newest or 0) > last else []
        ids = np.array([row.tail_id for row in rows], np.int64)
        return Embedded(ids, as_matrix([row.vector for row in rows]), newest or 0, count)
