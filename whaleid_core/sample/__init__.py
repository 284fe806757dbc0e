"""Draws the sample survey: synthetic flukes with known identities, in photos that look as a camera would write them."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from whaleid_core.errors import Kind, WhaleIdError
from whaleid_core.records import NEW_WHALE, Box
from whaleid_core.sample.files import Stamp, write_photo
from whaleid_core.sample.fluke import Texture, Whale, signature
from whaleid_core.sample.scene import Scene, draw_photo
from whaleid_core.sample.sea import Light, sea
from whaleid_core.sample.survey import Shot, plan, unlike_whales
from whaleid_core.sample.view import View

__all__ = [
    "Light",
    "Scene",
    "Stamp",
    "Survey",
    "Texture",
    "View",
    "Whale",
    "draw_photo",
    "draw_survey",
    "sea",
    "signature",
    "unlike_whales",
    "write_photo",
]

_SMALLEST = 120
TRUTH_COLUMNS = ("folder", "Image", "Id", "tail", "xmin", "ymin", "xmax", "ymax")


@dataclass(frozen=True)
class Survey:
    """Where a sample survey lies.

    Attributes:
        folder: holds everything.
        known_dir, new_dir: the photos of known whales and the new ones.
        train_csv: `Image,Id` of the known photos.
        truth_csv: `folder,Image,Id,tail,xmin,ymin,xmax,ymax`, a row a tail, corners in pixels of the upright photo.
            A photo that shows no tail, or can't be read, has one row with nothing after its name.
        photos: how many photos there are.
    """

    folder: Path
    known_dir: Path
    new_dir: Path
    train_csv: Path
    truth_csv: Path
    photos: int


def _checked(folder: Path, whales: int, known: int, new: int, size: tuple[int, int]) -> None:
    if whales < 2 or known < whales or new < 0:
        raise WhaleIdError(
            f"A survey of {whales} whales, {known} known and {new} new photos can't be drawn.",
            "It takes two whales or more, and a known photo or more of each.",
        )
    if min(size) < _SMALLEST or max(size) > 12000:
        raise WhaleIdError(
            f"Photos of {size[0]} x {size[1]} pixels can't be drawn.",
            f"Each side takes {_SMALLEST} to 12000 pixels.",
        )
    for name in ("known", "new"):
        if (folder / name).is_dir() and any((folder / name).iterdir()):
            raise WhaleIdError(f"{folder / name} already holds files.", "Choose an empty folder for the sample survey.")


def _write_rows(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def _truth(shot: Shot, boxes: Sequence[Box]) -> list[tuple[object, ...]]:
    if shot.broken or not boxes:
        return [(shot.folder, shot.name, "", "", "", "", "", "")]
    return [
        (shot.folder, shot.name, whale.name if shot.listed else NEW_WHALE, tail, *(round(v) for v in box.corners))
        for tail, (whale, box) in enumerate(zip(shot.whales, boxes, strict=True))
    ]


def draw_survey(
    folder: Path,
    whales: int = 40,
    known: int = 80,
    new: int = 30,
    size: tuple[int, int] = (3000, 2000),
    seed: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> Survey:
    """Draws a survey: `known/` with `train.csv`, `new/`, and `truth.csv` with every box and whale.

    A sixth of the new photos show whales that are in no list. From ten new photos on, one of them is an empty sea,
    one shows two known whales, one lies on its side by EXIF, one has a Korean name, and one is a broken file. The same
    arguments give the same photos.

    Args:
        folder: made if it isn't there; `known` and `new` in it must be empty.
        whales: how many whales the list knows, 2 or more.
        known: photos of known whales, one a whale or more.
        new: new photos.
        size: width and height of the photos, pixels.
        seed: another seed gives another survey.
        progress: called after each photo with how many are done and how many there are, and now and then before the
            first; may raise to stop.

    Raises:
        WhaleIdError: arguments that make no survey, a folder in use, or a disk that can't be written.
    """
    folder = Path(folder)
    _checked(folder, whales, known, new, size)
    survey = Survey(
        folder, folder / "known", folder / "new", folder / "known" / "train.csv", folder / "truth.csv", known + new
    )
    try:
        told = progress or (lambda done, of: None)
        _draw(survey, plan(whales, known, new, seed, lambda: told(0, known + new)), size, seed, told)
    except OSError as error:
        raise WhaleIdError(
            f"The sample survey can't be written to {folder}: {error.strerror or error}.",
            "Choose a folder on a disk with room that you may write to.",
            Kind.ENVIRONMENT,
        ) from error
    return survey


def _draw(
    survey: Survey,
    shots: Sequence[Shot],
    size: tuple[int, int],
    seed: int,
    progress: Callable[[int, int], None],
) -> None:
    for directory in (survey.known_dir, survey.new_dir):
        directory.mkdir(parents=True, exist_ok=True)
    truth: list[tuple[object, ...]] = []
    for number, shot in enumerate(shots):
        scene = draw_photo(shot.whales, size, np.random.default_rng([seed, 2, number]), shot.light)
        write_photo(survey.folder / shot.folder / shot.name, scene.pixels, shot.stamp, shot.broken)
        truth += _truth(shot, scene.boxes)
        progress(number + 1, len(shots))
    listed = [(shot.name, shot.whales[0].name) for shot in shots if shot.folder == "known"]
    _write_rows(survey.train_csv, ("Image", "Id"), listed)
    _write_rows(survey.truth_csv, TRUTH_COLUMNS, truth)
