"""All forms that tail boxes go in and out by: one table, and which of them a file is in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from whaleid_core.errors import WhaleIdError
from whaleid_core.formats import boxes_coco, boxes_csv, boxes_tsv, boxes_voc, boxes_yolo
from whaleid_core.formats.box_files import BoxesRead, Lookup, PhotoBoxes, text_of


@dataclass(frozen=True, slots=True)
class BoxFormat:
    """One form.

    Attributes:
        key: what the command line calls it.
        words: what a person sees.
        suffix: of its file; empty where it is a folder with a file a photo.
        sized: whether it holds the photos' sizes, or needs them.
        read: boxes of a file or folder, with a lookup of the photos' names and sizes where there is one.
        write: boxes into a file or folder.
    """

    key: str
    words: str
    suffix: str
    sized: bool
    read: Callable[[Path, Lookup | None], BoxesRead]
    write: Callable[[Path, Sequence[PhotoBoxes]], None]


FORMATS: dict[str, BoxFormat] = {
    made.key: made
    for made in (
        BoxFormat("csv", "CSV: a row a box, with its confidence", ".csv", False, boxes_csv.read, boxes_csv.write),
        BoxFormat("tsv", "The study's TSV: fn, ymin xmin ymax xmax", ".tsv", False, boxes_tsv.read, boxes_tsv.write),
        BoxFormat("coco", "COCO JSON", ".json", True, boxes_coco.read, boxes_coco.write),
        BoxFormat("yolo", "YOLO: a folder, one text file a photo", "", True, boxes_yolo.read, boxes_yolo.write),
        BoxFormat("voc", "Pascal VOC: a folder, one XML file a photo", "", True, boxes_voc.read, boxes_voc.write),
    )
}
"""By key, the usual one first."""

_BY_SUFFIX = {".csv": "csv", ".tsv": "tsv", ".tab": "tsv", ".json": "coco", ".xml": "voc"}


def format_of(path: Path) -> BoxFormat:
    """The form of a file that is there, or is going to be written, by its ending and, where that says little, content.

    Raises:
        WhaleIdError: it is in none that is known.
    """
    if path.is_dir():
        for key, pattern in (("voc", "*.xml"), ("yolo", "*.txt")):
            if next(path.rglob(pattern), None) is not None:
                return FORMATS[key]
        raise WhaleIdError(f"No file of boxes was found in {path}.", f"What can be read: {_known()}.")
    suffix = path.suffix.lower()
    if suffix == ".txt":
        first = text_of(path).lstrip().split("\n", 1)[0] if path.is_file() else ""
        return FORMATS["tsv" if first.casefold().startswith("fn\t") else "yolo"]
    if suffix not in _BY_SUFFIX:
        raise WhaleIdError(f"{path.name} is in no form of boxes that is known.", f"What can be read: {_known()}.")
    return FORMATS[_BY_SUFFIX[suffix]]


def _known() -> str:
    return ", ".join(form.words.split(":")[0] for form in FORMATS.values())
