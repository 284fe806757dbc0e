"""The verbs that the window and the command line share: add photos, find tails, match, export."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from whaleid_core.adding import Added, Failure, add_known, add_photos
from whaleid_core.ahead import ahead
from whaleid_core.catalogue import Catalogue, is_catalogue
from whaleid_core.catalogue.rows import PhotoFilter, PhotoRow, ShotRow, TailRow
from whaleid_core.engine import Engine, installed_calibration, load_engine
from whaleid_core.errors import Cancelled, Kind, WhaleIdError
from whaleid_core.formats.gpx import read_track
from whaleid_core.formats.kaggle import write_submission
from whaleid_core.identify import Unwatched, Watch, ranked_ids
from whaleid_core.matching import match
from whaleid_core.moved import FoundAgain, copied_again, find_again, missing_photos
from whaleid_core.records import NEW_WHALE, Box, Candidate, Change, Drawer, Identification, Verdict
from whaleid_core.track import Place, Track

__all__ = [
    "Added", "Catalogue", "Failure", "FoundAgain", "Watch", "add_known", "add_photos", "copied_again", "export_kaggle",
    "find_again", "find_tails", "installed_calibration", "is_catalogue", "load_engine", "match", "missing_photos",
    "new_catalogue", "place_by_track", "placed", "read_track",
]  # fmt: skip

_PAGE = 64

_Found = tuple[int, list[Box]]
"""By how many degrees a photo is to be turned, and its tail boxes in it so turned."""


def new_catalogue(folder: Path, name: str = "") -> Catalogue:
    """Make an empty catalogue in a folder.

    Raises:
        WhaleIdError: one is there already, or the folder can't be written.
    """
    return Catalogue.create(folder, name)


def place_by_track(
    catalogue: Catalogue,
    track: Track,
    clock: timedelta,
    largest_gap: timedelta,
    which: PhotoFilter | None = None,
    again: bool = False,
    source: str = "",
) -> Change:
    """Give the photos that fit the places that a track has for their times, as one edit; the files stay as they are.

    Args:
        clock: what the cameras' clocks are ahead of UTC.
        largest_gap: between fixes further apart than this a photo gets no place.
        again: also the photos that have a place.
        source: the track's name, for the undo step.
    """
    return catalogue.set_places(dict(placed(catalogue.shots(which), track, clock, largest_gap, again)), source)


def placed(
    shots: Sequence[ShotRow], track: Track, clock: timedelta, largest_gap: timedelta, again: bool = False
) -> list[tuple[int, Place]]:
    """The photos that a track has a place for, each with it; those that have one only if `again`."""
    open_ones = [shot for shot in shots if again or shot.latitude is None]
    found = track.places([shot.taken_at for shot in open_ones], clock, largest_gap)
    return [(shot.id, place) for shot, place in zip(open_ones, found, strict=True) if place is not None]


def find_tails(
    catalogue: Catalogue, engine: Engine, watch: Watch | None = None, photo_ids: Sequence[int] | None = None
) -> Iterator[Change]:
    """Look for tails in photos, those not searched yet unless they are named; one Change a photo, as it is done.

    A known photo in which no tail is found stands in whole: its whale is known all the same. A photo that can't be
    read is passed over; its problem is in the catalogue.

    Raises:
        Cancelled: the watch asked for it; what was yielded is kept.
    """
    watch = watch or Unwatched()
    ids = catalogue.photo_ids(PhotoFilter(searched=False)) if photo_ids is None else list(photo_ids)
    rows = (next(iter(catalogue.photos([photo_id])), None) for photo_id in ids)
    with closing(ahead(lambda row: _searched(engine, row), rows)) as searched:
        for number, (photo_id, (row, found)) in enumerate(zip(ids, searched, strict=True), start=1):
            if watch.cancel():
                raise Cancelled
            now = next(iter(catalogue.photos([photo_id])), None)
            if row is not None and now is not None and now.turned != row.turned:
                row, found = now, _searched(engine, now)  # a person turned it while it waited for its turn
            if isinstance(found, WhaleIdError):
                watch.failure(found.sentence)
                yield from _damage(catalogue, photo_id, found)
            elif row is not None and found is not None and (kept := _kept(catalogue, row, found)) is not None:
                degrees, boxes = kept
                turns = [catalogue.turn_photo(photo_id, degrees)] if degrees else []
                change = catalogue.add_boxes(photo_id, boxes, searched_by=engine.finder.package.label)
                yield Change.joined(change.label, [*turns, change])
            watch.progress(number, len(ids))


def _damage(catalogue: Catalogue, photo_id: int, error: WhaleIdError) -> Iterator[Change]:
    """Keep why a photo can't be searched, if that lies in the file; the photos of a card that was pulled out stay
    unsearched, and the next run tries again.
    """
    for row in catalogue.photos([photo_id]):
        if error.kind is Kind.INPUT and row.path.is_file() and not row.problem:
            yield catalogue.note_problem(photo_id, error.sentence)


def _searched(engine: Engine, row: PhotoRow | None) -> _Found | WhaleIdError | None:
    """What is found in a photo, or why it can't be read; None where it isn't searched.

    A photo that a person turned stands as she wants it.
    """
    if row is None or row.problem:
        return None
    try:
        return (0, engine.find(row.path, row.turned)) if row.turned else engine.find_upright(row.path)
    except WhaleIdError as error:
        return error


def _kept(catalogue: Catalogue, before: PhotoRow, found: _Found) -> _Found | None:
    """What of it is kept; None where a person took the photo out or turned it meanwhile."""
    after = catalogue.photos([before.id])
    if not after or after[0].turned != before.turned:
        return None
    if not found[1] and after[0].known_whale_id is not None:
        return 0, [Box(0, 0, before.width, before.height, Drawer.FRAME, 0.0)]
    return found


def _photos(catalogue: Catalogue, ids: Sequence[int]) -> Iterator[PhotoRow]:
    for start in range(0, len(ids), _PAGE):
        yield from catalogue.photos(ids[start : start + _PAGE])


def export_kaggle(catalogue: Catalogue, path: Path, with_new_whale: bool = True, watch: Watch | None = None) -> int:
    """Write the answers for the new photos in Kaggle's form, decisions before suggestions; returns the number of rows.

    A decided tail puts its whale first (new_whale where the whale was new); undecided tails give their candidates. A
    photo without any tail is new_whale, or, `with_new_whale` off, the whales with the most photos.

    Raises:
        WhaleIdError: the file can't be written.
        Cancelled: the watch asked for it; the file is as it was.
    """
    watch = watch or Unwatched()
    ids = catalogue.photo_ids(PhotoFilter(role="new"), "name")
    often = most_photographed(catalogue)
    rows: list[tuple[str, Sequence[str]]] = []
    for photo in _photos(catalogue, ids):
        if watch.cancel():
            raise Cancelled
        tails = [_answer(catalogue, tail) for tail in catalogue.tails(photo.id)] if photo.tails else []
        rows.append((photo.name, ranked_ids(tails, often, with_new_whale)))
        watch.progress(len(rows), len(ids))
    write_submission(path, rows)
    return len(rows)


def most_photographed(catalogue: Catalogue) -> list[str]:
    """The whales with the most photos, most first."""
    return [whale.name for whale in sorted(catalogue.whales(), key=lambda whale: (-whale.photos, whale.name))[:5]]


def _answer(catalogue: Catalogue, tail: TailRow) -> Identification:
    """A tail's candidates with the decision, which is certain, in front."""
    candidates = tuple(
        Candidate(row.whale, row.score if row.score is not None else float("nan"), row.probability)
        for row in catalogue.suggestions(tail.id)
    )
    if tail.verdict is Verdict.NEW:
        candidates = (Candidate(NEW_WHALE, float("nan"), 1.0), *candidates)
    elif tail.verdict is Verdict.SAME and tail.whale:
        candidates = (Candidate(tail.whale, float("nan"), 1.0), *candidates)
    return Identification("", 0, tail.box, candidates)
