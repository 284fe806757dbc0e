"""What the sightings of whales add up to: the discovery curve, and the table of who was seen again when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import count
from statistics import fmean

from whaleid_core.catalogue.rows import SightingRow

Occasion = tuple[str, int | str]
"""What counts as one meeting: an encounter, or, for photos in none, a day, or a photo without a time."""


NO_DATE = "no date"
"""What stands for the time of photos without one."""


class Period(StrEnum):
    """What a column of the resighting table stands for."""

    YEAR = "year"
    ENCOUNTER = "encounter"


@dataclass(frozen=True, slots=True)
class Point:
    """The discovery curve after one more encounter.

    Attributes:
        name: the encounter's, or the day.
        began: when the first of its photos was taken; None where nobody knows.
        encounters: how many there were up to then, this one included.
        identifications: whales met in them, one counted once an encounter.
        whales: different ones among them.
        new: whales met here for the first time.
    """

    name: str
    began: datetime | None
    encounters: int
    identifications: int
    whales: int
    new: int


@dataclass(frozen=True, slots=True)
class Meeting:
    """One encounter with one whale, or with several.

    Attributes:
        name: the encounter's, or the day.
        began: when the first of these photos was taken.
        latitude, longitude: the mean of those that have a place, in degrees; None where none has.
        photos: how many.
    """

    name: str
    began: datetime | None
    latitude: float | None
    longitude: float | None
    photos: int


@dataclass(frozen=True, slots=True)
class Resightings:
    """Who was seen when.

    Attributes:
        columns: the periods, in order of time.
        whales: the rows, by name.
        ids: the whales' ids.
        counts: (whales, columns): in how many encounters of that year the whale was met, or in how many photos of that
            encounter it is.
    """

    columns: tuple[str, ...]
    whales: tuple[str, ...]
    ids: tuple[int, ...]
    counts: tuple[tuple[int, ...], ...]

    @property
    def lines(self) -> list[tuple[str | int, ...]]:
        """As a file has it: a header, then a whale a line with the sum and the number of periods at the end."""
        header = ("whale", *self.columns, "all", "periods")
        rows = zip(self.whales, self.counts, strict=True)
        lines: list[tuple[str | int, ...]] = [header]
        lines += [(name, *row, sum(row), sum(map(bool, row))) for name, row in rows]
        return lines


def meetings(sightings: Iterable[SightingRow]) -> list[Meeting]:
    """The encounters that sightings belong to, by time."""
    found = []
    for rows in by_meeting(sightings):
        placed = [
            (row.latitude, row.longitude) for row in rows if row.latitude is not None and row.longitude is not None
        ]
        latitude = fmean(north for north, _ in placed) if placed else None
        longitude = fmean(east for _, east in placed) if placed else None
        photos = len({row.photo_id for row in rows})
        found.append(Meeting(_name(rows[0]), rows[0].taken_at, latitude, longitude, photos))
    return found


def discovery_curve(sightings: Iterable[SightingRow]) -> list[Point]:
    """How many different whales were known after each encounter, in order of time; without a time last.

    The flatter the curve, the fewer whales of the population are unknown.
    """
    points: list[Point] = []
    known: set[int] = set()
    identifications = 0
    for number, meeting in enumerate(by_meeting(sightings), start=1):
        whales = {row.whale_id for row in meeting}
        identifications += len(whales)
        new = len(whales - known)
        known |= whales
        point = Point(_name(meeting[0]), meeting[0].taken_at, number, identifications, len(known), new)
        points.append(point)
    return points


def resightings(sightings: Iterable[SightingRow], period: Period) -> Resightings:
    """The table of whales against years or encounters. Photos without a time have a column "no date" among the years,
    which is the last."""
    met = by_meeting(sightings)
    counts: defaultdict[int, defaultdict[int, int]] = defaultdict(lambda: defaultdict(int))
    names: dict[int, str] = {}
    columns: dict[str, int] = {}
    for number, meeting in enumerate(met):
        column = number
        if period is Period.YEAR:
            began = meeting[0].taken_at
            column = columns.setdefault(NO_DATE if began is None else str(began.year), len(columns))
        for row in meeting:
            names[row.whale_id] = row.whale
            if period is Period.ENCOUNTER:
                counts[row.whale_id][column] += 1
        if period is Period.YEAR:
            for whale in {row.whale_id for row in meeting}:
                counts[whale][column] += 1
    titles = tuple(columns) if period is Period.YEAR else tuple(_distinct([_name(meeting[0]) for meeting in met]))
    ids = tuple(sorted(names, key=lambda key: (names[key], key)))
    table = tuple(tuple(counts[key].get(column, 0) for column in range(len(titles))) for key in ids)
    return Resightings(titles, tuple(names[key] for key in ids), ids, table)


def by_meeting(sightings: Iterable[SightingRow]) -> list[list[SightingRow]]:
    """The sightings of each encounter, by time; encounters by their first, those without a time at the end."""
    meetings: defaultdict[Occasion, list[SightingRow]] = defaultdict(list)
    for row in sightings:
        meetings[_occasion(row)].append(row)
    for meeting in meetings.values():
        meeting.sort(key=_time)
    return sorted(meetings.values(), key=lambda meeting: _time(meeting[0]))


def _occasion(row: SightingRow) -> Occasion:
    if row.encounter_id is not None:
        return "encounter", row.encounter_id
    if row.taken_at is not None:
        return "day", row.taken_at.date().isoformat()
    return "photo", row.photo_id


def _time(row: SightingRow) -> tuple[bool, datetime, int]:
    return row.taken_at is None, row.taken_at or datetime.min, row.photo_id


def _name(row: SightingRow) -> str:
    if row.encounter:
        return row.encounter
    return NO_DATE if row.taken_at is None else str(row.taken_at.date())


def _distinct(names: Sequence[str]) -> list[str]:
    """Names of columns; what is called the same is numbered."""
    told: dict[str, None] = {}
    for name in names:
        free = (name if number == 1 else f"{name} ({number})" for number in count(1))
        told[next(title for title in free if title not in told)] = None
    return list(told)
