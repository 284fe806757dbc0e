"""What Matches reads, on a reader lane: a tail and its candidates, a whale's photos, an encounter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from whalegui.answers import Searched, candidates
from whalegui.judging import Judge
from whaleid_core.catalogue import Catalogue
from whaleid_core.catalogue.rows import PhotoFilter, PhotoRow, SuggestionRow, TailRow, WhaleRow
from whaleid_core.errors import WhaleIdError
from whaleid_core.records import Change, Verdict

Shown = tuple[TailRow, PhotoRow]
"""A tail with its photo: what it takes to draw it."""

ENCOUNTER_PHOTOS = 200
"""How many photos of an encounter are looked through for tails."""


@dataclass(frozen=True, slots=True)
class CandidateDetails:
    """One candidate of a tail: the suggestion, its whale, and the tail that is shown first, where there is one."""

    suggestion: SuggestionRow
    whale: WhaleRow
    first: Shown | None


@dataclass(frozen=True, slots=True)
class Details:
    """One tail and what is proposed for it.

    Attributes:
        suggestions: best first, as the judge shifted them; empty where it was not searched.
        candidates: its ten best whales.
        new_name: the next free id for a new whale.
        judge: says what to make of the suggestions.
    """

    tail: TailRow
    photo: PhotoRow
    suggestions: tuple[SuggestionRow, ...]
    candidates: tuple[CandidateDetails, ...]
    new_name: str
    judge: Judge

    @property
    def order(self) -> tuple[str, ...]:
        """The candidates by name."""
        return tuple(candidate.whale.name for candidate in self.candidates)

    @property
    def ids(self) -> tuple[int, ...]:
        """The candidates by id: tells whether their order changed, also after one was given another name."""
        return tuple(candidate.whale.id for candidate in self.candidates)


def read_details(catalogue: Catalogue, tail_id: int, judge_of: Callable[[str], Judge]) -> Details | None:
    """Everything about a tail; None where it is no longer in the catalogue.

    Args:
        judge_of: gives the judge of what a model suggested.
    """
    tails = read_tails(catalogue, [tail_id])
    if not tails:
        return None
    tail, photo = tails[0]
    stored = catalogue.suggestions(tail_id)
    judge = judge_of(stored[0].model if stored else "")
    suggestions = tuple(judge.shifted(stored))
    chosen = [(row, whale) for row in candidates(suggestions) if (whale := _whale(catalogue, row)) is not None]
    wanted = [row.tail_shown_id or whale.cover_tail_id for row, whale in chosen]
    shown = {
        tail.id: (tail, photo) for tail, photo in read_tails(catalogue, [key for key in wanted if key is not None])
    }
    rows = tuple(
        CandidateDetails(row, whale, shown.get(key or -1)) for (row, whale), key in zip(chosen, wanted, strict=True)
    )
    return Details(tail, photo, suggestions, rows, catalogue.next_whale_name(), judge)


def concerns(change: Change, details: Details | None) -> bool:
    """Whether a tail's details may be others after a change."""
    if details is None:
        return False
    own = change.keys("suggestion") | change.keys("tail")
    if details.tail.id in own or details.photo.id in change.keys("photo"):
        return True
    return bool(change.tables & {"whale", "encounter", "decision"})


def read_searched(catalogue: Catalogue) -> Searched:
    """How many whales there are to be compared with, in how many photos."""
    photos = [whale.photos for whale in catalogue.whales() if whale.photos]
    return Searched(len(photos), sum(photos))


def read_whale_tails(catalogue: Catalogue, whale_id: int, without: int) -> tuple[Shown, ...]:
    """A whale's tails, best first, without the one it is compared with."""
    return _with_photos(catalogue, [tail for tail in catalogue.whale_tails(whale_id) if tail.id != without])


def read_encounter(catalogue: Catalogue, photo: PhotoRow) -> tuple[str, tuple[Shown, ...]]:
    """The name of a photo's encounter and its tails, by time; where it is in none, those of the photo itself."""
    if photo.encounter_id is None:
        return "This photo", tuple((tail, photo) for tail in catalogue.tails(photo.id))
    name = next((row.name for row in catalogue.encounters() if row.id == photo.encounter_id), "")
    ids = catalogue.photo_ids(PhotoFilter(encounter_id=photo.encounter_id, role="new"))[:ENCOUNTER_PHOTOS]
    tails = [tail for photo_id in ids for tail in catalogue.tails(photo_id)]
    return name, _with_photos(catalogue, tails)


def read_tails(catalogue: Catalogue, tail_ids: Collection[int]) -> tuple[Shown, ...]:
    """Tails with their photos, those that are still there."""
    return _with_photos(catalogue, catalogue.tail_rows(tail_ids))


def read_verdicts(catalogue: Catalogue, tail_ids: Collection[int]) -> Counter[Verdict]:
    """What was concluded about these tails, counted."""
    return Counter(tail.verdict for tail in catalogue.tail_rows(tail_ids) if tail.verdict is not None)


def _with_photos(catalogue: Catalogue, tails: Sequence[TailRow]) -> tuple[Shown, ...]:
    photos = {photo.id: photo for photo in catalogue.photos({tail.photo_id for tail in tails})}
    return tuple((tail, photos[tail.photo_id]) for tail in tails if tail.photo_id in photos)


def _whale(catalogue: Catalogue, suggestion: SuggestionRow) -> WhaleRow | None:
    try:
        return catalogue.whale(suggestion.whale_id) if suggestion.whale_id is not None else None
    except WhaleIdError:  # merged away or undone since the suggestion was made
        return None
