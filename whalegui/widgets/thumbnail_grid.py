"""A grid or list of pictures under group headers, with ticks; smooth at 100,000 of them."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QItemSelectionRange,
    QModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QContextMenuEvent,
    QKeyEvent,
    QMouseEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QRubberBand,
    QWidget,
)

from whalegui.item_models import RowModel
from whalegui.widgets.cell_view import CellView, Flag
from whalegui.widgets.grid_layout import Group, Metrics


class ThumbnailGrid(CellView):
    """Shows a `RowModel` in uniform cells that its delegate paints.

    Ticks are the selection; the current cell is where the keyboard is. Plain arrows move without touching ticks,
    a plain click elsewhere clears them, Ctrl and Shift work as in a file manager, a drag from empty ground ticks
    what its frame touches.
    """

    current_changed = Signal(int)  # id of the current row, or -1
    ticks_changed = Signal()
    opened = Signal(int)  # Enter or a double click on an id
    zoomed = Signal(int)  # Ctrl+wheel: steps

    TICK = 28  # the corner of a cell that ticks it, pixels

    def __init__(self, model: RowModel, metrics: Metrics, parent: QWidget | None = None) -> None:
        super().__init__(model, metrics, parent)
        self._anchor: int | None = None  # the id that a Shift range starts from
        self._band: QRubberBand | None = None
        self._band_from = QPoint()
        self._band_kept = QItemSelection()
        self.selectionModel().selectionChanged.connect(lambda *_: self.ticks_changed.emit())
        self.selectionModel().currentChanged.connect(lambda now, _: self.current_changed.emit(self._id(now)))

    # What workspaces ask

    @property
    def current_id(self) -> int:
        """The id of the current row, or -1."""
        return self._id(self.currentIndex())

    @property
    def ticks(self) -> list[int]:
        """The ticked ids, in the order shown."""
        spans = sorted((part.top(), part.bottom()) for part in self._ticked_parts())
        return [key for top, bottom in spans for key in self._rows.ids_between(top, bottom)]

    @property
    def tick_count(self) -> int:
        return sum(part.height() for part in self._ticked_parts())

    @property
    def picked(self) -> list[int]:
        """What an action acts on: the ticked ids, or else the current one."""
        return self.ticks or ([self.current_id] if self.current_id >= 0 else [])

    def set_current(self, key: int) -> None:
        """Make an id the current one and bring it into view; ids that aren't listed change nothing."""
        index = self._rows.index_of(key)
        if index.isValid():
            self._go(index.row())

    def step(self, by: int) -> None:
        """Move the current cell forwards or backwards, without ticking."""
        self._step(by, 0, extend=False)

    def toggle_tick(self) -> None:
        """Tick or untick the current cell."""
        if self.currentIndex().isValid():
            self.selectionModel().select(self.currentIndex(), Flag.Toggle)
            self._anchor = self.current_id

    def tick_all(self) -> None:
        self._tick_rows([(0, self._rows.rowCount() - 1)], Flag.ClearAndSelect)

    def tick(self, keys: Iterable[int]) -> None:
        """Tick just these ids."""
        self.selectionModel().select(
            self._selection(sorted({self._rows.position(key) for key in keys} - {-1})), Flag.ClearAndSelect
        )

    def clear_ticks(self) -> None:
        self.selectionModel().clearSelection()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        super().scrollContentsBy(dx, dy)
        if self._band is not None:
            self._band_from += QPoint(dx, dy)

    def _ticked_parts(self) -> list[QItemSelectionRange]:
        selection = self.selectionModel().selection()
        return [selection.at(number) for number in range(selection.count())]

    # Mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            event.accept()
            return
        point, control = event.position().toPoint(), bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        index = self.indexAt(point)
        if index.isValid():
            self._press_cell(index, control or self._in_tick(index, point), shift)
            return
        header = self.cells().header_at(point + self.offset())
        if header >= 0:
            self._press_header(self.cells().groups[header], control)
            return
        if not control:
            self.clear_ticks()
        self._band_kept = QItemSelection(self.selectionModel().selection())
        self._band_from = point

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if not event.buttons() & Qt.MouseButton.LeftButton or self._band_from.isNull():
            self.hover(event.position().toPoint())
            return
        point = event.position().toPoint()
        if self._band is None:
            self._band = QRubberBand(QRubberBand.Shape.Rectangle, self.viewport())
            self._band.show()
        beyond = min(point.y(), 0) or max(point.y() - self.viewport().height(), 0)
        if beyond:
            self.verticalScrollBar().setValue(self.verticalOffset() + beyond)
        rect = QRect(self._band_from, point).normalized()
        self._band.setGeometry(rect)
        rows = self.cells().rows_in(rect.translated(self.offset()))
        selection = QItemSelection(self._band_kept)
        selection.merge(self._selection(rows), Flag.Select)
        self.selectionModel().select(selection, Flag.ClearAndSelect)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._band is not None:
            self._band.deleteLater()
        self._band, self._band_from = None, QPoint()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and index.isValid():
            self.opened.emit(self._id(index))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        index = self.indexAt(event.pos())
        if event.reason() == QContextMenuEvent.Reason.Mouse and index.isValid():
            if not self.selectionModel().isSelected(index):
                self.clear_ticks()
            self._go(index.row())
        elif event.reason() == QContextMenuEvent.Reason.Keyboard and self.currentIndex().isValid():
            at = self.visualRect(self.currentIndex()).center()
            event = QContextMenuEvent(event.reason(), at, self.viewport().mapToGlobal(at), event.modifiers())
        self.customContextMenuRequested.emit(event.pos())

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoomed.emit(1 if event.angleDelta().y() > 0 else -1)
            event.accept()
            return
        super().wheelEvent(event)

    def _press_cell(self, index: QModelIndex, toggle: bool, shift: bool) -> None:
        start = self._rows.position(self._anchor) if self._anchor is not None else -1
        if shift and (start >= 0 or self.currentIndex().isValid()):
            start = start if start >= 0 else self.currentIndex().row()
            self._tick_rows([tuple(sorted((start, index.row())))], Flag.Select if toggle else Flag.ClearAndSelect)  # type: ignore[list-item]
            self._go(index.row())
            return
        if toggle:
            self.selectionModel().select(index, Flag.Toggle)
        elif not self.selectionModel().isSelected(index):
            self.clear_ticks()
        self._go(index.row())
        self._anchor = self._id(index)

    def _press_header(self, group: Group, control: bool) -> None:
        last = group.start + group.count - 1
        rows = [self._rows.index(row) for row in (group.start, last)]
        all_ticked = self.selectionModel().selection().contains(rows[0]) and self.selectionModel().selection().contains(
            rows[1]
        )
        how = Flag.Deselect if all_ticked and control else Flag.Select if control else Flag.ClearAndSelect
        self._tick_rows([(group.start, last)], how)
        self._go(group.start)

    def _in_tick(self, index: QModelIndex, point: QPoint) -> bool:
        corner = self.visualRect(index)
        side = min(self.TICK, corner.height())
        return QRect(corner.topLeft(), QSize(side, side)).contains(point)

    # Keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        key = event.key()
        steps = {
            Qt.Key.Key_Left: (-1, 0),
            Qt.Key.Key_Right: (1, 0),
            Qt.Key.Key_Up: (0, -1),
            Qt.Key.Key_Down: (0, 1),
            Qt.Key.Key_PageUp: (-1, 0),
            Qt.Key.Key_PageDown: (1, 0),
            Qt.Key.Key_Home: (-self._rows.rowCount(), 0),
            Qt.Key.Key_End: (self._rows.rowCount(), 0),
        }
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right) and self.horizontalScrollBar().maximum():
            bar = self.horizontalScrollBar()
            bar.setValue(bar.value() + (1 if key == Qt.Key.Key_Right else -1) * bar.singleStep())
        elif key in steps:
            self._step(*steps[Qt.Key(key)], extend=shift)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.current_id >= 0:
            self.opened.emit(self.current_id)
        elif key == Qt.Key.Key_Escape and self.tick_count:
            self.clear_ticks()
        else:
            event.ignore()  # letters are the workspace's actions, not a search for a name

    def _step(self, across: int, down: int, extend: bool) -> None:
        if self._rows.rowCount() == 0:
            return
        here = self.currentIndex().row()
        if here < 0:
            self._go(0)
            return
        if extend and (self._anchor is None or self._rows.position(self._anchor) < 0):
            self._anchor = self.current_id
        row = self.cells().moved(here, across, down)
        if extend and self._anchor is not None:
            start = self._rows.position(self._anchor)
            self._tick_rows([(min(start, row), max(start, row))], Flag.ClearAndSelect)
        self._go(row)
        if not extend:
            self._anchor = None

    # How

    def _go(self, row: int) -> None:
        index = self._rows.index(row)
        self.selectionModel().setCurrentIndex(index, Flag.NoUpdate)
        self.scrollTo(index)
        self.viewport().update()

    def _tick_rows(self, spans: list[tuple[int, int]], how: QItemSelectionModel.SelectionFlag) -> None:
        selection = QItemSelection()
        for first, last in spans:
            if last >= first:
                selection.select(self._rows.index(first), self._rows.index(last))
        self.selectionModel().select(selection, how)
