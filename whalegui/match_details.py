"""What Matches reads, on a reader lane: a tail and its candidates, a whale's photos, an encounter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from whalegui.answers import Searched, candidates
from whalegui.judging import Judge
from whalegui.match_ranked import ranked_anew
from whaleid_core.catalogue import Catalogue, LookRow, SearchFilter
from whaleid_core.catalogue.rows import PhotoFilter, PhotoRow, SuggestionRow, TailRow, WhaleRow
from whaleid_core.errors import WhaleIdError
from whaleid_core.records import Change, Verdict

if TYPE_CHECKING:
    from whaleid_core.ranking import Ranker

Shown = tuple[TailRow, PhotoRow]
"""A tail with its photo: what it takes to draw it."""

ENCOUNTER_PHOTOS = 200
"""How many photos of an encounter are looked through for tails."""


ALL = SearchFilter()


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of one tail.

    Attributes:
        group: the tails that are taken for one whale with it, itself among them; empty where it is alone.
        which: the part of the gallery that is searched.
        blind: what was decided is hidden.
    """

    tail_id: int
    group: tuple[int, ...] = ()
    which: SearchFilter = ALL
    blind: bool = False

    @property
    def special(self) -> bool:
        """Whether only the gallery in memory can answer it: what is kept is of all whales and of one tail."""
        return len(self.group) > 1 or bool(self.which)


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
        new_name: the next free id for a new whale; empty where no whale is named.
        judge: says what to make of the suggestions.
        searched: what the suggestions were chosen from.
        together: from how many tails the suggestions are.
        lacking: only the gallery in memory can say, and there is none yet, or it lacks one of the tails.
        looks: who has looked how far.
    """

    tail: TailRow
    photo: PhotoRow
    suggestions: tuple[SuggestionRow, ...]
    candidates: tuple[CandidateDetails, ...]
    new_name: str
    judge: Judge
    searched: Searched
    together: int
    lacking: bool
    looks: tuple[LookRow, ...]

    @property
    def order(self) -> tuple[str, ...]:
        """The candidates by name."""
        return tuple(candidate.whale.name for candidate in self.candidates)

    @property
    def model(self) -> str:
        """That suggested them; empty where nothing is suggested."""
        return self.suggestions[0].model if self.suggestions else ""

    @property
    def ids(self) -> tuple[int, ...]:
        """The candidates by id: tells whether their order changed, also after one was given another name."""
        return tuple(candidate.whale.id for candidate in self.candidates)


def read_details(
    catalogue: Catalogue, asked: Asked, judge_of: Callable[[str], Judge], ranker: Ranker | None = None
) -> Details | None:
    """Everything about a tail; None where it is no longer in the catalogue.

    Args:
        judge_of: gives the judge of what a model suggested.
        ranker: the gallery in memory, where there is one: it knows what was decided a moment ago.
    """
    tails = read_tails(catalogue, [asked.tail_id])
    if not tails:
        return None
    tail, photo = tails[0]
    if asked.blind:
        tail = replace(tail, verdict=None, whale=None, whale_id=None)
    reach = catalogue.reach(asked.which)
    ranked = None if tail.verdict is not None else ranked_anew(catalogue, asked, tail, reach.tails, ranker)
    # What is kept was chosen from all whales, for one tail: it answers no other question.
    lacking = asked.special and ranked is None and tail.verdict is None
    stored = ranked if ranked is not None else [] if lacking else catalogue.suggestions(asked.tail_id)
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
    return Details(
        tail, photo, suggestions, rows, "" if asked.blind else catalogue.next_whale_name(), judge,
        Searched(reach.whales, reach.photos, reach.of_whales, asked.which.words),
        max(len(asked.group), 1), lacking,
        tuple(catalogue.looks(asked.tail_id)),
    )  # fmt: skip


def concerns(change: Change, details: Details | None) -> bool:
    """Whether a tail's details may be others after a change."""
    if details is None:
        return False
    own = change.keys("suggestion") | change.keys("tail")
    if details.tail.id in own or details.photo.id in change.keys("photo"):
        return True
    return bool(change.tables & {"whale", "encounter", "decision"})


def read_waiting(catalogue: Catalogue) -> list[int]:
    """The tails that wait for a decision, in order of time."""
    return catalogue.tails_to_match()


def read_second(catalogue: Catalogue) -> list[int]:
    """The tails that others decided and this person hasn't read yet."""
    return catalogue.tails_to_read()


def read_whale_tails(catalogue: Catalogue, whale_id: int, without: int) -> tuple[Shown, ...]:
    """A whale's tails, best first, without the one it is compared with."""
    return _with_photos(catalogue, [tail for tail in catalogue.whale_tails(whale_id) if tail.id != without])


def read_encounter(catalogue: Catalogue, photo: PhotoRow, blind: bool = False) -> tuple[str, tuple[Shown, ...]]:
    """The name of a photo's encounter and its tails, by time; where it is in none, those of the photo itself.

    Args:
        blind: what was decided is hidden.
    """
    name, shown = _encounter(catalogue, photo)
    if blind:
        shown = tuple((replace(tail, verdict=None, whale=None, whale_id=None), photo) for tail, photo in shown)
    return name, shown


def _encounter(catalogue: Catalogue, photo: PhotoRow) -> tuple[str, tuple[Shown, ...]]:
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
