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
from whaleid_core.records import Box

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
        WhaleIdError: the table is missing or lacks a column.
    """
    listing = flukes / "photos.csv"
    if not listing.is_file():
        raise WhaleIdError(f"{flukes} holds no photos.csv.", "Name the folder of fluke photographs.")
    table = pd.read_csv(listing, dtype={"image": str, "whale": str, "split": str})
    if missing := [name for name in COLUMNS if name not in table.columns]:
        raise WhaleIdError(f"photos.csv lacks the column {missing[0]}.", f"It needs {', '.join(COLUMNS)}.")
    return table[table["split"].isin(list(splits))].reset_index(drop=True)


def held_out_whales(table: pd.DataFrame, share: float, seed: int) -> frozenset[str]:
    """Whales that take no part in training, to choose and calibrate with: drawn by whale, never by photo."""
    whales = np.array(sorted(table["whale"].dropna().unique()))
    np.random.default_rng(seed).shuffle(whales)
    return frozenset(whales[: round(share * len(whales))].tolist())


def read_crops(flukes: Path, table: pd.DataFrame, width: int, height: int, margin: float) -> Crops:
    """Crops of the table's boxes, widened by `margin` on each side; width x height pixels."""
    pixels = np.empty((len(table), height, width), np.uint8)
    corners = table[["xmin", "ymin", "xmax", "ymax"]].to_numpy(np.float64).tolist()
    for i, (image, box) in enumerate(zip(table["image"], corners, strict=True)):
        photo = read_pixels(flukes / "photos" / str(image), grey=True)
        pixels[i] = crop(photo, Box(*box), width, height, margin)
    whales = table["whale"].fillna("").tolist()
    return Crops(tuple(table["image"]), tuple(whales), pixels)
