"""What a detector that looked again would change: the photos with the boxes of now and those that would be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPixmap
from PySide6.QtWidgets import QStyle, QVBoxLayout, QWidget

from whalegui import theme
from whalegui.answers import percent
from whalegui.item_models import Role, RowModel
from whalegui.widgets import box_painter
from whalegui.widgets.cell_delegates import CAPTION, PADDING, Align, CellDelegate, paint_picture, paint_text, paint_tick
from whalegui.widgets.grid_layout import Metrics
from whalegui.widgets.thumbnail_grid import ThumbnailGrid
from whalegui.widgets.wording import many
from whaleid_core.records import Box

if TYPE_CHECKING:
    from whalegui.session import Session
    from whaleid_core.catalogue.rows import PhotoRow
    from whaleid_core.looking_again import Difference

_CELL = Metrics(cell_width=288, cell_height=192 + CAPTION, gap=theme.S, margin=theme.M, header=0)


class _Row:
    """A difference under its photo's id, as a model wants it."""

    def __init__(self, difference: Difference) -> None:
        self.id = difference.photo.id
        self.photo: PhotoRow = difference.photo
        self.before = difference.before
        self.after = difference.after
        self.unsure = difference.unsure


class DifferenceSheet(QWidget):
    """All differences, those ticked of which the detector is sure; a click, or Space, ticks one or leaves it out.

    Signals:
        ticked(): others are ticked.
    """

    ticked = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = RowModel(lambda row: row.photo.title, describe, self)
        self.grid = _Grid(self._model, _CELL)
        self.grid.setAccessibleName("Photos that would get other boxes")
        self._delegate = _Delegate(session.thumbnails, self.grid)
        self.grid.setItemDelegate(self._delegate)
        self._delegate.came.connect(self.grid.repaint_id)
        self.grid.ticks_changed.connect(self.ticked)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.grid)

    def show_differences(self, differences: Sequence[Difference]) -> None:
        """Show these; what the detector isn't sure of is for the person to tick."""
        self._model.set_rows([_Row(item) for item in differences])
        self.grid.tick(item.photo.id for item in differences if not item.unsure)
        if differences:
            self.grid.set_current(differences[0].photo.id)


class _Grid(ThumbnailGrid):
    """A click anywhere in a cell ticks it or takes the tick away."""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and index.isValid():
            self.set_current(index.data(Role.ID))
            self.toggle_tick()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.hover(event.position().toPoint())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space:
            self.toggle_tick()
        else:
            super().keyPressEvent(event)


class _Delegate(CellDelegate):
    """The whole photo; what goes, or may be a tail, is dashed, what comes is solid, what stays is thin."""

    def paint_row(self, painter: QPainter, rect: QRect, row: _Row | None, state: QStyle.StateFlag) -> None:
        picture = rect.adjusted(PADDING, PADDING, -PADDING, -CAPTION)
        if row is None:
            paint_picture(painter, picture, None)
            return
        ratio = painter.device().devicePixelRatioF()
        side = round(max(picture.width(), picture.height()) * ratio)
        key = self.thumbnails.key_photo(row.id, side)
        found = self.thumbnails.photo(row.photo, side)
        failed = bool(self.thumbnails.problem(key))
        if found is None and not failed:
            self.await_picture(key, row.id)
        paint_picture(painter, picture, found, failed)
        if found is not None:
            self._paint_boxes(painter, picture, row, found, ratio)
        paint_tick(painter, picture, state)
        painter.setFont(theme.font("small"))
        line = QRect(picture.left() + 2, picture.bottom() + 1, picture.width() - 4, CAPTION)
        words = said(row)
        paint_text(painter, line, words, second=True, align=Align.AlignRight)
        room = painter.fontMetrics().horizontalAdvance(f"{words}  ")
        paint_text(painter, line.adjusted(0, 0, -room, 0), row.photo.title)

    @staticmethod
    def _paint_boxes(painter: QPainter, picture: QRect, row: _Row, found: QPixmap, ratio: float) -> None:
        size = found.size().scaled(picture.size(), Qt.AspectRatioMode.KeepAspectRatio)
        shown = QStyle.alignedRect(Qt.LayoutDirection.LeftToRight, Align.AlignCenter, size, picture)
        scale = shown.width() / row.photo.width

        def place(box: Box) -> QRectF:
            rect = QRectF(box.xmin * scale, box.ymin * scale, box.width * scale, box.height * scale)
            return box_painter.sharp(rect.translated(shown.topLeft()), ratio)

        for box in row.before:
            box_painter.paint_thin(painter, place(box), box)
        for box in row.after:
            if row.unsure:
                box_painter.paint_box(painter, place(box), box, picked=False)
            elif box not in row.before:
                box_painter.paint_new(painter, place(box))


def said(row: _Row) -> str:
    """What would change, in a few words."""
    if row.unsure:
        return f"perhaps a tail, {percent(row.after[0].confidence)}"
    if len(row.before) != len(row.after):
        return f"{len(row.before)} to {many(len(row.after), 'tail')}"
    return "another box" if len(row.after) == 1 else "other boxes"


def describe(row: _Row) -> str:
    """What a screen reader says of a photo."""
    return f"{row.photo.title}, {said(row)}"
