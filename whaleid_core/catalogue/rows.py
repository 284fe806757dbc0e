"""What the catalogue's queries give: plain frozen rows, without a database behind them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path

import numpy as np
import numpy.typing as npt

from whaleid_core.records import Box, Verdict


class PhotoStatus(StrEnum):
    """What a photo is waiting for, or what became of it; the first that holds, in this order."""

    PROBLEM = "problem"  # it can't be read
    KNOWN = "known"  # a list said which whale it shows
    DECIDED = "decided"  # a person concluded something about each of its tails
    WAITING = "waiting"  # nobody has looked for tails yet
    NO_TAIL = "no_tail"
    TO_CHECK = "to_check"  # several tails, or a box that may be wrong, and nobody accepted them
    TO_MATCH = "to_match"


class PhotoSort(StrEnum):
    """The order of photos; those that lack what is sorted by come last."""

    TIME = "time"
    NAME = "name"
    ADDED = "added"
    STATUS = "status"
    TAILS = "tails"
    PLACE = "place"  # from north to south
    CAMERA = "camera"
    PHOTOGRAPHER = "photographer"
    NOTE = "note"


class Quality(StrEnum):
    """How good the best tail of a photo is, by the worst of the five criteria that somebody rated."""

    GOOD = "good"  # none worse than 2
    FAIR = "fair"  # none worse than 3
    POOR = "poor"  # tails were rated, and none is fair
    UNRATED = "unrated"  # a tail that nobody rated


class CheckReason(StrEnum):
    """Why a person should look at a photo's boxes, doubt first."""

    NO_TAIL = "no_tail"
    SEVERAL = "several"
    UNSURE = "unsure"  # the detector's confidence is low
    BORDER = "border"  # the tail may be cut off by the photo's border
    SHAPE = "shape"  # flukes are seldom of that shape
    DISPUTED = "disputed"  # a second look says otherwise than the first
    SURE = "sure"


@dataclass(frozen=True, slots=True)
class PhotoFilter:
    """Which photos; each condition that is given narrows the choice.

    Attributes:
        statuses: any of these.
        role: "new" or "known".
        searched: whether a detector or a person has looked for tails in it; a photo with a problem is neither.
        checked: whether a person accepted its boxes.
        encounter_id, whale_id: in this encounter; showing this whale.
        taken_from, taken_to: camera's local time, both ends included.
        camera, photographer: exactly this one; empty where nothing is said of it.
        quality: of its best tail; unrated, where it has a tail without any rating.
        placed: whether its place is known.
        text: part of its path, note, camera, photographer or encounter's name, whatever the case.
    """

    statuses: frozenset[PhotoStatus] = frozenset()
    role: str | None = None
    searched: bool | None = None
    checked: bool | None = None
    encounter_id: int | None = None
    whale_id: int | None = None
    taken_from: datetime | None = None
    taken_to: datetime | None = None
    camera: str | None = None
    photographer: str | None = None
    quality: Quality | None = None
    placed: bool | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Counts:
    """How much there is, and how much work waits.

    Attributes:
        photos, tails, whales, encounters: all of them.
        waiting_search: readable photos in which nobody has looked for tails.
        to_check: new photos whose boxes a person should see: no tail, several, or unsure, and not accepted yet.
        to_match: tails of new photos without a decision.
        decided: tails of new photos with a decision.
        by_status: photos of each status.
    """

    photos: int
    tails: int
    whales: int
    encounters: int
    waiting_search: int
    to_check: int
    to_match: int
    decided: int
    by_status: Mapping[PhotoStatus, int] = field(default_factory=dict)

    @property
    def problems(self) -> int:
        return self.by_status.get(PhotoStatus.PROBLEM, 0)


@dataclass(frozen=True, slots=True)
class PhotoRow:
    """One photo.

    Attributes:
        path: where it should lie now, absolute.
        name: its file name; `title` is the same without the suffix.
        width, height: pixels, upright and after `turned`; 0 where the photo can't be read.
        turned: a person's correction after EXIF, degrees clockwise: 0, 90, 180 or 270.
        searched: whether a detector looked for tails; searched_by names the package.
        known_whale: the whale that a list gave for it.
        tails: how many tail boxes it has.
    """

    id: int
    path: Path
    name: str
    width: int
    height: int
    taken_at: datetime | None
    latitude: float | None
    longitude: float | None
    camera: str
    turned: int
    encounter_id: int | None
    role: str
    searched: bool
    checked: bool
    problem: str
    note: str
    status: PhotoStatus
    tails: int
    content_hash: str | None
    root_id: int
    searched_by: str | None
    known_whale_id: int | None
    known_whale: str | None
    photographer: str
    added_at: datetime

    @property
    def title(self) -> str:
        return Path(self.name).stem


