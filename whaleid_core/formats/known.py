"""The three ways to say which whale a known photo shows: a list, one folder a whale, or a pattern in the file names."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import overload

from whaleid_core.errors import WhaleIdError
from whaleid_core.formats.kaggle import read_ids
from whaleid_core.photo_names import PHOTO_SUFFIXES, photo_files
from whaleid_core.records import NEW_WHALE

_EXAMPLE = 'Write it like "{whale}_*.jpg": {whale} where the whale\'s id stands, * for anything.'


@dataclass(frozen=True, slots=True)
class KnownPhoto:
    """A photo and the whale that it is said to show; None where nothing is said, or nothing certain."""

    path: Path
    whale: str | None


@dataclass(frozen=True)
class KnownPhotos(Sequence[KnownPhoto]):
    """Known photos in order, and the names in the list that are no file in the folder."""

    photos: tuple[KnownPhoto, ...]
    missing: tuple[str, ...] = ()

    @property
    def whales(self) -> frozenset[str]:
        return frozenset(photo.whale for photo in self.photos if photo.whale is not None)

    def __len__(self) -> int:
        return len(self.photos)

    def __iter__(self) -> Iterator[KnownPhoto]:
        return iter(self.photos)

    @overload
    def __getitem__(self, index: int) -> KnownPhoto: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[KnownPhoto, ...]: ...
    def __getitem__(self, index: int | slice) -> KnownPhoto | tuple[KnownPhoto, ...]:
        return self.photos[index]


def from_csv(csv: Path, folder: Path) -> KnownPhotos:
    """What a list with `Image` and `Id` says of the photos in a folder, in the list's order.

    A name in the list may differ from the file's in case, may lack the ending, and may lead into a subfolder. Photos
    that the list doesn't name are left out. Raises WhaleIdError where the list can't be read or the folder is missing.
    """
    ids = read_ids(csv)
    find = _finder(folder)
    whales: dict[Path, str | None] = {}
    missing: list[str] = []
    for name, text in ids.items():
        path = find(name)
        if path is None:
            missing.append(name)
        elif whales.setdefault(path, _whale(text)) != _whale(text):
            whales[path] = None  # two spellings of one name, two whales
    return _known(whales, missing)


def from_folders(folder: Path) -> KnownPhotos:
    """Photos in one folder a whale, deeper folders included; photos beside those folders are of no known whale."""
    found = photo_files(folder, recursive=True)
    inner = {path: path.relative_to(folder).parts[:-1] for path in found}
    return _known({path: _whale(parts[0]) if parts else None for path, parts in inner.items()})


def from_pattern(folder: Path, pattern: str) -> KnownPhotos:
    """Photos whose names hold the whale's id, subfolders included.

    Args:
        pattern: of the file's name, with `{whale}` for the id and `*` for anything: "{whale}_*.jpg". Case doesn't
            matter; without an ending it fits every ending; with a slash it is compared with the path inside the
            folder. Where a name fits in more than one way (A_B_1.jpg: A, or A_B?) the whale is None.
            Or "re:" and a regular expression with a group named whale, searched for in the name.

    Raises WhaleIdError where the pattern is none or the folder is missing.
    """
    read = _expression(pattern) if pattern.startswith("re:") or "(?P<whale>" in pattern else _simple(pattern)
    found = photo_files(folder, recursive=True)
    names = {path: path.relative_to(folder).as_posix() if "/" in pattern else path.name for path in found}
    return _known({path: read(unicodedata.normalize("NFC", name)) for path, name in names.items()})


def _known(whales: dict[Path, str | None], missing: Sequence[str] = ()) -> KnownPhotos:
    return KnownPhotos(tuple(KnownPhoto(path, whale) for path, whale in whales.items()), tuple(missing))


def _whale(text: str) -> str | None:
    # macOS takes accents and Hangul apart in file names; a whale's id must not depend on where it was typed.
    name = unicodedata.normalize("NFC", text.strip())
    return None if not name or name.casefold() == NEW_WHALE else name


def _key(name: str) -> str:
    return unicodedata.normalize("NFC", name.strip().replace("\\", "/")).casefold()


def _finder(folder: Path) -> Callable[[str], Path | None]:
    """Looks names up in a folder: as they are, else by `_key`, else without the ending where one file alone fits."""
    by_key: dict[str, Path] = {}
    by_stem: dict[str, list[Path]] = {}
    for path in photo_files(folder, recursive=True):
        inside = path.relative_to(folder)
        by_key.setdefault(_key(inside.as_posix()), path)
        by_stem.setdefault(_key(inside.with_suffix("").as_posix()), []).append(path)

    def find(name: str) -> Path | None:
        exact = folder / name
        if os.path.isfile(exact):  # which, unlike is_file, says no to names that no file can have
            return exact
        alike = by_stem.get(_key(name), [])
        return by_key.get(_key(name)) or (alike[0] if len(alike) == 1 else None)

    return find


def _expression(pattern: str) -> Callable[[str], str | None]:
    try:
        expression = re.compile(pattern.removeprefix("re:"))
    except re.error as error:
        raise WhaleIdError(f'"{pattern}" is not a regular expression: {error}.', _EXAMPLE) from error
    if "whale" not in expression.groupindex:
        raise WhaleIdError(f'"{pattern}" doesn\'t say where the whale stands.', "Name a group for it: (?P<whale>...).")

    def read(name: str) -> str | None:
        match = expression.search(name)
        return _whale(match["whale"] or "") if match else None

    return read


def _simple(pattern: str) -> Callable[[str], str | None]:
    if pattern.count("{whale}") != 1:
        raise WhaleIdError(f'"{pattern}" doesn\'t say where the whale stands.', _EXAMPLE)
    ends = Path(pattern.replace("{*}", "*")).suffix.lower()
    any_ending = ends not in PHOTO_SUFFIXES and ends not in (".*", ".{whale}")
    before, after = (_part(part) for part in pattern.split("{whale}"))

    def read(name: str) -> str | None:
        text = str(Path(name).with_suffix("")) if any_ending else name
        starts = [at for at in range(len(text)) if before.fullmatch(text, 0, at)]
        stops = [at for at in range(1, len(text) + 1) if after.fullmatch(text, at)]
        whales = {_whale(text[start:stop]) for start in starts for stop in stops if start < stop} - {None}
        return whales.pop() if len(whales) == 1 else None

    return read


def _part(pattern: str) -> re.Pattern[str]:
    """What stands before or after the whale, as an expression."""
    pieces = unicodedata.normalize("NFC", pattern).replace("{*}", "*").split("*")
    return re.compile(".*".join(re.escape(piece) for piece in pieces), re.IGNORECASE | re.DOTALL)
