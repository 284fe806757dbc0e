"""Questions about tails: their boxes, their decisions, and what is proposed for them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, func, select

from whaleid_core.catalogue.row_writes import chunks
from whaleid_core.catalogue.rows import DecisionRow, SuggestionRow, TailRow
from whaleid_core.catalogue.schema import decision, photo, suggestion, tail, whale
from whaleid_core.catalogue.store import Store
from whaleid_core.catalogue.tail_boxes import box_of
from whaleid_core.errors import WhaleIdError
from whaleid_core.records import NEW_WHALE, Verdict


class TailQueries(Store):
    """What can be asked about tails."""

    def tails(self, photo_id: int) -> list[TailRow]:
        """The tails of a photo, in the order in which they were found or drawn."""
        return self._tails(tail.c.photo_id == photo_id)

    def tail_rows(self, tail_ids: Collection[int]) -> list[TailRow]:
        """The tails with these ids, in this order; those that are gone are left out."""
        found = {row.id: row for some in chunks(tail_ids) for row in self._tails(tail.c.id.in_(some))}
        return [found[key] for key in tail_ids if key in found]

    def tail(self, tail_id: int) -> TailRow:
        """One tail.

        Raises:
            WhaleIdError: it isn't there (any more).
        """
        if rows := self._tails(tail.c.id == tail_id):
            return rows[0]
        raise WhaleIdError("This tail isn't in the catalogue any more.", "Press F5 to see what is.")

    def _tails(self, where: ColumnElement[bool]) -> list[TailRow]:
        with self.reading() as connection:
            return [
                tail_row(row) for row in connection.execute(tail_query().where(where).order_by(tail.c.id)).mappings()
            ]

    def tails_to_match(self, order: str = "time") -> list[int]:
        """The tails of new photos without a decision, with suggestions or not.

        Args:
            order: "time" for that of the photos, "sure" for the surest suggestions first.
        """
        query = (
            select(tail.c.id).join(photo).where(photo.c.role == "new", photo.c.problem == "", tail.c.verdict.is_(None))
        )
        by_time: tuple[ColumnElement[Any], ...] = (
            photo.c.taken_at.is_(None),
            photo.c.taken_at,
            photo.c.path,
            tail.c.id,
        )
        if order == "sure":
            best = (
                select(suggestion.c.tail_id, func.max(suggestion.c.probability).label("probability"))
                .group_by(suggestion.c.tail_id)
                .subquery()
            )
            query = query.outerjoin(best, best.c.tail_id == tail.c.id)
            by_time = (best.c.probability.is_(None), best.c.probability.desc(), *by_time)
        with self.reading() as connection:
            return list(connection.execute(query.order_by(*by_time)).scalars())

    def decision(self, tail_id: int) -> DecisionRow | None:
        """What a person concluded about a tail; None where nobody did, or only a list named its whale."""
        query = (
            select(decision, whale.c.name.label("whale"))
            .select_from(decision.outerjoin(whale))
            .where(decision.c.tail_id == tail_id)
        )
        with self.reading() as connection:
            row = connection.execute(query).mappings().first()
        return None if row is None else DecisionRow(**{**row, "verdict": Verdict(row["verdict"])})

    def suggestions(self, tail_id: int) -> list[SuggestionRow]:
        """The candidates for a tail, best first; empty where none were computed from its box as it is."""
        query = (
            select(suggestion, func.coalesce(whale.c.name, NEW_WHALE).label("whale"))
            .select_from(suggestion.outerjoin(whale))
            .where(suggestion.c.tail_id == tail_id)
            .order_by(suggestion.c.rank)
        )
        with self.reading() as connection:
            rows = connection.execute(query).mappings().all()
        return [SuggestionRow(**{key: row[key] for key in row if key not in ("id", "tail_id")}) for row in rows]


def tail_query() -> Select[Any]:
    """Tails with their whale's name and their photo's turn: what `tail_row` reads."""
    return select(tail, whale.c.name.label("whale"), photo.c.turned).select_from(
        tail.join(photo).outerjoin(whale, whale.c.id == tail.c.whale_id)
    )


def tail_row(row: RowMapping) -> TailRow:
    return TailRow(
        id=row["id"],
        photo_id=row["photo_id"],
        box=box_of(row),
        whale_id=row["whale_id"],
        whale=row["whale"],
        verdict=Verdict(row["verdict"]) if row["verdict"] else None,
        turned=row["turned"],
    )
