"""Paint the cells of Whales: a whale in the list, a tail in the grid."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QStyle

from whalegui import theme
from whalegui.whale_rows import TailCell, WhaleCell
from whalegui.widgets.cell_delegates import CAPTION, PADDING, CellDelegate, paint_picture, paint_text, paint_tick
from whalegui.widgets.tail_strip import crop_width
from whalegui.widgets.wording import day, many
from whaleid_core.catalogue.rows import PhotoRow, TailRow, WhaleRow
from whaleid_core.records import Drawer

WHALE_LINE = 48


def whale_words(whale: WhaleRow) -> str:
    """A whale as a screen reader says it."""
    parts = [whale.name, whale.nickname, whale.sex, many(whale.photos, "photo")]
    return ", ".join(part for part in parts if part)


def tail_words(cell: TailCell) -> str:
    """A tail as a screen reader says it."""
    return f"{cell.photo.title}, {day(cell.photo.taken_at)}"


class TailCrops(CellDelegate):
    """What paints crops: asks for them in the few sizes that all lists share."""

    def crop(self, tail: TailRow, photo: PhotoRow, width: float, row_id: int) -> tuple[QPixmap | None, bool]:
        """The crop for `width` device pixels if it is there, and whether it can't be had."""
        wide = crop_width(width)
        found = self.thumbnails.tail(tail, photo, wide, wide // 2)
        key = self.thumbnails.key_tail(tail.id, wide, wide // 2)
        failed = found is None and bool(self.thumbnails.problem(key))
        if found is None and not failed:
            self.await_picture(key, row_id)
        return found, failed


class WhaleDelegate(TailCrops):
    """A line of the list: cover, name, nickname, how many photos."""

    def paint_row(self, painter: QPainter, rect: QRect, row: WhaleCell | None, state: QStyle.StateFlag) -> None:
        cover = QRect(rect.left() + 4, rect.top() + 4, 2 * (rect.height() - 8), rect.height() - 8)
        picture: tuple[QPixmap | None, bool] = (None, False)
        if row is not None and row.tail is not None and row.photo is not None:
            picture = self.crop(row.tail, row.photo, cover.width() * painter.device().devicePixelRatioF(), row.id)
        paint_picture(painter, cover, *picture)
        paint_tick(painter, cover.adjusted(-2, -2, 0, 0), state)
        if row is None:
            return
        whale = row.whale
        words = QRect(cover.right() + theme.S, rect.top(), rect.right() - cover.right() - 2 * theme.S, rect.height())
        painter.setFont(theme.font())
        count = f"{whale.photos:,}"
        width = painter.fontMetrics().horizontalAdvance(count)
        paint_text(painter, words, count, second=True, align=Qt.AlignmentFlag.AlignRight)
        words.setRight(words.right() - width - theme.S)
        painter.setFont(theme.font(bold=True))
        if not whale.nickname:
            paint_text(painter, words, whale.name)
            return
        half = rect.height() // 2
        paint_text(painter, QRect(words.left(), rect.top() + 5, words.width(), half - 4), whale.name)
        painter.setFont(theme.font("small"))
        paint_text(
            painter, QRect(words.left(), rect.top() + half, words.width(), half - 4), whale.nickname, second=True
        )


class WhalePictures(TailCrops):
    """A whale as a picture: its cover, its name and how many photos below."""

    def paint_row(self, painter: QPainter, rect: QRect, row: WhaleCell | None, state: QStyle.StateFlag) -> None:
        cover = rect.adjusted(PADDING, PADDING, -PADDING, -CAPTION)
        picture: tuple[QPixmap | None, bool] = (None, False)
        if row is not None and row.tail is not None and row.photo is not None:
            picture = self.crop(row.tail, row.photo, cover.width() * painter.device().devicePixelRatioF(), row.id)
        paint_picture(painter, cover, *picture)
        paint_tick(painter, cover.adjusted(-2, -2, 0, 0), state)
        if row is None:
            return
        line = QRect(cover.left() + 2, cover.bottom() + 1, cover.width() - 4, CAPTION)
        painter.setFont(theme.font("small"))
        count = f"{row.whale.photos:,}"
        width = painter.fontMetrics().horizontalAdvance(count)
        paint_text(painter, line, count, second=True, align=Qt.AlignmentFlag.AlignRight)
        paint_text(painter, line.adjusted(0, 0, -width - theme.S, 0), row.whale.name)


class TailDelegate(TailCrops):
    """A tail's crop with the photo's name and date below it."""

    def paint_row(self, painter: QPainter, rect: QRect, row: TailCell | None, state: QStyle.StateFlag) -> None:
        crop = rect.adjusted(PADDING, PADDING, -PADDING, -CAPTION)
        if row is None:
            paint_picture(painter, crop, None)
            return
        ratio = painter.device().devicePixelRatioF()
        paint_picture(painter, crop, *self.crop(row.tail, row.photo, crop.width() * ratio, row.id))
        line = QRect(crop.left() + 2, crop.bottom() + 1, crop.width() - 4, CAPTION)
        painter.setFont(theme.font("small"))
        date = day(row.photo.taken_at)
        width = painter.fontMetrics().horizontalAdvance(date)
        paint_text(painter, line, date, second=True, align=Qt.AlignmentFlag.AlignRight)
        name = row.photo.title
        if row.tail.box.drawn_by == Drawer.FRAME:
            name = f"{name} (whole photo)"
        paint_text(painter, line.adjusted(0, 0, -width - theme.S, 0), name)
