"""The right side of Whales: one whale, its best photo, what is known of it, its photos and its history."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QTabWidget,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from whalegui import theme
from whalegui.item_models import RowModel
from whalegui.whale_rows import TailCell
from whalegui.widgets.cell_delegates import CAPTION, PADDING, paint_picture
from whalegui.widgets.elided_label import ElidedLabel
from whalegui.widgets.grid_layout import Metrics
from whalegui.widgets.note_field import NoteField
from whalegui.widgets.tail_strip import crop_width
from whalegui.widgets.thumbnail_grid import ThumbnailGrid
from whalegui.widgets.whale_delegates import TailDelegate, tail_words
from whalegui.widgets.wording import day, moment
from whaleid_core.catalogue.rows import JournalRow, WhaleRow

if TYPE_CHECKING:
    from whalegui.thumbnails import Thumbnails

KNOWN_WIDTH = 300
BEST_HEIGHTS = 120, 520
SEXES = {"": "not known", "F": "female", "M": "male"}
TAIL_METRICS = Metrics(200 + 2 * PADDING, 100 + PADDING + CAPTION, theme.S, theme.M, 0)


def title_of(whale: WhaleRow) -> str:
    """A whale's headline, e.g. HW0452 "Salt" F 1998-2025."""
    years = ""
    if whale.first_seen is not None and whale.last_seen is not None:
        first, last = whale.first_seen.year, whale.last_seen.year
        years = str(first) if first == last else f"{first}–{last}"
    parts = [whale.name, f"“{whale.nickname}”" if whale.nickname else "", whale.sex, years]
    return "  ".join(part for part in parts if part)


