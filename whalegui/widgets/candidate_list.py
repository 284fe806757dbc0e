"""The ten candidates of a tail, in twice five rows below the names of their columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFontMetrics, QHelpEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from whalegui import theme
from whalegui.answers import percent
from whalegui.thumbnails import Thumbnails

from .candidate_row import CandidateRow, Columns, RowState, key_of, paint_grey_row, paint_row

ROWS = 5
ROW_HEIGHTS = 30, 72
HEADER = 20

COLUMN_TIPS = {
    "networks": "Networks: how alike the tail and the mean of all the whale's tails are, 1 at most",
    "nearest": "Nearest: how alike the tail and the whale's most similar photo are, 1 at most",
    "points": "Points: how many agree with the photo that the comparer begins at; none alone rules nothing out",
}


def head_height() -> int:
    """Of the line above the rows, pixels."""
    return max(HEADER, QFontMetrics(theme.font("small")).height())


class CandidateModel(QAbstractListModel):
    """The rows, which one is shown, which one is picked; while loading, grey rows without words."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: list[CandidateRow] = []
        self.loading = False
        self.picked: int | None = None

    def set_rows(self, rows: Sequence[CandidateRow], loading: bool = False) -> None:
        self.beginResetModel()
        self.rows, self.loading, self.picked = list(rows), loading, None
        self.endResetModel()

    def set_picked(self, number: int | None) -> None:
        self.picked = number
        if self.rowCount():
            self.dataChanged.emit(self.index(0), self.index(self.rowCount() - 1))

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008
        if parent.isValid():
            return 0
        return 2 * ROWS if self.loading else len(self.rows)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if self.loading or not index.isValid():
            return None
        row = self.rows[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            points = "" if row.points is None else f", {row.points} points"
            return f"candidate {index.row() + 1} {row.whale}, {percent(row.probability)}{points}"
        return None

    def flags(self, index: QModelIndex | QPersistentModelIndex) -> Qt.ItemFlag:
        return Qt.ItemFlag.NoItemFlags if self.loading else super().flags(index)


class CandidateList(QWidget):
    """The list with its column heads.

    Signals:
        chosen(int): a click picked a candidate (from 0).
    """

    chosen = Signal(int)

    def __init__(self, thumbnails: Thumbnails, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.thumbnails = thumbnails
        self.model = CandidateModel(self)
        self.heads = _Heads(self)
        self.view = _View(self)
        self.view.setModel(self.model)
        self.view.setItemDelegate(_RowDelegate(self))
        self.view.setAccessibleName("Candidates")
        self.view.clicked.connect(lambda index: self.chosen.emit(index.row()))
        thumbnails.ready.connect(self.view.viewport().update)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.heads)
        layout.addWidget(self.view)
        self.set_row_height(ROW_HEIGHTS[0])

    @staticmethod
    def height_of(row_height: int, rows: int = ROWS) -> int:
        # Qt wraps an item that ends on the last pixel; so there is one more.
        return head_height() + rows * row_height + 1

    def set_row_height(self, height: int, rows: int = ROWS) -> None:
        """Gives each row its height and says how many are seen at once; the list takes what they need."""
        self.setFixedHeight(self.height_of(height, rows))
        self.view.row_height = height
        self.view.lay_out()

    def set_rows(self, rows: Sequence[CandidateRow], loading: bool = False) -> None:
        self.model.set_rows(rows, loading)
        self.heads.update()

    def show_number(self, number: int | None) -> None:
        """Marks the candidate that the comparer shows."""
        index = self.model.index(number) if number is not None else QModelIndex()
        self.view.setCurrentIndex(index)
        if index.isValid():
            self.view.scrollTo(index)

    @property
    def shown(self) -> int | None:
        index = self.view.currentIndex()
        return index.row() if index.isValid() else None


class _View(QListView):
    """Twice five rows, filling the width; it never scrolls."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.row_height = ROW_HEIGHTS[0]
        self.setFlow(QListView.Flow.TopToBottom)
        self.setWrapping(True)
        self.setUniformItemSizes(True)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMovement(QListView.Movement.Static)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setMouseTracking(True)

    def lay_out(self) -> None:
        self.setGridSize(QSize(max(1, self.width() // 2), self.row_height))
        self.scheduleDelayedItemsLayout()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.lay_out()


class _Heads(QWidget):
    """The names of the evidence columns, above both halves."""

    def __init__(self, parent: CandidateList) -> None:
        super().__init__(parent)
        self._list = parent
        theme.set_font(self, "small")
        self.setFixedHeight(head_height())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.setFixedHeight(head_height())

    def _columns(self) -> list[tuple[str, str, QRect]]:
        """Of each column: which it is, its words, its place."""
        half = self._list.view.gridSize().width()
        columns = Columns.of(half, self.height(), QFontMetrics(theme.font()))
        halves = 2 if self._list.model.rowCount() > ROWS else 1
        places = columns.evidence.items()
        return [
            (name, columns.heads[name], rect.translated(half * n, 0)) for n in range(halves) for name, rect in places
        ]

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(theme.tokens().text2)
        if self._list.model.rows:
            for _, words, rect in self._columns():
                painter.drawText(rect, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, words)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            over = next((name for name, _, rect in self._columns() if rect.contains(event.pos())), None)
            self.setToolTip(COLUMN_TIPS.get(over, "") if over else "")
        return super().event(event)


class _RowDelegate(QStyledItemDelegate):
    def __init__(self, parent: CandidateList) -> None:
        super().__init__(parent)
        self._list = parent

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return self._list.view.gridSize()

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        model, number, size = self._list.model, index.row(), self._list.view.gridSize()
        painter.save()
        painter.translate(option.rect.topLeft())  # type: ignore[attr-defined]
        if model.loading:
            paint_grey_row(painter, size, self._list.fontMetrics())
        else:
            state = RowState(key_of(number), number == self._list.shown, number == model.picked)
            paint_row(painter, size, model.rows[number], state, self._list.thumbnails)
        painter.restore()
