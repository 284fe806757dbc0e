"""The right side of Whales: one whale, its best photo, what is known of it, its photos, when and where, its history."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QHBoxLayout,
    QHeaderView,
    QTabWidget,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from whalegui import theme
from whalegui.item_models import RowModel
from whalegui.whale_rows import TailCell, by_date
from whalegui.widgets.best_tail import BEST_HEIGHTS, BestTail
from whalegui.widgets.cell_delegates import CAPTION, PADDING
from whalegui.widgets.elided_label import ElidedLabel
from whalegui.widgets.grid_layout import Metrics
from whalegui.widgets.tail_rating import TailRating
from whalegui.widgets.thumbnail_grid import ThumbnailGrid
from whalegui.widgets.whale_delegates import TailDelegate, tail_words
from whalegui.widgets.whale_facts import WhaleFacts
from whalegui.widgets.whale_ids import WhaleIds
from whalegui.widgets.wording import moment
from whaleid_core.catalogue.rows import JournalRow, NameRow, WhaleRow
from whaleid_core.sightings import Meeting

if TYPE_CHECKING:
    from whalegui.thumbnails import Thumbnails
    from whalegui.widgets.whale_plots import Places, TimeLine

_ONE_LINE = 560
"""Pixels at 100 % text: in less the buttons stand below the whale's name."""
TAIL_METRICS = Metrics(200 + 2 * PADDING, 100 + PADDING + CAPTION, theme.S, theme.M, theme.CONTROL)


def title_of(whale: WhaleRow) -> str:
    """A whale's headline, e.g. HW0452 "Salt" F 1998-2025."""
    years = ""
    if whale.first_seen is not None and whale.last_seen is not None:
        first, last = whale.first_seen.year, whale.last_seen.year
        years = str(first) if first == last else f"{first}–{last}"
    parts = [whale.name, f"“{whale.nickname}”" if whale.nickname else "", whale.sex, years]
    return "  ".join(part for part in parts if part)


