"""Runs a detector once more over photos that have boxes, and tells what it would change; nothing is changed by it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from whaleid_core.catalogue import Catalogue, PhotoRow
from whaleid_core.engine import Engine
from whaleid_core.errors import Cancelled, WhaleIdError
from whaleid_core.identify import Unwatched, Watch
from whaleid_core.records import Box, Drawer


@dataclass(frozen=True, slots=True)
class Difference:
    """A photo that the detector sees otherwise now.

    Attributes:
        before: its boxes as they are.
        after: its boxes as they would be: what a person drew or corrected is among them as it is.
        found: what the detector found.
        unsure: it found none, and this is what it is least unsure of: nothing to be taken unseen.
        searched_by: the detector's package.
    """

    photo: PhotoRow
    before: tuple[Box, ...]
    after: tuple[Box, ...]
    found: tuple[Box, ...]
    searched_by: str
    unsure: bool = False


def look_again(
    catalogue: Catalogue, engine: Engine, photo_ids: Sequence[int], watch: Watch | None = None
) -> list[Difference]:
    """Look for tails in photos again, as they are turned in the catalogue.

    In a photo that has no tail, and in which none is found now either, the box is told of which the detector is least
    unsure. Photos whose boxes a person accepted aren't searched, for nothing would come of it. A photo that can't be
    read is told to the watch and passed over.

    Returns:
        The photos whose boxes would be others, in the order given.

    Raises:
        Cancelled: the watch asked for it.
    """
    watch = watch or Unwatched()
    differences = []
    for number, row in enumerate(catalogue.photos(photo_ids)):
        if watch.cancel():
            raise Cancelled
        if not row.problem and not row.checked:
            try:
                difference = _difference(catalogue, engine, row)
            except WhaleIdError as error:
                watch.failure(error.sentence)
            else:
                differences += [difference] if difference.before != difference.after else []
        watch.progress(number + 1, len(photo_ids))
    return differences


def _difference(catalogue: Catalogue, engine: Engine, row: PhotoRow) -> Difference:
    found = engine.find(row.path, row.turned)
    if not found and row.known_whale_id is not None:
        found = [Box(0, 0, row.width, row.height, Drawer.FRAME, 0.0)]
    before = tuple(tail.box for tail in catalogue.tails(row.id))
    unsure = not found and not before
    if unsure:
        found = engine.unsure(row.path, row.turned)
    renewal = catalogue.renewal(row.id, found)
    return Difference(
        row, before, tuple(renewal.boxes) if renewal else before, tuple(found), engine.finder.package.label, unsure
    )
