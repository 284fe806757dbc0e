"""What the files of tail boxes share: a photo with its boxes, what a reader found, and how it refuses nonsense."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from whaleid_core.boxes import clip
from whaleid_core.errors import Kind, WhaleIdError, one_line, short
from whaleid_core.formats.tables import LARGEST
from whaleid_core.records import Box, Drawer

TAIL = "tail"
"""What a tail box is called where a format names classes."""
MOST_REFUSED = 10_000
"""Sentences that are kept of one reading; more are counted."""
LONGEST_NAME = 1000
"""Signs of a photo's name with its folders; no disk takes more in a name, and few in all."""
_TAIL_WORDS = (TAIL, "fluke")
_HINT = "Correct it and try again."


@dataclass(frozen=True, slots=True)
class Sized:
    """A photo that a name in a file stands for: what it is called, and width and height in upright pixels."""

    name: str
    width: int
    height: int

    @property
    def size(self) -> tuple[int, int]:
        return self.width, self.height


Lookup = Callable[[str], Sized | None]
"""Finds the photo that a name, with or without its ending, stands for; None where there is none."""


@dataclass(frozen=True, slots=True)
class PhotoBoxes:
    """A photo's name, its upright size where that is known, and its tail boxes; none: it was looked at and has none."""

    name: str
    boxes: tuple[Box, ...] = ()
    size: tuple[int, int] | None = None


@dataclass(slots=True)
class BoxesRead:
    """What a file says.

    Attributes:
        photos: the tail boxes of each photo's name, in the file's order; an empty list says that there is no tail.
        sizes: width and height of those photos whose size the file, or the lookup, gives.
        refused: a sentence for each row that makes no sense, with its line or number.
    """

    photos: dict[str, list[Box]] = field(default_factory=dict)
    sizes: dict[str, tuple[int, int]] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)

    def listed(self) -> list[PhotoBoxes]:
        """The same as `write` takes it."""
        return [PhotoBoxes(name, tuple(boxes), self.sizes.get(name)) for name, boxes in self.photos.items()]

    def strict(self) -> dict[str, list[Box]]:
        """The photos.

        Raises:
            WhaleIdError: something was refused.
        """
        if self.refused:
            raise WhaleIdError(self.refused[0], _HINT)
        return self.photos


@dataclass(slots=True)
class Row:
    """The part of a file that is read now, and the photo that it is about once that is known."""

    photo: str | None = None


class Gathering:
    """Takes what a reader comes across, row by row, and notes what it refuses.

    A box that reaches over its photo's edge is cut there, for a tail can't; one that lies outside is refused.
    """

    def __init__(self, lookup: Lookup | None = None) -> None:
        self._read = BoxesRead()
        self._lookup = lookup
        self._doubtful: set[str] = set()
        self._more = 0

    @property
    def sizes(self) -> dict[str, tuple[int, int]]:
        """Width and height of the photos so far, where they are known."""
        return self._read.sizes

    def done(self) -> BoxesRead:
        """What was found. That a photo has no tail isn't said by a file whose boxes of it were all refused."""
        for name in self._doubtful:
            if not self._read.photos[name]:
                del self._read.photos[name]
        self._doubtful.clear()
        if self._more:
            self._read.refused.append(f"{self._more:,} more are left out, too.")
            self._more = 0
        return self._read

    @contextmanager
    def row(self, file: str, where: str, photo: str | None = None) -> Iterator[Row]:
        """One row, read inside the block; a ValueError in it refuses the row, in its words.

        Args:
            where: "line 3", say, or nothing for the whole file.
        """
        row = Row(photo)
        try:
            yield row
        except ValueError as error:
            self.refuse(file, where, str(error))
            if row.photo is not None:
                self._doubtful.add(row.photo)

    def refuse(self, file: str, where: str, what: str) -> None:
        """Note what is wrong: `where` is "line 3", say, or nothing for the whole file."""
        self.note(f"{file}, {where}: {what}." if where else f"{file}: {what}.")

    def note(self, sentence: str) -> None:
        """Note a sentence of what is refused; it may hold a name from elsewhere, of any length and signs."""
        if len(self._read.refused) < MOST_REFUSED:
            self._read.refused.append(one_line(short(sentence)))
        else:
            self._more += 1

    def photo(self, name: str, size: tuple[int, int] | None = None) -> str:
        """Note a photo; returns the name that its boxes go by.

        Args:
            size: what the file says of it.

        Raises:
            ValueError: that can't be a photo, or another size is known of it; the words say what is wrong.
        """
        if not name.strip():
            raise ValueError("the photo has no name")
        if len(name) > LONGEST_NAME:
            raise ValueError("the photo's name is longer than a disk takes")
        if not name.isprintable() and any(ord(letter) < 32 or ord(letter) == 127 for letter in name):
            raise ValueError("the photo's name holds signs that no name has")
        if size is not None and min(size) < 1:
            raise ValueError(f"a photo can't be {size[0]} x {size[1]} pixels large")
        found = self._lookup(name) if self._lookup is not None else None
        known = found.size if found is not None else self._read.sizes.get(name)
        if size is not None and known is not None and known != size:
            raise ValueError(f"{name} is {known[0]} x {known[1]} pixels large, not {size[0]} x {size[1]}")
        own = found.name if found is not None else name
        if known := size or known:
            self._read.sizes[own] = known
        self._read.photos.setdefault(own, [])
        return own

    def box(self, photo: str, corners: Sequence[float], confidence: float | None) -> None:
        """Add a box to a photo that was noted: a detector's where there is a confidence, otherwise a person's.

        Raises:
            ValueError: that is no box of this photo; the words say why.
        """
        if confidence is not None and not 0.0 <= confidence <= 1.0:
            raise ValueError(f"the confidence is {confidence:g}, not from 0 to 1")
        drawn_by = Drawer.PERSON if confidence is None else Drawer.DETECTOR
        sure = 1.0 if confidence is None else confidence
        xmin, ymin, xmax, ymax = corners
        if not (xmin < xmax and ymin < ymax and all(map(math.isfinite, corners))):
            raise ValueError("the box has no area")
        width, height = self._read.sizes.get(photo, (math.inf, math.inf))
        kept = clip(Box(xmin, ymin, xmax, ymax, drawn_by, sure), width, height)
        if kept is None:
            raise ValueError(f"the box lies outside of {photo}")
        self._read.photos[photo].append(kept)


