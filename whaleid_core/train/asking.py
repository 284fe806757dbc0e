"""Asks a gallery whose some tails are, in each of the ways that can be compared: the rows of the table of results."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from whaleid_core.calibrate import Calibration
from whaleid_core.classify import NO_TRAINED_HEADS, Heads, soft_vote, softmax
from whaleid_core.gallery import Evidence, Gallery, Queries
from whaleid_core.identify import WHALES, Unwatched, Watch, look_up
from whaleid_core.local import Keypoints
from whaleid_core.match import Count, matching_points, search
from whaleid_core.opinion import Opinion, opinion
from whaleid_core.train.evaluate import Seen
from whaleid_core.train.metrics import ranks

TEMPERATURE = 0.05
"""Of the members' scaled softmax: about one by the scale that they were trained with."""
PROBABILITIES = "ensemble, mean of probabilities"
OUTPUTS = "ensemble, mean of outputs"
NEAREST = "nearest photos"
NETWORKS = "fused, without local matching"
DEFAULT = "fused, the default"
BLOCK = 64
"""How many tails are asked about at once: what a gallery says of all would not fit into a small memory."""


@dataclass(frozen=True)
class Asked:
    """Tails that are looked for in a gallery.

    Attributes:
        own: (tails,) the column of each tail's whale, -1 where the gallery holds no other tail of it.
    """

    gallery: Gallery
    queries: Queries
    own: NDArray[np.intp]

    def some(self, tails: NDArray[np.intp]) -> Asked:
        """The same gallery, asked about some of the tails."""
        return Asked(self.gallery, self.queries.some(tails), self.own[tails])


@dataclass(frozen=True)
class Ranked:
    """What one system says of tails.

    Attributes:
        found: (tails,) the rank of the own whale, infinity where the gallery has none.
        sure: (tails,) the more, the likelier the whale is in the gallery.
    """

    found: NDArray[np.float64]
    sure: NDArray[np.float64]


@dataclass(frozen=True)
class Shares:
    """What the default says of tails, for whatever share of new whales is expected.

    Attributes:
        odds: (tails,) log odds that the whale is in the gallery.
        best: (tails, n) the largest probabilities among known whales, falling.
        own: (tails,) that of the own whale; 0 where the gallery has none.
    """

    odds: NDArray[np.float64]
    best: NDArray[np.float64]
    own: NDArray[np.float64]


def against(known: Seen, asked: Seen) -> Asked:
    """Tails of one part looked for among those of another."""
    gallery = _gallery(known.whales, known.tails, np.arange(len(known.tails)), known.heads)
    columns = {whale: i for i, whale in enumerate(gallery.whales)}
    own = np.array([columns.get(whale, -1) for whale in asked.whales.tolist()], np.intp)
    return Asked(gallery, asked.tails, own)


def among(
    whales: NDArray[np.str_], tails: Queries, inside: NDArray[np.bool_], heads: Heads = NO_TRAINED_HEADS
) -> Asked:
    """All tails looked for among those that are `inside` the gallery, each without itself."""
    numbers = np.flatnonzero(inside)
    gallery = _gallery(whales, tails, numbers, heads)
    rows = np.full(len(whales), -1, np.intp)
    rows[numbers[gallery.order]] = np.arange(len(numbers))
    counts = dict(zip(gallery.whales, gallery.counts.tolist(), strict=True))
    columns = {whale: i for i, whale in enumerate(gallery.whales)}
    own = [
        columns[whale] if counts.get(whale, 0) > (row >= 0) else -1
        for whale, row in zip(whales.tolist(), rows.tolist(), strict=True)
    ]
    return Asked(gallery, replace(tails, rows=rows), np.array(own, np.intp))


def _gallery(whales: NDArray[np.str_], tails: Queries, numbers: NDArray[np.intp], heads: Heads) -> Gallery:
    own = tails.some(numbers)
    names = [""] * len(numbers)
    points = own.keypoints
    return Gallery.of(whales[numbers].tolist(), names, own.vectors, lambda some: {i: points[i] for i in some}, heads)


def remembering(count: Count = matching_points) -> Count:
    """Compares each pair of tails once: the same ones meet in one gallery after another."""

    @cache
    def remembered(a: Keypoints, b: Keypoints) -> float:  # told apart by identity, and kept alive by the cache
        return count(a, b)

    return remembered


