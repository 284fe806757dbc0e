"""Looks at a folder of flukes with an engine: the tails to measure on, with the boxes that it finds itself."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from whaleid_core.classify import NO_TRAINED_HEADS, Heads
from whaleid_core.embed import Vectors
from whaleid_core.engine import Engine
from whaleid_core.errors import WhaleIdError
from whaleid_core.gallery import Queries
from whaleid_core.identify import Watch, see_all
from whaleid_core.local import Keypoints
from whaleid_core.records import Box, Drawer
from whaleid_core.train.crops import read_table

SPLITS = ("train", "test", "unseen", "new")
MORE = 4
"""How many other photos a gallery holds for each query where only some queries are tried."""
WHALES = 4
"""How many whales of unseen must have two photos: half of them are taken out of the gallery, and one isn't enough."""
_SPLITS_HINT = "Measuring takes photos of the splits train, test, unseen and new in photos.csv."


@dataclass(frozen=True)
class Seen:
    """The surest tail of each photo that shows one.

    Attributes:
        table: the rows of photos.csv, of photos with a tail.
        tails: as the engine saw them, in the table's order.
        missed: the rows of photos in which no tail was found.
        heads: which of the engine's members have a trained head.
        framed: the numbers of the tails that are whole frames, of photos among those missed: as in `whaleid identify`
            they stand in the gallery, and aren't asked about.
    """

    table: pd.DataFrame
    tails: Queries
    missed: pd.DataFrame
    heads: Heads = NO_TRAINED_HEADS
    framed: tuple[int, ...] = ()

    def of(self, split: str) -> Seen:
        """The part of one split."""
        missed = self.missed[self.missed["split"] == split].reset_index(drop=True)
        return replace(self._some(np.flatnonzero((self.table["split"] == split).to_numpy())), missed=missed)

    @property
    def found(self) -> NDArray[np.intp]:
        """The numbers of the tails that were found."""
        return np.setdiff1d(np.arange(len(self.table)), np.array(self.framed, np.intp))

    @property
    def to_ask(self) -> Seen:
        """The same without the whole frames."""
        return self._some(self.found)

    def _some(self, rows: NDArray[np.intp]) -> Seen:
        framed = tuple(np.flatnonzero(np.isin(rows, self.framed)).tolist())
        return replace(
            self, table=self.table.iloc[rows].reset_index(drop=True), tails=self.tails.some(rows), framed=framed
        )

    @property
    def whales(self) -> NDArray[np.str_]:
        """The whale of each tail; one of its own where nobody knows which whales are the same."""
        return _names(self.table)

    @property
    def missed_whales(self) -> NDArray[np.str_]:
        """The same of the photos in which no tail was found."""
        return _names(self.missed)


def _names(table: pd.DataFrame) -> NDArray[np.str_]:
    alone = (table["split"] == "new").to_numpy(bool)
    return np.where(alone, table["image"].to_numpy(str), table["whale"].to_numpy(str))


def look(
    engine: Engine,
    flukes: Path,
    splits: Sequence[str],
    watch: Watch | None = None,
    quick: int | None = None,
    whole: bool = False,
) -> Seen:
    """Find and embed the tails of the splits' photos.

    Args:
        quick: see `some_photos`; None takes all.
        whole: take the whole frame of photos in which no tail is found.

    Raises:
        WhaleIdError: there is none, or a photo that photos.csv names is missing.
    """
    table = read_table(flukes, splits)
    if quick is not None:
        table = some_photos(table, quick)
    photos = [flukes / "photos" / image for image in table["image"]]
    if gone := [path.name for path in photos if not path.is_file()]:
        sentence = f"{len(gone)} photos that photos.csv names are not in {flukes / 'photos'}: {gone[0]} is the first."
        raise WhaleIdError(sentence, "Copy the folder again, whole.")
    found: list[int] = []
    vectors: list[list[Vectors]] = [[] for _ in engine.members]
    points: list[Keypoints] = []
    boxes: list[Box] = []
    for number, tails in enumerate(see_all(engine, photos, watch=watch, whole=whole)):
        if tails.boxes:
            surest = tails.surest
            found.append(number)
            boxes.append(tails.boxes[surest])
            points.append(tails.keypoints[surest])
            for own, matrix in zip(vectors, tails.vectors, strict=True):
                own.append(matrix[surest])
    if not found:
        raise WhaleIdError("The photos to measure on show no tail.", _SPLITS_HINT)
    queries = Queries([np.stack(own) for own in vectors], points, engine.detail(boxes))
    framed = tuple(tail for tail, box in enumerate(boxes) if box.drawn_by is Drawer.FRAME)
    shown = [number for tail, number in enumerate(found) if tail not in framed]
    missed = table.drop(index=shown).reset_index(drop=True)
    return Seen(table.iloc[found].reset_index(drop=True), queries, missed, engine.heads, framed)


def some_photos(table: pd.DataFrame, count: int, seed: int = 0) -> pd.DataFrame:
    """A part of photos.csv to try with: `count` photos of test and new, whole whales of unseen that make up as many or
    more, and of train the photos of the test's whales and `MORE` times as many others.

    What is measured on it is better than on all: the galleries are smaller.
    """
    rng = np.random.default_rng(seed)
    split, whale = table["split"].to_numpy(str), table["whale"].to_numpy(str)

    def drawn(rows: NDArray[np.intp], number: int) -> NDArray[np.intp]:
        return rng.permutation(rows)[:number]

    test = drawn(np.flatnonzero(split == "test"), count)
    new = drawn(np.flatnonzero(split == "new"), count)
    train = np.flatnonzero(split == "train")
    own = np.isin(whale[train], whale[test])
    others = drawn(train[~own], MORE * count)
    unseen = np.flatnonzero(split == "unseen")
    names, counts = np.unique(whale[unseen], return_counts=True)
    order = rng.permutation(len(names))
    photos, several = counts[order].cumsum(), (counts[order] > 1).cumsum()
    few = int(((photos < count) | (several < WHALES)).sum())
    enough = names[order[: few + 1]]
    chosen = np.concatenate([test, new, train[own], others, unseen[np.isin(whale[unseen], enough)]])
    return table.iloc[np.sort(chosen)].reset_index(drop=True)


def check_splits(table: pd.DataFrame) -> None:
    """Refuse what can't be measured on, before an hour of looking or after it.

    Args:
        table: rows of photos.csv.

    Raises:
        WhaleIdError: a split has no photo, or too few whales have two.
    """
    if missing := [split for split in SPLITS if split not in set(table["split"])]:
        raise WhaleIdError(f"No photo of the split {missing[0]!r} shows a tail.", _SPLITS_HINT)
    if (table.loc[table["split"] == "unseen", "whale"].value_counts() > 1).sum() < WHALES:
        sentence = f"Fewer than {WHALES} whales of the split 'unseen' have two photos to compare."
        raise WhaleIdError(sentence, "Half of them are taken out of the gallery, and one would be left.")


def hand_boxes_are_there(flukes: Path) -> bool:
    """Whether the folder has boxes drawn by hand, to measure the detector on."""
    listing = flukes / "hand_boxes.csv"
    if not listing.is_file():
        return False
    with listing.open(newline="", encoding="utf-8") as file:
        return any(csv.DictReader(file))
