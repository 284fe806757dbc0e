"""Edits of encounters: photos of one group at one place and time, found by gaps or made by hand."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from whaleid_core.catalogue.photo_edits import delete_empty_encounters
from whaleid_core.catalogue.recorder import Recorder
from whaleid_core.catalogue.schema import encounter, photo
from whaleid_core.catalogue.store import Store
from whaleid_core.records import Change

EARTH_KM = 6371.0
"""The earth's mean radius."""


class EncounterEdits(Store):
    """What can be done to encounters."""

    def make_encounter(self, photo_ids: Collection[int], name: str = "") -> Change:
        """Put photos into an encounter of their own, out of those that they were in; an empty one is taken out."""
        with self.edit() as edit:
            rows = edit.by_id(photo, photo_ids)
            name = name.strip() or next(_free_names(edit))
            edit.label = f"{name} made of {len(rows):,} photos" if len(rows) != 1 else f"{name} made of 1 photo"
            if rows:
                [key] = edit.insert(encounter, [{"name": name}])
                edit.set(photo, rows, encounter_id=key)
                delete_empty_encounters(edit, {row["encounter_id"] for row in rows.values()})
        return edit.change

    def find_encounters(self, gap_hours: float = 1.0, gap_km: float = 5.0) -> Change:
        """Put the photos that are in no encounter, and have a time, into encounters.

        A new one begins where the photo before was taken more than `gap_hours` earlier or more than `gap_km` away.
        Photos between, or right after, those of an encounter that is there join it.
        """
        with self.edit() as edit:
            dated = select(photo).where(photo.c.taken_at.is_not(None)).order_by(photo.c.taken_at, photo.c.path)
            rows = edit.connection.execute(dated).mappings().all()
            names = _free_names(edit)
            joins: dict[int, dict[str, int]] = {}
            made = 0
            for group in _groups(rows, timedelta(hours=gap_hours), gap_km):
                loose = [row for row in group if row["encounter_id"] is None]
                if not loose:
                    continue
                if all(row["encounter_id"] is None for row in group):
                    [key] = edit.insert(encounter, [{"name": next(names)}])
                    made += 1
                else:
                    key = next(row["encounter_id"] for row in group if row["encounter_id"] is not None)
                for row in group:
                    if row["encounter_id"] is not None:
                        key = row["encounter_id"]
                    else:
                        joins[row["id"]] = {"encounter_id": key}
            edit.update(photo, joins)
            edit.label = "1 encounter found" if made == 1 else f"{made:,} encounters found"
        return edit.change


def _groups(rows: Iterable[Mapping[Any, Any]], gap: timedelta, gap_km: float) -> Iterator[list[Mapping[Any, Any]]]:
    """Photos in order of time, cut where the gap to the one before is too wide."""
    group: list[Mapping[Any, Any]] = []
    last: datetime | None = None
    place: tuple[float, float] | None = None
    for row in rows:
        here = None if row["latitude"] is None or row["longitude"] is None else (row["latitude"], row["longitude"])
        far = place is not None and here is not None and distance_km(place, here) > gap_km
        if last is not None and (row["taken_at"] - last > gap or far):
            yield group
            group, place = [], None
        group.append(row)
        last, place = row["taken_at"], here or place
    if group:
        yield group


def distance_km(a: tuple[float, float], b: tuple[float, float]) -> float:
    """The way over the sea between two places, each latitude and longitude in degrees."""
    lat_a, lon_a, lat_b, lon_b = map(math.radians, (*a, *b))
    chord = math.sin((lat_b - lat_a) / 2) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin((lon_b - lon_a) / 2) ** 2
    return 2 * EARTH_KM * math.asin(math.sqrt(min(chord, 1.0)))


def _free_names(edit: Recorder) -> Iterator[str]:
    """Encounter 1, Encounter 2 and so on, those left out that there are."""
    taken = set(edit.connection.execute(select(encounter.c.name)).scalars())
    number = edit.connection.execute(select(func.count()).select_from(encounter)).scalar_one()
    while True:
        number += 1
        if f"Encounter {number}" not in taken:
            yield f"Encounter {number}"
