"""What Matches shows of one tail: the answer, the comparer, ten candidates, the decisions, its encounter."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from whalegui import theme
from whalegui.answers import Answer, Finding, answer, decided_answer
from whalegui.match_details import CandidateDetails, Details
from whalegui.match_group import looks_sentence
from whalegui.session import Session
from whalegui.widgets.answer_bar import AnswerBar
from whalegui.widgets.candidate_list import ROW_HEIGHTS, ROWS, CandidateList
from whalegui.widgets.candidate_row import CandidateRow
from whalegui.widgets.decision_bar import DecisionBar
from whalegui.widgets.elided_label import ElidedLabel
from whalegui.widgets.encounter_strip import EncounterStrip
from whalegui.widgets.fluke_sides import HEADER
from whalegui.widgets.pair_panel import Compared, PairPanel
from whalegui.widgets.state_page import StatePage
from whalegui.widgets.wording import many

LEAST_SIZE = QSize(640, 340)

_DEEDS = "same", "new", "unsure", "poor", "tick", "note", "back"

LEAST_COMPARER = 180
"""Where less than this would be left for the tails, pixels, candidates fold to one row and the encounter to a count."""


class MatchView(QWidget):
    """Shows the details of a tail and which candidate is shown and picked. It reads no queue and decides nothing."""

    picked_changed = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.details: Details | None = None
        self.matching = False
        """Whether tails are being compared right now."""
        self.seen: set[int] = set()
        """The whales that stood beside the tail in view."""
        self._group = 0
        self._folded = False
        self.answer_bar = AnswerBar()
        self.pair = PairPanel(session)
        self.candidates = CandidateList(session.thumbnails)
        self.decisions = DecisionBar()
        self.encounter = EncounterStrip(session.thumbnails)
        self.looks = ElidedLabel(where=Qt.TextElideMode.ElideRight)
        theme.set_font(self.looks, "small")
        theme.set_second(self.looks)
        self.looks.setContentsMargins(theme.M, 0, theme.M, 0)
        self.page = StatePage()
        self.candidates.chosen.connect(self.pick)

    def lay_out(self, made: Mapping[str, QAction]) -> None:
        """Puts the parts together, once the actions are made."""
        self.pair.lay_out(
            made, [f"matches.{name}" for name in ("same", "new", "unsure", "poor", "tick", "note", "back")]
        )
        self._main = QWidget()
        layout = QVBoxLayout(self._main)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.answer_bar)
        layout.addWidget(self.pair, 1)
        line = QHBoxLayout()
        line.setContentsMargins(theme.M, 0, theme.M, 0)
        line.addWidget(self.looks)
        layout.addWidget(self.candidates)
        layout.addLayout(line)
        for part in (self.decisions, self.encounter):
            layout.addWidget(part)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._main)
        self._pages.addWidget(self.page)
        self._pages.setCurrentWidget(self.page)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._pages)
        # Said here, because the rows' heights, which follow the window's, would else keep it from getting small.
        self.setMinimumSize(LEAST_SIZE)

    # Sizes

    def set_folded(self, folded: bool) -> None:
        """F9: leaves the answer, the comparer and the decisions."""
        self._folded = folded
        self.pair.set_folded(folded)
        self.candidates.setVisible(not folded)
        self.looks.setVisible(not folded)
        self.encounter.setVisible(not folded)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_height()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._share_height()

    def _share_height(self) -> None:
        """A tail is half the width by a quarter; candidate rows share the rest, past their limits the comparer does."""
        others = self.answer_bar.sizeHint().height() + self.pair.tools_height + self.decisions.height()
        others += (
            HEADER
            + self.looks.sizeHint().height()
            + self.encounter.height_of(small=False)
            + self.candidates.height_of(0)
        )
        row = (self.height() - others - self.width() // 4) // ROWS
        low, high = ROW_HEIGHTS
        small = self.height() - others - ROWS * low < LEAST_COMPARER
        self.encounter.set_small(small)
        self.candidates.set_row_height(min(max(row, low), high), 1 if small else ROWS)

    # One tail

    def show_message(self, text: str) -> None:
        """Shows no tail: a sentence that says what next."""
        self.details = None
        self.pair.show_new(None)
        self.pair.show_whale(None)
        self.decisions.close_fields()
        self.page.say("git-compare", text)
        self._pages.setCurrentWidget(self.page)

    def show_details(self, details: Details, place: str, keep: bool) -> None:
        """Shows a tail.

        Args:
            place: "14 of 112".
            keep: it is the tail that is shown already: the candidate in view and the picked one stay.
        """
        shown, picked = self.candidates.shown, self.candidates.model.picked
        if not keep:
            self.seen.clear()
        self.details = details
        self.pair.show_new((details.tail, details.photo))
        self.candidates.set_rows([_row(candidate) for candidate in details.candidates], self._loading)
        self.answer_bar.set_notice("")
        self.decisions.set_note(details.photo.note)
        self.show_answer(place)
        if not (keep and self.decisions.name_edited):
            self.decisions.set_new(details.new_name)
        if not keep:
            shown, picked = self._first_pick(details)
        self._show_candidate(shown, picked)
        self._pages.setCurrentWidget(self._main)

    def show_answer(self, place: str) -> None:
        """The sentence, what was searched, and the place in the queue."""
        details = self.details
        if details is None:
            return
        made, searched = self._answer(details), details.searched.sentence(details.model, details.together)
        waiting = made.finding is Finding.WAITING
        if waiting and self.matching:
            made, searched = Answer(Finding.WAITING, f"Searching {many(details.searched.photos, 'photo')}"), ""
        elif waiting and not details.searched.words:
            searched = f"{many(details.searched.whales, 'whale')} known."
        elif made.finding is Finding.NO_GALLERY:
            searched = ""
        self.answer_bar.set_button("Search now" if waiting and not self.matching else "")
        self.answer_bar.show_answer(made, searched, place, filtered=bool(details.searched.words))
        if self._loading != self.candidates.model.loading:
            self.candidates.set_rows([_row(candidate) for candidate in details.candidates], self._loading)
            if not details.candidates:
                self.pair.show_whale(None, self._no_candidate(details))

    def show_group(self, tails: int, ticked: Collection[int], reordered: Collection[int]) -> None:
        """Shows what is ticked, and that the decision will hold for that many tails."""
        self._group = tails
        self.encounter.set_marks(ticked, reordered)
        if self.details is not None:
            self.decisions.set_same(self.picked or "", bool(self.details.candidates), tails)
            self.decisions.set_new(self.decisions.new_name, self.decisions.name_edited, tails)

    def _show_looks(self, details: Details) -> None:
        self.looks.setText(looks_sentence(details.looks, self._session.who, len(self.seen), len(details.candidates)))

    def note_look(self) -> None:
        """The tail in view is left: how many of its candidates were seen is kept."""
        details, seen, catalogue = self.details, len(self.seen), self._session.catalogue
        self.seen.clear()
        if details is not None and seen and not catalogue.read_only:
            tail_id, of = details.tail.id, len(details.candidates)
            self._session.jobs.start("", "catalogue", lambda watch: catalogue.store_look(tail_id, seen, of))

    # The candidates

    @property
    def picked(self) -> str | None:
        """The whale that Enter would take."""
        number = self.candidates.model.picked
        return self.details.order[number] if self.details is not None and number is not None else None

    def pick(self, number: int) -> None:
        """Picks a candidate and shows it."""
        if self.details is not None and 0 <= number < len(self.details.candidates):
            self._show_candidate(number, number)
            self.picked_changed.emit()

    def step_candidate(self, by: int) -> None:
        """Picks the next candidate, or the one before; the first move from an unpicked one picks it."""
        shown, picked = self.candidates.shown, self.candidates.model.picked
        if self.details is not None and self.details.candidates:
            to = (shown or 0) + (by if picked is not None else 0)
            self.pick(min(max(to, 0), len(self.details.candidates) - 1))

    @property
    def _loading(self) -> bool:
        return self.details is not None and not self.details.suggestions and self.matching

    def _answer(self, details: Details) -> Answer:
        if details.tail.verdict is not None:
            return decided_answer(details.tail.verdict, details.tail.whale)
        return answer(details.suggestions, details.searched, details.photo.title, details.judge)

    def _first_pick(self, details: Details) -> tuple[int | None, int | None]:
        """The candidate to show, and the one to pick: agreeing is never easier than looking."""
        if details.tail.whale in details.order:
            place = details.order.index(details.tail.whale)
            return place, place
        first = 0 if details.candidates else None
        return first, first if details.tail.verdict is None and self._answer(details).pick else None

    def _show_candidate(self, number: int | None, picked: int | None) -> None:
        details = self.details
        if details is None:
            return
        self.candidates.model.set_picked(picked)
        self.candidates.show_number(number)
        self.decisions.set_same(self.picked or "", bool(details.candidates), self._group)
        if number is None or not 0 <= number < len(details.candidates):
            self._show_looks(details)
            self.pair.show_whale(None, self._no_candidate(details))
            return
        candidate = details.candidates[number]
        self.seen.add(candidate.whale.id)
        self._show_looks(details)
        whale = candidate.whale
        self.pair.show_whale(Compared(whale.id, whale.name, whale.nickname, candidate.first))

    def _no_candidate(self, details: Details) -> str:
        if self._loading:
            return "Searching"
        if not details.searched.whales:
            none = "No whale fits the filter" if details.searched.words else "No whale is known yet"
            return f"{none}, so there is none to compare with."
        return "This tail was not compared with the known whales yet." if not details.suggestions else "No candidate."


def _row(candidate: CandidateDetails) -> CandidateRow:
    tail, photo = candidate.first if candidate.first is not None else (None, None)
    suggestion, whale = candidate.suggestion, candidate.whale
    return CandidateRow(
        whale.name,
        whale.nickname,
        suggestion.probability,
        suggestion.networks,
        suggestion.nearest,
        suggestion.points,
        tail,
        photo,
    )