class WhaleCard(QWidget):
    """Shows one whale; what is written into its fields is told, not kept here.

    Signals:
        described(int, dict): whale id; nickname, sex or note.
        pigmented(int, object): whale id; 1 to 5, or None.
        wanted(int, str): whale id; what the open tab shows: "history" or "meetings".
        left: a field gives the keyboard back.
    """

    described = Signal(int, dict)
    pigmented = Signal(int, object)
    wanted = Signal(int, str)
    left = Signal()

    def __init__(self, thumbnails: Thumbnails, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._whale: WhaleRow | None = None
        self._tails: list[TailCell] = []
        self.title = ElidedLabel(where=Qt.TextElideMode.ElideRight)
        theme.set_font(self.title, "answer")
        self.best = BestTail(thumbnails)
        self.facts = WhaleFacts()
        self.facts.described.connect(lambda fields: self.described.emit(self.whale_id, fields))
        self.facts.pigmented.connect(lambda kind: self.pigmented.emit(self.whale_id, kind))
        self.facts.left.connect(self.left)
        self.tails = RowModel(lambda cell: cell.photo.title, tail_words, self)
        self.grid = ThumbnailGrid(self.tails, TAIL_METRICS)
        self.grid.setAccessibleName("Photos of this whale")
        delegate = TailDelegate(thumbnails, self)
        delegate.came.connect(self.grid.repaint_id)
        self.grid.setItemDelegate(delegate)
        self.rating = TailRating()
        self.ids = WhaleIds()
        self.history = _journal_table()
        self._plots: dict[str, TimeLine | Places] = {}
        self._photos, self._line, self._places = QWidget(), QWidget(), QWidget()
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.setMinimumHeight(2 * theme.CONTROL)  # where there is little room they yield: all their pages scroll
        for page, words in (
            (self._photos, "Photos"),
            (self._line, "Time line"),
            (self._places, "Places"),
            (self.ids, "Ids"),
            (self.history, "History"),
        ):
            self.tabs.addTab(page, words)
        self.tabs.currentChanged.connect(lambda _: self._ask())
        self.buttons = QHBoxLayout()
        self._lay_out()

    @property
    def whale_id(self) -> int:
        """The whale shown, or -1."""
        return self._whale.id if self._whale is not None else -1

    @property
    def whale(self) -> WhaleRow | None:
        return self._whale

    def show_whale(self, whale: WhaleRow) -> None:
        """Another whale, or the same one described anew."""
        if self._whale is not None and self._whale.id != whale.id:
            self.facts.show_whale(whale)  # what was written on the one before is still told of that one
            self.show_tails([])
            self.history.clear()
            self.ids.show_names([])
            for plot in self._plots.values():
                plot.show_meetings([])
        self._whale = whale
        self.title.setText(title_of(whale))
        self.facts.show_whale(whale)
        self._ask()

    def show_tails(self, tails: Sequence[TailCell]) -> None:
        """The tails of the whale, best first; the grid has them by date."""
        self._tails = list(tails)
        rows, groups = by_date(tails)
        self.tails.set_rows(rows, groups)
        self.best.show_tail(tails[0] if tails else None)
        self.tabs.setTabText(0, f"Photos {len(tails):,}")

    def show_names(self, names: Sequence[NameRow]) -> None:
        """The other ids of the whale."""
        self.facts.show_names(names)
        self.ids.show_names(names)
        self.tabs.setTabText(self.tabs.indexOf(self.ids), f"Ids {len(names):,}" if names else "Ids")

    def show_meetings(self, meetings: Sequence[Meeting]) -> None:
        """The encounters with the whale, by time."""
        for plot in self._plots.values():
            plot.show_meetings(meetings)

    def show_history(self, lines: Sequence[JournalRow]) -> None:
        """The journal's lines about the whale, newest first."""
        self.history.clear()
        for line in lines:
            item = QTreeWidgetItem([moment(line.at.astimezone()), line.who or "–", line.label])
            item.setToolTip(2, line.label)
            item.setSizeHint(2, QSize(0, theme.CONTROL))
            self.history.addTopLevelItem(item)

    @property
    def current_tail(self) -> TailCell | None:
        """The tail that the keyboard is on, else the best one."""
        cell: TailCell | None = self.tails.row_of(self.grid.current_id)
        return cell or next(iter(self._tails), None)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The best tail takes its share of the height, as long as what is known of the whale fits beside it."""
        super().resizeEvent(event)
        low, high = BEST_HEIGHTS
        beside = (self.width() - self.facts.width() - 3 * theme.L) // 2
        narrow = self.width() < theme.scaled(_ONE_LINE)
        self._head.setDirection(QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight)
        self.best.ask_for(max(low, min(self.height() * 2 // 5, beside, high)))

    def _ask(self) -> None:
        """Ask for what the open tab shows."""
        page = self.tabs.currentWidget()
        if page in (self._line, self._places):
            self._plot("line" if page is self._line else "places", page)
        if self._whale is not None and page in (self._line, self._places, self.history):
            self.wanted.emit(self._whale.id, "history" if page is self.history else "meetings")

    def _plot(self, name: str, page: QWidget) -> None:
        """Made when it is looked at first: the library that draws takes a while to load."""
        if name not in self._plots:
            from whalegui.widgets import whale_plots

            made = whale_plots.TimeLine() if name == "line" else whale_plots.Places()
            self._plots[name] = made
            _fill(page, made)

    def _lay_out(self) -> None:
        self._head = QHBoxLayout()
        self._head.setSpacing(theme.S)
        self._head.addWidget(self.title, 1)
        self._head.addLayout(self.buttons)
        self.buttons.addStretch(1)
        top = QHBoxLayout()
        top.setContentsMargins(0, 0, 0, 0)
        top.setSpacing(theme.L)
        top.addWidget(self.best, 0, Qt.AlignmentFlag.AlignTop)
        top.addWidget(self.facts, 0, Qt.AlignmentFlag.AlignTop)
        top.addStretch(1)
        _fill(self._photos, self.grid, self.rating)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.L, theme.M, theme.L, 0)
        column.setSpacing(theme.M)
        column.addLayout(self._head)
        column.addLayout(top)
        column.addWidget(self.tabs, 1)


def _fill(page: QWidget, *parts: QWidget) -> None:
    line = QHBoxLayout(page)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(0)
    for number, part in enumerate(parts):
        line.addWidget(part, int(number == 0))


def _journal_table() -> QTreeWidget:
    table = QTreeWidget()
    table.setHeaderLabels(["When", "Who", "What"])
    table.setRootIsDecorated(False)
    table.setUniformRowHeights(True)
    table.setFrameShape(QTreeWidget.Shape.NoFrame)
    table.setAccessibleName("History")
    table.header().setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
    table.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
    return table