class BestTail(QWidget):
    """The whale's best tail, large; a click shows its photo."""

    clicked = Signal()

    def __init__(self, thumbnails: Thumbnails) -> None:
        super().__init__()
        self._thumbnails = thumbnails
        self._cell: TailCell | None = None
        self._awaited = ""
        self._height = BEST_HEIGHTS[0]
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setToolTip("Show large (Space)")
        thumbnails.ready.connect(self._ready)

    def ask_for(self, height: int) -> None:
        """How high it would like to be; it is twice as wide, and smaller where there is no room."""
        if height != self._height:
            self._height = height
            self.setMaximumSize(2 * height, height)
            self.updateGeometry()

    def sizeHint(self) -> QSize:
        return QSize(2 * self._height, self._height)

    def minimumSizeHint(self) -> QSize:
        return QSize(2 * BEST_HEIGHTS[0], BEST_HEIGHTS[0])

    def show_tail(self, cell: TailCell | None) -> None:
        self._cell = cell
        self.setAccessibleName(tail_words(cell) if cell is not None else "No photo")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        spot = self.rect()
        picture, failed = None, False
        if self._cell is not None:
            wide = crop_width(spot.width() * self.devicePixelRatioF())
            self._awaited = self._thumbnails.key_tail(self._cell.tail.id, wide, wide // 2)
            picture = self._thumbnails.tail(self._cell.tail, self._cell.photo, wide, wide // 2)
            failed = picture is None and bool(self._thumbnails.problem(self._awaited))
        paint_picture(painter, spot, picture, failed)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._cell is not None and self.rect().contains(event.position().toPoint()):
            self.clicked.emit()

    def _ready(self, key: str) -> None:
        if key == self._awaited:
            self.update()


class WhaleCard(QWidget):
    """Shows one whale; what is written into its fields is told, not kept here."""

    described = Signal(int, dict)  # whale id; nickname, sex or note
    history_wanted = Signal(int)
    left = Signal()  # a field gives the keyboard back

    def __init__(self, thumbnails: Thumbnails, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._whale: WhaleRow | None = None
        self.title = ElidedLabel(where=Qt.TextElideMode.ElideRight)
        theme.set_font(self.title, "answer")
        self.best = BestTail(thumbnails)
        self.nickname = QLineEdit()
        self.nickname.setMinimumHeight(theme.CONTROL)
        self.nickname.setAccessibleName("Nickname")
        self.nickname.editingFinished.connect(self._nickname_written)
        self.sex = QComboBox()
        self.sex.setMinimumHeight(theme.CONTROL)
        self.sex.setAccessibleName("Sex")
        for code, word in SEXES.items():
            self.sex.addItem(word, code)
        self.sex.currentIndexChanged.connect(self._sex_chosen)
        self.seen, self.photos = ElidedLabel(), ElidedLabel()
        self.note = NoteField("Note on this whale")
        self.note.written.connect(lambda text: self._tell(note=text))
        self.note.left.connect(self.left)
        self.tails = RowModel(lambda cell: cell.photo.title, tail_words, self)
        self.grid = ThumbnailGrid(self.tails, TAIL_METRICS)
        self.grid.setAccessibleName("Photos of this whale")
        delegate = TailDelegate(thumbnails, self)
        delegate.came.connect(self.grid.repaint_id)
        self.grid.setItemDelegate(delegate)
        self.history = _journal_table()
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(self.grid, "Photos")
        self.tabs.addTab(self.history, "History")
        self.tabs.currentChanged.connect(lambda _: self._ask_history())
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
            self.note.keep()
            self.tails.set_rows([])
            self.best.show_tail(None)
            self.history.clear()
        self._whale = whale
        self.title.setText(title_of(whale))
        if not self.nickname.hasFocus():
            self.nickname.setText(whale.nickname)
        with QSignalBlocker(self.sex):
            if self.sex.findData(whale.sex) < 0:
                self.sex.addItem(whale.sex, whale.sex)
            self.sex.setCurrentIndex(self.sex.findData(whale.sex))
        first, last = day(whale.first_seen), day(whale.last_seen)
        self.seen.setText(first if first == last else f"{first} to {last}")
        self.photos.setText(f"{whale.photos:,}")
        self.note.show_note(whale.note)
        self._ask_history()

    def show_tails(self, tails: Sequence[TailCell]) -> None:
        """The tails of the whale, best first."""
        self.tails.set_rows(tails)
        self.best.show_tail(tails[0] if tails else None)
        self.tabs.setTabText(0, f"Photos {len(tails):,}")

    def show_history(self, lines: Sequence[JournalRow]) -> None:
        """The journal's lines about the whale, newest first."""
        self.history.clear()
        for line in lines:
            item = QTreeWidgetItem([moment(line.at.astimezone()), line.who or "–", line.label])
            item.setSizeHint(0, QSize(0, theme.CONTROL))
            self.history.addTopLevelItem(item)

    @property
    def current_tail(self) -> TailCell | None:
        """The tail that the keyboard is on, else the best one."""
        key = self.grid.current_id
        cell: TailCell | None = self.tails.row_of(key if key >= 0 else next(iter(self.tails.ids), -1))
        return cell

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The best tail takes its share of the height, as long as what is known of the whale fits beside it."""
        super().resizeEvent(event)
        low, high = BEST_HEIGHTS
        beside = (self.width() - KNOWN_WIDTH - 3 * theme.L) // 2
        height = max(low, min(self.height() * 2 // 5, beside, high))
        self.best.ask_for(height)

    def _ask_history(self) -> None:
        if self._whale is not None and self.tabs.currentWidget() is self.history:
            self.history_wanted.emit(self._whale.id)

    def _nickname_written(self) -> None:
        text = self.nickname.text().strip()
        if self._whale is not None and text != self._whale.nickname:
            self._tell(nickname=text)

    def _sex_chosen(self, at: int) -> None:
        self._tell(sex=self.sex.itemData(at))

    def _tell(self, **fields: str) -> None:
        if self._whale is not None:
            self.described.emit(self._whale.id, fields)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(theme.S)
        head.addWidget(self.title, 1)
        head.addLayout(self.buttons)
        known = QWidget()
        known.setFixedWidth(KNOWN_WIDTH)
        form = QFormLayout(known)
        form.setContentsMargins(0, 0, 0, 0)
        form.setHorizontalSpacing(theme.M)
        form.setVerticalSpacing(theme.S)
        for name, widget in (
            ("Nickname", self.nickname),
            ("Sex", self.sex),
            ("Seen", self.seen),
            ("Photos", self.photos),
        ):
            label = QLabel(name)
            theme.set_second(label)
            form.addRow(label, widget)
        form.addRow(self.note)
        top = QHBoxLayout()
        top.setContentsMargins(0, 0, 0, 0)
        top.setSpacing(theme.L)
        top.addWidget(self.best, 0, Qt.AlignmentFlag.AlignTop)
        top.addWidget(known, 0, Qt.AlignmentFlag.AlignTop)
        top.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.L, theme.M, theme.L, 0)
        column.setSpacing(theme.M)
        column.addLayout(head)
        column.addLayout(top)
        column.addWidget(self.tabs, 1)


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
