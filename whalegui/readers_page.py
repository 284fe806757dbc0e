"""Two people on the same tails: how far they agree, and each disagreement side by side, settled with one key."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QTableWidgetItem, QWidget

from whalegui import bindings
from whalegui.actions import key_of
from whalegui.jobs import Job
from whalegui.reading_rows import Readings, agreement_sentence, answers_of, read_readings, state_of
from whalegui.session import Session
from whalegui.widgets.pair_panel import Compared
from whalegui.widgets.readers_frame import ReadersFrame
from whaleid_core.catalogue import Catalogue, ReadingRow
from whaleid_core.records import Change, Verdict

NOTHING_TO_READ = "Others have decided nothing that you haven't read. Who works stands in the status line."


class ReadersPage(ReadersFrame):
    """Shows the tail of the picked row beside the whale that one of the two meant, and takes one key to settle it."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.rows: list[ReadingRow] = []
        self.readings: Readings | None = None
        self._shown = 0
        self._seen: set[int] = set()
        self._asked: Job | None = None
        self._opened: Job | None = None
        self._settling = False
        self.lay_out(bindings.bind(self, self._handlers()))
        self.begin_button.clicked.connect(self._begin)
        for number, button in enumerate(self.answer_buttons):
            button.clicked.connect(partial(self.settle, number))
        self.unsure_button.clicked.connect(self.unsure)
        self.look_button.clicked.connect(self._look)
        self.table.itemSelectionChanged.connect(self._open)
        self.table.itemDoubleClicked.connect(lambda item: self._look())
        self._soon = session.pause(100, self.refresh)
        session.changed.connect(lambda change: self._soon.begin() if self.isVisible() else None)
        session.trouble.connect(lambda error: self._end())
        self._show([])

    def _handlers(self) -> dict[str, Callable[[], object]]:
        return {
            **self.pair.handlers(),
            "readers.first": lambda: self.settle(0),
            "readers.second": lambda: self.settle(1),
            "readers.unsure": self.unsure,
            "readers.other": lambda: self.show_answer(1 - self._shown),
            "readers.next": lambda: self.step(1),
            "readers.previous": lambda: self.step(-1),
        }

    def refresh(self) -> None:
        """Reads again what was read."""
        self.pair.try_again()
        self._asked = self.session.query(lambda catalogue: catalogue.readings(), self._show, self._asked)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        self.pair.key_released(event)
        super().keyReleaseEvent(event)

    # The rows

    @property
    def picked(self) -> ReadingRow | None:
        """The reading whose row is picked."""
        number = self.table.currentRow()
        return self.rows[number] if 0 <= number < len(self.rows) else None

    def step(self, by: int) -> None:
        """To the next row, or the one before."""
        self.table.selectRow(min(max(self.table.currentRow() + by, 0), len(self.rows) - 1))

    def _show(self, rows: Sequence[ReadingRow]) -> None:
        before = self.picked
        self.rows = list(rows)
        self.sentence.setText(agreement_sentence(rows))
        self.show_rows(bool(rows))
        self.table.blockSignals(True)
        self.table.setRowCount(len(rows))
        for number, row in enumerate(rows):
            cells = (row.photo, *(answer.words for answer in answers_of(row)), state_of(row))
            for column, text in enumerate(cells):
                item = QTableWidgetItem(text)
                item.setToolTip(text)
                self.table.setItem(number, column, item)
        self.table.selectRow(self._row_to_show(before))
        self.table.blockSignals(False)
        self._open()

    def _row_to_show(self, before: ReadingRow | None) -> int:
        """Where what was picked is now; after it was settled here, the first that isn't."""
        places = [(row.tail_id, row.who) for row in self.rows]
        at = places.index((before.tail_id, before.who)) if before and (before.tail_id, before.who) in places else 0
        settled_now = self._settling and self.rows[at].settled if self.rows else False
        self._settling = False
        return 0 if settled_now else at

    # One row

    def _open(self) -> None:
        row = self.picked
        if row is None:
            self.readings = None
            self.pair.show_new(None)
            self.pair.show_whale(None)
            self.show_words(None)
            return
        self._opened = self.session.query(lambda catalogue: read_readings(catalogue, row), self._read, self._opened)

    def _read(self, readings: Readings) -> None:
        row, before = readings.row, self.readings
        same = before is not None and (before.row.tail_id, before.row.who) == (row.tail_id, row.who)
        if not same:
            self._seen.clear()
        self.readings = readings
        self.pair.show_new(readings.tail, readings.question)
        self.show_answer(self._shown if same else 0)

    def show_answer(self, number: int) -> None:
        """Puts the whale of one of the two answers beside the tail."""
        readings = self.readings
        if readings is None:
            return
        self._shown = number
        self._seen.add(number)
        answer = readings.answers[number]
        whale = answer.whale
        shown = Compared(whale.id, whale.name, whale.nickname, None) if whale is not None else None
        self.pair.show_whale(shown, f"{answer.words}. There is no whale to compare with.")
        self.show_words(readings)

    # What holds

    def settle(self, number: int) -> None:
        """One of the two is right."""
        readings = self._to_settle()
        if readings is None:
            return
        answer = readings.answers[number]
        if answer.whale is not None and number not in self._seen:
            self.session.say(f"Look at {answer.whale.name} first: {key_of('readers.other')}.")
            return
        self._write(readings.row, answer.verdict, answer.name)

    def unsure(self) -> None:
        """Neither: it can't be told."""
        readings = self._to_settle()
        if readings is not None:
            self._write(readings.row, Verdict.UNSURE, None)

    def _to_settle(self) -> Readings | None:
        """What a key is about, where it can be settled now."""
        readings = self.readings
        if readings is None or self._settling:
            return None
        row = readings.row
        if row.settled or row.agrees:
            self.session.say("That is settled already. Undo takes it back." if row.settled else "Both say the same.")
        elif self.pair.unseen:
            self.session.say(self.pair.unseen)
        elif self.pair.comparer.painted_key != row.tail_id:
            self.session.say(f"{row.photo} is not on the screen yet.")
        else:
            return readings
        return None

    def _write(self, row: ReadingRow, verdict: Verdict, whale: str | None) -> None:
        self._settling = True

        def write(catalogue: Catalogue) -> Change:
            return catalogue.settle_reading(row.tail_id, row.who, verdict, whale)

        self.session.edit(write)

    def _end(self) -> None:
        self._settling = False

    # Elsewhere

    def _look(self) -> None:
        row = self.picked
        if row is not None:
            self.session.second_reading = False
            self.session.show("matches", row.tail_id)

    def _begin(self) -> None:
        def begin(waiting: list[int]) -> None:
            if not waiting:
                self.session.say(NOTHING_TO_READ)
                return
            self.session.second_reading = True
            self.session.show("matches", waiting[0])

        self.session.query(lambda catalogue: catalogue.tails_to_read(), begin)

    def activate(self) -> None:
        """It was just shown."""
        (self.pair.comparer if self.rows else self.page.button).setFocus(Qt.FocusReason.OtherFocusReason)
        self.refresh()
