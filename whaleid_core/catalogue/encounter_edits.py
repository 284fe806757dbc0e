"""Edits of encounters: photos of one group at one place and time, found by gaps or made by hand."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Select, func, select

from whaleid_core.catalogue import encounter_groups
from whaleid_core.catalogue.encounter_groups import Placing
from whaleid_core.catalogue.photo_edits import delete_empty_encounters
from whaleid_core.catalogue.recorder import Recorder
from whaleid_core.catalogue.rows import EncounterPlan
from whaleid_core.catalogue.schema import encounter, photo
from whaleid_core.catalogue.store import Store
from whaleid_core.errors import WhaleIdError
from whaleid_core.records import Change, Gaps

_GIVEN_BY_PROGRAM = re.compile(r"Encounter [1-9][0-9]*")
_USUAL = Gaps()


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

    def join_encounters(self, encounter_id: int, photo_ids: Collection[int]) -> Change:
        """Put photos into an encounter that is there, which keeps its name, place and note; an emptied one goes."""
        with self.edit() as edit:
            into = edit.row(encounter, encounter_id)
            rows = {
                key: row for key, row in edit.by_id(photo, photo_ids).items() if row["encounter_id"] != encounter_id
            }
            count = f"{len(rows):,} photos" if len(rows) != 1 else "1 photo"
            edit.label = f"{count} joined to {into['name']}"
            edit.set(photo, rows, encounter_id=encounter_id)
            delete_empty_encounters(edit, {row["encounter_id"] for row in rows.values()})
        return edit.change

    def name_encounter(self, encounter_id: int, name: str) -> Change:
        """Give an encounter a name.

        Raises:
            WhaleIdError: it is empty.
        """
        with self.edit() as edit:
            name = name.strip()
            if not name:
                raise WhaleIdError("An encounter needs a name.", "Type one, e.g. the bay and the day.")
            edit.label = f"{edit.row(encounter, encounter_id)['name']} is called {name}"
            edit.set(encounter, [encounter_id], name=name)
        return edit.change

    def set_area(self, encounter_ids: Collection[int], area: str) -> Change:
        """Write in which area encounters were, e.g. a fjord or a country; an empty one takes it away."""
        with self.edit() as edit:
            rows = edit.by_id(encounter, encounter_ids)
            area = " ".join(area.split())
            what = next(iter(rows.values()))["name"] if len(rows) == 1 else f"{len(rows):,} encounters"
            edit.label = f"{what} in {area}" if area else f"{what} in no area named"
            edit.set(encounter, rows, area=area)
        return edit.change

    def find_encounters(self, gap_hours: float = _USUAL.hours, gap_km: float = _USUAL.km, anew: bool = False) -> Change:
        """Put the photos that have a time into encounters.

        A new one begins where the photos before were taken more than `gap_hours` earlier or more than `gap_km` away.

        Args:
            anew: also the photos that are in encounters, but for those that a person named or noted. Otherwise only
                photos in none: those between, or right after, the photos of an encounter that is there join it.
        """
        with self.edit() as edit:
            placing = _placing(edit.connection, Gaps(gap_hours, gap_km), anew)
            if placing.goes:
                names = _free_names(edit)
                keys = edit.insert(encounter, [{"name": next(names)} for _ in range(placing.made)])
                rows = edit.by_id(photo, placing.goes)
                edit.update(
                    photo,
                    {
                        key: {"encounter_id": goes if goes > 0 else keys[-goes - 1]}
                        for key, goes in placing.goes.items()
                    },
                )
                delete_empty_encounters(edit, {row["encounter_id"] for row in rows.values()})
            edit.label = "1 encounter found" if placing.made == 1 else f"{placing.made:,} encounters found"
        return edit.change

    def join_by_time(self, photo_ids: Collection[int], gaps: Gaps = _USUAL) -> Change:
        """Put those of the photos that are in no encounter into the one amid which they were taken, if there is one."""
        with self.edit() as edit:
            goes = _placing(edit.connection, gaps, anew=False).goes
            found = {key: {"encounter_id": goes[key]} for key in photo_ids if goes.get(key, 0) > 0}
            edit.update(photo, found)
            edit.label = f"{len(found):,} photos joined by time" if len(found) != 1 else "1 photo joined by time"
        return edit.change

    def plan_encounters(self, gaps: Gaps, anew: bool = False) -> EncounterPlan:
        """What `find_encounters` would do, without doing it."""
        in_encounter = select(photo.c.id, photo.c.encounter_id)
        with self.reading() as connection:
            placing = _placing(connection, gaps, anew)
            now = {key: into for key, into in connection.execute(in_encounter)}
        then = {key: placing.goes.get(key, into) for key, into in now.items()}
        return EncounterPlan(
            encounters=len({into for into in then.values() if into is not None}),
            before=len({into for into in now.values() if into is not None}),
            moved=len(placing.goes),
            loose=sum(into is None for into in then.values()),
        )


def _placing(connection: Connection, gaps: Gaps, anew: bool) -> Placing:
    """Where the photos go, those in order of time that have one."""
    columns = (photo.c.id, photo.c.taken_at, photo.c.latitude, photo.c.longitude, photo.c.camera, photo.c.encounter_id)
    dated = select(*columns).where(photo.c.taken_at.is_not(None)).order_by(photo.c.taken_at, photo.c.path, photo.c.id)
    if anew:
        about = connection.execute(select(encounter.c.id, encounter.c.name, encounter.c.note, encounter.c.area))
        stay = {key for key, name, note, area in about if note or area or not _GIVEN_BY_PROGRAM.fullmatch(name)}
        return encounter_groups.anew(_rows(connection, dated), gaps, stay)
    span = select(func.min(photo.c.taken_at), func.max(photo.c.taken_at)).where(photo.c.encounter_id.is_(None))
    first, last = connection.execute(span).one()
    if first is None:
        return Placing({}, 0)
    # Others matter only where they are so near in time that a loose photo could join them.
    near, far = first - timedelta(hours=gaps.hours), last + timedelta(hours=gaps.hours)
    return encounter_groups.loose_ones(_rows(connection, dated.where(photo.c.taken_at.between(near, far))), gaps)


def _rows(connection: Connection, query: Select[Any]) -> list[Any]:
    return list(connection.execute(query))


def _free_names(edit: Recorder) -> Iterator[str]:
    """Encounter 1, Encounter 2 and so on, those left out that there are."""
    taken = set(edit.connection.execute(select(encounter.c.name)).scalars())
    number = edit.connection.execute(select(func.count()).select_from(encounter)).scalar_one()
    while True:
        number += 1
        if f"Encounter {number}" not in taken:
            yield f"Encounter {number}"
