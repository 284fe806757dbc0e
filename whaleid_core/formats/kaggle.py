"""The files of Kaggle's humpback whale competition: train.csv (which whale is on which photo) and submissions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path

from whaleid_core.errors import WhaleIdError
from whaleid_core.formats.tables import IMAGE_NAMES, WHALE_NAMES, read_table, write_table


def read_ids(path: Path) -> dict[str, str]:
    """The whale's id for each photo's name, in the file's order; an id may be empty or `new_whale`.

    Columns `Image` and `Id` in any order and case, or what other programs call them (file, photo, whale, individual).
    Raises WhaleIdError where a column is missing or a photo has two different ids.
    """
    ids: dict[str, str] = {}
    for row in read_table(path, {"Image": IMAGE_NAMES, "Id": WHALE_NAMES}):
        image, whale = row.cells["Image"], row.cells["Id"].strip()
        if not image.strip():
            raise row.error("the photo has no name")
        if ids.setdefault(image, whale) != whale:
            raise row.error(
                f'{image} is "{whale}" here and "{ids[image]}" further up', "Leave one of the two rows out."
            )
    return ids


def write_submission(path: Path, rows: Sequence[tuple[str, Sequence[str]]]) -> None:
    """Writes Kaggle's `Image,Id`: a row for each photo, its ids best first with one space between.

    As the space parts ids, an id that has spaces itself is written with underscores: "Old Tom" as Old_Tom. Raises
    WhaleIdError where two whales would share such an id, or the file can't be written.
    """
    words = _words({whale for _, ids in rows for whale in ids})
    answers = ((image, " ".join(words[whale] for whale in ids)) for image, ids in rows)
    write_table(path, chain([("Image", "Id")], answers))


def read_submission(path: Path) -> list[tuple[str, list[str]]]:
    """The rows of a submission: a photo's name and its ids, best first."""
    table = read_table(path, {"Image": IMAGE_NAMES, "Id": WHALE_NAMES})
    return [(row.cells["Image"], row.cells["Id"].split()) for row in table]


def _words(whales: Iterable[str]) -> dict[str, str]:
    """Each id without spaces."""
    words = {whale: "_".join(whale.split()) for whale in sorted(whales)}
    owners: dict[str, str] = {}
    for whale, word in words.items():
        if owners.setdefault(word, whale) != whale:
            raise WhaleIdError(
                f'The whales "{owners[word]}" and "{whale}" can\'t be told apart in Kaggle\'s format, '
                "which has no spaces in ids.",
                "Rename one of them.",
            )
    return words
