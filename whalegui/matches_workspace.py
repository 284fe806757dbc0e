"""Matches: which whale is this tail? Goes through the tails that wait and takes one key a decision."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from whalegui import actions, bindings
from whalegui.answers import nothing_to_read, nothing_waits
from whalegui.jobs import Job
from whalegui.long_work import MATCHING
from whalegui.match_deeds import Deeds
from whalegui.match_details import Asked, Details, Shown, concerns, read_second, read_verdicts, read_waiting
from whalegui.match_queue import Queue
from whalegui.match_reader import MatchReader
from whalegui.match_scope import Scope
from whalegui.match_sheet import save_sheet
from whalegui.match_view import MatchView
from whalegui.session import Session
from whaleid_core.records import Change, RowChange, Verdict

REFRESH_MS = 100
"""Changes that come in a burst, as a job streams them, are looked at together."""


class MatchesWorkspace(QWidget):
    """Opens the waiting tails one after the other, and writes down what the person concludes."""

    name = "matches"

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.queue = Queue("reading" if session.second_reading else "decision")
        self.view = MatchView(session)
        self.scope = Scope(session, self.view)
        self.deeds = Deeds(session, self.view, self.scope.ticks)
        self._stale = True
        self._named = ""
        self._listing: Job | None = None
        self._asked: Job | None = None
        self._reader = MatchReader(session)
        self._refreshing = session.pause(REFRESH_MS, self._refresh_queue)
        self.view.lay_out(bindings.bind(self, self._handlers()))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.view)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._connect()

    def _handlers(self) -> dict[str, Callable[[], object]]:
        return {
            **self.view.pair.handlers(),
            **{f"matches.pick_{n}": partial(self.view.pick, n - 1) for n in range(1, 11)},
            "matches.same": self.deeds.same,
            "matches.new": self.deeds.new,
            "matches.new_named": self._edit_name,
            "matches.unsure": self.deeds.unsure,
            "matches.poor": self.deeds.poor,
            "matches.tick": self.scope.tick,
            "matches.tick_all": self.scope.tick_all,
            "matches.searched": self.scope.choose_filter,
            "matches.sheet": self._save_sheet,
            "matches.second_reading": self.scope.toggle_second_reading,
            "matches.back": self.back,
            "matches.note": self._edit_note,
            "matches.next": lambda: self._step(1),
            "matches.previous": lambda: self._step(-1),
            "matches.candidate_down": lambda: self.view.step_candidate(1),
            "matches.candidate_up": lambda: self.view.step_candidate(-1),
            "matches.encounter_right": lambda: self._step_encounter(1),
            "matches.encounter_left": lambda: self._step_encounter(-1),
        }

    def _connect(self) -> None:
        session, view = self.session, self.view
        session.changed.connect(self._changed)
        session.second_reading_changed.connect(self._begin_anew)
        session.jobs.started.connect(self._job_started)
        session.expected_changed.connect(self._judge_anew)
        self._reader.loaded.connect(self._loaded)
        self._reader.encounter.connect(self._encounter_read)
        self._reader.coming.connect(view.pair.prefetch)
        view.answer_bar.pressed.connect(session.match)
        view.encounter.chosen.connect(self.open_tail)
        self.scope.changed.connect(lambda: self._read(fresh=True))
        for signal, handler in (
            (view.decisions.same, self.deeds.same),
            (view.decisions.new, self.deeds.new),
            (view.decisions.unsure, self.deeds.unsure),
            (view.decisions.poor, self.deeds.poor),
            (view.decisions.back, self.back),
            (view.decisions.note_wanted, self._edit_note),
            (view.decisions.note_written, self._write_note),
            (view.decisions.field_left, self._focus_tails),
        ):
            signal.connect(handler)

    # What the window calls

    def activate(self) -> None:
        """The workspace was brought to the front."""
        self._focus_tails()
        if self._stale:
            self._refresh_queue()

    def show_item(self, tail_id: int) -> None:
        """Opens a tail that somebody asked for elsewhere."""
        self.open_tail(tail_id)

    def refresh(self) -> None:
        """F5: reads everything again, also photos that could not be read, and takes the newest order."""
        self.view.pair.try_again()
        self._refresh_queue()
        self._read(fresh=True)

    def set_folded(self, folded: bool) -> None:
        """F9: leaves the answer, the comparer and the decisions."""
        self.view.set_folded(folded)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc, where no field and no mode is to be left: nothing is ticked any more."""
        if not (event.key() == Qt.Key.Key_Escape and self.scope.untick()):
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        self.view.pair.key_released(event)
        super().keyReleaseEvent(event)

    # Which tail

    def open_tail(self, tail_id: int) -> None:
        """Shows a tail, waiting or decided."""
        self.view.note_look()
        self.queue.open(tail_id)
        self.view.decisions.close_fields()
        self._read(fresh=True)

    def _read(self, fresh: bool) -> None:
        """Reads the tail in view, with those that are ticked."""
        current = self.queue.current
        if current is not None:
            self._reader.read(self.scope.asked(current), fresh)

    def back(self) -> None:
        """The tail that was decided before."""
        before = self.queue.back()
        if before is None:
            self.session.say("No tail was decided before this one.")
        else:
            self.open_tail(before)

    def _step(self, by: int) -> None:
        to = self.queue.step(by)
        if to is not None:
            self.open_tail(to)
        elif self.queue.ids:
            self.session.say("This is the last tail." if by > 0 else "This is the first tail.")

    def _step_encounter(self, by: int) -> None:
        tails = self.view.encounter.tail_ids
        if self.queue.current in tails:
            place = tails.index(self.queue.current) + by
            if 0 <= place < len(tails):
                self.open_tail(tails[place])

    def _advance(self) -> None:
        following = self.queue.next_waiting()
        if following is not None:
            self.open_tail(following)
        else:
            self._show_nothing()

    def _show_nothing(self) -> None:
        """Empty, or all decided: what to do next, in words."""
        self.view.note_look()
        self.queue.close()
        self.deeds.busy = False
        ids = list(self.queue.ids)
        self._asked = self.session.query(
            lambda catalogue: (read_verdicts(catalogue, ids), catalogue.counts().decided),
            self._verdicts_read,
            self._asked,
        )

    def _verdicts_read(self, read: tuple[Counter[Verdict], int]) -> None:
        if self.queue.current is not None:
            return
        second = self.session.second_reading
        self.view.show_message(nothing_to_read(self.session.who) if second else nothing_waits(*read))
        self._keep_focus()

    def _refresh_queue(self) -> None:
        self._stale = False
        self._listing = self.session.query(
            read_second if self.session.second_reading else read_waiting, self._queue_read, self._listing
        )

    def _queue_read(self, waiting: list[int]) -> None:
        self.queue.refresh(waiting)
        if self.queue.current is None:
            self._advance()
        else:
            self.view.show_answer(self.queue.position)

    # Showing one tail

    def _loaded(self, asked: Asked, details: Details | None, fresh: bool) -> None:
        tail_id = asked.tail_id
        if tail_id != self.queue.current:
            return
        if details is None:
            self.queue.drop([tail_id])
            self._advance()
            return
        if details.lacking:
            self.scope.prepare(lambda: self._read(fresh))
        before = self.view.details
        ids = before.ids if before is not None and before.tail.id == tail_id and not fresh else ()
        if ids and ids != details.ids:
            # Nothing reorders by itself while it is in view.
            why = f"after {self._named} was named" if self._named else "since this tail was opened"
            self.view.answer_bar.set_notice(f"Order changed {why}. Show: {actions.key_of('app.refresh')}")
            return
        self.deeds.busy = False
        self.scope.opened(tail_id)
        self.view.show_details(details, self.queue.position, keep=bool(ids) or _only_more_tails(before, details))
        self.scope.show()
        self.view.decisions.set_back(self.queue.back() is not None)
        self._keep_focus()
        self._reader.read_around(details, self.queue.next_waiting(), asked.blind)

    def _encounter_read(self, photo_id: int, name: str, tails: tuple[Shown, ...]) -> None:
        details = self.view.details
        if details is not None and details.photo.id == photo_id:
            self.scope.show_encounter(name, tails)

    def _begin_anew(self) -> None:
        """Goes through other tails from now on: those that wait, or those that others decided."""
        self.view.note_look()
        self.scope.clear()
        second = self.session.second_reading
        self.session.say("Second reading: what others decided is hidden." if second else "The second reading is over.")
        self.queue = Queue("reading" if self.session.second_reading else "decision")
        self.view.details = None
        self._refresh_queue()

    # Words

    def _edit_name(self) -> None:
        if self.view.details is not None and self.view.details.new_name:
            self.view.decisions.edit_name()

    def _save_sheet(self) -> None:
        if self.view.details is not None:
            save_sheet(self.session, self.view.details, self.window())

    def _edit_note(self) -> None:
        if self.view.details is not None:
            self.view.decisions.edit_note(self.view.details.photo.note)

    def _write_note(self, text: str) -> None:
        details = self.view.details
        if details is not None and text != details.photo.note:
            photo_id = details.photo.id
            self.session.edit(lambda catalogue: catalogue.set_note("photo", photo_id, text))

    # What others changed

    def _changed(self, change: Change) -> None:
        if "decision" in change.tables:
            named = [str(row.after["name"]) for row in change.rows if row.table == "whale" and row.after is not None]
            self._named = named[-1] if named else ""
        opened = self._take_decisions([row for row in change.rows if row.table == self.queue.table])
        gone = [row.key for row in change.rows if row.table == "tail" and row.after is None]
        if self.queue.current in gone:
            self.queue.drop(gone)
            self._advance()
        self.queue.drop(gone)
        if self.isVisible():
            self._refreshing.begin()
        else:
            self._stale = True
        if not opened and concerns(change, self.view.details):
            self._read(fresh=False)

    def _take_decisions(self, rows: list[RowChange]) -> bool:
        """Follows decisions made, undone or made again; True where that opens another tail."""
        undone = self.queue.follow(rows)
        if undone is not None:
            self.open_tail(undone)
        elif any(row.after is not None and row.after["tail_id"] == self.queue.current for row in rows):
            self.scope.clear()
            self._advance()
        else:
            return False
        return True

    def _judge_anew(self) -> None:
        """The person set another false-match rate, or expects more or fewer new whales."""
        self._read(fresh=True)

    def _job_started(self, job: Job) -> None:
        if job.title == MATCHING:
            job.ended.connect(self._matching_changed)
            self._matching_changed()

    def _matching_changed(self) -> None:
        self.view.matching = any(job.title == MATCHING and not job.over for job in self.session.jobs.current)
        self.view.show_answer(self.queue.position)

    def _focus_tails(self) -> None:
        """Gives the keyboard to the tails; the workspace itself can have it only where none is shown."""
        alone = self.view.details is None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if alone else Qt.FocusPolicy.NoFocus)
        if self.isVisible():
            (self if alone else self.view.pair.comparer).setFocus()

    def _keep_focus(self) -> None:
        """Gives the keyboard to the tails where what had it went out of sight: nothing takes it from anybody."""
        focused = QApplication.focusWidget()
        if focused is None or focused is self or not focused.isVisible():
            self._focus_tails()


def _only_more_tails(before: Details | None, now: Details) -> bool:
    """Whether another tail was ticked, and the candidates are the same all the same: what is picked stays."""
    if before is None or before.tail.id != now.tail.id or before.together == now.together:
        return False
    return before.ids == now.ids
