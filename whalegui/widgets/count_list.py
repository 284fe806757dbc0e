"""A short list of choices with a count at the right: what the filter panes are made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from whalegui import theme
from whalegui.item_models import Role, RowModel
from whalegui.widgets.photo_status import glyph

Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of a `CountList`.

    Attributes:
        second: more words after the first, fainter.
        count: shown at the right; None shows nothing.
        icon, colour: a glyph at the left; empty for none.
    """

    id: int
    text: str
    count: int | None = None
    second: str = ""
    icon: str = ""
    colour: str = "text2"
    tip: str = ""


def _words(choice: Choice) -> str:
    parts = [choice.text, choice.second] if choice.second else [choice.text]
    return ", ".join(parts if choice.count is None else [*parts, f"{choice.count:,}"])


class CountList(QListView):
    """Choices that are switched on and off by a click, Space or Enter; `chosen` is what is on.

    Args:
        many: whether several can be on at once.
        tall: whether the second words stand under the first.
    """

    chosen_changed = Signal()

    def __init__(self, what: str, many: bool = False, tall: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._choices = RowModel(lambda choice: choice.text, _words, self)
        self.setModel(self._choices)
        self.setItemDelegate(_CountDelegate(self))
        self.setAccessibleName(what)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        modes = QAbstractItemView.SelectionMode
        self.setSelectionMode(modes.NoSelection)  # switched below: a second click switches off
        self._many = many
        self.tall = tall
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.clicked.connect(self._switch)

    @property
    def chosen(self) -> list[int]:
        """The ids that are on, in the order shown."""
        return [index.data(Role.ID) for index in sorted(self.selectionModel().selectedIndexes(), key=QModelIndex.row)]

    @property
    def choices(self) -> list[Choice]:
        """All of them, in the order shown."""
        return [self._choices.index(row).data(Role.ROW) for row in range(self._choices.rowCount())]

    def set_choices(self, choices: Sequence[Choice]) -> None:
        """Other choices; what is on stays on if it is still there."""
        before = self.chosen
        self._choices.set_rows(choices)
        if self.chosen != before:
            self.chosen_changed.emit()

    def choose(self, ids: Iterable[int]) -> None:
        """Switch just these on."""
        before = self.chosen
        self.selectionModel().clearSelection()
        for key in ids:
            index = self._choices.index_of(key)
            if index.isValid():
                self.selectionModel().select(index, QItemSelectionModel.SelectionFlag.Select)
        if self.chosen != before:
            self.chosen_changed.emit()

    def sizeHint(self) -> QSize:
        return QSize(160, max(1, self._choices.rowCount()) * row_height())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self._switch(self.currentIndex())
            return
        super().keyPressEvent(event)

    def _switch(self, index: QModelIndex) -> None:
        on = self.selectionModel().isSelected(index)
        flag = QItemSelectionModel.SelectionFlag
        if self._many:
            self.selectionModel().select(index, flag.Deselect if on else flag.Select)
        else:
            self.selectionModel().select(index, flag.Deselect if on else flag.ClearAndSelect)
        self.viewport().update()
        self.chosen_changed.emit()


def row_height() -> int:
    """Height of a line, pixels: 26, more where the text is larger."""
    return max(26, QFontMetrics(theme.font()).height() + theme.S)


class _CountDelegate(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        view: CountList = self.parent()  # type: ignore[assignment]
        return QSize(100, row_height() + (QFontMetrics(theme.font("small")).height() if view.tall else 0))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        choice: Choice = index.data(Role.ROW)
        view: CountList = self.parent()  # type: ignore[assignment]
        t, state = theme.tokens(), option.state  # type: ignore[attr-defined]
        rect: QRect = option.rect.adjusted(0, 1, -1, -1)  # type: ignore[attr-defined]
        on = view.selectionModel().isSelected(index)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if on or state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(t.selected if on else t.raised)
            painter.drawRoundedRect(rect, theme.RADIUS, theme.RADIUS)
        inner = rect.adjusted(theme.S, 0, -theme.S, 0)
        if choice.icon:
            colour = getattr(t, choice.colour).name()
            painter.drawPixmap(
                inner.left(),
                inner.center().y() - 7,
                glyph(choice.icon, 16, colour, painter.device().devicePixelRatioF()),
            )
            inner.setLeft(inner.left() + 16 + theme.S)
        if view.tall:
            self._paint_second(painter, inner, choice)
            inner.setBottom(inner.top() + row_height() - 4)
        painter.setFont(theme.font(bold=on))
        if choice.count is not None:
            painter.setPen(t.text2)
            count = f"{choice.count:,}"
            painter.drawText(inner, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, count)
            inner.setRight(inner.right() - painter.fontMetrics().horizontalAdvance(count) - theme.S)
        self._paint_words(painter, inner, choice, beside=not view.tall)
        if view.hasFocus() and index == view.currentIndex():
            theme.draw_ring(painter, rect)
        painter.restore()

    def _paint_second(self, painter: QPainter, rect: QRect, choice: Choice) -> None:
        painter.setFont(theme.font("small"))
        painter.setPen(theme.tokens().text2)
        shown = painter.fontMetrics().elidedText(choice.second, Qt.TextElideMode.ElideRight, rect.width())
        painter.drawText(rect.adjusted(0, 0, 0, -4), Qt.AlignmentFlag.AlignBottom, shown)

    def _paint_words(self, painter: QPainter, rect: QRect, choice: Choice, beside: bool) -> None:
        metrics, vertical = painter.fontMetrics(), Qt.AlignmentFlag.AlignVCenter
        second = metrics.horizontalAdvance(choice.second) if beside else 0
        room = rect.width() - (second + theme.S if second and second < rect.width() // 2 else 0)
        text = metrics.elidedText(choice.text, Qt.TextElideMode.ElideRight, room)
        painter.setPen(theme.tokens().text)
        painter.drawText(rect, vertical, text)
        left = metrics.horizontalAdvance(text) + theme.S
        if second and rect.width() - left > 30:
            painter.setPen(theme.tokens().text2)
            shown = metrics.elidedText(choice.second, Qt.TextElideMode.ElideRight, rect.width() - left)
            painter.drawText(rect.adjusted(left, 0, 0, 0), vertical, shown)
