"""What the comparer shows and how: two tails, their mode, zoom and look; where each falls. No painting, no mouse."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QTransform
from PySide6.QtWidgets import QSizePolicy, QWidget

from .fluke_sides import Alignment, Mode, Side, Sight, Which, fitted_width, panes, placed
from .heat import Heat
from .point_lines import PointLines
from .tail_picture import Look


class FlukeStage(QWidget):
    """The state of the comparer.

    Signals:
        changed: mode, swap, link, mirror, look or sight: what the tools show.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sides: list[Side | None] = [None, None]
        self._sights = [Sight(), Sight()]
        self._empty = ["", ""]
        self.mode = Mode.SIDE
        self.swapped = False
        self.linked = True
        self.mirrored = False
        self.angle = 0
        self.wipe = 0.5
        self.opacity = 0.5
        self.look = Look()
        self.alignment: Alignment | None = None
        """What is known of how the two lie to each other; `aligned` says whether it is used."""
        self.by_points = True
        """Whether the person wants the tails aligned by points, where there are enough."""
        self._moved = self._late = False
        self.points: PointLines | None = None
        """The matching points, while they are looked at."""
        self.heat: Heat | None = None
        """Where the network looked, while that is looked at."""
        self.painted_key: object = None
        """Key of the new tail that was painted last: decisions wait for it."""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(320, 120)
        self.setAccessibleName("Comparer")

    # What is shown

    def side(self, which: Which) -> Side | None:
        return self._sides[which]

    def set_side(self, which: Which, side: Side | None, empty: str = "") -> None:
        """Shows a side; with None the pane says `empty`."""
        before = self._sides[which]
        self._sides[which] = side
        self._empty[which] = empty
        if side is None or before is None or side.key != before.key:
            self._moved = self._late = False
            if which is Which.NEW:
                self.painted_key = None
        names = [f"{side.title} {side.detail} {side.corner}".strip() for side in self._sides if side is not None]
        self.setAccessibleDescription(" beside ".join(names) or empty)
        self.update()
        if side is None and before is not None:
            self.changed.emit()  # what was done with the two, as aligning them, can't be done any more

    def reset(self) -> None:
        """Fitted, upright, not mirrored, sides not swapped: as a tail is first shown. Mode, link and look stay."""
        self.mirrored, self.angle, self.swapped = False, 0, False
        self.fit_tail()

    def set_alignment(self, alignment: Alignment) -> None:
        """Takes how the pair in view lies. Where she moved about since it came into view, it waits until she fits it
        again: nothing jumps under the pointer."""
        if alignment.pair == self.keys and alignment != self.alignment:
            self.alignment, self._late = alignment, self._moved
            self._refresh()

    @property
    def can_align(self) -> bool:
        """Whether enough points of the pair in view agree."""
        known = self.alignment
        return known is not None and known.pair == self.keys and known.onto is not None and not self.mirrored

    @property
    def aligned(self) -> bool:
        """Whether the candidate lies as the points say; else as the boxes do."""
        return self.by_points and self.can_align and not self._late

    def set_points(self, points: PointLines | None) -> None:
        """Shows matching points while the pair that they are of is in view; None hides them."""
        self.points = points
        self._refresh()

    def set_heat(self, heat: Heat | None) -> None:
        """Shows where the network looked while the pair that it is of is in view; None hides it."""
        self.heat = heat
        self._refresh()

    @property
    def keys(self) -> tuple[object, object]:
        """The two tails in view; None where a pane is empty."""
        new, other = (side.key if side is not None else None for side in self._sides)
        return new, other

    # The tools

    def set_mode(self, mode: Mode) -> None:
        """Takes a mode, or gives it up for side by side where it was on already."""
        self.mode = Mode.SIDE if mode is self.mode else mode
        self._refresh()

    def escape(self) -> bool:
        """Leaves wipe, overlay or stack, else a blink; False where the tails are side by side, each in its place."""
        left = self.mode is not Mode.SIDE or self.swapped
        if self.mode is not Mode.SIDE:
            self.mode = Mode.SIDE
        else:
            self.swapped = False
        if left:
            self._refresh()
        return left

    def blink(self) -> None:
        """Swaps the two tails in place."""
        self.swapped = not self.swapped
        self._refresh()

    def mirror(self) -> None:
        self.mirrored = not self.mirrored
        self._refresh()

    def turn(self, degrees: int) -> None:
        """Turns the new tail, clockwise; whole turns add up to none."""
        self.angle = (self.angle + degrees + 180) % 360 - 180
        self._refresh()

    def toggle_alignment(self) -> None:
        """By the boxes, or by the points again."""
        self.by_points, self._late = not self.aligned, False
        self._refresh()

    def toggle_link(self) -> None:
        """Lets the two tails be moved apart, or brings the candidate to where the new tail is."""
        self.linked = not self.linked
        if self.linked:
            self._sights[Which.CANDIDATE] = self._sights[Which.NEW].copy()
        self._refresh()

    def set_opacity(self, opacity: float) -> None:
        self.opacity = min(max(opacity, 0.0), 1.0)
        self.update()

    def set_look(self, look: Look) -> None:
        """Says how the pictures it will be given look; whoever gives them makes them so."""
        self.look = look
        self._refresh()

    def fit_tail(self) -> None:
        self._sights = [Sight(), Sight()]
        self._moved = self._late = False
        self._refresh()

    def fit_photo(self) -> None:
        for which, area in self._areas():
            side = self._sides[which]
            if side is not None:
                frame, onto = self._frame(which, side)
                whole = onto.mapRect(QRectF(0, 0, *side.photo_size))
                per_pixel = self._unit(area) / frame.box.width
                zoom = min(area.width() / (whole.width() * per_pixel), area.height() / (whole.height() * per_pixel))
                self._look_at(which, Sight(zoom, (frame.centre - whole.center()) / frame.box.width))
        self._refresh()

    def full_size(self) -> None:
        """One photo pixel of the new tail to one screen pixel."""
        which, area = self._areas()[0]
        side = self._sides[Which.NEW] or self._sides[which]
        if side is not None:
            zoom = side.box.width / (self._unit(area) * self.devicePixelRatioF())
            self.zoom_by(zoom / self._sights[which].zoom)

    def zoom_by(self, factor: float) -> None:
        """Zooms about the middle of the panes."""
        for which, area in self._areas()[: 1 if self.linked else 2]:
            sight = self._sights[which].copy()
            sight.zoomed(factor, QPointF(), self._unit(area))
            self._look_at(which, sight)
        self._refresh()

    def sight(self, which: Which) -> Sight:
        return self._sights[which].copy()

    def transform(self, which: Which) -> QTransform | None:
        """From the side's photo pixels to this widget; None where it is empty."""
        side = self._sides[which]
        area = next((area for shown, area in self._areas() if shown is which), None)
        if side is None or area is None:
            return None
        return self._placed(which, side, area)

    # Inside

    def _refresh(self) -> None:
        self.update()
        self.changed.emit()

    def _areas(self) -> list[tuple[Which, QRect]]:
        """Where each side is, the first pane's first; both are in the one pane of wipe and overlay."""
        order = [Which.CANDIDATE, Which.NEW] if self.swapped else [Which.NEW, Which.CANDIDATE]
        cut = [area for _, area in panes(self.rect(), self.mode)]
        return list(zip(order, cut if len(cut) == 2 else cut * 2, strict=True))

    def _unit(self, area: QRect) -> float:
        return fitted_width(area, self._sides)

    def _placed(self, which: Which, side: Side, area: QRect) -> QTransform:
        new = which is Which.NEW
        frame, onto = self._frame(which, side)
        sight, angle = self._sights[which], self.angle if new else 0
        return onto * placed(frame, area, self._unit(area), sight, new and self.mirrored, angle)

    def _frame(self, which: Which, side: Side) -> tuple[Side, QTransform]:
        """By whose box a side is fitted, and the way to its photo: an aligned candidate lies on the new tail."""
        new, known = self._sides[Which.NEW], self.alignment
        if which is Which.CANDIDATE and self.aligned and new is not None and known is not None and known.onto:
            return new, known.onto
        return side, QTransform()

    def _look_at(self, which: Which, sight: Sight) -> None:
        self._moved = True
        self._sights[which] = sight
        if self.linked:
            self._sights[which.other] = sight.copy()
