"""Grey crops of known flukes, kept in memory: what the embedding network learns from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from whaleid_core.errors import WhaleIdError
from whaleid_core.photos import crop, read_pixels
from whaleid_core.records import NEW_WHALE, Box

COLUMNS = ("image", "whale", "split", "xmin", "ymin", "xmax", "ymax")


@dataclass(frozen=True, slots=True)
class Crops:
    """Grey crops with the whale of each.

    Attributes:
        images: file names.
        whales: ids.
        pixels: (n, height, width) uint8.
    """

    images: tuple[str, ...]
    whales: tuple[str, ...]
    pixels: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.images)


def read_table(flukes: Path, splits: Sequence[str]) -> pd.DataFrame:
    """The rows of a folder's photos.csv that belong to the splits, with the columns `COLUMNS` among others.

    Raises:
        WhaleIdError: the table is missing, can't be read or lacks a column.
    """
    listing = flukes / "photos.csv"
    if not listing.is_file():
        raise WhaleIdError(f"{flukes} holds no photos.csv.", "Name the folder of fluke photographs.")
    text = {"image": str, "whale": str, "split": str}
    try:
        # Only an empty field is missing: a whale may well be called NA.
        table = pd.read_csv(
            listing, dtype=text, index_col=False, keep_default_na=False, na_values=[""], encoding="utf-8-sig"
        )
    except (OSError, ValueError) as error:
        why = str(error).strip().splitlines()[0]
        raise WhaleIdError(f"photos.csv can't be read: {why}.", "Write it as UTF-8, separated by commas.") from error
    if missing := [name for name in COLUMNS if name not in table.columns]:
        raise WhaleIdError(f"photos.csv lacks the column {missing[0]}.", f"It needs {', '.join(COLUMNS)}.")
    return table[table["split"].isin(list(splits))].reset_index(drop=True)


def identified(table: pd.DataFrame) -> pd.DataFrame:
    """The rows that name a whale and a tail box: photos of new_whale show many whales, and none that can be learnt."""
    complete = table[list(COLUMNS)].notna().all(axis=1)
    return table[complete & (table["whale"] != NEW_WHALE)].reset_index(drop=True)


def held_out_whales(table: pd.DataFrame, share: float, seed: int) -> frozenset[str]:
    """Whales that take no part in training, to choose and calibrate with: drawn by whale, never by photo."""
    return held_out_of(table["whale"].dropna().tolist(), share, seed)


def held_out_of(photos: Sequence[str], share: float, seed: int) -> frozenset[str]:
    """The same, of the whale of each photo."""
    whales = np.array(sorted(set(photos)))
    np.random.default_rng(seed).shuffle(whales)
    return frozenset(whales[: round(share * len(whales))].tolist())


def read_crops(flukes: Path, table: pd.DataFrame, width: int, height: int, margin: float) -> Crops:
    """Crops of the table's boxes, widened by `margin` on each side; width x height pixels.

    Raises:
        WhaleIdError: a photo can't be read, or a box is none.
    """
    pixels = np.empty((len(table), height, width), np.uint8)
    for i, (image, box) in enumerate(zip(table["image"], boxes_of(table), strict=True)):
        photo = read_pixels(flukes / "photos" / str(image), grey=True)
        pixels[i] = crop(photo, box, width, height, margin)
    whales = table["whale"].fillna("").tolist()
    return Crops(tuple(table["image"]), tuple(whales), pixels)


def boxes_of(table: pd.DataFrame) -> list[Box]:
    """The tail boxes of a table's rows.

    Raises:
        WhaleIdError: one can't be.
    """
    boxes = []
    for row in table[["image", "xmin", "ymin", "xmax", "ymax"]].to_numpy(object).tolist():
        try:
            xmin, ymin, xmax, ymax = (float(edge) for edge in row[1:])
            boxes.append(Box(xmin, ymin, xmax, ymax))
        except ValueError as error:
            raise WhaleIdError(f"The tail box of {row[0]} can't be: {error}.", "Correct photos.csv.") from error
    return boxes
