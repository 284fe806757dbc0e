"""A grid or list of pictures under group headers, with ticks; smooth at 100,000 of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
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
    QPainter,
    QPaintEvent,
    QRegion,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QRubberBand,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from whalegui import theme
from whalegui.item_models import RowModel, runs
from whalegui.widgets.grid_layout import Group, GridLayout, Metrics

Flag = QItemSelectionModel.SelectionFlag
Index = QModelIndex | QPersistentModelIndex


class HeaderPainter(Protocol):
    """Draws the header of a group."""

    def __call__(self, painter: QPainter, rect: QRect, group: Group) -> None: ...


def paint_header(painter: QPainter, rect: QRect, group: Group) -> None:
    """A group's title, semi-bold, and how many it holds."""
    painter.setFont(theme.font(bold=True))
    painter.setPen(theme.tokens().text)
    width = painter.fontMetrics().horizontalAdvance(group.title)
    count = f"{group.count:,}"
    room = rect.width() - painter.fontMetrics().horizontalAdvance(f"   {count}")
    title = painter.fontMetrics().elidedText(group.title, Qt.TextElideMode.ElideRight, room)
    painter.drawText(rect, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, title)
    painter.setFont(theme.font())
    painter.setPen(theme.tokens().text2)
    painter.drawText(rect.adjusted(min(width, room) + theme.S, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, count)


class ThumbnailGrid(QAbstractItemView):
    """Shows a `RowModel` in uniform cells that its delegate paints.

    Ticks are the selection; the current cell is where the keyboard is. Plain arrows move without touching ticks,
    a plain click elsewhere clears them, Ctrl and Shift work as in a file manager, a drag from empty ground ticks by a frame.
    """

    current_changed = Signal(int)  # id of the current row, or -1
    ticks_changed = Signal()
    opened = Signal(int)  # Enter or a double click on an id
    zoomed = Signal(int)  # Ctrl+wheel: steps

    TICK = 28  # the corner of a cell that ticks it, pixels

    def __init__(self, model: RowModel, metrics: Metrics, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = model
        self._metrics = metrics
        self._layout: GridLayout | None = None
        self._anchor: int | None = None  # the id that a Shift range starts from
        self._held: tuple[int, int] | None = None  # the id at the top and its height, across a new listing
        self._band: QRubberBand | None = None
        self._band_from = QPoint()
        self._band_kept = QItemSelection()
        self.paint_header: HeaderPainter = paint_header
        self.setModel(model)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAutoScroll(False)
        self.setTabKeyNavigation(False)
        self.viewport().setMouseTracking(True)
        model.listed.connect(self._relisted)
        model.rowsAboutToBeInserted.connect(self._hold)
        model.rowsAboutToBeRemoved.connect(self._hold)
        model.layoutAboutToBeChanged.connect(self._hold)
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
        spans = sorted((part.top(), part.bottom()) for part in self.selectionModel().selection())
        return [self._rows.id_at(row) for top, bottom in spans for row in range(top, bottom + 1)]

    @property
    def tick_count(self) -> int:
        return sum(part.height() for part in self.selectionModel().selection())

    @property
    def picked(self) -> list[int]:
        """What an action acts on: the ticked ids, or else the current one."""
        return self.ticks or ([self.current_id] if self.current_id >= 0 else [])

    def set_metrics(self, metrics: Metrics) -> None:
        """Other sizes, with the same cell at the top as before."""
        self._hold()
        self._metrics = metrics
        self._layout = None
        self.scheduleDelayedItemsLayout()
        self._settle_scroll()

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

    def visible_ids(self) -> list[int]:
        """The ids whose cells are at least partly in view, in order."""
        top = self.verticalOffset()
        return [self._rows.id_at(row) for rows in self._shown_rows(top, top + self.viewport().height()) for row in rows]

    def repaint_id(self, key: int) -> None:
        """Paint one cell again, e.g. because its picture came."""
        index = self._rows.index_of(key)
        if index.isValid():
            self.viewport().update(self.visualRect(index))

    # Geometry, as QAbstractItemView wants it

    def cells(self) -> GridLayout:
        """Where everything lies now."""
        if self._layout is None:
            self._layout = GridLayout(self._rows.groups, self.viewport().width(), self._metrics)
        return self._layout

    def visualRect(self, index: Index) -> QRect:
        return self.cells().rect(index.row()).translated(0, -self.verticalOffset()) if index.isValid() else QRect()

    def indexAt(self, point: QPoint) -> QModelIndex:
        row = self.cells().row_at(point + QPoint(0, self.verticalOffset()))
        return self._rows.index(row) if 0 <= row < self._rows.rowCount() else QModelIndex()

    def scrollTo(
        self, index: Index, hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible
    ) -> None:
        if not index.isValid():
            return
        rect, bar, height = self.cells().rect(index.row()), self.verticalScrollBar(), self.viewport().height()
        first_line = any(
            group.start <= index.row() < group.start + self.cells().columns for group in self._group_of(index.row())
        )
        top = rect.top() - self._metrics.gap - (self._metrics.header if first_line else 0)
        bottom = rect.bottom() + self._metrics.gap
        if hint == QAbstractItemView.ScrollHint.PositionAtCenter:
            bar.setValue(rect.center().y() - height // 2)
        elif hint == QAbstractItemView.ScrollHint.PositionAtTop or top < bar.value():
            bar.setValue(top)
        elif bottom > bar.value() + height:
            bar.setValue(bottom - height)

    def horizontalOffset(self) -> int:
        return 0

    def verticalOffset(self) -> int:
        return self.verticalScrollBar().value()

    def isIndexHidden(self, index: Index) -> bool:
        return False

    def moveCursor(self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        return self.currentIndex()  # the keys are handled in keyPressEvent

    def setSelection(self, rect: QRect, command: QItemSelectionModel.SelectionFlag) -> None:
        rows = self.cells().rows_in(rect.normalized().translated(0, self.verticalOffset()))
        self.selectionModel().select(self._selection(rows), command)

    def visualRegionForSelection(self, selection: QItemSelection) -> QRegion:
        region = QRegion()
        top = self.verticalOffset()
        for rows in self._shown_rows(top, top + self.viewport().height()):
            for row in rows:
                if selection.contains(self._rows.index(row)):
                    region += self.visualRect(self._rows.index(row))
        return region

    def updateGeometries(self) -> None:
        bar, height = self.verticalScrollBar(), self.viewport().height()
        bar.setPageStep(height)
        bar.setSingleStep(max(20, self.cells().pitch // 3))
        bar.setRange(0, max(0, self.cells().height - height))
        super().updateGeometries()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self.viewport().scroll(dx, dy)  # only the strip that comes into view is painted
        if self._band is not None:
            self._band_from += QPoint(0, dy)

    def doItemsLayout(self) -> None:
        self._layout = None
        super().doItemsLayout()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._hold()
        self._layout = None
        super().resizeEvent(event)
        self._settle_scroll()

    def sizeHint(self) -> QSize:
        return QSize(3 * self._metrics.cell_width, 3 * self._metrics.cell_height)

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        area = event.rect()
        painter.fillRect(area, self.palette().base())
        layout, offset = self.cells(), self.verticalOffset()
        for at in layout.groups_between(area.top() + offset, area.bottom() + offset):
            header = layout.header_rect(at).translated(0, -offset)
            if header.intersects(area):
                self.paint_header(painter, header, layout.groups[at])
        option = QStyleOptionViewItem()
        self.initViewItemOption(option)
        delegate = self.itemDelegate()
        under = (
            self.indexAt(self.viewport().mapFromGlobal(self.cursor().pos()))
            if self.viewport().underMouse()
            else QModelIndex()
        )
        for rows in self._shown_rows(area.top() + offset, area.bottom() + offset):
            for row in rows:
                self._paint_cell(painter, option, delegate, self._rows.index(row), under)
        painter.end()

    def _paint_cell(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        delegate: QStyledItemDelegate | object,
        index: QModelIndex,
        under: QModelIndex,
    ) -> None:
        state = QStyle.StateFlag.State_Enabled
        if self.selectionModel().isSelected(index):
            state |= QStyle.StateFlag.State_Selected
        if index == self.currentIndex():
            state |= QStyle.StateFlag.State_KeyboardFocusChange
            state |= QStyle.StateFlag.State_HasFocus if self.hasFocus() else QStyle.StateFlag.State_None
        if index == under:
            state |= QStyle.StateFlag.State_MouseOver
        option.state = state  # type: ignore[attr-defined]
        option.rect = self.visualRect(index)  # type: ignore[attr-defined]
        option.index = index  # type: ignore[attr-defined]
        delegate.paint(painter, option, index)  # type: ignore[attr-defined]

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
        header = self.cells().header_at(point + QPoint(0, self.verticalOffset()))
        if header >= 0:
            self._press_header(self.cells().groups[header], control)
            return
        if not control:
            self.clear_ticks()
        self._band_kept = QItemSelection(self.selectionModel().selection())
        self._band_from = point

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if not event.buttons() & Qt.MouseButton.LeftButton or self._band_from.isNull():
            self._hover(event.position().toPoint())
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
        rows = self.cells().rows_in(rect.translated(0, self.verticalOffset()))
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

    def _hover(self, point: QPoint) -> None:
        self.viewport().update()

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
        if key in steps:
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

    def _id(self, index: Index) -> int:
        return self._rows.id_at(index.row()) if index.isValid() and index.row() < self._rows.rowCount() else -1

    def _group_of(self, row: int) -> list[Group]:
        return [
            group for group in self.cells().groups if group.title and group.start <= row < group.start + group.count
        ]

    def _selection(self, rows: list[int]) -> QItemSelection:
        selection = QItemSelection()
        for first, last in runs(rows):
            selection.select(self._rows.index(first), self._rows.index(last))
        return selection

    def _tick_rows(self, spans: list[tuple[int, int]], how: QItemSelectionModel.SelectionFlag) -> None:
        selection = QItemSelection()
        for first, last in spans:
            if last >= first:
                selection.select(self._rows.index(first), self._rows.index(last))
        self.selectionModel().select(selection, how)

    def _shown_rows(self, top: int, bottom: int) -> list[range]:
        count = self._rows.rowCount()
        return [range(rows.start, min(rows.stop, count)) for rows in self.cells().spans(top, bottom)]

    def _hold(self, *_: object) -> None:
        """Remember what is at the top, so that it stays there."""
        if self._held is None and self.verticalOffset() > 0:
            ids = self.visible_ids()
            if ids:
                self._held = (ids[0], self.visualRect(self._rows.index_of(ids[0])).top())

    def _relisted(self) -> None:
        self._layout = None
        self.updateGeometries()
        self._settle_scroll()
        self.viewport().update()

    def _settle_scroll(self) -> None:
        held, self._held = self._held, None
        self.updateGeometries()
        if held is not None and (index := self._rows.index_of(held[0])).isValid():
            self.verticalScrollBar().setValue(self.cells().rect(index.row()).top() - held[1])
        self.viewport().update()
