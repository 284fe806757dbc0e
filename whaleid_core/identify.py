"""From photos to proposals: what is seen in each is compared with the gallery; streams, reports and can be stopped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Protocol

import numpy as np

from whaleid_core.ahead import ahead
from whaleid_core.calibrate import NEW_SHARE, Calibration
from whaleid_core.embed import Vectors
from whaleid_core.engine import Engine, Tails
from whaleid_core.errors import Cancelled
from whaleid_core.gallery import Evidence, Gallery, Queries
from whaleid_core.kept_points import KeptPoints
from whaleid_core.match import Count, matching_points, nearest_rows, search, shortlist, with_points
from whaleid_core.opinion import opinion
from whaleid_core.pooling import pooled
from whaleid_core.records import NEW_WHALE, Box, Candidate, Identification

WHALES = 9
"""How many whales are proposed for a tail, besides new_whale."""
SHORTLIST = 20
"""How many whales are compared point by point with a tail."""
IDS = 5
"""How many ids a row of Kaggle's form holds at most."""


class Watch(Protocol):
    """What long work tells and asks."""

    def progress(self, done: int, total: int) -> None:
        """So many of so many are done."""

    def cancel(self) -> bool:
        """Whether it should stop."""

    def failure(self, sentence: str) -> None:
        """One item failed; the rest goes on."""


class Unwatched:
    """A watch that nobody looks at."""

    def progress(self, done: int, total: int) -> None:
        pass

    def cancel(self) -> bool:
        return False

    def failure(self, sentence: str) -> None:
        pass


def see_all(
    engine: Engine,
    photos: Sequence[Path],
    boxes: Mapping[str, Sequence[Box]] | None = None,
    watch: Watch | None = None,
    whole: bool = False,
) -> Iterator[Tails]:
    """The tails of many photos, in order; some are read ahead while one is searched.

    Args:
        boxes: file name -> tail boxes, for photos whose boxes are known.
        whole: see `Engine.tails`.

    Raises:
        Cancelled: the watch asked for it.
    """
    watch = watch or Unwatched()
    given = boxes or {}
    seen = ahead(lambda path: engine.tails(path, given.get(path.name), 0, whole), photos)
    with closing(seen):
        for number, (_, tails) in enumerate(seen, start=1):
            if watch.cancel():
                raise Cancelled
            yield tails
            watch.progress(number, len(photos))


def gallery_of(engine: Engine, seen: Iterable[Tails], whales: Mapping[Path, str]) -> Gallery:
    """The gallery of known photos: the surest tail of each; photos that can't be read are left out. Of what was seen
    no more is kept than one vector a member in memory."""
    names: list[str] = []
    photos: list[str] = []
    points = KeptPoints()
    rows: list[list[Vectors]] = [[] for _ in engine.members]
    for tails in seen:
        if not tails.boxes:
            continue
        surest = tails.surest
        names.append(whales[tails.path])
        photos.append(tails.path.name)
        points.add(tails.keypoints[surest])
        for member, matrix in zip(rows, tails.vectors, strict=True):
            member.append(matrix[surest].copy())  # a row would keep the other tails' as well
    lengths = [member.length for member in engine.members]
    matrices = [np.stack(own) if own else np.zeros((0, n), np.float32) for own, n in zip(rows, lengths, strict=True)]
    return Gallery.of(names, photos, matrices, points.some, engine.heads)


def identified(engine: Engine, gallery: Gallery, tails: Tails, new_share: float = NEW_SHARE) -> list[Identification]:
    """What to propose for each tail of a photo; one without a tail where it has none."""
    name = tails.path.name
    if not tails.boxes:
        return [Identification(name, -1, None, problem=tails.problem)]
    queries = Queries(tails.vectors, tails.keypoints, engine.detail(tails.boxes))
    proposals = propose(gallery, queries, engine.calibration, new_share)
    return [
        Identification(name, number, box, candidates, known)
        for number, (box, (candidates, known)) in enumerate(zip(tails.boxes, proposals, strict=True))
    ]


