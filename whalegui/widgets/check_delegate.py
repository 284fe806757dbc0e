"""Paints a proposal of the self-check: the two tails, whose they are, and what was said of it."""

from __future__ import annotations

from PySide6.QtCore import QRect
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle

from whalegui import icons, theme
from whalegui.check_rows import Doubt
from whalegui.widgets.cell_delegates import paint_picture, paint_text
from whalegui.widgets.whale_delegates import TailCrops

CHECK_LINE = 56
_CROP = 64, 32
_GLYPHS = {"same": ("check", "known"), "different": ("slash", "poor"), "unsure": ("circle-question-mark", "unsure")}


def doubt_words(doubt: Doubt) -> str:
    """A proposal as a screen reader says it."""
    return f"{doubt.sentence} {doubt.word or 'not answered'}"


class CheckDelegate(TailCrops):
    """Two crops side by side, then words of two lines."""

    def paint_row(self, painter: QPainter, rect: QRect, row: Doubt | None, state: QStyle.StateFlag) -> None:
        if row is None:
            return
        ratio = painter.device().devicePixelRatioF()
        left = rect.left() + theme.XS
        for tail, photo in (row.one, row.other):
            spot = QRect(left, rect.top() + (rect.height() - _CROP[1]) // 2, *_CROP)
            paint_picture(painter, spot, *self.crop(tail, photo, spot.width() * ratio, row.id))
            left = spot.right() + 3
        left += theme.S
        words = QRect(left, rect.top(), rect.right() - left - theme.S, rect.height())
        if row.word:
            icon, colour = _GLYPHS[row.word]
            mark = QRect(words.right() - 15, words.center().y() - 7, 16, 16)
            icons.paint(painter, icon, mark, getattr(theme.tokens(), colour))
            words.setRight(mark.left() - theme.XS)
        half = rect.height() // 2
        painter.setFont(theme.font(bold=True))
        paint_text(painter, QRect(words.left(), rect.top() + 8, words.width(), half - 8), row.left.name)
        painter.setFont(theme.font("small"))
        second = f"Same as {row.right.name}?" if row.missed else f"Rather {row.like}?" if row.like else "Another whale?"
        paint_text(
            painter,
            QRect(words.left(), rect.top() + half, words.width(), half - 8),
            row.word.capitalize() or second,
            second=True,
        )
