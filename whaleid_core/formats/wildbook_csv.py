"""Wildbook's bulk import, which Flukebook takes: the "Wildbook Standard Format", a row an animal in an encounter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from whaleid_core.formats.tables import Cell, write_table

SPECIES = {"Encounter.genus": "Megaptera", "Encounter.specificEpithet": "novaeangliae"}
_PHOTO = "Encounter.mediaAsset"


def write_wildbook(path: Path, rows: Sequence[tuple[Sequence[str], Mapping[str, Cell]]]) -> None:
    """Write the spreadsheet, without the columns that are empty throughout, as Wildbook wants it.

    Args:
        rows: the photos of each animal in an encounter, and the other cells by the name of their column.

    Raises WhaleIdError where the file can't be written.
    """
    columns = dict.fromkeys(name for _, cells in rows for name, cell in cells.items() if cell not in (None, ""))
    most = max((len(photos) for photos, _ in rows), default=0)
    lines: list[Sequence[Cell]] = [[*(f"{_PHOTO}{number}" for number in range(most)), *columns]]
    for photos, cells in rows:
        lines.append([*photos, *[None] * (most - len(photos)), *(cells.get(name) for name in columns)])
    write_table(path, lines)
