"""What a person concludes in Matches, written down: one tail or all that are ticked, a decision or a second reading."""

from __future__ import annotations

from PySide6.QtCore import QObject

from whalegui.actions import key_of
from whalegui.match_group import Ticks, conflict
from whalegui.match_view import MatchView
from whalegui.session import Session
from whalegui.widgets.decision_bar import pick_keys
from whaleid_core.catalogue import Catalogue
from whaleid_core.records import Change, Verdict


class Deeds(QObject):
    """Takes a verdict where the tail in view can be decided, and says why where it can't."""

    def __init__(self, session: Session, view: MatchView, ticks: Ticks) -> None:
        super().__init__(view)
        self._session, self._view, self._ticks = session, view, ticks
        self.busy = False
        """A decision is being written: the next key waits for the next tail."""
        session.trouble.connect(lambda error: self._end())

    def _end(self) -> None:
        self.busy = False

    def same(self) -> None:
        """It is the picked candidate."""
        if self._view.picked is None:
            new = key_of("matches.new")
            self._session.say(f"Pick a candidate with {pick_keys()} first, or name a new whale with {new}.")
        elif self._view.pair.unseen:
            self._session.say(self._view.pair.unseen)
        else:
            self._take(Verdict.SAME, self._view.picked)

    def new(self) -> None:
        """It is a new whale, with the id on the button."""
        self._take(Verdict.NEW, self._view.decisions.new_name)

    def unsure(self) -> None:
        """It can't be told yet."""
        self._take(Verdict.UNSURE)

    def poor(self) -> None:
        """The photo is too poor to tell."""
        self._take(Verdict.POOR)

    def _take(self, verdict: Verdict, whale: str | None = None) -> None:
        details = self._view.details
        if details is None or self.busy:
            return
        tail, title = details.tail, details.photo.title
        if self._view.pair.comparer.painted_key != tail.id:
            self._session.say(f"{title} is not on the screen yet.")
            return
        group = self._ticks.group(tail.id) or (tail.id,)
        second = self._session.second_reading
        against = conflict(group, self._view.encounter.tails) or ("" if second else self._taken(whale))
        if against:
            self._session.say(against)
            return
        self.busy = True
        model, shown, searched = details.model, len(details.candidates), details.searched.record

        def write(catalogue: Catalogue) -> Change:
            if second:
                named = whale if verdict is Verdict.SAME else None
                return catalogue.read_tail(tail.id, verdict, named, model, shown)
            return catalogue.decide_all(group, verdict, whale, model, shown, searched)

        self._session.edit(write)

    def _taken(self, whale: str | None) -> str:
        """Why the tail in view can't be that whale: another tail of its photo is."""
        details = self._view.details
        if details is None or whale is None:
            return ""
        others = self._session.catalogue.tails(details.photo.id)
        if any(other.whale == whale and other.id != details.tail.id for other in others):
            return f"{details.photo.title} shows two tails, which can't be one whale. The other is {whale} already."
        return ""
