"""The self-check of the catalogue: likely double identities and wrong labels, one after the other, side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from whalegui import bindings
from whalegui.check_frame import CheckFrame
from whalegui.check_rows import Doubt, read_doubts
from whalegui.widgets.pair_panel import Compared
from whalegui.widgets.wording import many
from whaleid_core.records import Change
from whaleid_core.self_check import SelfCheck

if TYPE_CHECKING:
    from whalegui.jobs import Job
    from whalegui.session import Session
    from whaleid_core.catalogue import Catalogue


class CheckPage(CheckFrame):
    """Runs the check when it is asked to, and takes one key a proposal."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.made: SelfCheck | None = None
        self._unsure: set[int] = set()
        self._order: list[int] = []
        self._deciding = False
        self._job: Job | None = None
        self._reading: Job | None = None
        self._soon = session.pause(100, self._read)
        self.lay_out(bindings.bind(self, self._handlers()))
        self.list.current_changed.connect(self._open)
        for button, handler in ((self.same_button, self.same), (self.different_button, self.different)):
            button.clicked.connect(handler)
        self.unsure_button.clicked.connect(self.unsure)
        self.again.clicked.connect(self.check)
        session.changed.connect(self._changed)
        session.trouble.connect(lambda error: self._set_deciding(False))
        self._say_begin()

    def _handlers(self) -> dict[str, Callable[[], object]]:
        return {
            **self.pair.handlers(),
            "check.same": self.same,
            "check.different": self.different,
            "check.unsure": self.unsure,
            "check.back": self.back,
            "check.next": lambda: self.list.step(1),
            "check.previous": lambda: self.list.step(-1),
        }

    # What the workspace asks

    def activate(self) -> None:
        """It was just shown."""
        (self.pair.comparer if self.current is not None else self.page).setFocus(Qt.FocusReason.OtherFocusReason)
        if self.made is not None:
            self._read()

    def refresh(self) -> None:
        """F5: read again what could not be read."""
        self.pair.try_again()
        self._read()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        self.pair.key_released(event)
        super().keyReleaseEvent(event)

    # The check

    def check(self) -> None:
        """Look through the catalogue, as a job that can be stopped."""
        if self._job is not None:
            return
        self.page.say("hourglass", f"Checking {many(self._whales, 'whale')}")
        self.show_page()
        self._job = self.session.check_catalogue(self.show_check)
        self._job.ended.connect(self._over)

    @property
    def _whales(self) -> int:
        counts = self.session.counts
        return counts.whales if counts is not None else len(self.session.catalogue.whales())

    def show_check(self, made: SelfCheck) -> None:
        """Go through what a check found."""
        self.made = made
        self._unsure.clear()
        self._order.clear()
        self.list.set_current(-1)
        self.trust.show_trial(made.trial)
        self._read()

    def _over(self) -> None:
        self._job = None
        if self.made is None:
            self._say_begin()
        elif not self.doubts.ids:
            self._read()

    def _say_begin(self) -> None:
        self.page.say(
            "git-compare",
            f"Look through {many(self._whales, 'whale')} for two that may be one, and for tails of another whale.",
            "Check now",
            self.check,
        )
        self.show_page()

    # The list

    @property
    def current(self) -> Doubt | None:
        """The proposal in view."""
        found: Doubt | None = self.doubts.row_of(self.list.current_id)
        return found

    def _read(self) -> None:
        made = self.made
        if made is None:
            return
        unsure = frozenset(self._unsure)
        self._reading = self.session.query(
            lambda catalogue: read_doubts(catalogue, made.proposals, unsure), self._take, self._reading
        )

    def _take(self, doubts: list[Doubt]) -> None:
        made = self.made
        if made is None or self._job is not None:
            return
        before = self.current
        self.doubts.set_rows(doubts)
        self._deciding = False
        if not doubts:
            self.page.say(
                "circle-check", f"Nothing doubtful among {many(made.whales, 'whale')}.", "Check again", self.check
            )
            self.show_page()
            return
        if not self.pair.isVisible() and (self.page.hasFocus() or self.page.button.hasFocus()):
            self.show_pair()
            self.pair.comparer.setFocus(Qt.FocusReason.OtherFocusReason)
        self.show_pair()
        words = Counter(doubt.word for doubt in doubts)
        left = f"{words['']:,} left of {len(doubts):,}" if words[""] else f"All {len(doubts):,} looked at"
        told = [f"{words[word]:,} {word}" for word in ("same", "different", "unsure") if words[word]]
        self.progress.setText(": ".join([left, ", ".join(told)]) if told else left)
        now = self.doubts.row_of(before.id) if before is not None else None
        if before is None or (now is not None and now.word and not before.word):
            self._advance()
        else:
            self._show(self.current)

    def _advance(self) -> None:
        """Open the next proposal of which nothing was said; at the end stay, and say so."""
        at = self.doubts.position(self.list.current_id)
        ids = self.doubts.ids
        waiting = [key for key in [*ids[at + 1 :], *ids[: at + 1]] if not self.doubts.row_of(key).word]
        if waiting:
            self.list.set_current(waiting[0])
        elif self.list.current_id < 0:
            self.list.set_current(ids[0])
        self._show(self.current)

    def _open(self, key: int) -> None:
        self._show(self.current)

    def _show(self, doubt: Doubt | None) -> None:
        self.show_words(doubt)
        if doubt is None:
            self.pair.show_new(None)
            self.pair.show_whale(None)
            return
        self.pair.show_new(doubt.one, doubt.left.name)
        right = doubt.right
        self.pair.show_whale(Compared(right.id, right.name, right.nickname, doubt.other))
        if (following := self.doubts.row_of(self._next_id(doubt.id))) is not None:
            self.pair.prefetch((following.one, following.other))

    def _next_id(self, key: int) -> int:
        at = self.doubts.position(key) + 1
        return self.doubts.id_at(at) if 0 < at < self.doubts.rowCount() else -1

    # What the person says

    def same(self) -> None:
        """Both are one whale."""
        doubt = self._asked()
        if doubt is None:
            return
        if doubt.missed:
            keep, gone = sorted((doubt.left, doubt.right), key=lambda whale: (-whale.photos, whale.name))
            self._edit(doubt, lambda catalogue: catalogue.merge_whales(keep.id, gone.id))
        else:
            one, other = doubt.one[0].id, doubt.other[0].id
            self._edit(doubt, lambda catalogue: catalogue.compare_tails(one, other, same=True))

    def different(self) -> None:
        """They are two whales: two that were thought to be two stay so, a false tail becomes a whale of its own."""
        doubt = self._asked()
        if doubt is None:
            return
        one, other = doubt.one[0].id, doubt.other[0].id
        if doubt.missed:
            self._edit(doubt, lambda catalogue: catalogue.compare_tails(one, other, same=False))
        else:
            whale = doubt.left.id
            self._edit(doubt, lambda catalogue: catalogue.split_whale(whale, [one], unlike=other))

    def unsure(self) -> None:
        """It can't be told now: the next one opens; another check proposes it again."""
        doubt = self._asked()
        if doubt is not None:
            self._unsure.add(doubt.id)
            self._order.append(doubt.id)
            self._read()

    def back(self) -> None:
        """To the proposal that was answered before."""
        if self._order:
            self.list.set_current(self._order.pop())
        else:
            self.session.say("No proposal was answered before this one.")

    def _asked(self) -> Doubt | None:
        """The proposal that a key is about, if it can be answered now."""
        doubt = self.current
        if doubt is None or self._deciding or not self.pair.isVisible():
            return None
        if doubt.word in ("same", "different"):
            self.session.say(f"That is answered already: {doubt.word}. Undo takes it back.")
            return None
        if self.pair.unseen:
            self.session.say(self.pair.unseen)
            return None
        if self.pair.comparer.painted_key != doubt.one[0].id:
            self.session.say(f"{doubt.one[1].title} is not on the screen yet.")
            return None
        return doubt

    def _edit(self, doubt: Doubt, make: Callable[[Catalogue], Change]) -> None:
        self._deciding = True
        self._unsure.discard(doubt.id)

        def done(change: Any) -> None:
            self._order.append(doubt.id)
            self._read()

        self.session.edit(make, done)

    def _set_deciding(self, deciding: bool) -> None:
        self._deciding = deciding

    def _changed(self, change: Change) -> None:
        if self.made is not None and change.tables & {"whale", "tail", "comparison"} and self.isVisible():
            self._soon.begin()