def look_up(gallery: Gallery, queries: Queries, calibration: Calibration, count: Count = matching_points) -> Evidence:
    """What the gallery says of tails: all whales by the networks, the best of them point by point."""
    evidence = search(gallery, queries.vectors, queries.rows)
    best = shortlist(calibration.logits(evidence), SHORTLIST)
    return with_points(gallery, evidence, best, queries, count)


def look_up_together(
    gallery: Gallery, queries: Queries, calibration: Calibration, count: Count = matching_points
) -> Evidence:
    """What the gallery says of tails that show one whale, (1, whales): all are compared point by point with the whales
    that are best for them together."""
    evidence = search(gallery, queries.vectors, queries.rows)
    best = shortlist(calibration.logits(pooled(evidence)), SHORTLIST)
    best = np.repeat(best, len(queries), axis=0)
    return pooled(with_points(gallery, evidence, best, queries, count))


def propose(
    gallery: Gallery,
    queries: Queries,
    calibration: Calibration,
    new_share: float = NEW_SHARE,
    whales: int = WHALES,
    count: Count = matching_points,
    together: bool = False,
) -> list[tuple[tuple[Candidate, ...], float]]:
    """The candidates of each tail, the best `whales` and new_whale, and the probability that its whale is known.

    With an empty gallery each whale is new.

    Args:
        count: compares two tails point by point.
        together: the tails show one whale: there is one proposal for all of them.
    """
    if not gallery.whales:
        return [((Candidate(NEW_WHALE, float("nan"), 1.0),), 0.0)] * (1 if together else len(queries))
    evidence = (look_up_together if together else look_up)(gallery, queries, calibration, count)
    itself = [queries.own_rows(tail) for tail in range(len(queries))]
    if together:
        queries, itself = queries.pooled, [[row for own in itself for row in own]]
    said = opinion(gallery, evidence, queries.vectors, calibration, queries.detail, new_share)
    chances, known = said.chances, said.known
    proposals = []
    for tail, best in enumerate(shortlist(said.order, whales)):
        possible = [int(whale) for whale in best if evidence.photos[tail, whale] > 0]
        vectors = [matrix[tail] for matrix in queries.vectors]
        found = []
        for whale in possible:
            row = evidence.pointed.get((tail, whale))
            if row is None:
                # All photos of a whale may be among tails that are looked up together.
                own = nearest_rows(gallery, vectors, whale, 1, itself[tail])
                row = (own or nearest_rows(gallery, vectors, whale, 1))[0]
            photo = gallery.photos[row]
            found.append(_candidate(gallery, evidence, tail, whale, float(chances[tail, whale]), photo))
        found.append(Candidate(NEW_WHALE, float("nan"), 1 - float(known[tail])))
        proposals.append((tuple(sorted(found, key=lambda one: -one.probability)), float(known[tail])))
    return proposals


def _candidate(
    gallery: Gallery, evidence: Evidence, tail: int, whale: int, probability: float, photo: str
) -> Candidate:
    nearest, networks = float(evidence.nearest[tail, whale]), float(evidence.networks[tail, whale])
    points = evidence.points[tail, whale]
    found = None if np.isnan(points) else int(points)
    return Candidate(gallery.whales[whale], (nearest + networks) / 2, probability, networks, nearest, photo, found)


def ranked_ids(
    identifications: Sequence[Identification], fill: Sequence[str] = (), new_whale: bool = True
) -> list[str]:
    """A photo's row in Kaggle's form: up to five different ids, best first.

    An id counts with its best tail. Without any tail the row is new_whale, or, where `new_whale` is off, `fill`: the
    whales with the most photos.
    """
    best: dict[str, float] = {}
    for identification in identifications:
        for candidate in identification.candidates:
            if new_whale or candidate.whale != NEW_WHALE:
                best[candidate.whale] = max(best.get(candidate.whale, 0.0), candidate.probability)
    ids = sorted(best, key=lambda whale: -best[whale])[:IDS]
    if not ids:
        return [NEW_WHALE] if new_whale else list(fill[:IDS])
    return ids
