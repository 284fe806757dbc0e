"""Tail boxes as CSV: image,xmin,ymin,xmax,ymax,confidence, in pixels of the photo turned upright."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from whaleid_core.formats.atomic import atomic_write
from whaleid_core.formats.tables import IMAGE_NAMES, Row, read_table
from whaleid_core.records import Box, Drawer

_CORNERS = ("xmin", "ymin", "xmax", "ymax")


def read_boxes(path: Path) -> dict[str, list[Box]]:
    """The tail boxes of each photo's name, in the file's order.

    A box with a confidence is a detector's; without one (no such column, or an empty cell) a person drew it. A row
    without corners says that the photo has no tail. Other columns are passed over.
    Raises WhaleIdError, with the line, where a corner is no number or a box has no area.
    """
    boxes: dict[str, list[Box]] = {}
    needed = {"image": IMAGE_NAMES} | {corner: (corner,) for corner in _CORNERS}
    for row in read_table(path, needed, {"confidence": ("confidence", "score", "conf")}):
        of_photo = boxes.setdefault(row.cells["image"], [])
        if any(row.cells[corner].strip() for corner in _CORNERS):
            of_photo.append(_box(row))
    return boxes


def write_boxes(path: Path, boxes: Mapping[str, Sequence[Box]] | Sequence[tuple[str, Sequence[Box]]]) -> None:
    """Writes a row for each box, corners to a hundredth of a pixel; a person's box has no confidence.

    Raises WhaleIdError where the file can't be written.
    """
    rows = boxes.items() if isinstance(boxes, Mapping) else boxes
    with atomic_write(path) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["image", *_CORNERS, "confidence"])
        for image, of_photo in rows:
            for box in of_photo:
                confidence = "" if box.drawn_by is Drawer.PERSON else f"{box.confidence:.4f}"
                writer.writerow([image, *(f"{corner:.2f}" for corner in box.corners), confidence])


def _box(row: Row) -> Box:
    xmin, ymin, xmax, ymax = (_number(row, corner) for corner in _CORNERS)
    confidence = row.cells.get("confidence", "").strip()
    drawn_by, sure = (Drawer.DETECTOR, _number(row, "confidence")) if confidence else (Drawer.PERSON, 1.0)
    if not 0.0 <= sure <= 1.0:
        raise row.error(f"the confidence is {sure:g}, not from 0 to 1")
    try:
        return Box(xmin, ymin, xmax, ymax, drawn_by, sure)
    except ValueError as error:
        raise row.error("the box has no area", "xmax lies right of xmin, and ymax below ymin.") from error


def _number(row: Row, cell: str) -> float:
    text = row.cells[cell].strip()
    try:
        # Where semicolons part the cells, the decimal sign is a comma.
        value = float(text.replace(",", "."))
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise row.error(f'{cell} is "{text}", not a number') from None
    return value