def number(value: Any, name: str) -> float:
    """A number out of a file, as text or as JSON has it.

    Raises:
        ValueError: it is none, or not a finite one.
    """
    text = str(value)[:40].strip()
    try:
        # Where semicolons part the cells, the decimal sign is a comma.
        found = (
            math.nan if isinstance(value, bool) else float(value.replace(",", ".") if isinstance(value, str) else value)
        )
    except (ValueError, TypeError, OverflowError):
        found = math.nan
    if not math.isfinite(found):
        raise ValueError(f'{name} is "{text}", not a number')
    return found


def shortest(value: float) -> str:
    """The shortest text that reads back as the same number."""
    return repr(float(value)).removesuffix(".0")


def confidence_of(box: Box) -> float | None:
    """What a file says of a box's confidence: a person's has none."""
    return None if box.drawn_by is Drawer.PERSON else float(box.confidence)


def classes(names: Iterable[str]) -> frozenset[str]:
    """The classes that a file names, for `is_tail`."""
    return frozenset(name.strip().casefold() for name in names)


def is_tail(name: str, known: frozenset[str]) -> bool:
    """Whether a class is the tails', among all that a file names: the only one, or one called tail or fluke."""
    own = name.strip().casefold()
    return known <= {own} or any(word in own for word in _TAIL_WORDS)


def text_of(path: Path) -> str:
    """A text file's content.

    Raises:
        WhaleIdError: it isn't there, can't be read, is far too large or is no UTF-8 text.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise WhaleIdError(f"{path.name} is too large for a file of boxes.", "Split it.")
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise WhaleIdError(f"{path.name} isn't a text file in UTF-8.", "Save it as UTF-8.") from error
    except FileNotFoundError as error:
        raise WhaleIdError(f"There is no file {path}.", "Check the name.") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise WhaleIdError(
            f"{path.name} can't be read: {reason}.", "Check that it is a file that you may open.", Kind.ENVIRONMENT
        ) from error


def files_in(path: Path, suffix: str) -> list[Path]:
    """The files with a suffix in a folder and below, in order of name; a file itself where it is one."""
    if not path.is_dir():
        return [path]
    found = [file for file in path.rglob(f"*{suffix}") if file.is_file() and not file.name.startswith(".")]
    return sorted(found, key=lambda file: file.relative_to(path).as_posix())


def beside(folder: Path, name: str, suffix: str) -> Path:
    """The file of a photo in a folder of one file a photo, its subfolders included.

    Raises:
        WhaleIdError: the name leads out of the folder.
    """
    inside = PurePosixPath(name.replace("\\", "/"))
    parts = [part for part in inside.parts if part not in (inside.anchor, ".")]
    if ".." in parts or not parts or any(":" in part for part in parts[:1]):
        raise WhaleIdError(f'No file can be named after the photo "{name}".', "Give the photo another name.")
    return folder.joinpath(*parts[:-1], PurePosixPath(parts[-1]).stem + suffix)


def one_file_each(folder: Path, photos: Sequence[PhotoBoxes], suffix: str) -> list[tuple[PhotoBoxes, Path]]:
    """Each photo with its file.

    Raises:
        WhaleIdError: two photos would share a file.
    """
    files = [(photo, beside(folder, photo.name, suffix)) for photo in photos]
    owners: dict[str, str] = {}
    for photo, file in files:
        other = owners.setdefault(str(file).casefold(), photo.name)
        if other != photo.name:
            raise WhaleIdError(
                f"{other} and {photo.name} would share the file {file.name}.", "Choose a form that is one file."
            )
    return files
