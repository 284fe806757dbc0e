"""The ten candidates of a tail, twice five rows: key, crop, whale, probability and each kind of evidence by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
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

from whalegui import icons, theme
from whalegui.answers import percent
from whalegui.thumbnails import Thumbnails
from whaleid_core.catalogue.rows import PhotoRow, TailRow

from .tail_strip import paint_crop

ROWS = 5
ROW_HEIGHTS = 30, 72
HEADER = 20
DASH = "–"

COLUMN_TIPS = {
    "networks": "Networks: how alike the tail and the mean of all the whale's tails are, 1 at most",
    "nearest": "Nearest: how alike the tail and the whale's most similar photo are, 1 at most",
    "points": "Points: how many matching points agree with the whale's most similar photo",
}


@dataclass(frozen=True, slots=True)
class CandidateRow:
    """One candidate as the list shows it."""

    whale: str
    nickname: str
    probability: float
    networks: float | None
    nearest: float | None
    points: int | None
    tail: TailRow | None
    photo: PhotoRow | None


def key_of(number: int) -> str:
    """The digit that picks candidate `number` (from 0): 1 to 9, then 0."""
    return str((number + 1) % 10)


def figure(value: float | None) -> str:
    """A similarity without its leading nought: ".94"; a dash where there is none."""
    if value is None or value != value:
        return DASH
    return f"{value:.2f}".replace("0.", ".", 1)


@dataclass(frozen=True, slots=True)
class Columns:
    """Where the parts of a row lie, in its own coordinates."""

    key: QRect
    crop: QRect
    whale: QRect
    percent: QRect
    bar: QRect
    evidence: dict[str, QRect]

    @classmethod
    def of(cls, width: int, height: int, metrics: QFontMetrics) -> Columns:
        number = max(metrics.horizontalAdvance("points"), metrics.horizontalAdvance("0.00")) + theme.S
        right = width - theme.S
        evidence: dict[str, QRect] = {}
        for name in ("points", "nearest", "networks"):
            evidence[name] = QRect(right - number, 0, number, height)
            right -= number
        badge = QRect(theme.XS, (height - 20) // 2, 20, 20)
        tall = height - 4
        crop = QRect(badge.right() + theme.S, 2, min(2 * tall, width // 4), tall)
        left = crop.right() + theme.S
        share = metrics.horizontalAdvance("100 %") + theme.XS
        bar = min(240, max(0, (right - left - share) // 3))
        return cls(
            badge,
            crop,
            QRect(left, 0, max(0, right - theme.S - bar - share - left), height),
            QRect(right - theme.S - bar - share, 0, share - theme.XS, height),
            QRect(right - theme.S - bar, (height - 6) // 2, bar, 6),
            evidence,
        )


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
        return HEADER + rows * row_height + 1

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
        self.setFixedHeight(HEADER)
        theme.set_font(self, "small")

    def _columns(self) -> list[tuple[str, QRect]]:
        half = self._list.view.gridSize().width()
        columns = Columns.of(half, HEADER, self._list.fontMetrics()).evidence
        halves = 2 if self._list.model.rowCount() > ROWS else 1
        return [(name, rect.translated(half * n, 0)) for n in range(halves) for name, rect in columns.items()]

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(theme.tokens().text2)
        if self._list.model.rows:
            for name, rect in self._columns():
                painter.drawText(rect, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, name)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            over = next((name for name, rect in self._columns() if rect.contains(event.pos())), None)
            self.setToolTip(COLUMN_TIPS.get(over, "") if over else "")
        return super().event(event)


class _RowDelegate(QStyledItemDelegate):
    """Draws one candidate."""

    def __init__(self, parent: CandidateList) -> None:
        super().__init__(parent)
        self._list = parent

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return self._list.view.gridSize()

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        model = self._list.model
        rect = QRect(option.rect.topLeft(), self._list.view.gridSize())  # type: ignore[attr-defined]
        painter.save()
        painter.translate(rect.topLeft())
        columns = Columns.of(rect.width(), rect.height(), self._list.fontMetrics())
        if model.loading:
            self._paint_grey(painter, columns)
        else:
            shown = index.row() == self._list.shown
            self._paint_row(painter, rect.size(), columns, index.row(), shown)
        painter.restore()

    def _paint_grey(self, painter: QPainter, columns: Columns) -> None:
        tokens = theme.tokens()
        painter.fillRect(columns.crop, tokens.canvas)
        middle = columns.whale.center().y()
        painter.fillRect(QRect(columns.whale.left(), middle - 5, min(90, columns.whale.width()), 10), tokens.canvas)
        painter.fillRect(columns.bar, tokens.canvas)

    def _paint_row(self, painter: QPainter, size: QSize, columns: Columns, number: int, shown: bool) -> None:
        tokens = theme.tokens()
        row, picked = self._list.model.rows[number], self._list.model.picked == number
        if shown:
            painter.fillRect(QRect(QPoint(0, 0), size).adjusted(0, 1, -theme.XS, -1), tokens.selected)
        self._paint_badge(painter, columns.key, key_of(number), picked)
        paint_crop(painter, columns.crop, self._list.thumbnails, row.tail, row.photo)
        painter.setFont(theme.font(bold=shown or picked))
        painter.setPen(tokens.text)
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        metrics = painter.fontMetrics()
        self._paint_whale(painter, columns.whale, row, left, metrics)
        painter.setFont(theme.font())
        painter.setPen(tokens.text)
        painter.drawText(columns.percent, right, percent(row.probability))
        self._paint_bar(painter, columns.bar, row.probability)
        points = DASH if row.points is None else str(row.points)
        values = {"networks": figure(row.networks), "nearest": figure(row.nearest), "points": points}
        for name, place in columns.evidence.items():
            painter.setPen(tokens.text2 if values[name] == DASH else tokens.text)
            painter.drawText(place, right, values[name])

    def _paint_whale(
        self, painter: QPainter, rect: QRect, row: CandidateRow, flags: Qt.AlignmentFlag, metrics: QFontMetrics
    ) -> None:
        name = metrics.elidedText(row.whale, Qt.TextElideMode.ElideMiddle, rect.width())
        two_lines = bool(row.nickname) and rect.height() >= 2 * metrics.height() + theme.XS
        line = rect.adjusted(0, 0, 0, -metrics.height()) if two_lines else rect
        painter.drawText(line, flags, name)
        if row.nickname:
            painter.setFont(theme.font("small"))
            painter.setPen(theme.tokens().text2)
            used = 0 if two_lines else metrics.horizontalAdvance(name) + theme.S
            place = rect.adjusted(used, metrics.height() if two_lines else 0, 0, 0)
            nickname = painter.fontMetrics().elidedText(
                f"“{row.nickname}”", Qt.TextElideMode.ElideRight, max(0, place.width())
            )
            painter.drawText(place, flags, nickname if len(nickname) > 3 else "")

    def _paint_badge(self, painter: QPainter, rect: QRect, key: str, picked: bool) -> None:
        tokens = theme.tokens()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(tokens.accent if picked else tokens.edge)
        painter.setBrush(tokens.accent if picked else tokens.raised)
        painter.drawRoundedRect(QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5), theme.RADIUS, theme.RADIUS)
        if picked:
            icons.paint(painter, "check", rect.adjusted(3, 3, -3, -3), tokens.on_accent)
        else:
            painter.setPen(tokens.text)
            painter.setFont(theme.font("small", bold=True))
            painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, key)
        painter.restore()

    def _paint_bar(self, painter: QPainter, rect: QRect, share: float) -> None:
        tokens = theme.tokens()
        painter.fillRect(rect, tokens.hairline)
        painter.fillRect(QRect(rect.topLeft(), QSize(round(rect.width() * share), rect.height())), tokens.accent)
