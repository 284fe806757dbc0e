"""The contact sheet of Boxes: the crops that the detector is sure of, looked over a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QRectF, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QRegion, QResizeEvent, Qt
from PySide6.QtWidgets import QStyle, QVBoxLayout, QWidget

from whalegui import theme
from whalegui.answers import percent
from whalegui.item_models import Role, RowModel
from whalegui.jobs import Job
from whalegui.session import Session
from whalegui.thumbnails import shaped
from whalegui.widgets import box_painter
from whalegui.widgets.cell_delegates import (
    CAPTION,
    PADDING,
    Align,
    CellDelegate,
    paint_badge,
    paint_picture,
    paint_text,
)
from whalegui.widgets.grid_layout import Metrics
from whalegui.widgets.thumbnail_grid import ThumbnailGrid
from whaleid_core.catalogue import PhotoRow, TailRow
from whaleid_core.records import Box, Drawer

if TYPE_CHECKING:
    from whaleid_core.catalogue import Catalogue

LEAST = 20
"""Crops on a page, at the least, where the window isn't tiny."""
_WIDEST = 300
_NARROWEST = 120
_GAP = theme.S
AROUND = 0.25
"""What is seen around a box on each side, as a share of its extent: enough to see that it cuts a tail."""


@dataclass(frozen=True, slots=True)
class Crop:
    """One photo of the sheet and its tail; no tail where the photo has lost it meanwhile."""

    id: int
    photo: PhotoRow
    tail: TailRow | None


def read_crops(catalogue: Catalogue, photo_ids: Sequence[int]) -> list[Crop]:
    return [Crop(row.id, row, next(iter(catalogue.tails(row.id)), None)) for row in catalogue.photos(list(photo_ids))]


