"""The frame of the self-check: the proposals and what the catalogue is worth at the left, the comparer at the right."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from whalegui import theme
from whalegui.check_rows import Doubt
from whalegui.item_models import RowModel
from whalegui.widgets.check_delegate import CHECK_LINE, CheckDelegate, doubt_words
from whalegui.widgets.decision_bar import KeyButton
from whalegui.widgets.elided_label import ElidedLabel
from whalegui.widgets.grid_layout import Metrics
from whalegui.widgets.pair_panel import PairPanel
from whalegui.widgets.raised_bar import RaisedBar
from whalegui.widgets.room import PaneRoom, beside
from whalegui.widgets.state_page import StatePage
from whalegui.widgets.thumbnail_grid import ThumbnailGrid
from whalegui.widgets.trust_panel import TrustPanel

if TYPE_CHECKING:
    from whalegui.session import Session

LONGEST = 40
"""Names of more letters than that aren't written on a button."""
LOWEST = 560
"""Pixels of height, at 100 % text, from which the calibration is drawn below the list."""
LIST_METRICS = Metrics(0, CHECK_LINE, 2, theme.XS, 0, stretch=True)


class CheckFrame(QWidget):
    """The parts of the page; what they show and do is the page's business."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.doubts = RowModel(lambda doubt: doubt.left.name, doubt_words, self)
        self.list = ThumbnailGrid(self.doubts, LIST_METRICS)
        self.list.setAccessibleName("What may be wrong")
        delegate = CheckDelegate(session.thumbnails, self)
        delegate.came.connect(self.list.repaint_id)
        self.list.setItemDelegate(delegate)
        self.progress = QLabel()
        self.again = QPushButton("Check again")
        self.again.setMinimumHeight(theme.CONTROL)
        self.trust = TrustPanel()
        self.sentence = ElidedLabel(where=Qt.TextElideMode.ElideRight)
        theme.set_font(self.sentence, "answer")
        self.pair = PairPanel(session)
        self.same_button = KeyButton("Enter", "Same whale", action="check.same")
        self.different_button = KeyButton("D", "Different", action="check.different")
        self.unsure_button = KeyButton("U", "Unsure", action="check.unsure")
        self.page = StatePage()
        self.page.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._left = QWidget()
        self._stack = QStackedWidget()

    def show_pair(self) -> None:
        """There is something to look at."""
        self._stack.setCurrentIndex(0)

    def show_page(self) -> None:
        """There is nothing; the page says why."""
        self._stack.setCurrentWidget(self.page)

    def show_words(self, doubt: Doubt | None) -> None:
        """Say what is doubtful, and what each key would do."""
        self.sentence.setText(doubt.sentence if doubt is not None else "")
        answered = doubt is None or doubt.word in ("same", "different")
        for button in (self.same_button, self.different_button, self.unsure_button):
            button.setEnabled(not answered)
        if doubt is None:
            return
        names = f"{doubt.left.name} and {doubt.right.name}" if doubt.missed else doubt.left.name
        if len(names) > LONGEST:
            names = "them" if doubt.missed else "right"
        self.same_button.set_words(f"Same: merge {names}" if doubt.missed else f"Same: it is {names}")
        self.different_button.set_words("Different" if doubt.missed else "Different: a whale of its own")

    def set_folded(self, folded: bool) -> None:
        """Only the comparer, or the list too."""
        self._left.setVisible(not folded)
        self.pair.set_folded(folded)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where the page is low, the list has the room of the drawing."""
        super().resizeEvent(event)
        self.trust.plot.setVisible(self.height() >= theme.scaled(LOWEST))

    def lay_out(self, made: Mapping[str, QAction]) -> None:
        """Put the parts together, once the actions are made."""
        self.pair.lay_out(made, ("check.same", "check.different", "check.unsure"))
        theme.set_second(self.progress)
        self.progress.setWordWrap(True)
        PaneRoom(self._left, 240)
        head = QHBoxLayout()
        head.addWidget(self.progress, 1)
        head.addWidget(self.again)
        column = QVBoxLayout(self._left)
        column.setContentsMargins(theme.S, theme.S, 0, 0)
        column.setSpacing(theme.XS)
        column.addLayout(head)
        column.addWidget(self.list, 1)
        column.addWidget(self.trust)
        right = QWidget()
        rows = QVBoxLayout(right)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(RaisedBar([self.sentence], stretch=True))
        rows.addWidget(self.pair, 1)
        rows.addWidget(RaisedBar([self.same_button, self.different_button, self.unsure_button]))
        splitter = beside("check", self._left, right, 300)
        self._stack.addWidget(splitter)
        self._stack.addWidget(self.page)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._stack)
