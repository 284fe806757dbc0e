"""What is computed from tails: embeddings, keypoints, suggestions. No edits: they can always be computed again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, Table, delete, insert, select

from whaleid_core.catalogue.row_writes import chunks
from whaleid_core.catalogue.rows import Gallery, TailRow
from whaleid_core.catalogue.schema import embedding, keypoints, photo, suggestion, tail, whale
from whaleid_core.catalogue.store import Store
from whaleid_core.catalogue.tail_boxes import box_of
from whaleid_core.catalogue.tail_queries import tail_query
from whaleid_core.records import NEW_WHALE, Candidate, Identification

_FLOAT = np.dtype("<f4")


class Derived(Store):
    """Embeddings by model package, keypoints by kind, the gallery, and the suggestions made of these."""

    def store_embeddings(self, package: str, vectors: Mapping[int, npt.ArrayLike], seen: Iterable[TailRow] = ()) -> int:
        """Keep the embeddings of tails, in the place of older ones of the same package.

        Args:
            package: the model package that computed them.
            vectors: tail id -> float32 vector, all of one length.
            seen: the tails as they were when their crops were cut; one that has moved since is left out.

        Returns:
            How many were kept: a tail that is gone has none.
        """
        blobs = {key: np.asarray(vector, _FLOAT).tobytes() for key, vector in vectors.items()}
        return self._store(embedding, {"package": package}, "vector", blobs, seen)

    def embeddings(self, package: str) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
        """All embeddings of a package: tail ids of shape (n,), vectors of shape (n, length), in order of id."""
        query = (
            select(embedding.c.tail_id, embedding.c.vector)
            .where(embedding.c.package == package)
            .order_by(embedding.c.tail_id)
        )
        with self.reading() as connection:
            rows = connection.execute(query).all()
        return np.array([row.tail_id for row in rows], np.int64), as_matrix([row.vector for row in rows])

    def gallery(self, package: str) -> Gallery:
        """The embeddings of the tails whose whale is decided."""
        query = (
            select(embedding.c.tail_id, tail.c.whale_id, whale.c.name, embedding.c.vector)
            .select_from(embedding.join(tail).join(whale))
            .where(embedding.c.package == package)
            .order_by(embedding.c.tail_id)
        )
        with self.reading() as connection:
            rows = connection.execute(query).all()
        return Gallery(
            tail_ids=np.array([row.tail_id for row in rows], np.int64),
            whale_ids=np.array([row.whale_id for row in rows], np.int64),
            whales=tuple(row.name for row in rows),
            matrix=as_matrix([row.vector for row in rows]),
        )

    def tails_without_embedding(self, package: str) -> list[int]:
        """The tails of readable photos that a package hasn't seen as they are."""
        return self._tails_without(embedding, {"package": package})

    def store_keypoints(self, kind: str, data: Mapping[int, bytes], seen: Iterable[TailRow] = ()) -> int:
        """Keep the keypoints of tails, in the place of older ones of the same kind.

        Args:
            kind: how they were computed.
            data: tail id -> keypoints as bytes.
            seen: the tails as they were when their crops were cut; one that has moved since is left out.

        Returns:
            How many were kept: a tail that is gone has none.
        """
        return self._store(keypoints, {"kind": kind}, "data", data, seen)

    def keypoints(self, kind: str, tail_ids: Collection[int]) -> dict[int, bytes]:
        """The keypoints of those of the tails that have some of this kind, by tail id."""
        with self.reading() as connection:
            return {
                row.tail_id: row.data
                for some in chunks(tail_ids)
                for row in connection.execute(
                    select(keypoints.c.tail_id, keypoints.c.data).where(
                        keypoints.c.kind == kind, keypoints.c.tail_id.in_(some)
                    )
                )
            }

    def tails_without_keypoints(self, kind: str) -> list[int]:
        """The tails of readable photos that have no keypoints of a kind as they are."""
        return self._tails_without(keypoints, {"kind": kind})

    def _store(
        self, table: Table, by: Mapping[str, str], column: str, blobs: Mapping[int, bytes], seen: Iterable[TailRow]
    ) -> int:
        """Replace the rows of a derived table that are filed under `by`; how many were kept."""
        with self.writing() as connection:
            keys = _as_seen(connection, blobs.keys(), {row.id: row for row in seen})
            for some in chunks(keys):
                connection.execute(delete(table).filter_by(**by).where(table.c.tail_id.in_(some)))
            rows = [{"tail_id": key, **by, column: blobs[key]} for key in keys]
            if rows:
                connection.execute(insert(table), rows)
        return len(rows)

    def _tails_without(self, table: Table, by: Mapping[str, str]) -> list[int]:
        done = select(table.c.tail_id).filter_by(**by)
        query = (
            select(tail.c.id)
            .join(photo)
            .where(photo.c.problem == "", tail.c.id.not_in(done))
            .order_by(photo.c.taken_at.is_(None), photo.c.taken_at, photo.c.path, tail.c.id)
        )
        with self.reading() as connection:
            return list(connection.execute(query).scalars())

    def store_suggestions(self, tail_id: int, identification: Identification, model: str) -> None:
        """Keep the candidates for a tail in the place of older ones; see `store_all_suggestions`."""
        self.store_all_suggestions({tail_id: identification}, model)

    def store_all_suggestions(self, identifications: Mapping[int, Identification], model: str) -> None:
        """Keep the candidates for tails, in the place of older ones.

        A tail or a whale that is gone by now is left out. A candidate's photo is the id of a tail, as text: that is how
        the gallery of a catalogue names its photos.
        """
        with self.writing() as connection:
            keys = _as_seen(connection, identifications.keys(), {})
            for some in chunks(keys):
                connection.execute(delete(suggestion).where(suggestion.c.tail_id.in_(some)))
            named = {item.whale for key in keys for item in identifications[key].candidates}
            whales = _ids_of(connection, named)
            shown = {_tail_shown(item) for key in keys for item in identifications[key].candidates}
            there = set(_as_seen(connection, shown - {None}, {}))
            made_at = datetime.now(UTC)
            rows = [
                {
                    **_evidence(item, there),
                    "tail_id": key,
                    "rank": rank,
                    "whale_id": whales.get(item.whale),
                    "known": float(identifications[key].known),
                    "model": model,
                    "made_at": made_at,
                }
                for key in keys
                for rank, item in enumerate(_present(identifications[key].candidates, whales), start=1)
            ]
            if rows:
                connection.execute(insert(suggestion), rows)


