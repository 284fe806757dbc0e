"""Qt models over the catalogue: ids first, rows in pages as they are scrolled to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from enum import IntEnum
from typing import Any, Protocol, TypeVar

from PySide6.QtCore import (
    QAbstractItemModel,
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    QTimer,
    Signal,
)

from whalegui.widgets.grid_layout import Group

Index = QModelIndex | QPersistentModelIndex


class Row(Protocol):
    """What a model shows: any row of the catalogue."""

    @property
    def id(self) -> int: ...


RowT = TypeVar("RowT", bound=Row)
Fetch = Callable[[list[int], Callable[[Sequence[RowT]], None]], None]
"""Reads the rows of some ids elsewhere and hands them back on the UI thread."""


class Role(IntEnum):
    """Roles beyond Qt's own."""

    ID = Qt.ItemDataRole.UserRole + 1
    ROW = Qt.ItemDataRole.UserRole + 2


def runs(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Ascending numbers as (first, last) pairs of unbroken runs."""
    found: list[tuple[int, int]] = []
    for number in numbers:
        if found and found[-1][1] == number - 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found


class RowModel(QAbstractListModel):
    """Rows under their ids. New lists are merged in, so that selection and current row live on.

    Args:
        name: what a row is called on screen.
        describe: what a screen reader says of it; `name` if not given.
    """

    listed = Signal()  # ids and groups are both new; rowsInserted and its like came before

    MOST_RUNS = 64  # more scattered edits than this are told as one new layout

    def __init__(
        self,
        name: Callable[[Any], str],
        describe: Callable[[Any], str] | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._name = name
        self._describe = describe or name
        self._ids: list[int] = []
        self._at: dict[int, int] = {}
        self._rows: dict[int, Any] = {}
        self._groups: list[Group] | None = None

    # What Qt asks

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self._ids)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not self.checkIndex(index, QAbstractItemModel.CheckIndexOption.IndexIsValid):
            return None
        key = self._ids[index.row()]
        if role == Role.ID:
            return key
        row = self.row_of(key)
        if role == Role.ROW:
            return row
        if role == Qt.ItemDataRole.DisplayRole:
            return self._name(row) if row is not None else ""
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._describe(row) if row is not None else "loading"
        return None

    # What views ask

    @property
    def ids(self) -> list[int]:
        return list(self._ids)

    @property
    def groups(self) -> list[Group]:
        """The runs of rows under a header; one without a title where nothing is grouped."""
        return self._groups if self._groups is not None else [Group("", 0, len(self._ids))]

    def id_at(self, row: int) -> int:
        return self._ids[row]

    def ids_between(self, first: int, last: int) -> list[int]:
        """The ids of these rows, both ends included."""
        return self._ids[first : last + 1]

    def position(self, key: int) -> int:
        """The row that shows an id, or -1."""
        return self._at.get(key, -1)

    def index_of(self, key: int) -> QModelIndex:
        at = self.position(key)
        return self.index(at) if at >= 0 else QModelIndex()

    def row_of(self, key: int) -> Any:
        """The row itself, or None while it isn't read yet."""
        return self._rows.get(key)

    # What workspaces tell

    def set_listing(self, ids: Sequence[int], groups: Sequence[Group] | None = None) -> None:
        """Show these ids, each once, in this order, under these groups."""
        self._groups = list(groups) if groups is not None else None
        if list(ids) != self._ids:
            self._merge(list(ids))
        self.listed.emit()

    def set_rows(self, rows: Sequence[Row], groups: Sequence[Group] | None = None) -> None:
        """Show these rows, all of them read."""
        before = self._rows
        self._rows = {row.id: row for row in rows}
        self.set_listing([row.id for row in rows], groups)
        self._tell_changed([row.id for row in rows if before.get(row.id, row) != row])

    # How

    def _merge(self, new: list[int]) -> None:
        if not self._ids:  # a catalogue was opened: nothing to compare a hundred thousand ids with
            self.beginInsertRows(QModelIndex(), 0, len(new) - 1)
            self._ids = new
            self._reindex()
            self.endInsertRows()
            return
        old, kept = set(self._ids), set(new)
        gone = runs(at for at, key in enumerate(self._ids) if key not in kept)
        come = runs(at for at, key in enumerate(new) if key not in old)
        same_order = [key for key in self._ids if key in kept] == [key for key in new if key in old]
        if not same_order or len(gone) + len(come) > self.MOST_RUNS:
            self._relay(new)
            return
        for first, last in reversed(gone):
            self.beginRemoveRows(QModelIndex(), first, last)
            del self._ids[first : last + 1]
            self._reindex()
            self.endRemoveRows()
        for first, last in come:
            self.beginInsertRows(QModelIndex(), first, last)
            self._ids[first:first] = new[first : last + 1]
            self._reindex()
            self.endInsertRows()

    def _relay(self, new: list[int]) -> None:
        self.layoutAboutToBeChanged.emit()
        held = self.persistentIndexList()
        keys = [self._ids[index.row()] for index in held]
        self._ids = new
        self._reindex()
        self.changePersistentIndexList(held, [self.index_of(key) for key in keys])
        self.layoutChanged.emit()

    def _reindex(self) -> None:
        self._at = {key: at for at, key in enumerate(self._ids)}

    def _tell_changed(self, keys: Iterable[int]) -> None:
        for first, last in runs(sorted(self._at[key] for key in keys if key in self._at)):
            self.dataChanged.emit(self.index(first), self.index(last))


class PagedModel(RowModel):
    """A `RowModel` whose rows are read a page at a time, when a view asks for one of them."""

    PAGE = 200
    KEPT = 20_000  # rows held in memory; older ones are read again

    def __init__(
        self,
        fetch: Fetch[Any],
        name: Callable[[Any], str],
        describe: Callable[[Any], str] | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(name, describe, parent)
        self._fetch = fetch
        self._wanted: dict[int, None] = {}
        self._asked: dict[int, int] = {}  # id -> the newest question about it
        self._questions = 0
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._ask_wanted)

    def row_of(self, key: int) -> Any:
        row = self._rows.get(key)
        if row is None and key in self._at and key not in self._asked:
            self._wanted[self._at[key] // self.PAGE] = None
            if not self._soon.isActive():
                self._soon.start()
        return row

    def refresh(self, keys: Iterable[int]) -> None:
        """Read these rows again where they are held or on their way; the old row shows until then."""
        stale = [key for key in keys if key in self._rows or key in self._asked]
        for start in range(0, len(stale), self.PAGE):
            self._ask(stale[start : start + self.PAGE])

    def refresh_all(self) -> None:
        """Forget what was asked and read every held row again."""
        self._asked.clear()
        self.refresh(list(self._rows))

    def set_rows(self, rows: Sequence[Row], groups: Sequence[Group] | None = None) -> None:
        """Show these rows, all of them read already."""
        self._asked.clear()
        super().set_rows(rows, groups)

    def _ask_wanted(self) -> None:
        pages, self._wanted = list(self._wanted), {}
        for page in reversed(pages):  # the page scrolled to last is looked at now
            ids = self._ids[page * self.PAGE : (page + 1) * self.PAGE]
            missing = [key for key in ids if key not in self._rows and key not in self._asked]
            if missing:
                self._ask(missing)

    def _ask(self, keys: list[int]) -> None:
        self._questions += 1
        question = self._questions
        self._asked.update(dict.fromkeys(keys, question))
        self._fetch(keys, lambda rows: self._take(question, keys, rows))

    def _take(self, question: int, keys: list[int], rows: Sequence[Row]) -> None:
        newest = {key for key in keys if self._asked.get(key) == question}
        for key in newest:
            del self._asked[key]
        fresh = {row.id: row for row in rows if row.id in newest and self._rows.get(row.id) != row}
        for key in fresh:
            self._rows.pop(key, None)  # so that it counts as the youngest
        self._rows.update(fresh)
        for key in list(self._rows)[: max(0, len(self._rows) - self.KEPT)]:
            del self._rows[key]
        self._tell_changed(fresh)
