"""What ranking reads of a catalogue, again and again: which tails are decided, and which embeddings are new."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, func, select

from whaleid_core.catalogue.derived import as_matrix
from whaleid_core.catalogue.journal import from_text
from whaleid_core.catalogue.row_writes import chunks
from whaleid_core.catalogue.schema import embedding, journal, suggestion, tail, whale
from whaleid_core.catalogue.store import Store
from whaleid_core.records import RowChange

_PIECE = 1000
"""Vectors that are read at a time."""


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


@dataclass(frozen=True, slots=True, eq=False)
class Decided:
    """Which tails' whale is decided.

    Attributes:
        tails: (n,) their ids.
        whales: (n,) the id of each one's whale.
        names: the name of each whale, by its id.
        entry: the newest line of the journal that was read.
    """

    tails: NDArray[np.int64]
    whales: NDArray[np.int64]
    names: Mapping[int, str]
    entry: int


class GalleryQueries(Store):
    """The gallery without its vectors, and the vectors piece by piece."""

    def decided_tails(self, before: Decided | None = None) -> Decided:
        """The tails whose whale is decided.

        Args:
            before: what this said earlier: only the lines that the journal got since are read then.
        """
        with self.reading() as connection:
            entry = connection.execute(select(func.max(journal.c.id))).scalar() or 0
            if before is None:
                return _read(connection, entry)
            if entry == before.entry:
                return before
            touches = journal.c.tables.contains("tail") | journal.c.tables.contains("whale")
            texts = select(journal.c.change).where(journal.c.id > before.entry, touches).order_by(journal.c.id)
            changes = [from_text(text) for text in connection.execute(texts).scalars()]
        return _followed(before, [row for change in changes for row in change.rows], entry)

    def whale_ids(self, names: Collection[str]) -> dict[str, int]:
        """The ids of those of the whales that are there, by name."""
        query = select(whale.c.name, whale.c.id)
        with self.reading() as connection:
            found = (connection.execute(query.where(whale.c.name.in_(some))) for some in chunks(names))
            return {name: key for rows in found for name, key in rows}

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
        later = of_package & (embedding.c.id > last)
        query = select(embedding.c.tail_id, embedding.c.vector).where(later).order_by(embedding.c.id)
        with self.reading() as connection:
            total, newest = connection.execute(select(func.count(), func.max(embedding.c.id)).where(of_package)).one()
            if (newest or 0) <= last:
                return Embedded(np.zeros(0, np.int64), as_matrix([]), newest or 0, total)
            count = connection.execute(select(func.count()).where(later)).scalar_one()
            ids, matrix, done = np.empty(count, np.int64), as_matrix([]), 0
            # Piece by piece, or all of it would be in memory twice.
            for rows in connection.execute(query).partitions(_PIECE):
                piece, some = as_matrix([row.vector for row in rows]), slice(done, done + len(rows))
                matrix = matrix if done else np.empty((count, piece.shape[1]), np.float32)
                ids[some], matrix[some], done = [row.tail_id for row in rows], piece, some.stop
        return Embedded(ids, matrix, newest or 0, total)

    def embedded_tails(self, package: str) -> NDArray[np.int64]:
        """The tails that have an embedding of a package, (n,)."""
        with self.reading() as connection:
            found = connection.execute(select(embedding.c.tail_id).where(embedding.c.package == package)).scalars()
            return np.array(found.all(), np.int64)


def _read(connection: Connection, entry: int) -> Decided:
    query = select(tail.c.id, tail.c.whale_id).where(tail.c.whale_id.is_not(None))
    # As plain tuples: NumPy asks every other kind of row in vain for what arrays have, which takes ten times as long.
    rows = np.array([tuple(row) for row in connection.execute(query).all()], np.int64).reshape(-1, 2)
    names = {row.id: row.name for row in connection.execute(select(whale.c.id, whale.c.name))}
    return Decided(rows[:, 0], rows[:, 1], names, entry)


def _followed(before: Decided, rows: Sequence[RowChange], entry: int) -> Decided:
    """What is decided after rows were written."""
    whale_of = {row.key: row.after["whale_id"] if row.after else None for row in rows if row.table == tail.name}
    renamed = {row.key: row.after["name"] if row.after else None for row in rows if row.table == whale.name}
    left = ~np.isin(before.tails, np.array(list(whale_of), np.int64))
    now = np.array([pair for pair in whale_of.items() if pair[1] is not None], np.int64).reshape(-1, 2)
    names = {key: name for key, name in {**before.names, **renamed}.items() if name is not None}
    return Decided(
        np.concatenate([before.tails[left], now[:, 0]]), np.concatenate([before.whales[left], now[:, 1]]), names, entry
    )
