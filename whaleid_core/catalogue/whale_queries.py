"""Questions about whales and encounters, the journal, and search by name."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    CompoundSelect,
    Integer,
    Select,
    Subquery,
    bindparam,
    case,
    func,
    literal,
    or_,
    select,
    union,
)

from whaleid_core.catalogue import names
from whaleid_core.catalogue.journal import from_text
from whaleid_core.catalogue.row_writes import chunks
from whaleid_core.catalogue.rows import (
    EncounterRow,
    Found,
    JournalRow,
    RatingRow,
    SightingRow,
    TailRow,
    WhaleRow,
)
from whaleid_core.catalogue.schema import QUALITIES, encounter, photo, tail, whale
from whaleid_core.catalogue.schema import journal as journal_table
from whaleid_core.catalogue.store import Store
from whaleid_core.catalogue.tail_queries import tail_query, tail_row
from whaleid_core.catalogue.whale_edits import RATED
from whaleid_core.catalogue.whale_names import called, titles
from whaleid_core.errors import WhaleIdError
from whaleid_core.records import Change, Drawer

FOUND = 20
"""How many hits of a kind a search gives."""

_ASKED = bindparam("whale", type_=Integer)

_area = (tail.c.xmax - tail.c.xmin) * (tail.c.ymax - tail.c.ymin)

_best_first: tuple[ColumnElement[Any], ...] = (
    # A frame that stands in for a tail is large, and shows the tail small.
    case((tail.c.drawn_by == Drawer.FRAME.value, 1), else_=0),
    # What somebody rated good comes before what nobody rated, and that before what is poor.
    sum((func.coalesce(tail.c[name], 3) for name in QUALITIES), literal(0)),
    _area.desc(),
    tail.c.id,
)


class WhaleQueries(Store):
    """What can be asked about whales, encounters and the journal."""

    def whales(self, search: str = "") -> list[WhaleRow]:
        """The whales that are or were called something that holds a text, here or elsewhere, by name."""
        query = _whale_query(of_one=False).order_by(whale.c.name)
        if text := search.strip():
            query = query.where(called(text))
        with self.reading() as connection:
            return [WhaleRow(**row) for row in connection.execute(query).mappings()]

    def whale(self, whale_id: int) -> WhaleRow:
        """One whale.

        Raises:
            WhaleIdError: it isn't there (any more).
        """
        with self.reading() as connection:
            row = connection.execute(_whale_query(of_one=True), {"whale": whale_id}).mappings().first()
        if row is None:
            raise WhaleIdError("This whale isn't in the catalogue any more.", "Press F5 to see which are.")
        return WhaleRow(**row)

    def whale_id(self, name: str) -> int | None:
        """The id of the whale with exactly this name."""
        with self.reading() as connection:
            return connection.execute(select(whale.c.id).where(whale.c.name == name)).scalar()

    def whale_tails(self, whale_id: int) -> list[TailRow]:
        """The tails that are this whale, the largest first, whole frames last."""
        query = tail_query().where(tail.c.whale_id == whale_id).order_by(*_best_first)
        with self.reading() as connection:
            return [tail_row(row) for row in connection.execute(query).mappings()]

    def ratings(self, tail_ids: Collection[int]) -> dict[int, RatingRow]:
        """How tails were rated, by tail id."""
        columns = (tail.c.id.label("tail_id"), *(tail.c[name] for name in RATED))
        with self.reading() as connection:
            return {
                row["tail_id"]: RatingRow(**row)
                for some in chunks(tail_ids)
                for row in connection.execute(select(*columns).where(tail.c.id.in_(some))).mappings()
            }

    def sightings(self, whale_id: int | None = None) -> list[SightingRow]:
        """The photos that show a whale, of all whales if none is named, by time; those without a time last."""
        shown = _shown(of_one=whale_id is not None).subquery("shown")
        query = (
            select(
                shown.c.whale_id,
                whale.c.name.label("whale"),
                shown.c.photo_id,
                photo.c.taken_at,
                photo.c.latitude,
                photo.c.longitude,
                photo.c.encounter_id,
                func.coalesce(encounter.c.name, "").label("encounter"),
            )
            .select_from(
                shown.join(photo, photo.c.id == shown.c.photo_id)
                .join(whale, whale.c.id == shown.c.whale_id)
                .outerjoin(encounter, encounter.c.id == photo.c.encounter_id)
            )
            .order_by(photo.c.taken_at.is_(None), photo.c.taken_at, photo.c.id, whale.c.name)
        )
        with self.reading() as connection:
            rows = connection.execute(query, {} if whale_id is None else {"whale": whale_id}).mappings()
            return [SightingRow(**row) for row in rows]

    def encounters(self) -> list[EncounterRow]:
        """All encounters, by time."""
        started = func.min(photo.c.taken_at)
        query = (
            select(
                encounter.c.id,
                encounter.c.name,
                func.count(photo.c.id).label("photos"),
                started.label("started_at"),
                func.max(photo.c.taken_at).label("ended_at"),
                func.avg(photo.c.latitude).label("latitude"),
                func.avg(photo.c.longitude).label("longitude"),
                encounter.c.note,
                encounter.c.area,
            )
            .select_from(encounter.outerjoin(photo))
            .group_by(encounter.c.id, encounter.c.name, encounter.c.note, encounter.c.area)
            .order_by(started.is_(None), started, encounter.c.id)
        )
        with self.reading() as connection:
            return [EncounterRow(**row) for row in connection.execute(query).mappings()]

    def journal(self, limit: int = 100) -> list[JournalRow]:
        """The newest lines of the journal, newest first."""
        columns = [column for column in journal_table.columns if column.name != "change"]
        query = select(*columns).order_by(journal_table.c.id.desc()).limit(limit)
        with self.reading() as connection:
            rows = connection.execute(query).mappings().all()
        return [JournalRow(**{**row, "tables": frozenset(row["tables"].split(","))}) for row in rows]

    def whale_history(self, whale_id: int, limit: int = 1000) -> list[JournalRow]:
        """The newest lines of the journal that touched a whale, newest first."""
        text = journal_table.c.change
        told = [
            text.contains(part)
            for end in ",}"
            for part in (f'"whale_id":{whale_id}{end}', f'"known_whale_id":{whale_id}{end}')
        ]
        query = (
            select(*(column for column in journal_table.columns if column is not text))
            .where(or_(text.contains(f'["whale",{whale_id},'), *told))
            .order_by(journal_table.c.id.desc())
            .limit(limit)
        )
        with self.reading() as connection:
            rows = connection.execute(query).mappings().all()
        return [JournalRow(**{**row, "tables": frozenset(row["tables"].split(","))}) for row in rows]

    def journal_change(self, journal_id: int) -> Change:
        """What a line of the journal did.

        Raises:
            WhaleIdError: there is no such line.
        """
        with self.reading() as connection:
            text = connection.execute(select(journal_table.c.change).where(journal_table.c.id == journal_id)).scalar()
        if text is None:
            raise WhaleIdError("The journal has no such line.")
        return from_text(text)

    def find(self, text: str) -> Found:
        """The photos, whales and encounters whose name holds a text; none for an empty one."""
        text = text.strip()
        if not text:
            return Found((), (), ())
        in_path, in_name = (column.icontains(text, autoescape=True) for column in (photo.c.path, encounter.c.name))
        with self.reading() as connection:
            photos, whales, encounters = (
                connection.execute(query.limit(FOUND)).all()
                for query in (
                    select(photo.c.id, photo.c.path).where(in_path).order_by(photo.c.path),
                    select(whale.c.id, whale.c.name, whale.c.nickname).where(called(text)).order_by(whale.c.name),
                    select(encounter.c.id, encounter.c.name).where(in_name).order_by(encounter.c.name),
                )
            )
            told = titles(connection, text, whales)
        return Found(
            tuple((key, names.photo_title(path)) for key, path in photos),
            tuple(told),
            tuple((key, name) for key, name in encounters),
        )


@cache
def _whale_query(of_one: bool) -> Select[Any]:
    """Whales with their photos and best tail; `of_one` is for the whale that the parameter `whale` names."""
    cover, seen = _covers(of_one), _sightings(of_one)
    query = select(
        whale.c.id,
        whale.c.name,
        whale.c.nickname,
        whale.c.sex,
        func.coalesce(seen.c.photos, 0).label("photos"),
        seen.c.first_seen,
        seen.c.last_seen,
        cover.c.tail_id.label("cover_tail_id"),
        whale.c.note,
        func.coalesce(seen.c.encounters, 0).label("encounters"),
        whale.c.pigmentation,
    ).select_from(
        whale.outerjoin(seen, seen.c.whale_id == whale.c.id).outerjoin(
            cover, (cover.c.whale_id == whale.c.id) & (cover.c.place == 1)
        )
    )
    return query.where(whale.c.id == _ASKED) if of_one else query


def _covers(of_one: bool) -> Subquery:
    place = func.row_number().over(partition_by=tail.c.whale_id, order_by=_best_first)
    query = select(tail.c.whale_id, tail.c.id.label("tail_id"), place.label("place"))
    return query.where(_meant(tail.c.whale_id, of_one)).subquery("cover")


def _sightings(of_one: bool) -> Subquery:
    shown = _shown(of_one).subquery("shown")
    return (
        select(
            shown.c.whale_id,
            func.count().label("photos"),
            func.count(photo.c.encounter_id.distinct()).label("encounters"),
            func.min(photo.c.taken_at).label("first_seen"),
            func.max(photo.c.taken_at).label("last_seen"),
        )
        .select_from(shown.join(photo, photo.c.id == shown.c.photo_id))
        .group_by(shown.c.whale_id)
        .subquery("seen")
    )


def _shown(of_one: bool) -> CompoundSelect[Any]:
    """The photos that show a whale, by a tail or by what a list says of them."""
    by_tail = select(tail.c.whale_id, tail.c.photo_id).where(_meant(tail.c.whale_id, of_one))
    by_list = select(photo.c.known_whale_id, photo.c.id).where(_meant(photo.c.known_whale_id, of_one))
    return union(by_tail, by_list)


def _meant(whale_id: Column[Any], of_one: bool) -> ColumnElement[bool]:
    return whale_id == _ASKED if of_one else whale_id.is_not(None)
