"""Paint the cells of a `ThumbnailGrid`: photos as pictures or as lines of a list, tails and whales."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from whalegui import theme
from whalegui.item_models import Role
from whalegui.widgets.photo_status import STATUS_LOOKS, glyph, status_pixmap
from whalegui.widgets.wording import moment, place

if TYPE_CHECKING:
    from whalegui.thumbnails import Thumbnails
    from whaleid_core.catalogue.rows import PhotoRow

Index = QModelIndex | QPersistentModelIndex
State = QStyle.StateFlag
Align = Qt.AlignmentFlag

CAPTION = 24
"""Height of the line under a picture, pixels."""
GLYPH = 16
BADGE = 14
PADDING = 3
"""From a cell's edge to its picture, pixels: room for the ring and the ticked ground."""


class CellDelegate(QStyledItemDelegate):
    """What all cells share: ground, ring, tick, and pictures that come later.

    `came` tells the id of a row whose picture can be painted now.
    """

    came = Signal(object)

    def __init__(self, thumbnails: Thumbnails, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.thumbnails = thumbnails
        self._awaited: dict[str, int] = {}
        thumbnails.ready.connect(self._ready)

    def await_picture(self, key: str, row_id: int) -> None:
        """Tell `came` when the picture of this key is there."""
        self._awaited[key] = row_id

    def _ready(self, key: str) -> None:
        row_id = self._awaited.pop(key, None)
        if row_id is not None:
            self.came.emit(row_id)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        rect: QRect = option.rect  # type: ignore[attr-defined]
        state: QStyle.StateFlag = option.state  # type: ignore[attr-defined]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        ticked = bool(state & State.State_Selected)
        if ticked:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.tokens().selected)
            painter.drawRoundedRect(rect, theme.RADIUS, theme.RADIUS)
        self.paint_row(painter, rect, index.data(Role.ROW), state)
        if state & State.State_HasFocus:
            theme.draw_ring(painter, rect)
        elif state & State.State_KeyboardFocusChange:
            painter.setPen(theme.tokens().edge)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(rect.adjusted(0, 0, -1, -1), theme.RADIUS, theme.RADIUS)
        painter.restore()

    def paint_row(self, painter: QPainter, rect: QRect, row: Any, state: QStyle.StateFlag) -> None:
        """What is in the cell, which each kind of cell paints its own way; `row` is None while it isn't read."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return option.rect.size()  # type: ignore[attr-defined,no-any-return]


def paint_picture(painter: QPainter, rect: QRect, picture: QPixmap | None, failed: bool = False) -> None:
    """A picture as large as fits, on a grey tile; just the tile while it is coming."""
    t = theme.tokens()
    if picture is None or picture.isNull():
        painter.fillRect(rect, t.canvas)
        if failed:
            spot = QRect(QPoint(0, 0), QSize(20, 20))
            spot.moveCenter(rect.center())
            painter.drawPixmap(spot, glyph("circle-alert", 20, t.error.name(), painter.device().devicePixelRatioF()))
        return
    size = picture.size().scaled(rect.size(), Qt.AspectRatioMode.KeepAspectRatio)
    if abs(size.width() - rect.width()) <= 1 and abs(size.height() - rect.height()) <= 1:
        painter.drawPixmap(rect, picture)
        return
    painter.fillRect(rect, t.canvas)
    painter.drawPixmap(QStyle.alignedRect(Qt.LayoutDirection.LeftToRight, Align.AlignCenter, size, rect), picture)


def paint_badge(painter: QPainter, picture: QRect) -> None:
    """A check in the corner of a picture: what it shows is done."""
    disc = QRect(picture.right() - BADGE - 1, picture.bottom() - BADGE - 1, BADGE + 2, BADGE + 2)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.tokens().raised)
    painter.drawEllipse(disc)
    check = glyph("check", BADGE - 2, theme.tokens().known.name(), painter.device().devicePixelRatioF())
    painter.drawPixmap(disc.adjusted(2, 2, -2, -2), check)


def paint_tick(painter: QPainter, rect: QRect, state: QStyle.StateFlag) -> None:
    """The tick in the corner of a cell; its empty ring shows where it would go."""
    ticked = bool(state & State.State_Selected)
    if not ticked and not state & State.State_MouseOver:
        return
    t = theme.tokens()
    disc = QRect(rect.left() + 6, rect.top() + 6, 18, 18)
    painter.setPen(t.window if ticked else t.edge)
    painter.setBrush(t.accent if ticked else t.raised)
    painter.drawEllipse(disc)
    if ticked:
        painter.drawPixmap(
            disc.adjusted(3, 3, -2, -2), glyph("check", 14, t.on_accent.name(), painter.device().devicePixelRatioF())
        )


def paint_text(painter: QPainter, rect: QRect, text: str, second: bool = False, align: Align = Align.AlignLeft) -> None:
    """One line, cut in the middle with an ellipsis where it doesn't fit, so that the number at its end is seen."""
    painter.setPen(theme.tokens().text2 if second else theme.tokens().text)
    shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, rect.width())
    painter.drawText(rect, align | Align.AlignVCenter, shown)


