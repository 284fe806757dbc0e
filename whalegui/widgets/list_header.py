"""The titles of a list's columns: a click sorts, a drag at an edge makes wider, a right click hides and shows."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QByteArray, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QFontMetrics, QStandardItemModel
from PySide6.QtWidgets import QHeaderView, QMenu, QWidget

from whalegui import theme

LEAST = 48


class ListHeader(QHeaderView):
    """Columns by number; `sort_wanted` tells the column that was clicked, and whether it now runs downwards.

    Args:
        titles: of the columns.
        ems: how wide each is at first, in figures of the text's size; the last one takes what is left, and no less.
    """

    sort_wanted = Signal(int, bool)
    widths_changed = Signal()

    def __init__(self, titles: Sequence[str], ems: Sequence[int], parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._em, self._ems = _figure(), tuple(ems)
        model = QStandardItemModel(0, len(titles), self)
        model.setHorizontalHeaderLabels(list(titles))
        self.setModel(model)
        self.setAccessibleName("Columns")
        self.setFixedHeight(theme.CONTROL)
        self.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.setSectionsClickable(True)
        self.setSectionsMovable(False)
        self.setStretchLastSection(True)
        self.setMinimumSectionSize(LEAST)
        self.setSortIndicatorShown(True)
        self.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.setHighlightSections(False)
        theme.set_font(self, "small")
        theme.changed.connect(self._follow_text)
        self.setToolTip("Click to sort, right click to choose columns")
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(lambda at: self.menu().popup(self.viewport().mapToGlobal(at)))
        self.sectionResized.connect(lambda *_: self.widths_changed.emit())
        self.sortIndicatorChanged.connect(self._sorted)
        for at, width in enumerate(ems[:-1]):
            self.resizeSection(at, width * self._em)

    def _follow_text(self) -> None:
        """Columns grow with the text; a person's widths stay hers."""
        before, self._em = self._em, _figure()
        if self._em != before:
            for at in range(self.count() - 1):
                if not self.isSectionHidden(at):
                    self.resizeSection(at, round(self.sectionSize(at) * self._em / before))

    def restoreState(self, state: QByteArray | bytes | bytearray | memoryview) -> bool:
        """Take over kept widths and which columns are hidden; what the list is sorted by stays."""
        column, order = self.sortIndicatorSection(), self.sortIndicatorOrder()
        with QSignalBlocker(self):
            taken = super().restoreState(state)
        self.show_sorted(column, order == Qt.SortOrder.DescendingOrder)
        self.widths_changed.emit()
        return taken

    def menu(self) -> QMenu:
        """Which columns are shown; the first one always is."""
        made = QMenu(self)
        made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for at in range(1, self.count()):
            action = made.addAction(str(self.model().headerData(at, Qt.Orientation.Horizontal)))
            action.setCheckable(True)
            action.setChecked(not self.isSectionHidden(at))
            action.toggled.connect(lambda shown, at=at: self._show_column(at, shown))
        return made

    def _show_column(self, at: int, shown: bool) -> None:
        self.setSectionHidden(at, not shown)
        self.widths_changed.emit()

    def widths(self) -> list[int]:
        """Of all columns, pixels; 0 for those that are hidden."""
        return [self.sectionSize(at) for at in range(self.count())]

    @property
    def needed(self) -> int:
        """Pixels that all columns take, the last one no less than it has at first."""
        *others, last = [at for at in range(self.count()) if not self.isSectionHidden(at)]
        return sum(map(self.sectionSize, others)) + self._ems[last] * self._em

    def show_sorted(self, column: int, descending: bool) -> None:
        """Mark the column that the list is sorted by; -1 for none."""
        with QSignalBlocker(self):
            order = Qt.SortOrder.DescendingOrder if descending else Qt.SortOrder.AscendingOrder
            self.setSortIndicator(column, order)
        self.viewport().update()

    def _sorted(self, column: int, order: Qt.SortOrder) -> None:
        self.sort_wanted.emit(column, order == Qt.SortOrder.DescendingOrder)


def _figure() -> int:
    """How wide a figure is in the text's size, pixels."""
    return max(1, QFontMetrics(theme.font()).horizontalAdvance("0"))
