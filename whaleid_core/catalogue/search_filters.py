"""Which part of the gallery is searched: chosen by area, years, sex, pigmentation and quality, and kept by name."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from typing import Any, Self

from sqlalchemy import ColumnElement, and_, distinct, extract, func, or_, select

from whaleid_core.catalogue.schema import QUALITIES, encounter, photo, search_filter, tail, whale
from whaleid_core.catalogue.store import Store
from whaleid_core.errors import WhaleIdError
from whaleid_core.records import Change


@dataclass(frozen=True, slots=True)
class SearchFilter:
    """What decided tails are searched; each condition that is given narrows the choice.

    Attributes:
        name: what it is kept under; empty where it isn't kept.
        areas: of encounters, any of these.
        first_year, last_year: of photos, both included; a photo without a time is left out then.
        sexes: of whales, any of these, as they are written there.
        pigmentation: of whales, any of 1 to 5.
        quality: the worst of a tail's five criteria is this or better; one that nobody rated counts as 3.
    """

    name: str = ""
    areas: tuple[str, ...] = ()
    first_year: int | None = None
    last_year: int | None = None
    sexes: tuple[str, ...] = ()
    pigmentation: tuple[int, ...] = ()
    quality: int | None = None

    @classmethod
    def of_text(cls, name: str, text: str) -> Self:
        """A kept filter; WhaleIdError where it can't be understood."""
        try:
            raw: dict[str, Any] = json.loads(text)
            return cls(
                name, tuple(map(str, raw["areas"])), raw["first_year"], raw["last_year"], tuple(map(str, raw["sexes"])),
                tuple(map(int, raw["pigmentation"])), raw["quality"],
            )  # fmt: skip
        except (ValueError, KeyError, TypeError) as error:
            raise WhaleIdError(f"The filter {name} can't be understood.", "Make it anew.") from error

    @property
    def text(self) -> str:
        """Its definition, as it is kept."""
        return json.dumps({key: value for key, value in asdict(self).items() if key != "name"})

    def __bool__(self) -> bool:
        return replace(self, name="") != SearchFilter()

    @property
    def words(self) -> str:
        """ "Tonga, 2015-2025, female"; empty where nothing is left out."""
        parts = [", ".join(self.areas), self._years, " or ".join(self.sexes)]
        if self.pigmentation:
            parts.append(f"pigmentation {' or '.join(map(str, self.pigmentation))}")
        if self.quality is not None:
            parts.append(f"quality {self.quality} or better")
        return ", ".join(part for part in parts if part)

    @property
    def _years(self) -> str:
        first, last = self.first_year, self.last_year
        if first is None and last is None:
            return ""
        if last is None:
            return f"since {first}"
        if first is None:
            return f"until {last}"
        return str(first) if first == last else f"{first}-{last}"


@dataclass(frozen=True, slots=True)
class Reach:
    """How much of the gallery is searched.

    Attributes:
        tails: those that are searched; None where all are.
        whales, photos: how many are searched.
        of_whales, of_photos: how many there are.
    """

    tails: frozenset[int] | None
    whales: int
    photos: int
    of_whales: int
    of_photos: int


@dataclass(frozen=True, slots=True)
class Choices:
    """What there is to filter by: the areas and sexes that occur, and the years of the first and last photo."""

    areas: tuple[str, ...]
    sexes: tuple[str, ...]
    years: tuple[int, int] | None


class SearchFilters(Store):
    """What is searched, and the filters that are kept."""

    def reach(self, which: SearchFilter | None = None) -> Reach:
        """How much of the gallery a filter leaves."""
        counted = select(func.count(distinct(tail.c.whale_id)), func.count(distinct(tail.c.photo_id)))
        with self.reading() as connection:
            all_whales, all_photos = connection.execute(_gallery(counted)).one()
            if not which:
                return Reach(None, all_whales, all_photos, all_whales, all_photos)
            rows = connection.execute(
                _gallery(select(tail.c.id, tail.c.whale_id, tail.c.photo_id)).where(_fits(which))
            ).all()
        whales, photos = ({row[column] for row in rows} for column in (1, 2))
        return Reach(frozenset(row.id for row in rows), len(whales), len(photos), all_whales, all_photos)

    def filter_choices(self) -> Choices:
        """What the gallery can be filtered by."""
        with self.reading() as connection:
            areas = connection.execute(select(encounter.c.area).where(encounter.c.area != "").distinct()).scalars()
            sexes = connection.execute(select(whale.c.sex).where(whale.c.sex != "").distinct()).scalars()
            first, last = connection.execute(
                _gallery(select(func.min(photo.c.taken_at), func.max(photo.c.taken_at)))
            ).one()
            years = (first.year, last.year) if first is not None else None
            return Choices(tuple(sorted(areas)), tuple(sorted(sexes)), years)

    def search_filters(self) -> list[SearchFilter]:
        """The filters that are kept, by name; one that can't be understood is left out."""
        with self.reading() as connection:
            rows = connection.execute(select(search_filter).order_by(search_filter.c.name)).all()
        found = []
        for row in rows:
            try:
                found.append(SearchFilter.of_text(row.name, row.definition))
            except WhaleIdError:
                continue
        return found

    def save_filter(self, which: SearchFilter) -> Change:
        """Keep a filter under its name, in the place of an older one.

        Raises:
            WhaleIdError: it has no name, or leaves nothing out.
        """
        name = which.name.strip()
        if not name:
            raise WhaleIdError("A filter needs a name.", "Type one such as Tonga since 2015.")
        if not which:
            raise WhaleIdError("This filter leaves nothing out.", "Choose what is searched first.")
        with self.edit(f"Filter {name} kept") as edit:
            before = edit.rows(search_filter, search_filter.c.name == name)
            if before:
                edit.update(search_filter, {before[0]["id"]: {"definition": which.text}})
            else:
                edit.insert(search_filter, [{"name": name, "definition": which.text}])
        return edit.change

    def delete_filter(self, name: str) -> Change:
        """Keep a filter no longer."""
        with self.edit(f"Filter {name} deleted") as edit:
            edit.delete(search_filter, [row["id"] for row in edit.rows(search_filter, search_filter.c.name == name)])
        return edit.change


def _gallery(query: Any) -> Any:  # a select of any columns, which releases of SQLAlchemy type in two ways
    """Of the tails whose whale is decided."""
    joined = tail.join(photo).join(whale, whale.c.id == tail.c.whale_id).outerjoin(encounter)
    return query.select_from(joined)


def _fits(which: SearchFilter) -> ColumnElement[bool]:
    conditions: list[ColumnElement[bool]] = [tail.c.whale_id.is_not(None)]
    year = extract("year", photo.c.taken_at)
    if which.areas:
        conditions.append(encounter.c.area.in_(which.areas))
    if which.first_year is not None:
        conditions.append(year >= which.first_year)
    if which.last_year is not None:
        conditions.append(year <= which.last_year)
    if which.sexes:
        conditions.append(whale.c.sex.in_(which.sexes))
    if which.pigmentation:
        conditions.append(whale.c.pigmentation.in_(which.pigmentation))
    if which.quality is not None:
        conditions += [func.coalesce(tail.c[name], 3) <= which.quality for name in QUALITIES]
    return and_(*conditions, or_(photo.c.problem == "", photo.c.role == "known"))
