"""Which photos are shown, in which order, under which headers: read on a worker, shown by a model."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from whalegui.widgets.grid_layout import Group
from whalegui.widgets.wording import moment
from whaleid_core.catalogue.rows import EncounterRow, PhotoFilter, PhotoSort
from whaleid_core.records import Change, RowChange

if TYPE_CHECKING:
    from whaleid_core.catalogue import Catalogue

NO_ENCOUNTER = "Without encounter"


class PhotoOrder(StrEnum):
    """How the person wants the photos ordered; the first one stands under headers."""

    ENCOUNTER = "Encounter"
    TIME = "Time"
    NAME = "Name"
    ADDED = "Added"


_SORTS = {PhotoOrder.NAME: PhotoSort.NAME, PhotoOrder.ADDED: PhotoSort.ADDED}


@dataclass(frozen=True, slots=True)
class Listing:
    """The ids to show, their groups, and the encounters of the catalogue."""

    ids: list[int]
    groups: list[Group] | None
    encounters: list[EncounterRow]


def list_photos(catalogue: Catalogue, wanted: PhotoFilter, order: PhotoOrder) -> Listing:
    """The photos that fit, in order; for a worker thread."""
    ids = list(catalogue.photo_ids(wanted, _SORTS.get(order, PhotoSort.TIME)))
    encounters = list(catalogue.encounters())
    if order != PhotoOrder.ENCOUNTER or not encounters or not ids:
        return Listing(ids, None, encounters)
    parts = [(encounter, _within(catalogue, wanted, encounter.id)) for encounter in encounters]
    inside = {key for _, keys in parts for key in keys}
    shown: list[int] = []
    groups: list[Group] = []
    for encounter, keys in parts:
        if keys:
            groups.append(Group(title(encounter), len(shown), len(keys), encounter.id))
            shown += keys
    rest = [key for key in ids if key not in inside]
    if rest:
        groups.append(Group(NO_ENCOUNTER, len(shown), len(rest)))
    return Listing(shown + rest, groups, encounters)


def title(encounter: EncounterRow) -> str:
    """An encounter's name and when it began."""
    return encounter.name if encounter.started_at is None else f"{encounter.name}, {moment(encounter.started_at)}"


def touched_photos(change: Change) -> frozenset[int]:
    """The photos that look different after a change."""
    tails = {
        int(values["photo_id"])
        for row in change.rows
        if row.table == "tail" and (values := row.after or row.before) is not None
    }
    return change.keys("photo") | tails


def regroups(change: Change) -> bool:
    """Whether photos came, went, or moved between encounters, so that the list itself is another one."""
    if "encounter" in change.tables:
        return True
    return any(
        row.before is None or row.after is None or row.before["encounter_id"] != row.after["encounter_id"]
        for row in change.rows
        if row.table == "photo"
    )


def _within(catalogue: Catalogue, wanted: PhotoFilter, encounter_id: int) -> list[int]:
    if wanted.encounter_id not in (None, encounter_id):
        return []
    return list(catalogue.photo_ids(replace(wanted, encounter_id=encounter_id), PhotoSort.TIME))


def renamed(encounter: EncounterRow, name: str) -> Change:
    """What naming an encounter does to the catalogue; `Catalogue.apply` writes it."""
    before = {"id": encounter.id, "name": encounter.name, "note": encounter.note}
    return Change(
        f"{encounter.name} is called {name}", (RowChange("encounter", encounter.id, before, {**before, "name": name}),)
    )
