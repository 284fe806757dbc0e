"""Compares a catalogue's tails with its gallery: embeds what lacks it, ranks, keeps the suggestions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing

from whaleid_core import local
from whaleid_core.ahead import ahead
from whaleid_core.catalogue import Catalogue
from whaleid_core.catalogue.rows import PhotoRow, TailRow
from whaleid_core.embed import Vectors
from whaleid_core.engine import Engine, Tails
from whaleid_core.errors import Cancelled
from whaleid_core.identify import Unwatched, Watch
from whaleid_core.ranking import Ranker
from whaleid_core.records import Identification

BLOCK = 64
"""Tails matched in one transaction: a stop loses no more than that."""
EMBEDDED = 16
"""Tails whose embeddings are kept in one transaction."""


def match(
    catalogue: Catalogue,
    engine: Engine,
    watch: Watch | None = None,
    tail_ids: Sequence[int] | None = None,
    ranker: Ranker | None = None,
) -> Iterator[int]:
    """Compare tails with the gallery, those that wait for a decision unless they are named; yields each that is done.

    Tails that have no embedding yet are embedded first, the gallery's among them.

    Args:
        ranker: that of this catalogue and engine, which knows what it was asked before.

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
    ranker = ranker or Ranker(catalogue, engine)
    for start in range(0, len(waiting), BLOCK):
        if watch.cancel():
            raise Cancelled
        ranked = ranker.rank(catalogue.tail_rows(waiting[start : start + BLOCK]), stop=watch.cancel)
        if ranked:
            found = {tail: Identification("", 0, None, *proposal) for tail, proposal in ranked.items()}
            catalogue.store_all_suggestions(found, engine.name)
            yield from ranked
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

    def look(photo: PhotoRow) -> Tails:
        return engine.tails(photo.path, [tail.box for tail in of_photo[photo.id]], photo.turned)

    with closing(ahead(look, catalogue.photos(list(of_photo)))) as looked_at:
        for photo, seen in looked_at:
            own = of_photo[photo.id]
            if seen.problem:
                watch.failure(seen.problem)
            for of_member, matrix in zip(kept, seen.vectors, strict=bool(seen.vectors)):
                of_member.update(zip((tail.id for tail in own), matrix, strict=True))
            points.update((tail.id, found.to_bytes()) for tail, found in zip(own, seen.keypoints, strict=False))
            if watch.cancel():  # what was seen up to now is kept
                break
    for member, vectors in zip(engine.members, kept, strict=True):
        catalogue.store_embeddings(member.name, vectors, tails)
    catalogue.store_keypoints(local.KIND, points, tails)
