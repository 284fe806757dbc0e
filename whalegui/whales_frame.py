"""The frame of Whales: the list at the left, one whale or a sentence at the right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLabel, QLineEdit, QStackedWidget, QVBoxLayout, QWidget

from whalegui import theme
from whalegui.item_models import PagedModel
from whalegui.widgets.cell_delegates import CAPTION, PADDING
from whalegui.widgets.grid_layout import Metrics
from whalegui.widgets.large_view import LargeView
from whalegui.widgets.name_bar import NameBar
from whalegui.widgets.room import PaneRoom, beside
from whalegui.widgets.state_page import StatePage
from whalegui.widgets.thumbnail_grid import ThumbnailGrid
from whalegui.widgets.whale_card import WhaleCard
from whalegui.widgets.whale_delegates import WHALE_LINE, WhaleDelegate, WhalePictures

if TYPE_CHECKING:
    from whalegui.session import Session

LIST_METRICS = Metrics(0, WHALE_LINE, 2, theme.XS, 0, stretch=True)
GRID_METRICS = Metrics(112 + 2 * PADDING, 56 + PADDING + CAPTION, theme.XS, theme.XS, 0)


class WhalesFrame(QWidget):
    """The parts of the workspace; what they show and do is the workspace's business."""

    def __init__(self, session: Session, model: PagedModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.model = model
        model.setParent(self)
        self.list = ThumbnailGrid(model, LIST_METRICS)
        self.list.setAccessibleName("Whales")
        self._lines = WhaleDelegate(session.thumbnails, self)
        self._pictures = WhalePictures(session.thumbnails, self)
        for delegate in (self._lines, self._pictures):
            delegate.came.connect(self.list.repaint_id)
        self.list.setItemDelegate(self._lines)
        self.find_field = QLineEdit()
        self.said = QLabel()
        self.name_bar = NameBar()
        self.card = WhaleCard(session.thumbnails)
        self.page = StatePage()
        self._left, self._right = QWidget(), QWidget()
        self._right_stack = QStackedWidget()
        self._lay_out()
        self.large = LargeView(session.thumbnails, self._right)
        theme.changed.connect(self.list.viewport().update)

    def set_folded(self, folded: bool) -> None:
        """Only the whale, or the list too."""
        self._left.setVisible(not folded)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc leaves a field; what stands in it holds."""
        if event.key() == Qt.Key.Key_Escape:
            self.list.setFocus(Qt.FocusReason.ShortcutFocusReason)
        else:
            super().keyPressEvent(event)

    def switch_view(self) -> None:
        """Lines with names, or pictures, two in a row."""
        as_lines = self.list.itemDelegate() is self._pictures
        self.list.setItemDelegate(self._lines if as_lines else self._pictures)
        self.list.set_metrics(LIST_METRICS if as_lines else GRID_METRICS)

    def show_card(self) -> None:
        """There is a whale to show."""
        self._right_stack.setCurrentWidget(self.card)

    def show_page(self) -> None:
        """There is none; the page says why."""
        self._right_stack.setCurrentWidget(self.page)

    def _lay_out(self) -> None:
        self.find_field.setObjectName("find")
        self.find_field.setPlaceholderText("Find a whale")
        self.find_field.setAccessibleName("Find a whale")
        self.find_field.setClearButtonEnabled(True)
        self.find_field.setMinimumHeight(theme.CONTROL)
        theme.set_second(self.said)
        PaneRoom(self._left)
        column = QVBoxLayout(self._left)
        column.setContentsMargins(theme.S, theme.XS, 0, 0)
        column.setSpacing(theme.XS)
        for part in (self.find_field, self.said, self.list):
            column.addWidget(part)
        self._right_stack.addWidget(self.card)
        self._right_stack.addWidget(self.page)
        self._right_stack.setCurrentWidget(self.page)
        right = QVBoxLayout(self._right)
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(0)
        right.addWidget(self.name_bar)
        right.addWidget(self._right_stack, 1)
        splitter = beside("whales", self._left, self._right, 300)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(splitter)