@dataclass(frozen=True, slots=True)
class TailRow:
    """One tail box: its corners are pixels of the photo, upright and after the photo's `turned`."""

    id: int
    photo_id: int
    box: Box
    whale_id: int | None
    whale: str | None
    verdict: Verdict | None
    turned: int


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """What a person concluded about a tail: who, when, with which model, how many were shown, of what."""

    id: int
    tail_id: int
    verdict: Verdict
    whale_id: int | None
    whale: str | None
    who: str
    decided_at: datetime
    model: str
    shown: int
    searched: str
    note: str


@dataclass(frozen=True, slots=True)
class SuggestionRow:
    """One candidate for a tail, as it was computed last.

    Attributes:
        whale_id: None for new_whale.
        whale: the whale's name, or `NEW_WHALE`.
        score, networks, nearest, points: the evidence as in `records.Candidate`; None where there is none.
        tail_shown_id: the whale's tail that has these points, the most similar one where none were sought.
        known: probability that the tail's whale is in the gallery, the same for all its candidates.
    """

    whale_id: int | None
    whale: str
    probability: float
    score: float | None
    networks: float | None
    nearest: float | None
    points: int | None
    tail_shown_id: int | None
    known: float
    rank: int
    model: str
    made_at: datetime


SEXES = {"F": "female", "M": "male"}
"""What the codes of a whale's sex stand for; an empty one is not known."""


@dataclass(frozen=True, slots=True)
class WhaleRow:
    """One whale; photos counts those that show it, first_seen and last_seen are camera times of these.

    Attributes:
        encounters: in how many it was met.
        pigmentation: how dark its fluke is, 1 to 5; None where nobody said.
    """

    id: int
    name: str
    nickname: str
    sex: str
    photos: int
    first_seen: datetime | None
    last_seen: datetime | None
    cover_tail_id: int | None
    note: str
    encounters: int = 0
    pigmentation: int | None = None


@dataclass(frozen=True, slots=True)
class NameRow:
    """Another id of a whale: an "old" one, that it had here, or an "other" one, that a catalogue elsewhere gives it."""

    id: int
    whale_id: int
    name: str
    kind: str
    catalogue: str


@dataclass(frozen=True, slots=True)
class RatingRow:
    """How good a tail's picture is, 1 (best) to 5, by the five criteria of SPLASH (Calambokidis et al. 2008), and how
    distinctive the tail is, 1 (most) to 5; None where nobody said."""

    tail_id: int
    part_visible: int | None
    fluke_angle: int | None
    camera_angle: int | None
    sharpness: int | None
    exposure: int | None
    distinctiveness: int | None


@dataclass(frozen=True, slots=True)
class SightingRow:
    """A photo that shows a whale: when, where, in which encounter."""

    whale_id: int
    whale: str
    photo_id: int
    taken_at: datetime | None
    latitude: float | None
    longitude: float | None
    encounter_id: int | None
    encounter: str


@dataclass(frozen=True, slots=True)
class EncounterRow:
    """One encounter: started_at is the first photo's time, the place is the mean of the photos that have one."""

    id: int
    name: str
    photos: int
    started_at: datetime | None
    ended_at: datetime | None
    latitude: float | None
    longitude: float | None
    note: str
    area: str = ""


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A camera or a photographer: how many photos, and when the first and the last of them were taken."""

    name: str
    photos: int
    first: datetime | None
    last: datetime | None


@dataclass(frozen=True, slots=True)
class ShotRow:
    """Of a photo, what its camera wrote: the little that is needed of very many at once."""

    id: int
    name: str
    taken_at: datetime | None
    latitude: float | None
    longitude: float | None


@dataclass(frozen=True, slots=True)
class EncounterPlan:
    """What finding encounters would do.

    Attributes:
        encounters: how many there would be then, and `before`, how many there are.
        moved: photos that would be in another encounter than now, or in one at last.
        loose: photos that would be in none: they have no time.
    """

    encounters: int
    before: int
    moved: int
    loose: int


@dataclass(frozen=True, slots=True)
class RootRow:
    """A folder that photos lie under, and how many."""

    id: int
    path: Path
    photos: int


@dataclass(frozen=True, slots=True)
class JournalRow:
    """One line of the journal; `undoes` is the line that it takes back."""

    id: int
    at: datetime
    who: str
    label: str
    tables: frozenset[str]
    undoes: int | None


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found: ids and names, the best few of each kind."""

    photos: tuple[tuple[int, str], ...]
    whales: tuple[tuple[int, str], ...]
    encounters: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Gallery:
    """The embeddings of the tails whose whale is decided, one row a tail, in order of tail id.

    Attributes:
        tail_ids, whale_ids: int64, shape (n,).
        whales: the whales' names, one a row.
        matrix: float32, shape (n, length).
    """

    tail_ids: npt.NDArray[np.int64]
    whale_ids: npt.NDArray[np.int64]
    whales: tuple[str, ...]
    matrix: npt.NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.tail_ids)
