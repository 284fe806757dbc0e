"""The frame of Readers: the answers of two people at the left, the tail beside the whale that is meant at the right."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLabel,
    QPushButton,
    QStackedWidget,
    QTableWidget,
    QVBoxLayout,
    QWidget,
)

from whalegui import theme

from .decision_bar import KeyButton
from .pair_panel import PairPanel
from .raised_bar import RaisedBar
from .room import PaneRoom, beside
from .state_page import StatePage

if TYPE_CHECKING:
    from whalegui.reading_rows import Readings
    from whalegui.session import Session

HEADS = "Photo", "First", "Second", ""
EMPTY = "Nobody has read decided tails a second time yet. Begin: another person decides, and sees no first answer."


class ReadersFrame(QWidget):
    """The parts of the page; what they show and do is the page's business."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.sentence = QLabel()
        self.sentence.setWordWrap(True)
        theme.set_font(self.sentence, "title", bold=True)
        self.begin_button = QPushButton("Begin a second reading")
        self.look_button = QPushButton("See it in Matches")
        self.table = QTableWidget(0, len(HEADS))
        self.pair = PairPanel(session)
        self.first_button = KeyButton("1", action="readers.first")
        self.second_button = KeyButton("2", action="readers.second")
        self.unsure_button = KeyButton("U", "Unsure", action="readers.unsure")
        self.other_button = KeyButton("Down", "Other answer", action="readers.other")
        self.page = StatePage()
        self.page.say("users", EMPTY, self.begin_button.text(), self.begin_button.click)
        self._left, self._right, self._stack = QWidget(), QWidget(), QStackedWidget()

    @property
    def answer_buttons(self) -> tuple[KeyButton, KeyButton]:
        """That the first, or the second, is right."""
        return self.first_button, self.second_button

    def show_rows(self, there: bool) -> None:
        """There is something to list, or a sentence says how it comes."""
        self._stack.setCurrentIndex(0 if there else 1)

    def show_words(self, readings: Readings | None) -> None:
        """Say on the buttons what each key would do; neither stands out, for neither is the program's choice."""
        open_ = readings is not None and not readings.row.agrees and not readings.row.settled
        for number, button in enumerate(self.answer_buttons):
            button.setEnabled(open_)
            button.set_words(readings.answers[number].words if readings is not None else "")
        self.unsure_button.setEnabled(open_)
        self.other_button.setEnabled(readings is not None)
        self.look_button.setEnabled(readings is not None)

    def set_folded(self, folded: bool) -> None:
        """Only the comparer, or the list too."""
        self._left.setVisible(not folded)
        self.pair.set_folded(folded)

    def lay_out(self, made: Mapping[str, QAction]) -> None:
        """Put the parts together, once the actions are made."""
        self.pair.lay_out(made, ("readers.first", "readers.second", "readers.unsure", "readers.other"))
        self.other_button.clicked.connect(made["readers.other"].trigger)
        self._lay_out_table()
        PaneRoom(self._left, 200, 480)
        column = QVBoxLayout(self._left)
        column.setContentsMargins(theme.S, theme.S, 0, theme.S)
        column.setSpacing(theme.S)
        column.addWidget(self.sentence)
        column.addWidget(self.table, 1)
        for button in (self.begin_button, self.look_button):
            button.setMinimumHeight(theme.CONTROL)
            column.addWidget(button)
        rows = QVBoxLayout(self._right)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(self.pair, 1)
        rows.addWidget(RaisedBar([*self.answer_buttons, self.unsure_button, self.other_button]))
        splitter = beside("readers", self._left, self._right, 400)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._stack)
        for page in (splitter, self.page):
            self._stack.addWidget(page)

    def _lay_out_table(self) -> None:
        self.table.setHorizontalHeaderLabels(list(HEADS))
        self.table.verticalHeader().hide()
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setShowGrid(False)
        self.table.setWordWrap(False)
        self.table.setAccessibleName("Second readings")
        head = self.table.horizontalHeader()
        head.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        for column in (0, len(HEADS) - 1):  # the answers between them are shortened where there is no room
            head.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
