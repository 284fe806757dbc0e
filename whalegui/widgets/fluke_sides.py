"""The two sides of the comparer: what is shown on each, and where a photo's pixels fall in a pane."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

from PySide6.QtCore import QPointF, QRect, QRectF
from PySide6.QtGui import QPixmap, QTransform

from whaleid_core.records import Box

from .tail_picture import TailPicture

HEADER = 26
"""Height of the line above a pane."""

GAP = 2
"""Between the two panes."""

MARGIN = 0.05
"""Air around a tail that is fitted, as a share of its box on each side; crops have the same."""

ZOOM_RANGE = 0.1, 60.0


class Which(IntEnum):
    """The two tails in the comparer."""

    NEW = 0
    CANDIDATE = 1

    @property
    def other(self) -> Which:
        return Which(1 - self)


class Mode(StrEnum):
    """How the two tails share the comparer."""

    SIDE = "side by side"
    STACK = "stack"
    WIPE = "wipe"
    OVERLAY = "overlay"


@dataclass(frozen=True, slots=True)
class Side:
    """One tail in the comparer.

    Attributes:
        key: tells this tail from any other.
        title: who it is, e.g. `HW0452 "Salt"`.
        detail: which photo, when.
        corner: at the right of the line, e.g. "1/12".
        box: the tail, in pixels of the upright photo.
        photo_size: of the upright photo, pixels.
        picture: once it is read; until then `crop` stands in: the box, brought to the crop's shape, with its margin.
        notice: what keeps the photo from being shown, with what to do; empty where nothing does.
    """

    key: object
    title: str
    detail: str
    box: Box
    photo_size: tuple[int, int]
    corner: str = ""
    picture: TailPicture | None = None
    crop: QPixmap | None = None
    notice: str = ""

    @property
    def centre(self) -> QPointF:
        return QPointF((self.box.xmin + self.box.xmax) / 2, (self.box.ymin + self.box.ymax) / 2)

    @property
    def crop_place(self) -> QRectF:
        """Where in the photo the crop was taken."""
        aspect = self.crop.width() / self.crop.height() if self.crop is not None else self.box.width / self.box.height
        width = max(self.box.width, self.box.height * aspect) * (1 + 2 * MARGIN)
        height = max(self.box.height, self.box.width / aspect) * (1 + 2 * MARGIN)
        return QRectF(self.centre.x() - width / 2, self.centre.y() - height / 2, width, height)

    @property
    def visible(self) -> bool:
        return self.picture is not None or self.crop is not None or bool(self.notice)


@dataclass(frozen=True, slots=True)
class Alignment:
    """How a candidate is laid over the new tail by the points that agree, so that tips and notch fall together.

    Attributes:
        pair: the keys of the two tails.
        points: how many agree.
        onto: from the candidate's photo pixels to the new tail's; None where too few agree: then the boxes say it.
    """

    pair: tuple[object, object]
    points: int = 0
    onto: QTransform | None = None

    @property
    def words(self) -> str:
        """Which of the two is used, and why."""
        if self.onto is None:
            return f"Only {self.points} points agree: aligned by the boxes" if self.points else "Aligned by the boxes"
        return f"Aligned by {self.points} points that agree"


@dataclass(slots=True)
class Sight:
    """How near and where: `zoom` 1 fits the tail; `pan` moves it, in widths of its box."""

    zoom: float = 1.0
    pan: QPointF = field(default_factory=QPointF)

    def copy(self) -> Sight:
        return Sight(self.zoom, QPointF(self.pan))

    def zoomed(self, factor: float, offset: QPointF, unit: float) -> None:
        """Zooms; what lies `offset` pixels off the pane's centre stays. `unit`: a fitted tail's width there, pixels."""
        zoom = min(max(self.zoom * factor, ZOOM_RANGE[0]), ZOOM_RANGE[1])
        self.pan += offset / (unit * zoom) - offset / (unit * self.zoom)
        self.zoom = zoom

    def moved(self, delta: QPointF, unit: float) -> None:
        self.pan += delta / (unit * self.zoom)


def fitted_width(area: QRect, sides: Sequence[Side | None]) -> float:
    """How wide both tails are drawn at zoom 1, pixels: one width for both, so that both fit."""
    width = area.width() / (1 + 2 * MARGIN)
    for side in sides:
        if side is not None:
            width = min(width, area.height() / (1 + 2 * MARGIN) * side.box.width / side.box.height)
    return max(width, 1.0)


def placed(side: Side, area: QRect, unit: float, sight: Sight, mirrored: bool = False, angle: float = 0) -> QTransform:
    """From photo pixels to the pane: boxes of both sides have one width, and their centres fall together."""
    scale = unit * sight.zoom / side.box.width
    middle = QRectF(area).center() + sight.pan * (unit * sight.zoom)
    transform = QTransform.fromTranslate(middle.x(), middle.y())
    transform.rotate(angle)
    transform.scale(-scale if mirrored else scale, scale)
    transform.translate(-side.centre.x(), -side.centre.y())
    return transform


def panes(rect: QRect, mode: Mode) -> list[tuple[QRect, QRect]]:
    """The comparer cut up: for each pane its line and its area; wipe and overlay have one pane."""
    if mode is Mode.SIDE:
        half = (rect.width() - GAP) // 2
        left = QRect(rect.left(), rect.top(), half, rect.height())
        parts = [left, left.translated(rect.width() - half, 0)]
    elif mode is Mode.STACK:
        half = (rect.height() - GAP) // 2
        upper = QRect(rect.left(), rect.top(), rect.width(), half)
        parts = [upper, upper.translated(0, rect.height() - half)]
    else:
        parts = [rect]
    return [(QRect(part.left(), part.top(), part.width(), HEADER), part.adjusted(0, HEADER, 0, 0)) for part in parts]
