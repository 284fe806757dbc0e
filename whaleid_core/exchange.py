"""Tail boxes between catalogues, folders of photos and files: out, in, and from one form into another."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePath, PurePosixPath

from whaleid_core.catalogue import Catalogue
from whaleid_core.errors import Cancelled, WhaleIdError
from whaleid_core.formats.box_files import BoxesRead, Lookup, PhotoBoxes, Sized
from whaleid_core.formats.boxes import BoxFormat
from whaleid_core.photos import photo_files, read_size
from whaleid_core.records import Box


@dataclass(frozen=True)
class Arrival:
    """What a file of boxes would bring into a catalogue.

    Attributes:
        boxes: by photo, in the pixels of the photo's file turned upright.
        strangers: names in the file that are no photo of the catalogue, or more than one.
        refused: a sentence for each row that makes no sense.
    """

    boxes: dict[int, list[Box]] = field(default_factory=dict)
    strangers: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """How many boxes."""
        return sum(map(len, self.boxes.values()))


class PhotoFinder:
    """Finds photos by what files call them: with folders or without, with their ending or without, in any case.

    Of several photos with one name that is meant whose folders agree for longest; where that leaves several, none is.
    """

    def __init__(self, paths: Iterable[Path]) -> None:
        self._by_name: dict[str, list[Path]] = {}
        for path in paths:
            for name in {_plain(path.name), _plain(path.stem)}:
                self._by_name.setdefault(name, []).append(path)

    def find(self, name: str) -> Path | None:
        """The photo that is meant."""
        parts = [_plain(part) for part in PurePosixPath(name.replace("\\", "/")).parts]
        alike = self._by_name.get(parts[-1], []) if parts else []
        agree = [(_agreeing(path, parts), path) for path in alike]
        best = max((count for count, _ in agree), default=0)
        meant = [path for count, path in agree if count == best]
        return meant[0] if len(meant) == 1 else None


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()


def _agreeing(path: Path, parts: Sequence[str]) -> int:
    """How many folders, from the photo upwards, are called alike."""
    count = 0
    for own, given in zip(reversed(path.parts[:-1]), reversed(parts[:-1]), strict=False):
        if _plain(own) != given:
            break
        count += 1
    return count


def short_names(paths: Sequence[Path]) -> dict[Path, str]:
    """A name for each photo that no other has: the file's own, with as many folders before it as that takes."""
    names: dict[Path, str] = {}
    left, depth = list(dict.fromkeys(paths)), 1
    while left:
        tried = {path: _tail_of(path, depth) for path in left}
        often = Counter(_plain(name) for name in tried.values())
        names |= {path: name for path, name in tried.items() if often[_plain(name)] == 1 or depth >= len(path.parts)}
        left = [path for path in left if path not in names]
        depth += 1
    return names


def _tail_of(path: PurePath, depth: int) -> str:
    parts = [part for part in path.parts if part != path.anchor]
    return "/".join(parts[-depth:])


def export_boxes(catalogue: Catalogue, path: Path, form: BoxFormat, stop: Callable[[], bool] = lambda: False) -> int:
    """Write the boxes of all photos in which somebody looked for tails; returns how many boxes.

    Args:
        stop: asked before anything is written whether to leave it.

    Raises:
        WhaleIdError: there are none, or the file can't be written.
        Cancelled: `stop` said so.
    """
    places = {place.id: place for place in catalogue.photo_places()}
    found = {key: boxes for key, boxes in catalogue.boxes_by_photo().items() if key in places}
    if not found:
        raise WhaleIdError("No photo was searched for tails yet, so there are no boxes.", "Find tails first.")
    names = short_names([place.path for place in places.values()])
    if stop():
        raise Cancelled
    form.write(
        path,
        [
            PhotoBoxes(names[place.path], tuple(found[key]), (place.width, place.height))
            for key, place in places.items()
            if key in found
        ],
    )
    return sum(map(len, found.values()))


def read_for(catalogue: Catalogue, path: Path, form: BoxFormat) -> Arrival:
    """Read a file of boxes against a catalogue; nothing is changed by it.

    Raises:
        WhaleIdError: the file isn't what it should be.
    """
    places = {place.path: place for place in catalogue.photo_places()}
    names, finder = short_names(list(places)), PhotoFinder(places)
    strangers: dict[str, None] = {}

    def lookup(name: str) -> Sized | None:
        found = finder.find(name)
        if found is None:
            strangers[name] = None
            return None
        return Sized(names[found], places[found].width, places[found].height)

    read = form.read(path, lookup)
    ids = {names[place.path]: place.id for place in places.values()}
    boxes = {ids[name]: found for name, found in read.photos.items() if name not in strangers}
    return Arrival(boxes, tuple(strangers), tuple(read.refused))


def folder_lookup(folder: Path | None) -> Lookup | None:
    """Finds photos of a folder and those below; sizes are read when they are asked for."""
    if folder is None:
        return None
    paths = photo_files(folder, recursive=True)
    finder, names = PhotoFinder(paths), short_names(paths)
    sizes: dict[Path, tuple[int, int]] = {}

    def lookup(name: str) -> Sized | None:
        found = finder.find(name)
        if found is None:
            return None
        if found not in sizes:
            sizes[found] = read_size(found)
        return Sized(names[found], *sizes[found])

    return lookup


def convert(source: Path, form: BoxFormat, target: Path, into: BoxFormat, photos: Path | None) -> BoxesRead:
    """Write a file of boxes in another form; what makes no sense is left out and told.

    Args:
        photos: the folder of the photos, which knows their names and sizes; some forms can't do without.

    Raises:
        WhaleIdError: nothing in it makes sense, sizes are wanted and not known, or a file can't be read or written.
    """
    lookup = folder_lookup(photos)
    read = form.read(source, lookup)
    if not read.photos:
        first = read.refused[0] if read.refused else f"{source.name} holds no boxes."
        raise WhaleIdError(first, "Nothing was written.")
    if lookup is not None:
        for name in read.photos:
            if name not in read.sizes and (found := lookup(name)) is not None:
                read.sizes[name] = found.size
    into.write(target, read.listed())
    return read


def write_found(path: Path, form: BoxFormat, folder: Path, found: Sequence[tuple[str, Sequence[Box]]]) -> None:
    """Write what a detector found in the photos of a folder, by file name.

    In a table each row is a box, whatever program reads it: a photo without tails has none.

    Raises:
        WhaleIdError: the file can't be written.
    """
    if form.sized:
        form.write(path, [PhotoBoxes(name, tuple(boxes), read_size(folder / name)) for name, boxes in found])
    else:
        form.write(path, [PhotoBoxes(name, tuple(boxes)) for name, boxes in found if boxes])
