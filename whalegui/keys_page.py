"""The page of settings where keys are changed: a filter, a table of actions, and what stands in a key's way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QKeySequenceEdit,
    QLabel,
    QLineEdit,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from whalegui import actions, theme
from whalegui.actions import Action
from whalegui.keymap import readable

EVERYWHERE = "Everywhere"
_PORTABLE = QKeySequence.SequenceFormat.PortableText
_ROWS_SHOWN = 6


def in_the_way(row: Action, key: str, chosen: Mapping[str, Sequence[str]]) -> Action | None:
    """The action that has a key already where another one would act on it too."""
    for other in actions.ACTIONS:
        apart = row.workspaces and other.workspaces and not set(row.workspaces) & set(other.workspaces)
        if other.id != row.id and not apart and key in chosen.get(other.id, other.keys):
            return other
    return None


class KeysPage(QWidget):
    """Keeps what is chosen to itself until somebody asks for `chosen`."""

    def __init__(self, chosen: Mapping[str, Sequence[str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.chosen: dict[str, tuple[str, ...]] = {
            key: tuple(keys) for key, keys in chosen.items() if key in actions.BY_ID
        }
        self.filter = QLineEdit()
        self.filter.setPlaceholderText("Find an action or a key")
        self.filter.setAccessibleName("Find an action or a key")
        self.filter.setClearButtonEnabled(True)
        self.table = _table()
        self.key = QKeySequenceEdit()
        self.key.setMaximumSequenceLength(1)
        self.key.setAccessibleName("New key")
        self.set = QPushButton("Set")
        self.none = QPushButton("No key")
        self.reset = QPushButton("Reset")
        self.reset_all = QPushButton("Reset all")
        self.sentence = QLabel()
        self.sentence.setWordWrap(True)
        self._lay_out()
        self._fill()
        self.filter.textChanged.connect(self._show_some)
        self.table.itemSelectionChanged.connect(self._picked)
        self.key.keySequenceChanged.connect(lambda keys: self._renew())
        self.set.clicked.connect(self._set)
        self.none.clicked.connect(lambda: self._choose(()))
        self.reset.clicked.connect(self._reset)
        self.reset_all.clicked.connect(self._reset_all)
        self._renew()

    def pick(self, action_id: str) -> None:
        """Select an action's row."""
        for at in range(self.table.rowCount()):
            if self._row(at).id == action_id:
                self.table.selectRow(at)

    def _lay_out(self) -> None:
        below = QHBoxLayout()
        below.setSpacing(theme.S)
        below.addWidget(QLabel("New key"))
        below.addWidget(self.key, 1)
        for button in (self.set, self.none, self.reset, self.reset_all):
            button.setAutoDefault(False)
            below.addWidget(button)
        for control in (self.filter, self.key, self.set, self.none, self.reset, self.reset_all):
            control.setMinimumHeight(theme.CONTROL)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.L, theme.L, theme.L, theme.L)
        column.setSpacing(theme.M)
        column.addWidget(self.filter)
        column.addWidget(self.table, 1)
        column.addLayout(below)
        column.addWidget(self.sentence)

    def _fill(self) -> None:
        self.table.setRowCount(len(actions.ACTIONS))
        for at, row in enumerate(actions.ACTIONS):
            where = ", ".join(word.capitalize() for word in row.workspaces) or EVERYWHERE
            for column, text in enumerate((row.text.rstrip("."), where, "")):
                item = QTableWidgetItem(text)
                item.setData(Qt.ItemDataRole.UserRole, row.id)
                self.table.setItem(at, column, item)
            self._tell_keys(at)

    def _tell_keys(self, at: int) -> None:
        keys, usual = self._keys(self._row(at)), self._row(at).keys
        item = self._item(at, 2)
        item.setText(", ".join(dict.fromkeys(map(readable, keys))))
        item.setFont(theme.font("body", bold=keys != usual))

    def _row(self, at: int) -> Action:
        return actions.BY_ID[self._item(at, 0).data(Qt.ItemDataRole.UserRole)]

    def _item(self, at: int, column: int) -> QTableWidgetItem:
        item = self.table.item(at, column)
        assert item is not None
        return item

    def _keys(self, row: Action) -> tuple[str, ...]:
        return self.chosen.get(row.id, row.keys)

    @property
    def _current(self) -> Action | None:
        rows = self.table.selectionModel().selectedRows()
        return self._row(rows[0].row()) if rows else None

    def _show_some(self, text: str) -> None:
        words = text.casefold().split()
        for at in range(self.table.rowCount()):
            told = " ".join(self._item(at, column).text() for column in range(3)).casefold()
            self.table.setRowHidden(at, not all(word in told for word in words))

    def _picked(self) -> None:
        self.key.clear()
        self._renew()

    def _renew(self) -> None:
        """What can be pressed, and what stands in the way."""
        row, key = self._current, self.key.keySequence().toString(_PORTABLE)
        other = in_the_way(row, key, self.chosen) if row and key else None
        for button in (self.none, self.reset, self.key):
            button.setEnabled(row is not None)
        self.set.setEnabled(bool(row and key and other is None))
        self.reset_all.setEnabled(bool(self.chosen))
        if row is None:
            self._say("Pick an action, press its new key, then Set.")
        elif other is not None:
            where = " and ".join(word.capitalize() for word in other.workspaces) or "everywhere"
            taken = f'{readable(key)} is "{other.text.rstrip(".")}" already ({where}).'
            self._say(f"{taken} Choose another key, or take that one away.", error=True)
        else:
            usual = ", ".join(dict.fromkeys(map(readable, row.keys))) or "none"
            self._say(f"Usual key: {usual}.")

    def _say(self, text: str, error: bool = False) -> None:
        self.sentence.setText(text)
        colours = self.sentence.palette()
        colours.setColor(self.sentence.foregroundRole(), theme.tokens().error if error else theme.tokens().text2)
        self.sentence.setPalette(colours)

    def _set(self) -> None:
        self._choose((self.key.keySequence().toString(_PORTABLE),))

    def _choose(self, keys: tuple[str, ...]) -> None:
        row = self._current
        assert row is not None
        self.chosen[row.id] = keys
        if keys == row.keys:
            del self.chosen[row.id]
        self._told(row)

    def _reset(self) -> None:
        """Its usual keys again, but for those that another action was given meanwhile."""
        row = self._current
        assert row is not None
        self.chosen.pop(row.id, None)
        free = tuple(key for key in row.keys if in_the_way(row, key, self.chosen) is None)
        if free != row.keys:
            self.chosen[row.id] = free
        self._told(row)

    def _reset_all(self) -> None:
        self.chosen.clear()
        for at in range(self.table.rowCount()):
            self._tell_keys(at)
        self._picked()

    def _told(self, row: Action) -> None:
        self._tell_keys(actions.ACTIONS.index(row))
        self._picked()


def _table() -> QTableWidget:
    made = QTableWidget(0, 3)
    made.setHorizontalHeaderLabels(["Action", "Where", "Keys"])
    made.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
    made.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
    made.verticalHeader().setVisible(False)
    made.verticalHeader().setDefaultSectionSize(theme.CONTROL)
    made.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    made.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    made.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    made.setShowGrid(False)
    made.setTabKeyNavigation(False)
    made.setMinimumHeight(theme.CONTROL * _ROWS_SHOWN)
    made.setAccessibleName("Actions and their keys")
    return made
