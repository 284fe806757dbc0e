"""A table of photos with what is now and what would be: the preview of an edit that touches many."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from whalegui import theme
from whaleid_core.catalogue.rows import ShotRow

Index = QModelIndex | QPersistentModelIndex
Column = tuple[str, Callable[[int, ShotRow], str]]
"""A title, and what stands in a row, from its number and its photo."""
ROWS = 9


class _Shots(QAbstractTableModel):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.shots: Sequence[ShotRow] = ()
        self.columns: Sequence[Column] = ()

    def show(self, shots: Sequence[ShotRow], columns: Sequence[Column]) -> None:
        self.beginResetModel()
        self.shots, self.columns = shots, columns
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self.shots)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - as above
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role != Qt.ItemDataRole.DisplayRole or not index.isValid():
            return None
        return self.columns[index.column()][1](index.row(), self.shots[index.row()])

    def headerData(self, section: int, way: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if way == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole and section < len(self.columns):
            return self.columns[section][0]
        return None


class ShotTable(QTableView):
    """However many photos there are, only the rows in view are written out."""

    picked = Signal(object)  # ShotRow: the row that the person went to

    def __init__(self, what: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = _Shots(self)
        self.setModel(self._model)
        self.setAccessibleName(what)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.verticalHeader().setVisible(False)
        line = self.fontMetrics().height() + theme.S
        self.verticalHeader().setDefaultSectionSize(line)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.setMinimumHeight(line * ROWS + theme.XXL)
        self.selectionModel().currentRowChanged.connect(self._went)

    @property
    def shots(self) -> Sequence[ShotRow]:
        """The photos in the table."""
        return self._model.shots

    def show_shots(self, shots: Sequence[ShotRow], columns: Sequence[Column]) -> None:
        """Show other photos, or the same with other columns; the row that was gone to stays."""
        at = self.currentIndex().row()
        key = self.shots[at].id if 0 <= at < len(self.shots) else -1
        self.selectionModel().blockSignals(True)
        self._model.show(shots, columns)
        for row, shot in enumerate(shots if key >= 0 else ()):
            if shot.id == key:
                self.selectRow(row)
                break
        self.selectionModel().blockSignals(False)

    def text(self, row: int, column: int) -> str:
        """What stands in a cell."""
        return str(self._model.index(row, column).data())

    def _went(self, index: QModelIndex) -> None:
        if index.isValid():
            self.picked.emit(self.shots[index.row()])
