"""Compares a catalogue's tails with its gallery: embeds what lacks it, ranks, keeps the suggestions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress

import numpy as np

from whaleid_core import local
from whaleid_core.catalogue import Catalogue
from whaleid_core.catalogue.rows import TailRow
from whaleid_core.embed import Vectors
from whaleid_core.engine import Engine
from whaleid_core.errors import Cancelled
from whaleid_core.identify import Queries, Unwatched, Watch, propose
from whaleid_core.local import NO_KEYPOINTS, Keypoints
from whaleid_core.match import Gallery
from whaleid_core.records import Identification

SHOWN = 10
"""How many whales the window shows for a tail."""
BLOCK = 64
"""Tails matched in one transaction: a stop loses no more than that."""
EMBEDDED = 16
"""Tails embedded between two looks at the watch: about a second on a laptop."""


def match(
    catalogue: Catalogue, engine: Engine, watch: Watch | None = None, tail_ids: Sequence[int] | None = None
) -> Iterator[int]:
    """Compare tails with the gallery, those that wait for a decision unless they are named; yields each that is done.

    Tails that have no embedding yet are embedded first, the gallery's among them.

    Raises:
        Cancelled: the watch asked for it; what was done is kept.
    """
    watch = watch or Unwatched()
    missing = _missing(catalogue, engine)
    waiting = catalogue.tails_to_match() if tail_ids is None else list(tail_ids)
    total = len(missing) + len(waiting)
    done = 0
    for start in range(0, len(missing), EMBEDDED):
        if watch.cancel():
            raise Cancelled
        some = missing[start : start + EMBEDDED]
        _embed(catalogue, engine, catalogue.tail_rows(some), watch)
        done += len(some)
        watch.progress(done, total)
    gallery = _gallery(catalogue, engine)
    embedded = [catalogue.embeddings(member.name) for member in engine.members]
    seen = _common([ids for ids, _ in embedded])
    for start in range(0, len(waiting), BLOCK):
        if watch.cancel():
            raise Cancelled
        rows = catalogue.tail_rows([tail for tail in waiting[start : start + BLOCK] if tail in seen])
        if some := [row.id for row in rows]:
            vectors = [matrix[np.searchsorted(ids, some)] for ids, matrix in embedded]
            queries = _queries(catalogue, engine, rows, vectors)
            proposals = zip(some, propose(gallery, queries, engine.calibration, whales=SHOWN), strict=True)
            found = {tail: Identification("", 0, None, candidates, known) for tail, (candidates, known) in proposals}
            catalogue.store_all_suggestions(found, engine.name)
            yield from some
        done += len(waiting[start : start + BLOCK])
        watch.progress(done, total)


def _missing(catalogue: Catalogue, engine: Engine) -> list[int]:
    ids = [tail for member in engine.members for tail in catalogue.tails_without_embedding(member.name)]
    return list(dict.fromkeys([*ids, *catalogue.tails_without_keypoints(local.KIND)]))


def _embed(catalogue: Catalogue, engine: Engine, tails: Sequence[TailRow], watch: Watch) -> None:
    """Compute and keep the embeddings and keypoints of tails; those whose photo can't be read now stay without."""
    of_photo: dict[int, list[TailRow]] = {}
    for tail in tails:
        of_photo.setdefault(tail.photo_id, []).append(tail)
    kept: list[dict[int, Vectors]] = [{} for _ in engine.members]
    points: dict[int, bytes] = {}
    for photo in catalogue.photos(list(of_photo)):
        own = of_photo[photo.id]
        seen = engine.tails(photo.path, [tail.box for tail in own], photo.turned)
        if seen.problem:
            watch.failure(seen.problem)
        for of_member, matrix in zip(kept, seen.vectors, strict=bool(seen.vectors)):
            of_member.update(zip((tail.id for tail in own), matrix, strict=True))
        points.update((tail.id, found.to_bytes()) for tail, found in zip(own, seen.keypoints, strict=False))
    for member, vectors in zip(engine.members, kept, strict=True):
        catalogue.store_embeddings(member.name, vectors, tails)
    catalogue.store_keypoints(local.KIND, points, tails)


def _common(ids: Sequence[np.ndarray]) -> set[int]:
    """The tails that each member has embedded."""
    return set.intersection(*(set(own.tolist()) for own in ids))


def _gallery(catalogue: Catalogue, engine: Engine) -> Gallery:
    """The decided tails, as every member sees them; a photo is named by its tail's id, as suggestions want it."""
    parts = [catalogue.gallery(member.name) for member in engine.members]
    common = np.array(sorted(_common([part.tail_ids for part in parts])), np.int64)
    rows = [np.searchsorted(part.tail_ids, common) for part in parts]
    whales = [parts[0].whales[row] for row in rows[0]]
    matrices = [part.matrix[own] for part, own in zip(parts, rows, strict=True)]

    def points_of(numbers: Sequence[int]) -> dict[int, Keypoints]:
        found = _keypoints(catalogue, [int(common[number]) for number in numbers])
        return {number: found[tail] for number in numbers if (tail := int(common[number])) in found}

    return Gallery.of(whales, [str(tail) for tail in common], matrices, points_of)


def _queries(catalogue: Catalogue, engine: Engine, tails: Sequence[TailRow], vectors: Sequence[Vectors]) -> Queries:
    """Tails to be identified; one whose keypoints are missing agrees with nothing."""
    found = _keypoints(catalogue, [tail.id for tail in tails])
    points = [found.get(tail.id, NO_KEYPOINTS) for tail in tails]
    return Queries(vectors, points, engine.detail([tail.box for tail in tails]))


def _keypoints(catalogue: Catalogue, tails: Sequence[int]) -> dict[int, Keypoints]:
    """The keypoints of those tails that have some that can be used."""
    found: dict[int, Keypoints] = {}
    for tail, data in catalogue.keypoints(local.KIND, tails).items():
        with suppress(ValueError):  # damaged: computed anew when its box is next touched, and worth no halt now
            found[tail] = Keypoints.from_bytes(data)
    return found