def ask(
    asked: Asked,
    members: Sequence[str],
    calibration: Calibration,
    count: Count = matching_points,
    watch: Watch | None = None,
) -> tuple[dict[str, Ranked], Shares]:
    """What each system says: each member alone, the ensemble in both modes, nearest photos, and both fusions.

    Args:
        members: their names.
        count: see `match.with_points`.
    """
    watch = watch or Unwatched()
    gallery = asked.gallery
    alone = [
        replace(gallery, matrices=(matrix,), trained=gallery.trained.alone(member))
        for member, matrix in enumerate(gallery.matrices)
    ]
    found: dict[str, list[Ranked]] = {}
    shares: list[Shares] = []
    for start in range(0, len(asked.own), BLOCK):
        numbers = np.arange(start, min(start + BLOCK, len(asked.own)))
        queries, own = asked.queries.some(numbers), asked.own[numbers]
        evidence = look_up(gallery, queries, calibration, count)
        said = opinion(gallery, evidence, queries.vectors, calibration, queries.detail)
        for name, scores in _systems(gallery, alone, members, queries, evidence, calibration):
            found.setdefault(name, []).append(Ranked(_found(scores, own), scores.max(1)))
        found.setdefault(DEFAULT, []).append(Ranked(_found(said.order, own), said.odds))
        shares.append(_shares(said, own))
        watch.progress(int(numbers[-1]) + 1, len(asked.own))
    joined = {
        name: Ranked(np.concatenate([p.found for p in parts]), np.concatenate([p.sure for p in parts]))
        for name, parts in found.items()
    }
    return joined, _joined(shares)


def spoken(asked: Asked, calibration: Calibration, count: Count, watch: Watch | None = None) -> Shares:
    """What the default alone says."""
    watch = watch or Unwatched()
    shares = []
    for start in range(0, len(asked.own), BLOCK):
        numbers = np.arange(start, min(start + BLOCK, len(asked.own)))
        queries = asked.queries.some(numbers)
        evidence = look_up(asked.gallery, queries, calibration, count)
        said = opinion(asked.gallery, evidence, queries.vectors, calibration, queries.detail)
        shares.append(_shares(said, asked.own[numbers]))
        watch.progress(int(numbers[-1]) + 1, len(asked.own))
    return _joined(shares)


def _systems(
    whole: Gallery,
    alone: Sequence[Gallery],
    members: Sequence[str],
    queries: Queries,
    evidence: Evidence,
    calibration: Calibration,
) -> Iterator[tuple[str, NDArray[np.floating]]]:
    """The name of each system but the default with its scores, (tails, whales); -inf for whales of which there is no
    other tail."""
    possible = evidence.photos > 0

    def only(scores: NDArray[np.floating]) -> NDArray[np.floating]:
        return np.where(possible, scores, -np.inf)

    votes = []
    for name, gallery, vectors in zip(members, alone, queries.vectors, strict=True):
        own = search(gallery, [vectors], queries.rows)
        if gallery.trained.trained:
            head = opinion(gallery, own, [vectors], calibration, queries.detail)
            votes.append(head.chances)
            yield name, head.order
        else:
            votes.append(softmax(only(own.networks), TEMPERATURE))
            yield name, own.scores
    yield PROBABILITIES, only(soft_vote(votes))
    yield OUTPUTS, _of_outputs(whole, evidence, queries, calibration)
    yield NEAREST, evidence.nearest
    yield NETWORKS, calibration.logits(replace(evidence, points=np.full_like(evidence.networks, np.nan)))


def _of_outputs(
    gallery: Gallery, evidence: Evidence, queries: Queries, calibration: Calibration
) -> NDArray[np.floating]:
    """The mean of the members' raw outputs: of trained heads where all have one, else of the gallery heads."""
    if len(gallery.trained.trained) < len(queries.vectors) or len(set(gallery.trained.classes)) > 1:
        return np.where(evidence.photos > 0, evidence.networks, -np.inf)
    by_outputs = replace(gallery, trained=replace(gallery.trained, outputs=True))
    return opinion(by_outputs, evidence, queries.vectors, calibration, queries.detail).order


def _found(scores: NDArray[np.floating], own: NDArray[np.intp]) -> NDArray[np.float64]:
    return np.where(own >= 0, ranks(scores, own), np.inf)


def _shares(said: Opinion, own: NDArray[np.intp]) -> Shares:
    among_known = said.chances / np.maximum(said.known, 1e-12)[:, None]
    best = -np.sort(-among_known, axis=1)[:, :WHALES]
    of_own = np.where(own >= 0, among_known[np.arange(len(own)), np.maximum(own, 0)], 0.0)
    return Shares(said.odds, best, of_own)


def _joined(parts: Sequence[Shares]) -> Shares:
    return Shares(*(np.concatenate([getattr(part, name) for part in parts]) for name in ("odds", "best", "own")))
