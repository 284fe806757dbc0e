"""Matches: which whale is this tail? Goes through the tails that wait and takes one key a decision."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from whalegui import actions
from whalegui.answers import Searched, nothing_waits
from whalegui.jobs import Job
from whalegui.long_work import MATCHING
from whalegui.match_details import Details, Shown, concerns, read_searched, read_verdicts
from whalegui.match_queue import Queue
from whalegui.match_reader import MatchReader
from whalegui.match_view import MatchView
from whalegui.session import Session
from whaleid_core.catalogue import Catalogue
from whaleid_core.records import Change, RowChange, Verdict

REFRESH_MS = 100
"""Changes that come in a burst, as a job streams them, are looked at together."""


class MatchesWorkspace(QWidget):
    """Opens the waiting tails one after the other, and writes down what the person concludes."""

    name = "matches"

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.queue = Queue()
        self.view = MatchView(session)
        self._deciding, self._stale = False, True
        self._listing: Job | None = None
        self._asked: Job | None = None
        self._reader = MatchReader(session)
        self._refreshing = session.pause(REFRESH_MS, self._refresh_queue)
        self.view.lay_out(actions.bind(self, self._handlers()))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.view)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._connect()

    def _handlers(self) -> dict[str, Callable[[], object]]:
        return {
            **self.view.pair.handlers(),
            **{f"matches.pick_{n}": partial(self.view.pick, n - 1) for n in range(1, 11)},
            "matches.same": self.same,
            "matches.new": self.new,
            "matches.new_named": self._edit_name,
            "matches.unsure": self.unsure,
            "matches.poor": self.poor,
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
        session.trouble.connect(self._trouble)
        session.jobs.started.connect(self._job_started)
        session.expected_changed.connect(self._judge_anew)
        self._reader.loaded.connect(self._loaded)
        self._reader.encounter.connect(self._encounter_read)
        self._reader.coming.connect(view.pair.prefetch)
        view.answer_bar.pressed.connect(session.match)
        view.encounter.chosen.connect(self.open_tail)
        for signal, handler in (
            (view.decisions.same, self.same),
            (view.decisions.new, self.new),
            (view.decisions.unsure, self.unsure),
            (view.decisions.poor, self.poor),
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
        if self.queue.current is not None:
            self._reader.read(self.queue.current, fresh=True)

    def set_folded(self, folded: bool) -> None:
        """F9: leaves the answer, the comparer and the decisions."""
        self.view.set_folded(folded)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self.view.pair.key_released()
        super().keyReleaseEvent(event)

    # Which tail

    def open_tail(self, tail_id: int) -> None:
        """Shows a tail, waiting or decided."""
        self.queue.open(tail_id)
        self.view.decisions.close_fields()
        self._reader.read(tail_id, fresh=True)

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
        self.queue.close()
        self._deciding = False
        ids = list(self.queue.ids)
        self._asked = self.session.query(
            lambda catalogue: (read_verdicts(catalogue, ids), catalogue.counts().decided),
            self._verdicts_read,
            self._asked,
        )

    def _verdicts_read(self, read: tuple[Counter[Verdict], int]) -> None:
        if self.queue.current is not None:
            return
        self.view.show_message(nothing_waits(*read))
        self._keep_focus()

    def _refresh_queue(self) -> None:
        self._stale = False
        self._listing = self.session.query(
            lambda catalogue: (catalogue.tails_to_match(), read_searched(catalogue)), self._queue_read, self._listing
        )

    def _queue_read(self, read: tuple[list[int], Searched]) -> None:
        waiting, self.view.searched = read
        self.queue.refresh(waiting)
        if self.queue.current is None:
            self._advance()
        else:
            self.view.show_answer(self.queue.position)

    # Showing one tail

    def _loaded(self, tail_id: int, details: Details | None, fresh: bool) -> None:
        if tail_id != self.queue.current:
            return
        if details is None:
            self.queue.drop([tail_id])
            self._advance()
            return
        before = self.view.details
        ids = before.ids if before is not None and before.tail.id == tail_id and not fresh else ()
        if ids and ids != details.ids:
            # Nothing reorders by itself while it is in view.
            self.view.answer_bar.set_notice("Order changed since this tail was opened. Show: F5")
            return
        self._deciding = False
        self.view.show_details(details, self.queue.position, keep=bool(ids))
        self.view.decisions.set_back(self.queue.back() is not None)
        self._keep_focus()
        self._reader.read_around(details, self.queue.next_waiting())

    def _encounter_read(self, photo_id: int, name: str, tails: tuple[Shown, ...]) -> None:
        details = self.view.details
        if details is not None and details.photo.id == photo_id:
            self.view.encounter.show_tails(name, tails, details.tail.id)

    # Decisions

    def same(self) -> None:
        """It is the picked candidate."""
        if self.view.picked is None:
            self.session.say("Pick a candidate with 1-0 first, or name a new whale with N.")
        elif self.view.pair.unseen:
            self.session.say(self.view.pair.unseen)
        else:
            self._decide(Verdict.SAME, self.view.picked)

    def new(self) -> None:
        """It is a new whale, with the id on the button."""
        self._decide(Verdict.NEW, self.view.decisions.new_name)

    def unsure(self) -> None:
        """It can't be told yet."""
        self._decide(Verdict.UNSURE)

    def poor(self) -> None:
        """The photo is too poor to tell."""
        self._decide(Verdict.POOR)

    def _decide(self, verdict: Verdict, whale: str | None = None) -> None:
        details = self.view.details
        if details is None or details.tail.id != self.queue.current or self._deciding:
            return
        tail, photo = details.tail, details.photo
        if self.view.pair.comparer.painted_key != tail.id:
            self.session.say(f"{photo.title} is not on the screen yet.")
            return
        others = [other for other in self.session.catalogue.tails(photo.id) if other.id != tail.id]
        if whale is not None and any(other.whale == whale for other in others):
            self.session.say(f"{photo.title} shows two tails, which can't be one whale. The other is {whale} already.")
            return
        self._deciding = True
        model = details.suggestions[0].model if details.suggestions else ""
        shown = len(details.candidates)

        def decide(catalogue: Catalogue) -> Change:
            return catalogue.decide(tail.id, verdict, whale=whale, model=model, shown=shown)

        self.session.edit(decide)

    def _edit_name(self) -> None:
        if self.view.details is not None:
            self.view.decisions.edit_name()

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
        opened = self._take_decisions([row for row in change.rows if row.table == "decision"])
        gone = [row.key for row in change.rows if row.table == "tail" and row.after is None]
        if self.queue.current in gone:
            self.queue.drop(gone)
            self._advance()
        self.queue.drop(gone)
        if self.isVisible():
            self._refreshing.begin()
        else:
            self._stale = True
        if not opened and concerns(change, self.view.details) and self.queue.current is not None:
            self._reader.read(self.queue.current, fresh=False)

    def _take_decisions(self, rows: list[RowChange]) -> bool:
        """Follows decisions made, undone or made again; True where that opens another tail."""
        undone = self.queue.follow(rows)
        if undone is not None:
            self.open_tail(undone)
        elif any(row.after is not None and row.after["tail_id"] == self.queue.current for row in rows):
            self._advance()
        else:
            return False
        return True

    def _judge_anew(self) -> None:
        """The person set another false-match rate, or expects more or fewer new whales."""
        if self.queue.current is not None:
            self._reader.read(self.queue.current, fresh=True)

    def _trouble(self, error: object) -> None:
        self._deciding = False

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