class PhotoDelegate(CellDelegate):
    """A photo with its name and status below it."""

    def paint_row(self, painter: QPainter, rect: QRect, row: PhotoRow | None, state: QStyle.StateFlag) -> None:
        picture = rect.adjusted(PADDING, PADDING, -PADDING, -CAPTION)
        if row is None:
            paint_picture(painter, picture, None)
            return
        ratio = painter.device().devicePixelRatioF()
        paint_picture(painter, picture, *self.picture(row, round(max(picture.width(), picture.height()) * ratio)))
        paint_tick(painter, rect, state)
        line = QRect(picture.left() + 2, picture.bottom() + 1, picture.width() - 4, CAPTION)
        spot = QRect(line.right() - GLYPH + 1, line.center().y() - GLYPH // 2 + 1, GLYPH, GLYPH)
        painter.drawPixmap(spot, status_pixmap(row.status, GLYPH, ratio))
        left = line.adjusted(0, 0, -GLYPH - theme.XS, 0)
        painter.setFont(theme.font("small"))
        if row.tails > 1:
            width = painter.fontMetrics().horizontalAdvance(f"{row.tails} tails")
            if left.width() > width + theme.S + painter.fontMetrics().horizontalAdvance(row.title):
                paint_text(painter, left, f"{row.tails} tails", second=True, align=Align.AlignRight)
                left.setRight(left.right() - width - theme.S)
        if row.note:
            note = QRect(left.right() - 13, line.center().y() - 6, 13, 13)
            painter.drawPixmap(note, glyph("sticky-note", 13, theme.tokens().text2.name(), ratio))
            left.setRight(note.left() - theme.XS)
        fits = painter.fontMetrics().horizontalAdvance(row.name) <= left.width()
        paint_text(painter, left, row.name if fits else row.title)

    def picture(self, row: PhotoRow, side: int) -> tuple[QPixmap | None, bool]:
        """The photo's thumbnail if it is there, and whether it can't be had."""
        if row.problem:
            return None, True
        found = self.thumbnails.photo(row, side)
        key = self.thumbnails.key_photo(row.id, side)
        if found is None and not self.thumbnails.problem(key):
            self.await_picture(key, row.id)
        return found, found is None and bool(self.thumbnails.problem(key))


Column = tuple[str, int, Callable[["PhotoRow"], str]]


class PhotoLineDelegate(PhotoDelegate):
    """A photo as a line of a list: what is known of it, in columns as wide as `widths` says."""

    COLUMNS: tuple[Column, ...] = (
        ("Name", 24, lambda row: row.name),
        ("Status", 15, lambda row: STATUS_LOOKS[row.status].word),
        ("Time", 18, lambda row: moment(row.taken_at)),
        ("Tails", 7, lambda row: str(row.tails) if row.tails else "–"),
        ("Camera", 16, lambda row: row.camera or "–"),
        ("Taken by", 14, lambda row: row.photographer or "–"),
        ("Place", 25, lambda row: place(row.latitude, row.longitude)),
        ("Note", 30, lambda row: row.note.replace("\n", " ")),
    )
    LEAD = 84  # room before the first column: tick and picture

    def __init__(self, thumbnails: Thumbnails, parent: QObject | None = None) -> None:
        super().__init__(thumbnails, parent)
        self.widths: Sequence[int] = ()

    def columns(self, rect: QRect) -> list[QRect]:
        """Where the columns lie in a line, empty for hidden ones; those at the end that find no room are left out."""
        spots, x = [], rect.left() + self.LEAD
        for asked in self.widths:
            width = min(asked, rect.right() - x)
            if asked and width < GLYPH:
                break
            spots.append(QRect(x, rect.top(), width - theme.S, rect.height()) if asked else QRect())
            x += width
        return spots

    def paint_row(self, painter: QPainter, rect: QRect, row: PhotoRow | None, state: QStyle.StateFlag) -> None:
        picture = QRect(rect.left() + 32, rect.top() + 2, 42, rect.height() - 4)
        if row is None:
            paint_picture(painter, picture, None)
            return
        ratio = painter.device().devicePixelRatioF()
        paint_picture(painter, picture, *self.picture(row, round(42 * ratio)))
        paint_tick(painter, rect.adjusted(0, (rect.height() - 30) // 2, 0, 0), state)
        painter.setFont(theme.font())
        spots = self.columns(rect)
        others = [spot for spot in spots[1:] if not spot.isEmpty()]
        if row.problem and others:
            paint_text(painter, spots[0], row.name)
            self._paint_problem(painter, others[0], row, rect, ratio)
            return
        for at, (spot, (title, _, text)) in enumerate(zip(spots, self.COLUMNS, strict=False)):
            if spot.isEmpty():
                continue
            if title == "Status":
                place_ = QRect(spot.left(), spot.center().y() - GLYPH // 2, GLYPH, GLYPH)
                painter.drawPixmap(place_, status_pixmap(row.status, GLYPH, ratio))
                spot = spot.adjusted(GLYPH + theme.S, 0, 0, 0)
            paint_text(painter, spot, text(row), second=at > 1)

    def _paint_problem(self, painter: QPainter, room: QRect, row: PhotoRow, rect: QRect, ratio: float) -> None:
        """A photo that can't be read has no columns to show: why takes their room, from the second one on."""
        glyph_at = QRect(room.left(), room.center().y() - GLYPH // 2, GLYPH, GLYPH)
        painter.drawPixmap(glyph_at, status_pixmap(row.status, GLYPH, ratio))
        room = QRect(room)
        room.setLeft(glyph_at.right() + theme.S)
        room.setRight(rect.right() - theme.S)
        painter.setPen(theme.tokens().text)
        shown = painter.fontMetrics().elidedText(row.problem, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Align.AlignLeft | Align.AlignVCenter, shown)
