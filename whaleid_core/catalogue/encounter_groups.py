"""Photos of one group at one place and time, told apart by gaps."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from whaleid_core.records import Gaps

EARTH_KM = 6371.0
"""The earth's mean radius."""


class Row(Protocol):
    """What is asked of a photo here; it has a time."""

    @property
    def id(self) -> int: ...
    @property
    def taken_at(self) -> datetime: ...
    @property
    def latitude(self) -> float | None: ...
    @property
    def longitude(self) -> float | None: ...
    @property
    def camera(self) -> str: ...
    @property
    def encounter_id(self) -> int | None: ...


@dataclass
class _Group:
    rows: list[Row] = field(default_factory=list)
    cameras: set[str] = field(default_factory=set)
    place: tuple[float, float] | None = None

    @property
    def last(self) -> datetime:
        return self.rows[-1].taken_at

    def add(self, row: Row) -> None:
        self.rows.append(row)
        self.cameras.add(row.camera)
        self.place = _place(row) or self.place


def groups(rows: Iterable[Row], gaps: Gaps) -> list[list[Row]]:
    """Photos in order of time, put together where neither time nor place leaves a gap; in order of their beginnings.

    A photo goes to the group whose last photo is at most so long ago and, where both places are known, at most so far
    away: the nearest of several, so that two boats at sea at the same time have encounters of their own. A photo
    without a place goes where its camera was last.
    """
    made: list[_Group] = []
    open_now: list[_Group] = []
    longest = timedelta(hours=gaps.hours)
    for row in rows:
        open_now = [group for group in open_now if row.taken_at - group.last <= longest]
        near = [group for group in open_now if _distance(group, row) <= gaps.km]
        if near:
            group = min(near, key=lambda group: _unlikeness(group, row))
        else:
            group = _Group()
            made.append(group)
            open_now.append(group)
        group.add(row)
    return [group.rows for group in made]


def _distance(group: _Group, row: Row) -> float:
    """In km; 0 where a place isn't known."""
    here = _place(row)
    return distance_km(group.place, here) if group.place is not None and here is not None else 0.0


def _unlikeness(group: _Group, row: Row) -> tuple[float, bool, timedelta]:
    return _distance(group, row), row.camera not in group.cameras, row.taken_at - group.last


def _place(row: Row) -> tuple[float, float] | None:
    return None if row.latitude is None or row.longitude is None else (row.latitude, row.longitude)


def distance_km(a: tuple[float, float], b: tuple[float, float]) -> float:
    """The way over the sea between two places, each latitude and longitude in degrees."""
    lat_a, lon_a, lat_b, lon_b = map(math.radians, (*a, *b))
    chord = math.sin((lat_b - lat_a) / 2) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin((lon_b - lon_a) / 2) ** 2
    return 2 * EARTH_KM * math.asin(math.sqrt(min(chord, 1.0)))


@dataclass(frozen=True)
class Placing:
    """Where photos go: photo id -> an encounter's id, or minus the number (from 1) of one that is to be made."""

    goes: Mapping[int, int]
    made: int


def loose_ones(rows: Sequence[Row], gaps: Gaps) -> Placing:
    """Places for the photos in no encounter: photos between, or right after, those of an encounter join it."""
    goes: dict[int, int] = {}
    made = 0
    for group in groups(rows, gaps):
        taken = [row.encounter_id for row in group if row.encounter_id is not None]
        if len(taken) == len(group):
            continue
        if not taken:
            made += 1
        key = taken[0] if taken else -made
        for row in group:
            if row.encounter_id is None:
                goes[row.id] = key
            else:
                key = row.encounter_id
    return Placing(goes, made)


def anew(rows: Sequence[Row], gaps: Gaps, stay: Collection[int]) -> Placing:
    """Places for all photos but those of the encounters that `stay`; each group takes over the encounter that most of
    its photos were in, so that what is as it should be stays as it is.
    """
    free = [row for row in rows if row.encounter_id not in stay]
    goes: dict[int, int] = {}
    used: set[int] = set()
    made = 0
    for group in groups(free, gaps):
        votes = Counter(row.encounter_id for row in group if row.encounter_id is not None)
        key = next((key for key, _ in votes.most_common() if key not in used), None)
        if key is None:
            made += 1
            key = -made
        used.add(key)
        goes |= {row.id: key for row in group if row.encounter_id != key}
    return Placing(goes, made)
