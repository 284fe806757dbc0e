"""The left pane of Boxes: the parts of the queue with their counts, and small pictures of what is in one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QPushButton, QStyle, QVBoxLayout, QWidget

from whalegui import theme
from whalegui.box_queue import BoxQueue, Part
from whalegui.item_models import PagedModel, Role
from whalegui.session import Session
from whalegui.widgets.cell_delegates import PADDING, CellDelegate, paint_badge, paint_picture
from whalegui.widgets.count_list import Choice, CountList
from whalegui.widgets.elided_label import ElidedLabel
from whalegui.widgets.grid_layout import Metrics
from whalegui.widgets.photo_status import STATUS_LOOKS
from whalegui.widgets.room import PaneRoom
from whalegui.widgets.thumbnail_grid import ThumbnailGrid
from whalegui.widgets.wording import many
from whaleid_core.catalogue import PhotoRow

_CELL = Metrics(cell_width=60, cell_height=46, gap=theme.XS, margin=theme.S, header=0)
_PARTS = (
    Choice(Part.TO_CHECK, "To check", icon="square-dashed", tip="All photos whose boxes a person should see"),
    Choice(Part.NO_TAIL, "No tail", icon="ban", tip="Searched, and nothing was found"),
    Choice(Part.SEVERAL, "Several", icon="layers", tip="Two boxes or more"),
    Choice(Part.UNSURE, "Not sure", icon="circle-question-mark", tip="The detector isn't sure"),
    Choice(Part.BORDER, "At the border", icon="frame", tip="The tail may be cut off by the photo's border"),
    Choice(Part.SHAPE, "Odd shape", icon="move-horizontal", tip="Flukes are seldom so narrow or so long"),
    Choice(Part.DISPUTED, "Looks differ", icon="git-compare", tip="A second look says otherwise than the first"),
)


class QueuePane(QWidget):
    """Which part of the queue one goes through, and where one is in it.

    Signals:
        part_changed(): another part was chosen.
        chosen(int): a photo was clicked, or reached with the arrows.
    """

    part_changed = Signal()
    chosen = Signal(int)

    def __init__(self, session: Session, queue: BoxQueue, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._queue = queue
        self.parts = CountList("Parts of the queue")
        self._model = PagedModel(self._fetch, lambda row: row.title, self._describe, self)
        self.grid = _QueueGrid(self._model, _CELL)
        self.grid.setAccessibleName("Photos in the queue")
        self._delegate = _QueueDelegate(session, queue, self.grid)
        self.grid.setItemDelegate(self._delegate)
        self._delegate.came.connect(self.grid.repaint_id)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.S, theme.S, 0, 0)
        column.setSpacing(theme.S)
        column.addWidget(self.parts)
        column.addWidget(self.grid, 1)
        self.offer = QPushButton()
        self.offer.setMinimumHeight(theme.CONTROL)
        self.offer.setToolTip("What the detector, which looked again, would change")
        self.offer.hide()
        self.corrected = ElidedLabel(where=Qt.TextElideMode.ElideRight)
        self.corrected.setToolTip("Boxes that a person drew or corrected: a detector can be taught with them")
        theme.set_font(self.corrected, "small")
        theme.set_second(self.corrected)
        for below in (self.offer, self.corrected):
            column.addWidget(below)
        column.addSpacing(theme.XS)
        PaneRoom(self, words=128)
        self.renew()
        self.parts.choose([Part.TO_CHECK])
        self.parts.setFixedHeight(self.parts.sizeHint().height())
        self.parts.chosen_changed.connect(self._choose)
        self.grid.current_changed.connect(lambda photo_id: self.chosen.emit(photo_id) if photo_id >= 0 else None)
        queue.listed.connect(self.renew)

    @property
    def part(self) -> Part:
        chosen = self.parts.chosen
        return Part(chosen[0]) if chosen else Part.TO_CHECK

    def renew(self) -> None:
        """The queue is another: its counts and its pictures."""
        self.parts.set_choices(
            [Choice(p.id, p.text, self._queue.waiting(Part(p.id)), icon=p.icon, tip=p.tip) for p in _PARTS]
        )
        self._model.set_listing(self._queue.ids(self.part))
        self.grid.viewport().update()

    def say_corrected(self, count: int) -> None:
        """How many boxes a person drew or corrected since the detector was taught."""
        text = f"{count:,}" if count else "None"
        self.corrected.setText(f"{text} corrected since the last training")

    def say_differences(self, count: int) -> None:
        """So many photos would get other boxes from the detector, which looked again."""
        self.offer.setText(f"{many(count, 'photo')} would change")
        self.offer.setVisible(count > 0)

    def show_photo(self, photo_id: int) -> None:
        """Mark the photo that is on the canvas; none of the queue where it isn't in it."""
        self._delegate.shown = photo_id
        self.grid.set_current(photo_id)
        self.grid.viewport().update()

    def refresh(self, photo_ids: Sequence[int]) -> None:
        """These photos have changed."""
        self._model.refresh(photo_ids)

    def _choose(self) -> None:
        if not self.parts.chosen:
            self.parts.choose([Part.TO_CHECK])  # one is always chosen
            return
        self._model.set_listing(self._queue.ids(self.part))
        self.part_changed.emit()

    def _fetch(self, ids: list[int], then: Any) -> None:
        self._session.query(lambda catalogue: catalogue.photos(ids), then)

    def _describe(self, row: PhotoRow) -> str:
        state = "checked" if self._queue.is_done(row.id) else STATUS_LOOKS[row.status].word
        return f"{row.title}, {state}, {row.tails} tails"


class _QueueGrid(ThumbnailGrid):
    """Nothing is ticked here: a click anywhere in a cell opens its photo, and leaves the keyboard where it is."""

    def __init__(self, model: PagedModel, metrics: Metrics, parent: QWidget | None = None) -> None:
        super().__init__(model, metrics, parent)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and index.isValid():
            self.set_current(index.data(Role.ID))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.viewport().update()


class _QueueDelegate(CellDelegate):
    """A small picture; a check on what is done, the accent around what is on the canvas."""

    def __init__(self, session: Session, queue: BoxQueue, parent: QWidget) -> None:
        super().__init__(session.thumbnails, parent)
        self._queue = queue
        self.shown = 0

    def paint_row(self, painter: QPainter, rect: QRect, row: PhotoRow | None, state: QStyle.StateFlag) -> None:
        picture = rect.adjusted(PADDING, PADDING, -PADDING, -PADDING)
        if row is None:
            paint_picture(painter, picture, None)
            return
        t, ratio = theme.tokens(), painter.device().devicePixelRatioF()
        side = round(max(picture.width(), picture.height()) * ratio)
        found = None if row.problem else self.thumbnails.photo(row, side)
        failed = bool(row.problem or self.thumbnails.problem(self.thumbnails.key_photo(row.id, side)))
        if found is None and not failed:
            self.await_picture(self.thumbnails.key_photo(row.id, side), row.id)
        paint_picture(painter, picture, found, failed)
        if self._queue.is_done(row.id):
            paint_badge(painter, picture)
        if row.id == self.shown:
            painter.setPen(QPen(t.accent, 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(rect.adjusted(1, 1, -1, -1), theme.RADIUS, theme.RADIUS)
