"""What a question in Matches is about: one tail or several, all whales or some, a first or second reading."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from whalegui.actions import key_of
from whalegui.filter_dialog import FilterDialog
from whalegui.match_details import Asked, Shown
from whalegui.match_group import Ticks, conflict
from whalegui.match_view import MatchView
from whalegui.session import Session
from whaleid_core.catalogue import SearchFilter

_LOADING = "Loading the networks, to search only a part or with several tails together."


class Scope(QObject):
    """Holds the ticks, the filter and the marks, and shows them.

    Signals:
        changed: another question is asked of the tail in view.
    """

    changed = Signal()

    def __init__(self, session: Session, view: MatchView) -> None:
        super().__init__(view)
        self._session, self._view = session, view
        self.current: int | None = None
        """The tail in view."""
        self.ticks = Ticks()
        self.which = SearchFilter()
        """The part of the gallery that is searched."""
        self._reordered: frozenset[int] = frozenset()
        self._said = ""
        session.status_changed.connect(self._note_said)
        session.reordered.connect(self._note_reordered)
        view.answer_bar.change.connect(self.choose_filter)
        view.answer_bar.search_all.connect(lambda: self.search(SearchFilter()))
        view.encounter.tick_wanted.connect(self.tick)

    def asked(self, tail_id: int) -> Asked:
        """The question about a tail, as it is to be asked now."""
        return Asked(tail_id, self.ticks.group(tail_id), self.which, self._session.second_reading)

    def prepare(self, then: Callable[[], object]) -> None:
        """Only the gallery in memory can answer what is asked: it is made, and then asked again."""
        if self._session.ranker is None:
            self._session.say(_LOADING)
            self._session.prepare_ranker(lambda: self._prepared(then))
        else:
            how = f"Find and match: {key_of('app.find_and_match')}."
            self._session.say(f"These tails were not all compared with the known whales yet. {how}")

    def _prepared(self, then: Callable[[], object]) -> None:
        """The networks are loaded; what was said since, as of an edit that can be undone, stays."""
        if self._said == _LOADING:
            self._session.say("The networks are loaded.")
        then()

    def _note_said(self, text: str) -> None:
        self._said = text

    def opened(self, tail_id: int) -> None:
        """Another tail came into view: what changed of it is seen now."""
        self.current = tail_id
        self._reordered -= {tail_id}

    def clear(self) -> None:
        """Nothing is ticked any more."""
        self.ticks.ids = set()

    # Ticks

    def tick(self, tail_id: int | None = None) -> None:
        """Ticks or unticks a tail of the encounter, the one in view where none is named."""
        key = self.current if tail_id is None else tail_id
        if self._session.second_reading:
            self._session.say("A second reading is of one tail at a time.")
        elif key is not None:
            self.ticks.toggle(key)
            self._ticked()

    def tick_all(self) -> None:
        """Ticks all waiting tails of the encounter; where they are, none."""
        waiting = {tail.id for tail, _ in self._view.encounter.tails if tail.verdict is None}
        if not self._session.second_reading:
            self.ticks.ids = set() if waiting <= self.ticks.ids else waiting
            self._ticked()

    def untick(self) -> bool:
        """Unticks all; False where nothing is ticked."""
        ticked = bool(self.ticks.ids)
        if ticked:
            self.ticks.ids = set()
            self._ticked()
        return ticked

    def _ticked(self) -> None:
        self.show()
        self.changed.emit()

    def show(self) -> None:
        """Shows the marks, and says what is special about this question."""
        group = self.ticks.group(self.current) if self.current is not None else ()
        self._view.show_group(len(group), self.ticks.ids, self._reordered)
        self._view.answer_bar.set_notice(conflict(group, self._view.encounter.tails) or self._reading, tone="unsure")

    @property
    def _reading(self) -> str:
        if not self._session.second_reading:
            return ""
        return f"Second reading by {self._session.who or 'you'}. First answers are hidden."

    def show_encounter(self, name: str, tails: tuple[Shown, ...]) -> None:
        """Shows the encounter of the tail in view; ticks of another one are gone."""
        self.ticks.ids &= {tail.id for tail, _ in tails}
        self._view.encounter.show_tails(name, tails, self.current, self.ticks.ids, self._reordered)
        self.show()

    def _note_reordered(self, tail_ids: frozenset[int]) -> None:
        """Tails whose candidates stand in another order now wear a dot until they are looked at."""
        self._reordered |= tail_ids - {self.current}
        self._view.encounter.set_marks(self.ticks.ids, self._reordered)

    # A part of the gallery, a second reading

    def choose_filter(self) -> None:
        """Opens the dialog for what is searched."""
        FilterDialog(self._session, self.which, self.search, self._view.window()).open()

    def search(self, which: SearchFilter) -> None:
        """Searches a part of the gallery from now on, or all of it."""
        if which != self.which:
            self.which = which
            self.changed.emit()

    def toggle_second_reading(self) -> None:
        """Begins to go through what others decided, with their answers hidden, or ends it."""
        self._session.second_reading = not self._session.second_reading
