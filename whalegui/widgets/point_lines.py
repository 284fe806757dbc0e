"""Matching points of the two tails in view: numbered, and joined by lines where both are on the screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen, QTransform

from whalegui import theme

from .wording import many

RADIUS = 7
APART = 30
"""Points that are nearer to one that is drawn, pixels in x and y together, wait until one zooms in: numbers on numbers
can't be read, and hide the marks that one wants to see."""
COLOURS = tuple(map(QColor, ("#E69F00", "#56B4E9", "#00C48C", "#F0E442", "#FF9ECF")))
"""Five that can be told apart on dark and on light tails, also by the colour-blind (Okabe & Ito 2008)."""

Spots = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class PointLines:
    """The points of a pair.

    Attributes:
        pair: the keys of the two tails.
        new, other: where the points are, in pixels of each photo; the same number is the same mark.
        problem: why they can't be had, as a sentence; empty where they can.
    """

    pair: tuple[object, object]
    new: Spots = ()
    other: Spots = ()
    problem: str = ""

    @property
    def sentence(self) -> str:
        """What the comparer says of them."""
        if self.problem:
            return self.problem
        if not self.new:
            return "No matching points. That alone rules nothing out."
        return f"{many(len(self.new), 'point')} {'agrees' if len(self.new) == 1 else 'agree'}"


def paint_points(
    painter: QPainter, lines: PointLines, transforms: Sequence[QTransform], areas: Sequence[QRect], font: QFont
) -> None:
    """Draws the points in view, as many as can be told apart: first lines, then numbers, so that no line crosses one.

    Args:
        transforms: from photo pixels to the widget, of the new tail and of the candidate.
        areas: the pane of each.
    """
    seen: list[tuple[int, list[QPointF], list[bool]]] = []
    for number, (here, there) in enumerate(zip(lines.new, lines.other, strict=True), start=1):
        ends = [transform.map(QPointF(*spot)) for transform, spot in zip(transforms, (here, there), strict=True)]
        inside = [QRectF(area).contains(end) for area, end in zip(areas, ends, strict=True)]
        if any(inside) and all((ends[0] - other[0]).manhattanLength() > APART for _, other, _ in seen):
            seen.append((number, ends, inside))
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for number, ends, inside in seen:
        if all(inside):
            for colour, width in ((QColor(0, 0, 0, 150), 3.0), (_colour(number), 1.2)):
                painter.setPen(QPen(colour, width))
                painter.drawLine(ends[0], ends[1])
    small = QFont(font)
    small.setPointSizeF(max(6.0, font.pointSizeF() * 0.7))
    painter.setFont(small)
    for number, ends, inside in seen:
        for end in (end for end, shown in zip(ends, inside, strict=True) if shown):
            _paint_spot(painter, end, number)
    painter.restore()


def paint_sentence(painter: QPainter, area: QRect, text: str, font: QFont) -> None:
    """What is said of the points, in the middle of the comparer's head, where no line ends."""
    painter.save()
    painter.setFont(font)
    width = min(area.width() - 2 * theme.S, painter.fontMetrics().horizontalAdvance(text) + 2 * theme.M)
    chip = QRect(0, area.top() + theme.S, width, painter.fontMetrics().height() + theme.S)
    chip.moveLeft(area.center().x() - width // 2)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(theme.tokens().edge)
    painter.setBrush(theme.tokens().window)
    painter.drawRoundedRect(chip, theme.RADIUS, theme.RADIUS)
    painter.setPen(theme.tokens().text)
    shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, width - theme.S)
    painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, shown)
    painter.restore()


def _colour(number: int) -> QColor:
    return COLOURS[(number - 1) % len(COLOURS)]


def _paint_spot(painter: QPainter, at: QPointF, number: int) -> None:
    painter.setPen(QPen(QColor(0, 0, 0), 1))
    painter.setBrush(_colour(number))
    painter.drawEllipse(at, RADIUS, RADIUS)
    painter.drawText(QRectF(at.x() - 10, at.y() - 10, 20, 20), Qt.AlignmentFlag.AlignCenter, str(number))
