"""What rows are called in front of a person, and what the next whale is called."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

from sqlalchemy import Connection, select

from whaleid_core.catalogue.schema import photo
from whaleid_core.errors import WhaleIdError
from whaleid_core.records import NEW_WHALE, RowChange

FIRST_WHALE = "W0001"
"""What the first whale of a catalogue is called, where its names follow no pattern."""


def photo_title(path: str) -> str:
    """A photo's name without folder and suffix: IMG_0113."""
    return PurePosixPath(path).stem


def of_photos(paths: Sequence[str]) -> str:
    """Photos as a label names them: the one by its name, several by their number."""
    return photo_title(paths[0]) if len(paths) == 1 else f"{len(paths):,} photos"


def row_name(connection: Connection, row: RowChange) -> str:
    """What a person would call a row: its photo's or its own name."""
    content = row.before or row.after or {}
    if row.table == "photo":
        return photo_title(content["path"])
    if row.table == "tail":
        path = connection.execute(select(photo.c.path).where(photo.c.id == content["photo_id"])).scalar()
        return photo_title(path) if path else "A photo"
    return content.get("name") or f"A {row.table}"


def checked_whale_name(name: str) -> str:
    """A whale's name as it is kept.

    Raises:
        WhaleIdError: nobody could tell it from no name, or from new_whale.
    """
    name = name.strip()
    if not name:
        raise WhaleIdError("A whale needs a name.", "Type an id such as HW0452.")
    if name == NEW_WHALE:
        raise WhaleIdError(f"No whale can be called {NEW_WHALE}: that stands for a whale that nobody knows yet.")
    if not name.isprintable():
        raise WhaleIdError("A whale's name is one line of letters, digits and signs.")
    return name


def next_whale_name(names: Iterable[str]) -> str:
    """The next free id of the scheme that most of the names follow: HW0930 gives HW0931.

    A scheme is a beginning and a number at the end; it counts where at least a quarter of the names have it, so that
    hexadecimal ids, which end in digits by chance, don't make one.
    """
    taken = set(names)
    schemes: defaultdict[str, list[str]] = defaultdict(list)
    for name in taken:
        if match := re.fullmatch(r"(.*?)([0-9]{1,15})", name):
            schemes[match[1]].append(match[2])
    prefix = max(schemes, key=lambda beginning: (len(schemes[beginning]), beginning), default=None)
    if prefix is None or 4 * len(schemes[prefix]) < len(taken):
        prefix, numbers = FIRST_WHALE[0], ["0000"]
    else:
        numbers = schemes[prefix]
    width = Counter(len(number) for number in numbers if number.startswith("0") or len(numbers) == 1).most_common(1)
    digits = width[0][0] if width else min(len(number) for number in numbers)
    number = max(int(number) for number in numbers) + 1
    while (name := f"{prefix}{number:0{digits}d}") in taken:
        number += 1
    return name
