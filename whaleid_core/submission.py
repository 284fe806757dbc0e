"""The main job without a catalogue: a folder of known whales and one of new photos give Kaggle's CSV."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from whaleid_core.engine import Engine, Tails
from whaleid_core.errors import WhaleIdError
from whaleid_core.formats.known import KnownPhoto
from whaleid_core.identify import Watch, gallery_of, identified, ranked_ids, see_all
from whaleid_core.photos import photo_files
from whaleid_core.records import Box, Identification

Boxes = Mapping[str, Sequence[Box]]
"""File name -> tail boxes, for photos whose boxes are known already."""


@dataclass(frozen=True)
class Submission:
    """What came of the main job.

    Attributes:
        rows: photo and up to five ids, for each photo of the folder, in order of name.
        identifications: one a tail, in the same order; one without a tail for photos that show none.
        problems: a sentence for each photo, known or new, that couldn't be used.
    """

    rows: tuple[tuple[str, tuple[str, ...]], ...]
    identifications: tuple[Identification, ...]
    problems: tuple[str, ...]


def photos_in(folder: Path) -> list[Path]:
    """The photos of a folder itself, in order of name.

    Raises:
        WhaleIdError: there is no such folder, or no photo in it.
    """
    if not folder.is_dir():
        raise WhaleIdError(f"There is no folder {folder}.", "Check its name.")
    if not (photos := photo_files(folder)):
        raise WhaleIdError(f"There are no photos in {folder}.", "JPEG, PNG, TIFF, HEIC and RAW files are looked for.")
    return photos


def submit(
    engine: Engine,
    known: Iterable[KnownPhoto],
    new: Sequence[Path],
    known_boxes: Boxes | None = None,
    new_boxes: Boxes | None = None,
    new_whale: bool = True,
    watch_for: Callable[[str], Watch | None] = lambda title: None,
) -> Submission:
    """Identify new photos among known whales.

    Args:
        known: photos with their whale; those without one are in no gallery.
        new: photo files.
        known_boxes, new_boxes: tail boxes by file name; the detector looks where none are given. A photo with an empty
            list shows no tail.
        new_whale: off, new_whale is in no row, and a photo without a tail gets the whales with the most photos.
        watch_for: gives the watch of each part of the work, by its title.

    Raises:
        WhaleIdError: no known photo has a whale.
        Cancelled: a watch asked for it.
    """
    whales = {photo.path: photo.whale for photo in known if photo.whale is not None}
    if not whales:
        raise WhaleIdError("No known photo has a whale.", "The list needs the columns Image and Id, with ids in it.")
    problems: list[str] = []
    seen = see_all(engine, list(whales), known_boxes, watch_for("Known photos"), whole=True)
    gallery = gallery_of(engine, _told(seen, problems), whales)
    often = [whale for whale, _ in Counter(sorted(whales.values())).most_common(5)]
    rows: list[tuple[str, tuple[str, ...]]] = []
    found: list[Identification] = []
    for tails in see_all(engine, new, new_boxes, watch_for("New photos")):
        answers = identified(engine, gallery, tails)
        problems += [tails.problem] if tails.problem else []
        found += answers
        rows.append((tails.path.name, tuple(ranked_ids(answers, often, new_whale))))
    return Submission(tuple(rows), tuple(found), tuple(problems))


def _told(seen: Iterable[Tails], problems: list[str]) -> Iterator[Tails]:
    """What is seen, one by one, so that nobody need hold all of it; problems are put to the others."""
    for tails in seen:
        if tails.problem:
            problems.append(tails.problem)
        yield tails