def _as_seen(connection: Connection, ids: Collection[int | None], seen: Mapping[int, TailRow]) -> list[int]:
    """Those of the tails that are still there, with the box in which they were seen, if it is told."""
    kept = []
    for some in chunks(ids):
        for row in connection.execute(tail_query().where(tail.c.id.in_(some))).mappings():
            before = seen.get(row["id"])
            if before is None or (before.box.corners, before.turned) == (box_of(row).corners, row["turned"]):
                kept.append(row["id"])
    return sorted(kept)


def _ids_of(connection: Connection, names: Collection[str]) -> dict[str, int]:
    return {
        name: key
        for some in chunks(names)
        for key, name in connection.execute(select(whale.c.id, whale.c.name).where(whale.c.name.in_(some)))
    }


def _present(candidates: Iterable[Candidate], whales: Mapping[str, int]) -> list[Candidate]:
    return [item for item in candidates if item.whale == NEW_WHALE or item.whale in whales]


def _tail_shown(item: Candidate) -> int | None:
    name = item.photo or ""
    return int(name) if name.isascii() and name.isdigit() else None


def _evidence(item: Candidate, there: Collection[int]) -> dict[str, Any]:
    return {
        "score": _number(item.score),
        "probability": float(item.probability),
        "networks": _number(item.networks),
        "nearest": _number(item.nearest),
        "points": None if item.points is None else int(item.points),
        "tail_shown_id": shown if (shown := _tail_shown(item)) in there else None,
    }


def _number(value: float | None) -> float | None:
    """A figure as the database keeps it: what is not a number is none."""
    return None if value is None or np.isnan(value) else float(value)


def as_matrix(vectors: list[bytes]) -> npt.NDArray[np.float32]:
    """Vectors as they are kept, (n, length)."""
    if not vectors:
        return np.empty((0, 0), np.float32)
    return np.frombuffer(b"".join(vectors), _FLOAT).reshape(len(vectors), -1).astype(np.float32, copy=False)
