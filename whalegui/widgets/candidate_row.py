"""One candidate as a row: key, crop, whale, probability as bar and figure, and each kind of evidence by itself."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter

from whalegui import icons, theme
from whalegui.answers import percent
from whalegui.thumbnails import Thumbnails
from whaleid_core.catalogue.rows import PhotoRow, TailRow

from .tail_strip import paint_crop

DASH = "–"
HEADS = {"networks": "networks", "nearest": "nearest", "points": "points"}
SHORT_HEADS = {"networks": "nets", "nearest": "near", "points": "points"}
"""What stands above the columns of evidence, by column; the second where there is little room."""
_NAME = "HW0452-001"
"""A whale's name that is to be seen whole."""
_LEAST_BAR = 24


@dataclass(frozen=True, slots=True)
class CandidateRow:
    """One candidate as the list shows it."""

    whale: str
    nickname: str
    probability: float
    networks: float | None
    nearest: float | None
    points: int | None
    tail: TailRow | None
    photo: PhotoRow | None


def key_of(number: int) -> str:
    """The digit that picks candidate `number` (from 0): 1 to 9, then 0."""
    return str((number + 1) % 10)


def figure(value: float | None) -> str:
    """A similarity without its leading nought: ".94"; a dash where there is none."""
    if value is None or value != value:
        return DASH
    return f"{value:.2f}".replace("0.", ".", 1)


def evidence(row: CandidateRow) -> dict[str, str]:
    """What stands in each column of evidence."""
    points = DASH if row.points is None else str(row.points)
    return {"networks": figure(row.networks), "nearest": figure(row.nearest), "points": points}


@dataclass(frozen=True, slots=True)
class Columns:
    """Where the parts of a row lie, in its own coordinates."""

    key: QRect
    crop: QRect
    whale: QRect
    percent: QRect
    bar: QRect
    evidence: dict[str, QRect]
    heads: dict[str, str]

    @classmethod
    def of(cls, width: int, height: int, metrics: QFontMetrics) -> Columns:
        badge = QRect(theme.XS, (height - 20) // 2, 20, 20)
        tall = height - 4
        crop = QRect(badge.right() + theme.S, 2, min(2 * tall, width // 4), tall)
        left = crop.right() + theme.S
        share = metrics.horizontalAdvance("100 %") + theme.XS
        name = metrics.horizontalAdvance(_NAME) + share + theme.S
        # Where there is little room, words get shorter; the bar, which repeats a figure, goes before a name is cut.
        heads = HEADS if left + name + 3 * _widest(HEADS, metrics) + theme.S <= width else SHORT_HEADS
        number = _widest(heads, metrics)
        right = width - theme.S
        evidence: dict[str, QRect] = {}
        for column in reversed(HEADS):
            evidence[column] = QRect(right - number, 0, number, height)
            right -= number
        bar = min(240, max(0, (right - left - share) // 3), max(0, right - left - name))
        bar = bar if bar >= _LEAST_BAR else 0
        return cls(
            badge,
            crop,
            QRect(left, 0, max(0, right - theme.S - bar - share - left), height),
            QRect(right - theme.S - bar - share, 0, share - theme.XS, height),
            QRect(right - theme.S - bar, (height - 6) // 2, bar, 6),
            evidence,
            heads,
        )


def _widest(heads: dict[str, str], metrics: QFontMetrics) -> int:
    small = QFontMetrics(theme.font("small"))
    return max(metrics.horizontalAdvance(".00"), *map(small.horizontalAdvance, heads.values())) + theme.S


@dataclass(frozen=True, slots=True)
class RowState:
    """Beside its candidate: the key that picks it, whether it is in the comparer, whether it is picked."""

    key: str
    shown: bool
    picked: bool


def paint_grey_row(painter: QPainter, size: QSize, metrics: QFontMetrics) -> None:
    """A row whose whale isn't known yet."""
    tokens, columns = theme.tokens(), Columns.of(size.width(), size.height(), metrics)
    painter.fillRect(columns.crop, tokens.canvas)
    middle = columns.whale.center().y()
    painter.fillRect(QRect(columns.whale.left(), middle - 5, min(90, columns.whale.width()), 10), tokens.canvas)
    painter.fillRect(columns.bar, tokens.canvas)


def paint_row(painter: QPainter, size: QSize, row: CandidateRow, state: RowState, thumbnails: Thumbnails) -> None:
    """Draws one candidate at the painter's origin."""
    tokens, columns = theme.tokens(), Columns.of(size.width(), size.height(), QFontMetrics(theme.font()))
    if state.shown:
        painter.fillRect(QRect(QPoint(0, 0), size).adjusted(0, 1, -theme.XS, -1), tokens.selected)
    _paint_badge(painter, columns.key, state)
    paint_crop(painter, columns.crop, thumbnails, row.tail, row.photo)
    painter.setFont(theme.font(bold=state.shown or state.picked))
    painter.setPen(tokens.text)
    _paint_whale(painter, columns.whale, row)
    painter.setFont(theme.font())
    painter.setPen(tokens.text)
    right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
    painter.drawText(columns.percent, right, percent(row.probability))
    _paint_bar(painter, columns.bar, row.probability)
    values = evidence(row)
    for name, place in columns.evidence.items():
        painter.setPen(tokens.text2 if values[name] == DASH else tokens.text)
        painter.drawText(place, right, values[name])


def _paint_whale(painter: QPainter, rect: QRect, row: CandidateRow) -> None:
    metrics = painter.fontMetrics()
    flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
    name = metrics.elidedText(row.whale, Qt.TextElideMode.ElideMiddle, rect.width())
    two_lines = bool(row.nickname) and rect.height() >= 2 * metrics.height() + theme.XS
    line = rect.adjusted(0, 0, 0, -metrics.height()) if two_lines else rect
    painter.drawText(line, flags, name)
    if row.nickname:
        painter.setFont(theme.font("small"))
        painter.setPen(theme.tokens().text2)
        used = 0 if two_lines else metrics.horizontalAdvance(name) + theme.S
        place = rect.adjusted(used, metrics.height() if two_lines else 0, 0, 0)
        nickname = painter.fontMetrics().elidedText(
            f"“{row.nickname}”", Qt.TextElideMode.ElideRight, max(0, place.width())
        )
        painter.drawText(place, flags, nickname if len(nickname) > 3 else "")


def _paint_badge(painter: QPainter, rect: QRect, state: RowState) -> None:
    tokens = theme.tokens()
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(tokens.accent if state.picked else tokens.edge)
    painter.setBrush(tokens.accent if state.picked else tokens.raised)
    painter.drawRoundedRect(QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5), theme.RADIUS, theme.RADIUS)
    if state.picked:
        icons.paint(painter, "check", rect.adjusted(3, 3, -3, -3), tokens.on_accent)
    else:
        painter.setPen(tokens.text)
        painter.setFont(theme.font("small", bold=True))
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, state.key)
    painter.restore()


def _paint_bar(painter: QPainter, rect: QRect, share: float) -> None:
    tokens = theme.tokens()
    painter.fillRect(rect, tokens.hairline)
    painter.fillRect(QRect(rect.topLeft(), QSize(round(rect.width() * share), rect.height())), tokens.accent)
