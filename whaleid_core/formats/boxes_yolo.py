"""Tail boxes as YOLO's text files, one a photo: class, centre and size as fractions of the photo's width and height."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from whaleid_core.errors import WhaleIdError
from whaleid_core.formats.atomic import write_all
from whaleid_core.formats.box_files import (
    TAIL,
    BoxesRead,
    Gathering,
    Lookup,
    PhotoBoxes,
    classes,
    confidence_of,
    files_in,
    is_tail,
    number,
    one_file_each,
    shortest,
    text_of,
)

CLASSES = "classes.txt"
"""The file beside the photos' own that names the classes, a line each."""
_ORDER = ("x of the centre", "y of the centre", "width", "height")
_MOST_NUMBERS = 6
_SLACK = 1.5  # A box that reaches over the edge is cut; what is far above 1 was meant in pixels.


def read(path: Path, lookup: Lookup | None = None) -> BoxesRead:
    """The tail boxes of each photo of a folder of such files, or of one; lines that make no sense are refused.

    A sixth number is the confidence of a detector; without one a person drew the box. An empty file says that the photo
    has no tail. Boxes of other classes than tails (see classes.txt) are refused.

    Args:
        lookup: gives the photos' names and sizes, which this form doesn't hold.

    Raises WhaleIdError where there is no lookup, or no such file.
    """
    if lookup is None:
        raise WhaleIdError(
            "YOLO's boxes are fractions of a photo, so its size must be known.", "Say where the photos are."
        )
    gathering = Gathering(lookup)
    folder = path if path.is_dir() else path.parent
    files = [file for file in files_in(path, ".txt") if file.name != CLASSES]
    if not files:
        raise WhaleIdError(f"There is no file of boxes in {path}.", "YOLO's are called like the photo, with .txt.")
    listed = folder / CLASSES
    names = [line.strip() for line in text_of(listed).splitlines()] if listed.is_file() else [TAIL]
    known = classes(names)
    for file in files:
        _read_file(gathering, file, file.relative_to(folder).with_suffix("").as_posix(), names, known)
    return gathering.done()


def _read_file(gathering: Gathering, file: Path, name: str, names: Sequence[str], known: frozenset[str]) -> None:
    try:
        lines = text_of(file).splitlines()
    except WhaleIdError as error:
        gathering.note(error.sentence)
        return
    photo = ""
    with gathering.row(file.name, "") as row:
        row.photo = photo = gathering.photo(name)
        if photo not in gathering.sizes:
            raise ValueError("there is no photo of that name, and its size is needed")
    if photo not in gathering.sizes:
        return
    for line, text in enumerate(lines, start=1):
        if text.strip():
            with gathering.row(file.name, f"line {line}", photo):
                parts = text.split(maxsplit=_MOST_NUMBERS)
                if not 5 <= len(parts) <= 6:
                    raise ValueError("a box has 5 numbers, or 6 with a confidence")
                _check_class(parts[0], names, known)
                _read_numbers(gathering, photo, parts)


def _read_numbers(gathering: Gathering, photo: str, parts: Sequence[str]) -> None:
    x, y, width, height = (number(part, name) for part, name in zip(parts[1:5], _ORDER, strict=True))
    if max(map(abs, (x, y, width, height))) > _SLACK:
        raise ValueError("the numbers aren't fractions of the photo, 0 to 1")
    across, down = gathering.sizes[photo]
    left, right = ((x + side * width / 2) * across for side in (-1, 1))
    top, bottom = ((y + side * height / 2) * down for side in (-1, 1))
    gathering.box(photo, (left, top, right, bottom), number(parts[5], "confidence") if len(parts) == 6 else None)


def _check_class(text: str, names: Sequence[str], known: frozenset[str]) -> None:
    kind = number(text, "the class")
    if not kind.is_integer() or not 0 <= kind < len(names):
        raise ValueError(f"the class {text[:40]} isn't the tails'")
    name = names[int(kind)]
    if not is_tail(name, known):
        raise ValueError(f'"{name}" isn\'t a tail')


def write(path: Path, photos: Sequence[PhotoBoxes]) -> None:
    """Writes a file a photo and classes.txt into a folder, which is made, all or none; without tails a file is empty.

    Raises WhaleIdError where a photo's size isn't known, two photos would share a file, or the folder can't be written.
    """
    for photo in photos:
        if photo.size is None:
            raise WhaleIdError(
                f"The size of {photo.name} isn't known, which YOLO's form needs.", "Say where the photos are."
            )
    files = one_file_each(path, photos, ".txt")
    texts = ((place, "".join(_line(photo, number) for number in range(len(photo.boxes)))) for photo, place in files)
    write_all([(path / CLASSES, f"{TAIL}\n"), *texts])


def _line(photo: PhotoBoxes, index: int) -> str:
    box = photo.boxes[index]
    assert photo.size is not None
    width, height = photo.size
    centre = ((box.xmin + box.xmax) / 2 / width, (box.ymin + box.ymax) / 2 / height)
    sure = confidence_of(box)
    numbers = [*centre, box.width / width, box.height / height, *([] if sure is None else [sure])]
    return " ".join(["0", *map(shortest, numbers)]) + "\n"
