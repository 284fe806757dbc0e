"""Two people on the same tails: how far they agree, and where they don't."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from whalegui import theme
from whalegui.jobs import Job
from whalegui.session import Session
from whaleid_core.agreement import kappa
from whaleid_core.catalogue import Catalogue, ReadingRow
from whaleid_core.records import Verdict

from .elided_label import ElidedLabel
from .wording import many

HEADS = "Photo", "First answer", "Second answer", ""
EMPTY = "Nobody has read decided tails a second time yet. Begin: another person decides, and sees no first answer."

NOTHING_TO_READ = "Others have decided nothing that you haven't read. Who works stands in the status line."


class ReadersPage(QWidget):
    """The agreement as a sentence, the second readings as a table, disagreements first, and what settles one.

    Signals:
        chosen(int): a tail that is to be seen in Matches.
    """

    chosen = Signal(int)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._asked: Job | None = None
        self.rows: list[ReadingRow] = []
        self.sentence = ElidedLabel(where=Qt.TextElideMode.ElideRight)
        theme.set_font(self.sentence, "title", bold=True)
        self.begin_button = QPushButton("Begin a second reading")
        self.first_button, self.second_button = QPushButton("First is right"), QPushButton("Second is right")
        self.look_button = QPushButton("See it in Matches")
        self.table = QTableWidget(0, len(HEADS))
        self._lay_out()
        self.begin_button.clicked.connect(self._begin)
        self.first_button.clicked.connect(lambda: self._settle(first=True))
        self.second_button.clicked.connect(lambda: self._settle(first=False))
        self.look_button.clicked.connect(self._look)
        self.table.itemSelectionChanged.connect(self._picked)
        self.table.itemDoubleClicked.connect(lambda item: self._look())
        self._reading = session.pause(100, self.refresh)
        session.changed.connect(lambda change: self._reading.begin() if self.isVisible() else None)
        self._show([])

    def _lay_out(self) -> None:
        self.table.setHorizontalHeaderLabels(list(HEADS))
        self.table.verticalHeader().hide()
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setShowGrid(False)
        self.table.setAccessibleName("Second readings")
        self.table.horizontalHeader().setStretchLastSection(True)
        self.note = QLabel(EMPTY)
        self.note.setWordWrap(True)
        theme.set_second(self.note)
        head, foot = QHBoxLayout(), QHBoxLayout()
        head.addWidget(self.sentence, 1)
        head.addWidget(self.begin_button)
        for button in (self.first_button, self.second_button, self.look_button):
            button.setMinimumHeight(theme.CONTROL)
            foot.addWidget(button)
        foot.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.M, theme.M, theme.M, theme.M)
        layout.setSpacing(theme.S)
        layout.addLayout(head)
        layout.addWidget(self.note)
        layout.addWidget(self.table, 1)
        layout.addLayout(foot)

    def refresh(self) -> None:
        """Reads again what was read."""
        self._asked = self._session.query(_read, self._show, self._asked)

    def _show(self, rows: Sequence[ReadingRow]) -> None:
        self.rows = list(rows)
        self.sentence.setText(agreement_sentence(rows))
        self.note.setVisible(not rows)
        self.table.setVisible(bool(rows))
        self.table.setRowCount(len(rows))
        for number, row in enumerate(rows):
            for column, text in enumerate(_cells(row)):
                self.table.setItem(number, column, QTableWidgetItem(text))
        self.table.resizeColumnsToContents()
        self._picked()

    @property
    def picked(self) -> ReadingRow | None:
        """The reading whose row is picked."""
        number = self.table.currentRow()
        return self.rows[number] if 0 <= number < len(self.rows) else None

    def _picked(self) -> None:
        row = self.picked
        for button in (self.first_button, self.second_button):
            button.setEnabled(row is not None and not row.agrees and not row.settled)
        self.look_button.setEnabled(row is not None)

    def _settle(self, first: bool) -> None:
        row = self.picked
        if row is not None:
            verdict, whale = (row.first_verdict, row.first_whale) if first else (row.verdict, row.whale)
            self._session.edit(lambda catalogue: catalogue.settle_reading(row.tail_id, row.who, verdict, whale))

    def _look(self) -> None:
        row = self.picked
        if row is not None:
            self._session.second_reading = False
            self._session.show("matches", row.tail_id)
            self.chosen.emit(row.tail_id)

    def _begin(self) -> None:
        def begin(waiting: list[int]) -> None:
            if not waiting:
                self._session.say(NOTHING_TO_READ)
                return
            self._session.second_reading = True
            self._session.show("matches", waiting[0])

        self._session.query(lambda catalogue: catalogue.tails_to_read(), begin)


def _read(catalogue: Catalogue) -> list[ReadingRow]:
    return catalogue.readings()


def agreement_sentence(rows: Sequence[ReadingRow]) -> str:
    """ "38 of 40 tails agree, kappa 0.94." """
    if not rows:
        return "Second readings"
    firsts, seconds = zip(*(row.labels for row in rows), strict=True)
    found = kappa(firsts, seconds)
    same = sum(row.agrees for row in rows)
    measure = "" if found is None else f", kappa {found:.2f}"
    return f"Two readers agree on {same:,} of {many(len(rows), 'tail')}{measure}."


def _cells(row: ReadingRow) -> tuple[str, ...]:
    state = "settled" if row.settled else "agree" if row.agrees else "disagree"
    return (
        row.photo,
        f"{row.first_who or 'Somebody'}: {_words(row.first_verdict, row.first_whale)}",
        f"{row.who or 'Somebody'}: {_words(row.verdict, row.whale)}",
        state,
    )


def _words(verdict: Verdict, whale: str | None) -> str:
    words = {Verdict.NEW: "new whale", Verdict.UNSURE: "unsure", Verdict.POOR: "too poor"}
    return f"{words[verdict]} {whale or ''}".strip() if verdict in words else whale or ""
