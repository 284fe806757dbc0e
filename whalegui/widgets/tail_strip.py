"""A row of tails: crops side by side, with a word or a glyph each; a click asks for one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen, QWheelEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from whalegui import icons, theme
from whalegui.thumbnails import Thumbnails
from whaleid_core.catalogue.rows import PhotoRow, TailRow

CROP_WIDTHS = 160, 320, 640
"""Crops are asked for in few sizes, all twice as wide as high, so that one serves every list."""


def crop_width(width: float) -> int:
    """The crop to ask for where `width` device pixels are to be filled."""
    return next((made for made in CROP_WIDTHS if made >= width), CROP_WIDTHS[-1])


def paint_crop(
    painter: QPainter, rect: QRect, thumbnails: Thumbnails, tail: TailRow | None, photo: PhotoRow | None
) -> None:
    """Draws a tail's crop into a rectangle about twice as wide as high; grey until it is here."""
    tokens = theme.tokens()
    painter.fillRect(rect, tokens.canvas)
    if tail is None or photo is None:
        return
    width = crop_width(rect.width() * painter.device().devicePixelRatioF())
    crop = thumbnails.tail(tail, photo, width, width // 2)
    if crop is not None:
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        shape = QSize(crop.width(), crop.height()).scaled(rect.size(), Qt.AspectRatioMode.KeepAspectRatio)
        place = QRect(rect.topLeft(), shape)
        place.moveCenter(rect.center())
        painter.drawPixmap(place, crop)
    elif thumbnails.problem(thumbnails.key_tail(tail.id, width, width // 2)):
        mark = QRect(0, 0, 16, 16)
        mark.moveCenter(rect.center())
        icons.paint(painter, "eye-off", mark, tokens.text2)


@dataclass(frozen=True, slots=True)
class StripItem:
    """One tail of a strip.

    Attributes:
        caption: a word under or beside the crop.
        glyph: name of an icon and of its colour, or None.
        words: what a screen reader says.
        ticked, dotted: marks on the crop itself.
    """

    tail: TailRow
    photo: PhotoRow
    caption: str
    words: str
    glyph: tuple[str, str] | None = None
    ticked: bool = False
    dotted: bool = False


class _StripModel(QAbstractListModel):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.items: list[StripItem] = []

    def set_items(self, items: Sequence[StripItem]) -> None:
        self.beginResetModel()
        self.items = list(items)
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.items)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if index.isValid() and role in (
            Qt.ItemDataRole.DisplayRole,
            Qt.ItemDataRole.AccessibleTextRole,
            Qt.ItemDataRole.ToolTipRole,
        ):
            return self.items[index.row()].words
        return None


class TailStrip(QListView):
    """Tails in one row, as high as it is told; a wheel moves along it.

    Args:
        thumbnails: where the crops come from.
        height: of a cell, device-independent pixels.
        below: captions stand below the crop; else beside it.

    Signals:
        chosen(int): a click on the item of that number.
    """

    chosen = Signal(int)

    def __init__(self, thumbnails: Thumbnails, height: int, below: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.thumbnails = thumbnails
        self.cell_height = height
        self.below = below
        self._model = _StripModel(self)
        self.setModel(self._model)
        self.setItemDelegate(_CellDelegate(self))
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(False)
        self.setUniformItemSizes(True)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.viewport().setAutoFillBackground(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setFixedHeight(height)
        self.clicked.connect(lambda index: self.chosen.emit(index.row()))
        thumbnails.ready.connect(self.viewport().update)

    @property
    def items(self) -> list[StripItem]:
        return self._model.items

    def set_items(self, items: Sequence[StripItem]) -> None:
        self._model.set_items(items)

    def show_number(self, number: int | None) -> None:
        """Rings the item that is in view above."""
        index = self._model.index(number) if number is not None else QModelIndex()
        self.setCurrentIndex(index)
        if index.isValid():
            self.scrollTo(index)

    @property
    def cell(self) -> QSize:
        caption = self.fontMetrics().horizontalAdvance("28 Aug 2024")
        if self.below:
            return QSize(max(2 * self.crop_height, caption) + theme.S, self.cell_height)
        return QSize(2 * self.crop_height + 16 + theme.M, self.cell_height)

    @property
    def crop_height(self) -> int:
        return self.cell_height - theme.S - (self.fontMetrics().height() if self.below else 0)

    def wheelEvent(self, event: QWheelEvent) -> None:
        bar = self.horizontalScrollBar()
        bar.setValue(bar.value() - (event.angleDelta().y() or event.angleDelta().x()))
        event.accept()


class _CellDelegate(QStyledItemDelegate):
    def __init__(self, strip: TailStrip) -> None:
        super().__init__(strip)
        self._strip = strip

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return self._strip.cell

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        tokens, strip = theme.tokens(), self._strip
        item = strip.items[index.row()]
        cell: QRect = option.rect  # type: ignore[attr-defined]
        crop = QRect(cell.left() + theme.XS, cell.top() + theme.XS, 2 * strip.crop_height, strip.crop_height)
        if strip.below:
            crop.moveLeft(cell.left() + (cell.width() - crop.width()) // 2)
        painter.save()
        paint_crop(painter, crop, strip.thumbnails, item.tail, item.photo)
        if index.row() == strip.currentIndex().row():
            painter.setPen(QPen(tokens.accent, 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(crop.adjusted(-1, -1, 1, 1))
        if item.ticked:
            _paint_tick(painter, QRect(crop.left() + 2, crop.top() + 2, 14, 14))
        if item.dotted:
            _paint_dot(painter, QRect(crop.right() - 9, crop.top() + 2, 8, 8))
        if item.glyph is not None:
            colour: QColor = getattr(tokens, item.glyph[1])
            place = QRect(crop.right() + theme.XS, cell.center().y() - 8, 16, 16)
            icons.paint(painter, item.glyph[0], place, colour)
        elif strip.below:
            painter.setPen(tokens.text2)
            painter.setFont(strip.font())
            below = QRect(cell.left(), crop.bottom() + 2, cell.width(), cell.bottom() - crop.bottom() - 2)
            painter.drawText(below, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom, item.caption)
        painter.restore()


def _paint_tick(painter: QPainter, place: QRect) -> None:
    tokens = theme.tokens()
    painter.fillRect(place, tokens.accent)
    icons.paint(painter, "check", place.adjusted(1, 1, -1, -1), tokens.on_accent)


def _paint_dot(painter: QPainter, place: QRect) -> None:
    tokens = theme.tokens()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(tokens.window, 1))
    painter.setBrush(tokens.accent)
    painter.drawEllipse(place)
    painter.setBrush(Qt.BrushStyle.NoBrush)
