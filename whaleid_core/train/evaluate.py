"""Measures an engine on a folder of flukes, with the boxes that it finds itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from whaleid_core.calibrate import Calibration
from whaleid_core.embed import Vectors, unit
from whaleid_core.engine import Engine
from whaleid_core.errors import WhaleIdError
from whaleid_core.identify import Queries, Watch, see_all
from whaleid_core.local import Keypoints
from whaleid_core.match import Gallery, search
from whaleid_core.records import Box
from whaleid_core.train.crops import read_table
from whaleid_core.train.metrics import interval, mean_average_precision, ranks, top

_SPLITS_HINT = "Measuring takes photos of the splits train, test, unseen and new in photos.csv."


@dataclass(frozen=True)
class Seen:
    """The surest tail of each photo that shows one.

    Attributes:
        table: the rows of photos.csv, of photos with a tail.
        tails: as the engine saw them, in the table's order.
        missed: photos without a tail.
    """

    table: pd.DataFrame
    tails: Queries
    missed: int

    def of(self, split: str) -> tuple[pd.DataFrame, Queries]:
        """The part of one split."""
        rows = np.flatnonzero((self.table["split"] == split).to_numpy())
        return self.table.iloc[rows].reset_index(drop=True), self.tails.some(rows)


def look(engine: Engine, flukes: Path, splits: Sequence[str], watch: Watch | None = None) -> Seen:
    """Find and embed the tails of the splits' photos.

    Raises:
        WhaleIdError: there is none.
    """
    table = read_table(flukes, splits)
    found: list[int] = []
    vectors: list[list[Vectors]] = [[] for _ in engine.members]
    points: list[Keypoints] = []
    boxes: list[Box] = []
    photos = [flukes / "photos" / image for image in table["image"]]
    for number, tails in enumerate(see_all(engine, photos, watch=watch)):
        if tails.boxes:
            surest = max(range(len(tails.boxes)), key=lambda i: tails.boxes[i].confidence)
            found.append(number)
            boxes.append(tails.boxes[surest])
            points.append(tails.keypoints[surest])
            for own, matrix in zip(vectors, tails.vectors, strict=True):
                own.append(matrix[surest])
    if not found:
        raise WhaleIdError("The photos to measure on show no tail.", _SPLITS_HINT)
    queries = Queries([np.stack(own) for own in vectors], points, engine.detail(boxes))
    return Seen(table.iloc[found].reset_index(drop=True), queries, len(table) - len(found))


def measure(seen: Seen, calibration: Calibration) -> dict[str, float]:
    """Closed set (test against train), new catalogue (unseen, each against all others) and open set (test and new).

    Raises:
        WhaleIdError: a split has no tail that can be measured.
    """
    if missing := sorted({"train", "test", "unseen", "new"} - set(seen.table["split"])):
        raise WhaleIdError(f"No photo of the split {missing[0]!r} shows a tail.", _SPLITS_HINT)
    known, gallery_vectors = seen.of("train")
    gallery = Gallery.of(known["whale"].tolist(), known["image"].tolist(), gallery_vectors)
    result: dict[str, float] = {}
    closed, vectors = seen.of("test")
    scores = search(gallery, vectors).scores
    columns = {whale: i for i, whale in enumerate(gallery.whales)}
    own = np.array([columns.get(whale, -1) for whale in closed["whale"]], np.intp)
    result |= _ranking("closed", ranks(scores, own), closed["whale"].tolist())
    result |= _open_set(calibration, scores, search(gallery, seen.of("new")[1]).scores)
    unseen, vectors = seen.of("unseen")
    found, queries = leave_one_out(vectors, unseen["whale"].to_numpy(str))
    if not len(found):
        raise WhaleIdError("No whale of the split 'unseen' has two tails to compare.", _SPLITS_HINT)
    result |= _ranking("unseen", found, unseen["whale"][queries].tolist())
    return result


def _ranking(name: str, found: NDArray[np.intp], whales: Sequence[str]) -> dict[str, float]:
    precision = np.where(found <= 5, 1.0 / found, 0.0)
    low, high = interval(precision, whales)
    return {
        f"{name}_map5": mean_average_precision(found), f"{name}_map5_low": low, f"{name}_map5_high": high,
        f"{name}_top1": top(found, 1), f"{name}_top5": top(found, 5), f"{name}_top10": top(found, 10),
        f"{name}_tails": float(len(found)),
    }  # fmt: skip


def _open_set(calibration: Calibration, known: NDArray[np.float32], new: NDArray[np.float32]) -> dict[str, float]:
    from sklearn.metrics import roc_auc_score

    chances = np.concatenate([calibration.known(known), calibration.known(new)])
    truth = np.concatenate([np.ones(len(known)), np.zeros(len(new))])
    return {"open_auroc": float(roc_auc_score(truth, chances))}


def leave_one_out(matrices: Sequence[Vectors], whales: NDArray[np.str_]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Each tail of a whale with several against all other tails.

    Returns the rank of the own whale for each query, and the queries' rows.
    """
    index = np.unique(whales, return_inverse=True)[1]
    counts = np.bincount(index)
    queries = np.flatnonzero(counts[index] > 1)
    order = np.argsort(index, kind="stable")
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    own = index[queries]
    numbers = np.arange(len(queries))
    rows = np.mean([matrix[queries] @ matrix.T for matrix in matrices], axis=0)
    rows[numbers, queries] = -np.inf
    nearest = np.maximum.reduceat(rows[:, order], starts, axis=1)
    networks = np.zeros_like(nearest)
    for matrix in matrices:
        sums = np.add.reduceat(matrix[order], starts, axis=0)
        similar = matrix[queries] @ unit(sums).T
        rest = unit(sums[own] - matrix[queries])
        similar[numbers, own] = (rest * matrix[queries]).sum(1)
        networks += similar / len(matrices)
    return ranks((nearest + networks) / 2, own.astype(np.intp)), queries
