"""Runs the self-check on a catalogue: what its people said of tails and whales is heeded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress

import numpy as np

from whaleid_core import local
from whaleid_core.catalogue import Catalogue
from whaleid_core.engine import Engine
from whaleid_core.gallery import Gallery
from whaleid_core.identify import Unwatched, Watch
from whaleid_core.local import Keypoints
from whaleid_core.matching import match
from whaleid_core.self_check import SelfCheck, self_check


def check_catalogue(catalogue: Catalogue, engine: Engine, watch: Watch | None = None) -> SelfCheck:
    """Look for mistakes among the decided tails; a proposal names tails by their ids, as text.

    Tails that have no embedding yet are embedded first.

    Raises:
        Cancelled: the watch asked for it.
    """
    watch = watch or Unwatched()
    for _ in match(catalogue, engine, watch, tail_ids=[]):
        pass
    gallery = _gallery(catalogue, engine)
    boxes = {row.id: row.box for row in catalogue.tail_rows([int(name) for name in gallery.photos])}
    detail = engine.detail([boxes[int(name)] for name in gallery.photos])
    compared = catalogue.compared_tails()
    sure = {str(key) for pair, same in compared.items() if same for key in pair}
    return self_check(gallery, detail, engine.calibration, list(_apart(catalogue, compared)), sure, watch)


def _apart(catalogue: Catalogue, compared: dict[tuple[int, int], bool]) -> Iterator[tuple[str, str]]:
    """Whales that are two: somebody said so of two of their tails, or one photo shows both."""
    tails = {key for pair, same in compared.items() if not same for key in pair}
    whales = {row.id: row.whale for row in catalogue.tail_rows(sorted(tails))}
    for (one, other), same in compared.items():
        first, second = whales.get(one), whales.get(other)
        if not same and first and second and first != second:
            yield first, second
    names = {row.id: row.name for row in catalogue.whales()}
    for first_id, second_id in catalogue.whales_together():
        yield names[first_id], names[second_id]


def _gallery(catalogue: Catalogue, engine: Engine) -> Gallery:
    """The decided tails that every member has seen, each called by its id."""
    parts = [catalogue.gallery(member.name) for member in engine.members]
    common = sorted(set.intersection(*(set(part.tail_ids.tolist()) for part in parts)))
    rows = [np.searchsorted(part.tail_ids, common) for part in parts]
    whales = [parts[0].whales[row] for row in rows[0]]

    def points_of(numbers: Sequence[int]) -> dict[int, Keypoints]:
        stored = catalogue.keypoints(local.KIND, [common[number] for number in numbers])
        found: dict[int, Keypoints] = {}
        for number in numbers:
            with suppress(KeyError, ValueError):  # none, or damaged ones
                found[number] = Keypoints.from_bytes(stored[common[number]])
        return found

    matrices = [part.matrix[own] for part, own in zip(parts, rows, strict=True)]
    return Gallery.of(whales, [str(tail) for tail in common], matrices, points_of, engine.heads)
