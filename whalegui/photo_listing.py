"""Which photos are shown, in which order, under which headers: read on a worker, shown by a model."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from whalegui.widgets.grid_layout import Group
from whalegui.widgets.wording import moment
from whaleid_core.catalogue.rows import EncounterRow, PhotoFilter, PhotoSort
from whaleid_core.records import Change

if TYPE_CHECKING:
    from whaleid_core.catalogue import Catalogue

NO_ENCOUNTER = "Without encounter"


class PhotoOrder(StrEnum):
    """How the person wants the photos ordered; the first one stands under headers."""

    ENCOUNTER = "Encounter"
    TIME = "Time"
    NAME = "Name"
    ADDED = "Added"
    STATUS = "Status"
    TAILS = "Tails"
    CAMERA = "Camera"
    PHOTOGRAPHER = "Taken by"
    PLACE = "Place"
    NOTE = "Note"


@dataclass(frozen=True, slots=True)
class Listing:
    """The ids to show, their groups, and the encounters of the catalogue, by which can be filtered."""

    ids: list[int]
    groups: list[Group] | None
    encounters: list[EncounterRow]


def list_photos(catalogue: Catalogue, wanted: PhotoFilter, order: PhotoOrder, descending: bool = False) -> Listing:
    """The photos that fit, in order; for a worker thread. Turned round, an encounter still begins with its first."""
    encounters = list(catalogue.encounters())
    if order is not PhotoOrder.ENCOUNTER:
        return Listing(catalogue.photo_ids(wanted, PhotoSort[order.name], descending), None, encounters)
    parts = catalogue.photo_ids_by_encounter(wanted)
    shown: list[int] = []
    groups: list[Group] = []
    for encounter in reversed(encounters) if descending else encounters:
        if keys := parts.get(encounter.id):
            groups.append(Group(title(encounter), len(shown), len(keys), encounter.id))
            shown += keys
    if rest := parts.get(None):
        groups.append(Group(NO_ENCOUNTER, len(shown), len(rest)))
        shown += rest
    return Listing(shown, groups if encounters and shown else None, encounters)


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


def moves(change: Change) -> bool:
    """Whether files lie elsewhere now, or others lie in their place: what couldn't be shown may be there again."""
    where = ("root_id", "path", "content_hash")
    return "root" in change.tables or any(
        row.before is not None and row.after is not None and any(row.before[name] != row.after[name] for name in where)
        for row in change.rows
        if row.table == "photo"
    )


_PLACED_BY = ("encounter_id", "taken_at", "photographer")


def regroups(change: Change) -> bool:
    """Whether photos came or went, or others have their time, encounter or photographer: the list is another one."""
    if "encounter" in change.tables:
        return True
    return any(
        row.before is None or row.after is None or any(row.before[name] != row.after[name] for name in _PLACED_BY)
        for row in change.rows
        if row.table == "photo"
    )
