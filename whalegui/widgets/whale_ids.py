"""A whale's other ids as a table: those that it had here stay, those of other catalogues are added and edited."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from whalegui import icons, theme
from whaleid_core.catalogue.rows import NameRow

_KEY = Qt.ItemDataRole.UserRole


class WhaleIds(QWidget):
    """A double click or F2 edits an id of another catalogue, Del takes it out; the fields below add one."""

    added = Signal(str, str)  # id, catalogue
    changed = Signal(int, str, str)  # row, id, catalogue
    removed = Signal(int)  # row

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: dict[int, NameRow] = {}
        self.table = _IdTable()
        self.table.itemChanged.connect(self._edited)
        self.table.deleted.connect(self._remove)
        self.name, self.catalogue = QLineEdit(), QLineEdit()
        for field, words, width in ((self.name, "Id elsewhere", 180), (self.catalogue, "Whose catalogue", 260)):
            field.setPlaceholderText(words)
            field.setAccessibleName(words)
            field.setMinimumHeight(theme.CONTROL)
            field.setMaximumWidth(width)
            field.returnPressed.connect(self._add)
        self.add = QPushButton("Add id")
        self.remove = QPushButton("Take out")
        self.remove.setIcon(icons.icon("trash-2"))
        for button, deed in ((self.add, self._add), (self.remove, self._remove)):
            button.setMinimumHeight(theme.CONTROL)
            button.clicked.connect(deed)
        self.table.itemSelectionChanged.connect(self._allow)
        line = QHBoxLayout()
        line.setSpacing(theme.S)
        for part in (self.name, self.catalogue, self.add):
            line.addWidget(part)
        line.addStretch(1)
        line.addWidget(self.remove)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, theme.S, 0, theme.S)
        column.setSpacing(theme.S)
        column.addWidget(self.table, 1)
        column.addLayout(line)
        self._allow()

    def show_names(self, rows: Sequence[NameRow]) -> None:
        """The ids of a whale; the picked one stays picked."""
        picked = self._picked
        self._rows = {row.id: row for row in rows}
        self.table.blockSignals(True)
        self.table.clear()
        for row in rows:
            old = row.kind == "old"
            item = QTreeWidgetItem([row.name, "this one, before" if old else row.catalogue])
            item.setData(0, _KEY, row.id)
            item.setSizeHint(1, QSize(0, theme.CONTROL))
            if not old:
                item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
            self.table.addTopLevelItem(item)
            if row.id == picked:
                self.table.setCurrentItem(item)
        self.table.blockSignals(False)
        self._allow()

    @property
    def _picked(self) -> int:
        item = self.table.currentItem()
        return item.data(0, _KEY) if item is not None and item.isSelected() else -1

    def _allow(self) -> None:
        row = self._rows.get(self._picked)
        self.remove.setEnabled(row is not None and row.kind != "old")

    def _add(self) -> None:
        name = self.name.text().strip()
        if name:
            self.added.emit(name, self.catalogue.text().strip())
            self.name.clear()
            self.name.setFocus()

    def _remove(self) -> None:
        if self.remove.isEnabled():
            self.removed.emit(self._picked)

    def _edited(self, item: QTreeWidgetItem, column: int) -> None:
        row = self._rows[item.data(0, _KEY)]
        name, catalogue = item.text(0).strip(), item.text(1).strip()
        if not name:
            self.show_names(list(self._rows.values()))
        elif (name, catalogue) != (row.name, row.catalogue):
            self.changed.emit(row.id, name, catalogue)


class _IdTable(QTreeWidget):
    """Del is told, not eaten."""

    deleted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setHeaderLabels(["Id", "Catalogue"])
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setFrameShape(QTreeWidget.Shape.NoFrame)
        self.setAccessibleName("Other ids")
        self.header().setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        self.header().setMinimumSectionSize(180)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Delete:
            self.deleted.emit()
            return
        super().keyPressEvent(event)
