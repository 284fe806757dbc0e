"""Tail boxes as the original study kept them: fn<TAB>bbox, a row a box, bbox = "ymin xmin ymax xmax" in pixels."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from pathlib import Path

from whaleid_core.formats.atomic import atomic_write
from whaleid_core.formats.box_files import BoxesRead, Gathering, Lookup, PhotoBoxes, number, shortest
from whaleid_core.formats.tables import IMAGE_NAMES, guarded, read_table

_ORDER = ("ymin", "xmin", "ymax", "xmax")
_BETWEEN = re.compile(r"[\s,\[\]()]+")


def read(path: Path, lookup: Lookup | None = None) -> BoxesRead:
    """The tail boxes of each photo, all of them a person's; rows that make no sense are refused, with their line.

    Raises WhaleIdError where the file can't be read as a table.
    """
    gathering = Gathering(lookup)
    needed = {"fn": ("fn", *IMAGE_NAMES), "bbox": ("bbox", "box")}
    for line in read_table(path, needed, refuse=gathering.note):
        with gathering.row(path.name, f"line {line.line}") as row:
            row.photo = gathering.photo(line.cells["fn"])
            parts = _BETWEEN.sub(" ", line.cells["bbox"]).split()
            if len(parts) != 4:
                raise ValueError(f"the box has {len(parts)} numbers, not ymin xmin ymax xmax")
            ymin, xmin, ymax, xmax = (number(part, name) for part, name in zip(parts, _ORDER, strict=True))
            gathering.box(row.photo, (xmin, ymin, xmax, ymax), None)
    return gathering.done()


def write(path: Path, photos: Sequence[PhotoBoxes]) -> None:
    """Writes a row for each box, numbers in full.

    The form has no place for a confidence, for a box's drawer, nor for a photo without tails, which gets no row.
    Raises WhaleIdError where the file can't be written.
    """
    with atomic_write(path) as file:
        writer = csv.writer(file, delimiter="\t", lineterminator="\n")
        writer.writerow(["fn", "bbox"])
        for photo in photos:
            for box in photo.boxes:
                xmin, ymin, xmax, ymax = box.corners
                writer.writerow([guarded(photo.name), " ".join(map(shortest, (ymin, xmin, ymax, xmax)))])
