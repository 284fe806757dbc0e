"""How the comparer paints: one tail in its pane, the line above it, and what it says on itself."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QTransform

from whalegui import theme

from .fluke_sides import HEADER, Side

SPACE = 8


def paint_tail(painter: QPainter, side: Side, transform: QTransform, opacity: float = 1.0) -> None:
    """Draws a side's photo, or the crop that stands in for it, where `transform` puts it, inside the caller's clip."""
    painter.save()
    painter.setOpacity(opacity)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.setTransform(transform, True)
    if side.picture is not None:
        scale = abs(transform.determinant()) ** 0.5 * painter.device().devicePixelRatioF()
        for layer in side.picture.layers:
            painter.drawImage(layer.place, layer.level(scale))
    elif side.crop is not None:
        painter.drawPixmap(side.crop_place, side.crop, QRectF(side.crop.rect()))
    painter.restore()


def paint_header(painter: QPainter, rect: QRect, side: Side, font: QFont, align_right: bool = False) -> None:
    """The line above a pane: who in semi-bold, which photo and when, and at the right how many."""
    tokens = theme.tokens()
    bold = QFont(font)
    bold.setWeight(QFont.Weight.DemiBold)
    strong, plain = QFontMetrics(bold), QFontMetrics(font)
    rect = rect.adjusted(SPACE, 0, -SPACE, 0)
    middle = Qt.AlignmentFlag.AlignVCenter
    if side.corner:
        painter.setFont(font)
        painter.setPen(tokens.text2)
        painter.drawText(rect, middle | Qt.AlignmentFlag.AlignRight, side.corner)
        rect = rect.adjusted(0, 0, -plain.horizontalAdvance(side.corner) - SPACE, 0)
    title = strong.elidedText(side.title, Qt.TextElideMode.ElideRight, rect.width())
    width = strong.horizontalAdvance(title)
    detail = plain.elidedText(side.detail, Qt.TextElideMode.ElideRight, max(0, rect.width() - width - SPACE))
    left = rect.left()
    if align_right:
        left = max(left, rect.right() - width - SPACE - plain.horizontalAdvance(detail))
    painter.setFont(bold)
    painter.setPen(tokens.text)
    painter.drawText(QRect(left, rect.top(), width + 2, rect.height()), middle, title)
    painter.setFont(font)
    painter.setPen(tokens.text2)
    painter.drawText(QRect(left + width + SPACE, rect.top(), rect.width(), rect.height()), middle, detail)


def paint_words(painter: QPainter, area: QRect, words: Sequence[str], font: QFont, right: bool = False) -> None:
    """A chip at the foot of a tail that is altered or mirrored, so that nobody takes it for the photo as it is."""
    if not words:
        return
    text = ", ".join(words)
    _chip(painter, area, text[:1].upper() + text[1:], font, right)


def paint_notice(painter: QPainter, area: QRect, text: str, font: QFont, over_photo: bool) -> None:
    """A sentence in a pane: over a stand-in at its head, else in the middle."""
    tokens = theme.tokens()
    flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
    inner = area.adjusted(3 * SPACE, SPACE, -3 * SPACE, -SPACE)
    painter.setFont(font)
    if over_photo:
        needed = painter.boundingRect(inner, flags, text)
        band = QRect(area.left(), area.top(), area.width(), needed.height() + 2 * SPACE)
        painter.fillRect(band, tokens.raised)
        painter.setPen(tokens.error)
        painter.drawText(band.adjusted(SPACE, 0, -SPACE, 0), flags, text)
        return
    painter.setPen(tokens.text2)
    painter.drawText(inner, flags, text)


def paint_wipe_line(painter: QPainter, area: QRect, x: int) -> None:
    """The line between the two tails, with a handle that shows it can be dragged."""
    black, white = QColor(0, 0, 0), QColor(255, 255, 255)
    painter.fillRect(QRect(x - 2, area.top(), 4, area.height()), black)
    painter.fillRect(QRect(x - 1, area.top(), 2, area.height()), white)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    middle = QPointF(x, area.center().y())
    painter.setPen(black)
    painter.setBrush(white)
    painter.drawEllipse(middle, 9, 9)
    for direction in (-1, 1):
        tip = middle + QPointF(6 * direction, 0)
        painter.drawLine(tip, tip + QPointF(-4 * direction, -4))
        painter.drawLine(tip, tip + QPointF(-4 * direction, 4))
    painter.setBrush(Qt.BrushStyle.NoBrush)


def _chip(painter: QPainter, area: QRect, text: str, font: QFont, right: bool) -> None:
    tokens = theme.tokens()
    metrics = QFontMetrics(font)
    width, height = min(metrics.horizontalAdvance(text) + 2 * SPACE, area.width() - 2 * SPACE), HEADER - 4
    left = area.right() - SPACE - width if right else area.left() + SPACE
    rect = QRect(left, area.bottom() - SPACE - height, width, height)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(tokens.unsure)
    painter.setBrush(tokens.window)
    painter.drawRoundedRect(rect, 4, 4)
    painter.setFont(font)
    painter.drawText(
        rect,
        Qt.AlignmentFlag.AlignCenter,
        metrics.elidedText(text, Qt.TextElideMode.ElideRight, width - SPACE),
    )
    painter.setBrush(Qt.BrushStyle.NoBrush)
