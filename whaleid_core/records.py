"""The value types that the whole program speaks in: frozen, and checked when they are made."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

NEW_WHALE = "new_whale"
"""Kaggle's word for an animal that is in no gallery."""


class Drawer(StrEnum):
    """Who drew a tail box."""

    DETECTOR = "detector"
    PERSON = "person"
    FRAME = "frame"  # nobody: the whole photo stands in, where its whale is known and no tail was found


class Verdict(StrEnum):
    """What a person concluded about one tail."""

    SAME = "same"
    NEW = "new"
    UNSURE = "unsure"
    POOR = "poor"


@dataclass(frozen=True, slots=True)
class Photo:
    """One image file as the camera wrote it.

    Attributes:
        path: where the file lies.
        content_hash: sha256 of the file's bytes, hex.
        width, height: pixels, after the EXIF orientation is applied.
        taken_at: the camera's local time, without a zone, if it wrote one.
        latitude, longitude: degrees (WGS 84), if the camera wrote them.
        camera: maker and model, or an empty string.
        photographer: who the camera says took it, or an empty string.
    """

    path: str
    content_hash: str
    width: int
    height: int
    taken_at: datetime | None = None
    latitude: float | None = None
    longitude: float | None = None
    camera: str = ""
    photographer: str = ""

    def __post_init__(self) -> None:
        if self.width < 1 or self.height < 1:
            raise ValueError(f"a photo has at least one pixel, not {self.width} x {self.height}")


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle around one fluke, in pixels of the photo turned upright.

    Attributes:
        xmin, ymin, xmax, ymax: edges; the right and lower edges lie beyond the left and upper.
        drawn_by: the detector, a person, or the whole frame standing in.
        confidence: the detector's, 0 to 1; 1 for a person's box.
        disputed: the detector's looks at it disagree: one of them sees no tail there.
    """

    xmin: float
    ymin: float
    xmax: float
    ymax: float
    drawn_by: Drawer = Drawer.PERSON
    confidence: float = 1.0
    disputed: bool = False

    def __post_init__(self) -> None:
        if not all(math.isfinite(v) for v in self.corners):
            raise ValueError(f"a box has finite corners, not {self.corners}")
        if self.xmax <= self.xmin or self.ymax <= self.ymin:
            raise ValueError(f"a box has an area, which {self.corners} hasn't")

    @property
    def corners(self) -> tuple[float, float, float, float]:
        return self.xmin, self.ymin, self.xmax, self.ymax

    @property
    def width(self) -> float:
        return self.xmax - self.xmin

    @property
    def height(self) -> float:
        return self.ymax - self.ymin

    @property
    def area(self) -> float:
        return self.width * self.height


@dataclass(frozen=True, slots=True)
class Candidate:
    """A whale proposed for a tail.

    Attributes:
        whale: the whale's id, or `NEW_WHALE`.
        score: fused similarity, -1 to 1; higher is more alike. NaN for `NEW_WHALE`, which has none.
        probability: that the tail is this whale, 0 to 1.
        networks: similarity to the whale's mean vector, over the members (the gallery heads).
        nearest: similarity to the whale's most similar photo.
        photo: the photo of the whale on which most points agree, the most similar one where none were sought, as the
            gallery names it; None for `NEW_WHALE`.
        points: matching points found by local matching, with that photo; None where it was not run.
    """

    whale: str
    score: float
    probability: float
    networks: float | None = None
    nearest: float | None = None
    photo: str | None = None
    points: int | None = None


@dataclass(frozen=True, slots=True)
class Identification:
    """What the program proposes for one tail.

    Attributes:
        photo: the photo, as the caller names it.
        tail: which tail of the photo, from 0; -1 where the photo has none or can't be read.
        box: the tail box; None where tail is -1.
        candidates: best first by probability, `NEW_WHALE` among them; empty where tail is -1.
        known: probability that the whale is in the gallery.
        problem: why there is no tail, as a sentence; empty where there is one.
    """

    photo: str
    tail: int
    box: Box | None
    candidates: tuple[Candidate, ...] = ()
    known: float = 0.0
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Gaps:
    """Where a new encounter begins: so long, or so far, after the photo before."""

    hours: float = 1.0
    km: float = 5.0


@dataclass(frozen=True, slots=True)
class RowChange:
    """One row before and after an edit; None where it isn't there."""

    table: str
    key: int
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None

    @property
    def inverse(self) -> RowChange:
        return RowChange(self.table, self.key, self.after, self.before)


@dataclass(frozen=True, slots=True)
class Change:
    """What one edit did to the catalogue, row by row, so that it can be undone and redone.

    Attributes:
        label: what a person would call it, e.g. "IMG_0113 is HW0452".
        rows: the rows, in the order they were written.
        entries: the lines of the journal that tell of it; none where it is only thought of.
    """

    label: str
    rows: tuple[RowChange, ...] = field(default=())
    entries: tuple[int, ...] = field(default=(), compare=False)

    @property
    def tables(self) -> frozenset[str]:
        """The tables it touched: what a view looks at to decide whether to refresh."""
        return frozenset(row.table for row in self.rows)

    @property
    def inverse(self) -> Change:
        return Change(self.label, tuple(row.inverse for row in reversed(self.rows)))

    def keys(self, table: str) -> frozenset[int]:
        """The ids of the rows it touched in a table."""
        return frozenset(row.key for row in self.rows if row.table == table)

    @classmethod
    def joined(cls, label: str, changes: Sequence[Change]) -> Change:
        """Several changes, made one after the other, as one undo step."""
        rows = tuple(row for change in changes for row in change.rows)
        return cls(label, rows, tuple(entry for change in changes for entry in change.entries))

    def __bool__(self) -> bool:
        return bool(self.rows)
