"""What was identified, as files for other programs: tables of sightings, Wildbook's spreadsheet, capture histories."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from whaleid_core.catalogue import Catalogue
from whaleid_core.catalogue.rows import SEXES, SightingRow, WhaleRow
from whaleid_core.catalogue.sighting_queries import GRADES, IdentifiedRow
from whaleid_core.errors import WhaleIdError
from whaleid_core.exchange import short_names
from whaleid_core.formats.mark_inp import write_histories
from whaleid_core.formats.tables import Cell, write_table
from whaleid_core.formats.wildbook_csv import SPECIES, write_wildbook
from whaleid_core.sightings import NO_DATE, Period, by_meeting, resightings

COLUMNS = (
    "image", "tail", "whale", "verdict", "decided_by", "decided_at", "taken_at", "latitude", "longitude", "encounter",
    "area", "camera", "photographer", *GRADES, "note",
)  # fmt: skip
"""Of the table of sightings."""


@dataclass(frozen=True, slots=True)
class SightingForm:
    """One form.

    Attributes:
        key: what the command line calls it.
        words: what a person sees.
        file: what the file is usually called.
        says: what is in it, as sentences.
        rows: what its rows are, in words.
        write: what a catalogue says into a file; returns how many rows. Raises WhaleIdError where nothing was
            identified yet, or the file can't be written.
    """

    key: str
    words: str
    file: str
    says: str
    rows: str
    write: Callable[[Catalogue, Path], int]


def _write_table(catalogue: Catalogue, path: Path) -> int:
    rows = catalogue.identified()
    _some(rows)
    names = short_names([row.path for row in rows])
    write_table(path, [COLUMNS, *(_cells(row, names[row.path]) for row in rows)])
    return len(rows)


def _cells(row: IdentifiedRow, name: str) -> Sequence[Cell]:
    decided = "" if row.decided_at is None else row.decided_at.isoformat(timespec="seconds")
    taken = "" if row.taken_at is None else row.taken_at.isoformat(" ", "seconds")
    return (
        name, row.tail, row.whale, row.verdict, row.who, decided, taken, row.latitude, row.longitude, row.encounter,
        row.area, row.camera, row.photographer, *row.grades, row.note,
    )  # fmt: skip


def _write_wildbook(catalogue: Catalogue, path: Path) -> int:
    sightings = catalogue.sightings()
    _some(sightings)
    whales = {whale.id: whale for whale in catalogue.whales()}
    areas = {encounter.id: encounter.area for encounter in catalogue.encounters()}
    shown = {row.photo_id for row in sightings}
    photos = {key: above / below for key, _, above, below, _ in catalogue.files() if key in shown}
    names = short_names(list(photos.values()))
    rows = []
    for meeting in by_meeting(sightings):
        of_whale: defaultdict[int, list[SightingRow]] = defaultdict(list)
        for row in meeting:
            of_whale[row.whale_id].append(row)
        encounter, occasion = meeting[0].encounter_id, _occasion(catalogue.name, meeting[0])
        area = areas[encounter] if encounter is not None else ""
        for whale_id, own in of_whale.items():
            cells = _wildbook(whales[whale_id], own, area, occasion)
            rows.append(([names[photos[row.photo_id]] for row in own], cells))
    write_wildbook(path, rows)
    return len(rows)


def _occasion(catalogue: str, first: SightingRow) -> str:
    """What an encounter is called in Wildbook, by its first sighting, in Latin letters, digits, - and _ alone.

    An occurrence, as it is called there, joins one that has its name already: so the catalogue and the day are in it.
    """
    if not first.encounter:
        return ""
    day = first.taken_at.date().isoformat() if first.taken_at else ""
    return re.sub(r"[^A-Za-z0-9_-]+", "_", f"{catalogue} {day} {first.encounter}").strip("_")


def _wildbook(whale: WhaleRow, own: Sequence[SightingRow], area: str, occasion: str) -> dict[str, Cell]:
    """What Wildbook is told of a whale in an encounter; see the table "Fields Available" of its manual."""
    first, began = own[0], own[0].taken_at
    placed = next((row for row in own if row.latitude is not None and row.longitude is not None), None)
    return {
        "MarkedIndividual.individualID": whale.name,
        **SPECIES,
        "Encounter.year": began.year if began else None,
        "Encounter.month": began.month if began else None,
        "Encounter.day": began.day if began else None,
        "Encounter.hour": began.hour if began else None,
        "Encounter.minutes": began.minute if began else None,
        "Encounter.decimalLatitude": placed.latitude if placed else None,
        "Encounter.decimalLongitude": placed.longitude if placed else None,
        "Encounter.verbatimLocality": ", ".join(part for part in (area, first.encounter) if part),
        "Encounter.occurrenceID": occasion,
        "Encounter.sex": SEXES.get(whale.sex, whale.sex),
        "Encounter.patterningCode": whale.pigmentation,
    }


def _write_histories(catalogue: Catalogue, path: Path) -> int:
    sightings = catalogue.sightings()
    _some(sightings)
    table = resightings(sightings, Period.YEAR)
    years = [year for year in table.columns if year != NO_DATE]
    whales = [
        (name, met)
        for name, row in zip(table.whales, table.counts, strict=True)
        if any(met := [count > 0 for count in row[: len(years)]])
    ]
    if not whales:
        raise WhaleIdError(
            "No photo of a whale has a time, so there are no years.", "Give the photos their times first."
        )
    write_histories(path, years, whales)
    return len(whales)


def _some(found: Sequence[object]) -> None:
    if not found:
        raise WhaleIdError("Nothing was identified yet, so there are no sightings.", "Decide some tails first.")


_DECIDED = "What is decided, and what lists of known whales said; the program's suggestions are not in it."

FORMS: dict[str, SightingForm] = {
    made.key: made
    for made in (
        SightingForm(
            "sightings", "CSV: a row a tail, with time, place, who decided and the grades", "sightings.csv", _DECIDED,
            "tails", _write_table,
        ),
        SightingForm(
            "wildbook", "Wildbook's bulk import (Flukebook): a row a whale in an encounter", "wildbook.csv",
            f"{_DECIDED} Add your user name in a column Encounter.submitterID, and import at most 200 rows at a time.",
            "encounters of one whale each", _write_wildbook,
        ),
        SightingForm(
            "mark", "capture histories for MARK: a line a whale, a digit a year", "captures.inp",
            f"{_DECIDED} Years in which no whale was identified have no digit; photos without a time don't count.",
            "whales", _write_histories,
        ),
    )
}  # fmt: skip
"""By key, the usual one first."""
