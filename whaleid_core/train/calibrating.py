"""Fits a package's calibration on the whales that took part in no training."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from whaleid_core.calibrate import Calibration, fit
from whaleid_core.embed import Vectors
from whaleid_core.errors import WhaleIdError
from whaleid_core.match import Gallery, search

SPLITS = 4
"""How often the held-out whales are split anew into known and new: more tails to fit on than one split has."""
KEPT = 200
"""How many of a tail's best scores the fit is given: all columns of all splits would be large."""


def check_held_out(whales: Sequence[str], held_out: frozenset[str]) -> None:
    """Whether the held-out whales can be split into known and new ones.

    Args:
        whales: the whale of each photo.

    Raises:
        WhaleIdError: there are fewer than two, or none with two photos.
    """
    photos = Counter(whale for whale in whales if whale in held_out)
    if len(photos) < 2 or max(photos.values()) < 2:
        sentence = "The whales that are held out of the training are too few to calibrate with."
        raise WhaleIdError(sentence, "Hold out two or more, one of them with two photos: raise held_out in the recipe.")


def calibrated(
    vectors: Vectors, whales: NDArray[np.str_], held_out: frozenset[str], seed: int
) -> tuple[Calibration, dict[str, float]]:
    """Fit on held-out whales, half of which are in the gallery, among all the whales of the training.

    Args:
        vectors: (photos, length) of all photos.
        whales: (photos,) their whales.
        held_out: the whales that took part in no training.

    Returns the calibration, and how good it is on the tails it was fitted on.

    Raises:
        WhaleIdError: the held-out whales are too few.
    """
    from sklearn.metrics import roc_auc_score

    check_held_out(whales.tolist(), held_out)
    rng = np.random.default_rng(seed)
    scores: list[NDArray[np.float32]] = []
    known: list[NDArray[np.bool_]] = []
    right: list[NDArray[np.float32]] = []
    for _ in range(SPLITS):
        split_scores, own = _split(vectors, whales, held_out, rng)
        # What the fit needs of a tail: the best scores and its own whale's.
        kept = np.sort(split_scores, axis=1)[:, ::-1][:, :KEPT]
        inside = own >= 0
        of_own = np.where(inside, split_scores[np.arange(len(own)), np.maximum(own, 0)], np.nan)
        scores.append(kept)
        known.append(inside)
        right.append(of_own.astype(np.float32))
    depth = min(kept.shape[1] for kept in scores)  # small galleries differ in their number of whales
    table, own_score = np.concatenate([kept[:, :depth] for kept in scores]), np.concatenate(right)
    is_known = np.concatenate(known)
    column = np.argmin(np.abs(table - np.nan_to_num(own_score)[:, None]), axis=1)
    beyond = is_known & (own_score < table[:, -1])
    table[beyond, -1], column[beyond] = own_score[beyond], table.shape[1] - 1
    calibration = fit(table, np.where(is_known, column, -1))
    chance = calibration.known(table)
    return calibration, {
        "held_out_auroc": float(roc_auc_score(is_known, chance)),
        "held_out_top1": float((column[is_known] == 0).mean()),
        "held_out_tails": float(len(is_known)),
    }


def _split(
    vectors: Vectors, whales: NDArray[np.str_], held_out: frozenset[str], rng: np.random.Generator
) -> tuple[NDArray[np.float32], NDArray[np.intp]]:
    """Scores of query tails against a gallery that holds half of the held-out whales with several photos."""
    query = np.zeros(len(whales), bool)
    absent = np.zeros(len(whales), bool)
    several = [whale for whale in sorted(held_out) if (whales == whale).sum() > 1]
    known = set(rng.permutation(several)[: (len(several) + 1) // 2].tolist())
    for whale in sorted(held_out):
        own = rng.permutation(np.flatnonzero(whales == whale))
        if whale in known:
            query[own[: len(own) // 2]] = True
        else:
            query[own] = absent[own] = True
    inside = ~query
    gallery = Gallery.of(whales[inside].tolist(), [""] * int(inside.sum()), [vectors[inside]])
    columns = {whale: i for i, whale in enumerate(gallery.whales)}
    own_column = [-1 if gone else columns[whale] for whale, gone in zip(whales[query], absent[query], strict=True)]
    return search(gallery, [vectors[query]]).scores, np.array(own_column, np.intp)
