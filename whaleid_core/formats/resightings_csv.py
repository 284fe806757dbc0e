"""The resighting table as CSV: a line a whale, a column a year or an encounter."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from whaleid_core.formats.atomic import atomic_write
from whaleid_core.formats.tables import guarded


def write_resightings(path: Path, lines: Iterable[Sequence[str | int]]) -> None:
    """Write the lines of a table, the header first, for a spreadsheet.

    Raises WhaleIdError where the file can't be written.
    """
    with atomic_write(path) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([guarded(cell) if isinstance(cell, str) else cell for cell in line] for line in lines)
