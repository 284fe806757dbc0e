"""The photographs that the study's recipes learn from: a table of whales, and the tail of each, cut out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from whaleid_core.boxes import clip, scaled, widened
from whaleid_core.engine import DECODED
from whaleid_core.errors import WhaleIdError
from whaleid_core.formats.boxes import format_of
from whaleid_core.formats.boxes_csv import read_boxes, write_boxes
from whaleid_core.formats.kaggle import read_ids
from whaleid_core.photos import Pixels, read_pixels, read_size
from whaleid_core.records import NEW_WHALE, Box
from whaleid_core.train.crops import boxes_of, read_table
from whaleid_core.train.evaluate import SPLITS

Find = Callable[[Path], Sequence[Box]]
FOUND = "boxes.csv"
"""The boxes that the tail finder found, kept beside the checkpoint: a training that goes on doesn't look again."""


@dataclass(frozen=True, slots=True)
class StudyPhotos:
    """Photographs with their whales.

    Attributes:
        paths: of the files.
        whales: the id of each, new_whale where nobody knows.
        boxes: the tail of each, in pixels of the photo; None where it is taken whole.
    """

    paths: tuple[Path, ...]
    whales: tuple[str, ...]
    boxes: tuple[Box | None, ...]

    def __len__(self) -> int:
        return len(self.paths)

    @property
    def classes(self) -> tuple[str, ...]:
        """The distinct whales, in order of name."""
        return tuple(sorted(set(self.whales)))

    def only(self, kept: Callable[[str], bool]) -> StudyPhotos:
        """Those of the whales that are to be kept."""
        rows = [row for row, whale in enumerate(self.whales) if kept(whale)]
        paths, whales = tuple(self.paths[row] for row in rows), tuple(self.whales[row] for row in rows)
        return StudyPhotos(paths, whales, tuple(self.boxes[row] for row in rows))

    def cut(self, row: int, margin: float = 0.0) -> Pixels:
        """The tail of a photo, (h, w, 3) RGB as large as it is there; what lies outside of the photo is left out.

        Raises:
            WhaleIdError: the photo can't be read.
        """
        path, box = self.paths[row], self.boxes[row]
        pixels = read_pixels(path, max_side=DECODED)
        if box is None:
            return pixels
        factor = max(pixels.shape[:2]) / max(read_size(path))
        inside = clip(scaled(widened(box, margin), factor), pixels.shape[1], pixels.shape[0])
        if inside is None:
            raise WhaleIdError(f"The tail box of {path.name} lies outside of the photo.", "Correct the list of boxes.")
        left, top = int(inside.xmin), int(inside.ymin)
        return pixels[top : max(top + 1, round(inside.ymax)), left : max(left + 1, round(inside.xmax))]


def listed(photos: Path, table: Path | None) -> dict[str, str]:
    """Name of each photo to learn from -> its whale: what Kaggle's train.csv says, or photos.csv of its split train.

    Args:
        photos: the folder of the photographs.

    Raises:
        WhaleIdError: the table can't be read, or holds nothing.
    """
    if table is None:
        rows = read_table(photos, ["train"])
        ids = dict(zip(rows["image"].tolist(), rows["whale"].fillna(NEW_WHALE).tolist(), strict=True))
    else:
        ids = {name: whale or NEW_WHALE for name, whale in read_ids(table).items()}
    if not ids:
        raise WhaleIdError("The table names no photo to learn from.", "It needs the columns Image and Id.")
    return ids


def folder_of(photos: Path) -> Path:
    """Where the files themselves lie: in `photos`, or in a folder of that name inside it."""
    inside = photos / "photos"
    return inside if inside.is_dir() else photos


def read_study(photos: Path, table: Path | None, boxes: Path | None, work: Path, find: Find) -> StudyPhotos:
    """The photographs of a table, each with its tail.

    Args:
        photos: their folder.
        table: Kaggle's train.csv; photos.csv in the folder where it is None.
        boxes: tail boxes, in any form that the program reads; else those of photos.csv, where the folder has one; else
            `find` looks for them.
        work: where found boxes are kept.
        find: gives the tails of a photo, surest first.

    Raises:
        WhaleIdError: a photo of the table is missing, or a table can't be read.
    """
    ids = listed(photos, table)
    folder = folder_of(photos)
    paths = [folder / name for name in ids]
    if gone := [path.name for path in paths if not path.is_file()]:
        sentence = f"{len(gone)} photos of the table are not in {folder}: {gone[0]} is the first."
        raise WhaleIdError(sentence, "Name the folder that holds them with --photos.")
    if boxes is not None:
        known: Mapping[str, Sequence[Box]] = format_of(boxes).read(boxes, None).strict()
    elif (photos / "photos.csv").is_file():
        known = _of_listing(photos)
    else:
        known = _found(paths, work, find)
    tails = [known.get(path.name, ()) for path in paths]
    surest = tuple(max(own, key=lambda box: box.confidence) if own else None for own in tails)
    return StudyPhotos(tuple(paths), tuple(ids.values()), surest)


def _of_listing(photos: Path) -> dict[str, list[Box]]:
    table = read_table(photos, SPLITS).dropna(subset=["xmin", "ymin", "xmax", "ymax"])
    return {image: [box] for image, box in zip(table["image"].tolist(), boxes_of(table), strict=True)}


def _found(paths: Sequence[Path], work: Path, find: Find) -> dict[str, list[Box]]:
    """What the tail finder finds, all of it before the training begins."""
    kept = work / FOUND
    if kept.is_file():
        return read_boxes(kept)
    found = {path.name: list(find(path)) for path in paths}
    work.mkdir(parents=True, exist_ok=True)
    write_boxes(kept, found)
    return found