def page_metrics(width: int, height: int) -> tuple[Metrics, int]:
    """Cells that fill the room with at least `LEAST` crops twice as wide as high; and how many there are."""
    for columns in range(2, 40):
        cell = (width - 2 * theme.M - (columns - 1) * _GAP) // columns
        line = cell // 2 + CAPTION
        lines = max(1, (height - 2 * theme.M + _GAP) // (line + _GAP))
        if cell <= _NARROWEST or (cell <= _WIDEST and columns * lines >= LEAST):
            break
    return Metrics(max(cell, 40), max(line, 40), _GAP, theme.M, header=0), columns * lines


class BoxSheet(QWidget):
    """A page of crops.

    Signals:
        opened(int): a crop was clicked: its photo should be looked at.
        paged(): another page is shown.
    """

    opened = Signal(int)
    paged = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._waiting: list[int] = []
        self._reading: Job | None = None
        self._start = 0
        self._size = LEAST
        self._model = RowModel(lambda crop: crop.photo.title, _describe, self)
        self.grid = _SheetGrid(self._model, page_metrics(800, 600)[0])
        self.grid.setAccessibleName("Crops to accept")
        self._delegate = _CropDelegate(session.thumbnails, self.grid)
        self.grid.setItemDelegate(self._delegate)
        self._delegate.came.connect(self.grid.repaint_id)
        self.grid.opened.connect(self.opened)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.grid)
        self._resized = QTimer(self, singleShot=True, interval=0)
        self._resized.timeout.connect(self._fit)

    @property
    def page(self) -> list[int]:
        """The photos on the page."""
        return self._waiting[self._start : self._start + self._size]

    @property
    def place(self) -> str:
        """Where the page is, e.g. "1 to 24 of 580"."""
        page = self.page
        return f"{self._start + 1} to {self._start + len(page)} of {len(self._waiting):,}" if page else ""

    def show_photos(self, waiting: Sequence[int]) -> None:
        """These photos wait to be accepted. The page stays as it is until none of it waits any more.

        So a crop that was mended is still there, with a check, and none that nobody has seen takes its place.
        """
        wait = set(waiting)
        page = self.page
        kept = set(page) if wait & set(page) else set()
        held = [key for key in self._waiting if key in wait or key in kept]
        known = set(held)
        self._waiting = [*held, *(key for key in waiting if key not in known)]
        self._turn(self._start)

    def step(self, by: int) -> None:
        """So many pages on, or back."""
        self._turn(self._start + by * self._size)

    def refresh(self, photo_ids: Sequence[int]) -> None:
        """These photos have changed."""
        if set(photo_ids) & set(self.page):
            self._turn(self._start)

    def _turn(self, start: int) -> None:
        last = max(0, (len(self._waiting) - 1) // self._size * self._size)
        self._start = max(0, min(start, last))
        page, ahead = self.page, self._waiting[self._start + self._size :][: self._size]
        self._reading = self._session.query(
            lambda catalogue: read_crops(catalogue, page), lambda crops: self._show(page, crops), self._reading
        )
        self._session.query(lambda catalogue: read_crops(catalogue, ahead), self._warm)
        self.paged.emit()

    def _show(self, page: list[int], crops: list[Crop]) -> None:
        if page == self.page:
            self._model.set_rows(crops)
            if crops and self.grid.current_id < 0:
                self.grid.set_current(crops[0].id)

    def _warm(self, crops: list[Crop]) -> None:
        """Have the next page's crops ready."""
        for crop in crops:
            if crop.tail is not None:
                self._session.thumbnails.tail(crop.tail, crop.photo, *self._delegate.picture_size, AROUND)

    def _fit(self) -> None:
        metrics, size = page_metrics(self.grid.viewport().width(), self.grid.viewport().height())
        self.grid.set_metrics(metrics)
        ratio = self.devicePixelRatioF()
        width, height = metrics.cell_width - 2 * PADDING, metrics.cell_height - PADDING - CAPTION
        self._delegate.picture_size = round(width * ratio), round(height * ratio)
        if size != self._size:
            self._size = size
            if self._waiting:
                self._turn(self._start // size * size)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._resized.start()


class _SheetGrid(ThumbnailGrid):
    """A click opens; nothing is ticked, and a page has nothing to scroll to."""

    def __init__(self, model: RowModel, metrics: Metrics, parent: QWidget | None = None) -> None:
        super().__init__(model, metrics, parent)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and index.isValid():
            self.opened.emit(index.data(Role.ID))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and self.current_id >= 0:
            self.opened.emit(self.current_id)
        else:
            super().keyPressEvent(event)


class _CropDelegate(CellDelegate):
    """A crop with its photo's name and how sure the detector is."""

    picture_size = (200, 100)

    def paint_row(self, painter: QPainter, rect: QRect, row: Crop | None, state: QStyle.StateFlag) -> None:
        picture = rect.adjusted(PADDING, PADDING, -PADDING, -CAPTION)
        if row is None or row.tail is None:
            paint_picture(painter, picture, None)
        else:
            key = self.thumbnails.key_tail(row.tail.id, *self.picture_size, AROUND)
            found = self.thumbnails.tail(row.tail, row.photo, *self.picture_size, AROUND)
            failed = bool(self.thumbnails.problem(key))
            if found is None and not failed:
                self.await_picture(key, row.id)
            paint_picture(painter, picture, found, failed)
            if found is not None:
                self._paint_box(painter, picture, row.tail.box, row.photo)
        if row is None:
            return
        painter.setFont(theme.font("small"))
        line = QRect(picture.left() + 2, picture.bottom() + 1, picture.width() - 4, CAPTION)
        words = "" if row.photo.checked else said(row)  # the badge says it
        paint_text(painter, line, words, second=True, align=Align.AlignRight)
        room = painter.fontMetrics().horizontalAdvance(f"{words}  ")
        paint_text(painter, line.adjusted(0, 0, -room, 0), row.photo.title)
        if row.photo.checked:
            paint_badge(painter, picture)

    @staticmethod
    def _paint_box(painter: QPainter, picture: QRect, box: Box, photo: PhotoRow) -> None:
        """The box, and plain ground where the photo has ended."""
        inside = outline(box, picture)
        scale = inside.width() / box.width
        left, top = inside.left() - box.xmin * scale, inside.top() - box.ymin * scale
        whole = QRectF(left, top, photo.width * scale, photo.height * scale)
        painter.save()
        painter.setClipRegion(QRegion(picture) - QRegion(whole.toRect()))
        painter.fillRect(picture, theme.tokens().canvas)
        painter.restore()
        box_painter.paint_thin(painter, box_painter.sharp(inside, painter.device().devicePixelRatioF()), box)


def outline(box: Box, picture: QRect) -> QRectF:
    """Where a tail box lies in the picture that is made of it and what is around it."""
    shape = shaped(box, picture.width() / picture.height())
    scale = picture.width() / (shape.width * (1 + 2 * AROUND))
    found = QRectF(0, 0, box.width * scale, box.height * scale)
    found.moveCenter(QRectF(picture).center())
    return found


def said(crop: Crop) -> str:
    """What stands beside a crop's name: that it was checked, or how sure the detector is."""
    if crop.photo.checked:
        return "checked"
    if crop.tail is None:
        return "no tail"
    return "drawn" if crop.tail.box.drawn_by is Drawer.PERSON else percent(crop.tail.box.confidence)


def _describe(crop: Crop) -> str:
    return f"{crop.photo.title}, {said(crop)}"
