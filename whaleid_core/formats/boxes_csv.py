"""Tail boxes as CSV: image,xmin,ymin,xmax,ymax,confidence, in pixels of the photo turned upright."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from whaleid_core.formats.atomic import atomic_write
from whaleid_core.formats.box_files import BoxesRead, Gathering, Lookup, PhotoBoxes, confidence_of, number, shortest
from whaleid_core.formats.tables import IMAGE_NAMES, guarded, read_table
from whaleid_core.records import Box

_CORNERS = ("xmin", "ymin", "xmax", "ymax")


def read(path: Path, lookup: Lookup | None = None) -> BoxesRead:
    """The tail boxes of each photo; rows that make no sense are refused, with their line.

    A box with a confidence is a detector's; without one (no such column, or an empty cell) a person drew it. A row
    without corners says that the photo has no tail. Other columns are passed over.
    Raises WhaleIdError where the file can't be read as a table.
    """
    gathering = Gathering(lookup)
    needed = {"image": IMAGE_NAMES} | {corner: (corner,) for corner in _CORNERS}
    optional = {"confidence": ("confidence", "score", "conf")}
    for line in read_table(path, needed, optional, gathering.note):
        with gathering.row(path.name, f"line {line.line}") as row:
            row.photo = gathering.photo(line.cells["image"])
            if any(line.cells[corner].strip() for corner in _CORNERS):
                corners = [number(line.cells[corner], corner) for corner in _CORNERS]
                sure = line.cells.get("confidence", "").strip()
                gathering.box(row.photo, corners, number(sure, "confidence") if sure else None)
    return gathering.done()


def write(path: Path, photos: Sequence[PhotoBoxes]) -> None:
    """Writes a row for each box, numbers in full; a person's box has no confidence, a photo without tails no corners.

    Raises WhaleIdError where the file can't be written.
    """
    with atomic_write(path) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["image", *_CORNERS, "confidence"])
        for photo in photos:
            if not photo.boxes:
                writer.writerow([guarded(photo.name), "", "", "", "", ""])
            for box in photo.boxes:
                sure = confidence_of(box)
                confidence = "" if sure is None else shortest(sure)
                writer.writerow([guarded(photo.name), *map(shortest, box.corners), confidence])


def read_boxes(path: Path) -> dict[str, list[Box]]:
    """As `read`, but the first row that makes no sense is raised as a WhaleIdError with its line."""
    return read(path).strict()


def write_boxes(path: Path, boxes: Mapping[str, Sequence[Box]] | Sequence[tuple[str, Sequence[Box]]]) -> None:
    """As `write`, without rows for photos that have no tail: each row is a box, whatever program reads it."""
    rows = boxes.items() if isinstance(boxes, Mapping) else boxes
    write(path, [PhotoBoxes(name, tuple(of_photo)) for name, of_photo in rows if of_photo])
