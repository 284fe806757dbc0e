"""The view under grids and lists of pictures: uniform cells under group headers, only what is in view is painted."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
)
from PySide6.QtGui import (
    QPainter,
    QPaintEvent,
    QRegion,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemDelegate,
    QAbstractItemView,
    QFrame,
    QStyle,
    QStyleOptionViewItem,
    QWidget,
)

from whalegui import theme
from whalegui.item_models import RowModel, runs
from whalegui.widgets.grid_layout import GridLayout, Group, Metrics

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


class CellView(QAbstractItemView):
    """Lays a `RowModel` out in cells that its delegate paints, and keeps its place when the rows become others."""

    def __init__(self, model: RowModel, metrics: Metrics, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = model
        self._metrics = metrics
        self._layout: GridLayout | None = None
        self._held: tuple[int, int] | None = None  # the id at the top and its height, across a new listing
        self._under = -1  # the row under the mouse
        self.paint_header: HeaderPainter = paint_header
        self.setModel(model)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setAutoScroll(False)
        self.setTabKeyNavigation(False)
        self.viewport().setMouseTracking(True)
        model.listed.connect(self._relisted)
        model.rowsAboutToBeInserted.connect(self._hold)
        model.rowsAboutToBeRemoved.connect(self._hold)
        model.layoutAboutToBeChanged.connect(self._hold)

    def set_metrics(self, metrics: Metrics) -> None:
        """Other sizes, with the same cell at the top as before."""
        self._hold()
        self._metrics = metrics
        self._layout = None
        self.scheduleDelayedItemsLayout()
        self._settle_scroll()

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
        return self.cells().rect(index.row()).translated(-self.offset()) if index.isValid() else QRect()

    def indexAt(self, point: QPoint) -> QModelIndex:
        row = self.cells().row_at(point + self.offset())
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
        return self.horizontalScrollBar().value()

    def verticalOffset(self) -> int:
        return self.verticalScrollBar().value()

    def offset(self) -> QPoint:
        """What of the content is at the left upper corner."""
        return QPoint(self.horizontalOffset(), self.verticalOffset())

    def isIndexHidden(self, index: Index) -> bool:
        return False

    def moveCursor(self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        return self.currentIndex()  # the keys are handled in keyPressEvent

    def setSelection(self, rect: QRect, command: QItemSelectionModel.SelectionFlag) -> None:
        rows = self.cells().rows_in(rect.normalized().translated(self.offset()))
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
        across, width = self.horizontalScrollBar(), self.viewport().width()
        across.setPageStep(width)
        across.setSingleStep(max(20, width // 10))
        across.setRange(0, max(0, self.cells().width - width))
        super().updateGeometries()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self.viewport().scroll(dx, dy)  # only the strip that comes into view is painted

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
        left = self.horizontalOffset()
        for at in layout.groups_between(area.top() + offset, area.bottom() + offset):
            header = layout.header_rect(at).translated(-left, -offset)
            if header.intersects(area):
                self.paint_header(painter, header, layout.groups[at])
        option = QStyleOptionViewItem()
        self.initViewItemOption(option)
        delegate = self.itemDelegate()
        for rows in self._shown_rows(area.top() + offset, area.bottom() + offset):
            for row in rows:
                self._paint_cell(painter, option, delegate, self._rows.index(row))
        painter.end()

    def hover(self, point: QPoint | None) -> None:
        """The mouse is here, or nowhere: paint the cell it left and the one it came to."""
        now = self.indexAt(point).row() if point is not None else -1
        if now != self._under:
            before, self._under = self._under, now
            for row in (before, now):
                self.viewport().update(self.visualRect(self._rows.index(row)))

    def leaveEvent(self, event: QEvent) -> None:
        self.hover(None)
        super().leaveEvent(event)

    def _paint_cell(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        delegate: QAbstractItemDelegate,
        index: QModelIndex,
    ) -> None:
        state = QStyle.StateFlag.State_Enabled
        if self.selectionModel().isSelected(index):
            state |= QStyle.StateFlag.State_Selected
        if index == self.currentIndex():
            state |= QStyle.StateFlag.State_KeyboardFocusChange
            state |= QStyle.StateFlag.State_HasFocus if self.hasFocus() else QStyle.StateFlag.State_None
        if index.row() == self._under:
            state |= QStyle.StateFlag.State_MouseOver
        option.state = state  # type: ignore[attr-defined]
        option.rect = self.visualRect(index)  # type: ignore[attr-defined]
        option.index = index  # type: ignore[attr-defined]
        delegate.paint(painter, option, index)

    # How

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
