"""What is found out about the two tails in view: asked for when they come into view, shown while they stay there."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

from PySide6.QtCore import QObject

from whalegui.jobs import Job, Watch
from whalegui.match_details import Shown
from whalegui.session import Session
from whalegui.widgets.fluke_comparer import FlukeComparer
from whaleid_core.errors import WhaleIdError

Pair = tuple[Shown, Shown]


class OfPair(QObject):
    """Computes something of whichever pair is in view, on a reader lane; only the newest question is answered."""

    def __init__(self, session: Session, comparer: FlukeComparer) -> None:
        super().__init__(comparer)
        self.session = session
        self.comparer = comparer
        self.pair: Pair | None = None
        self._asked: Job | None = None
        self._about: tuple[int, int] | None = None

    def follow(self, pair: Pair | None) -> None:
        """Another pair is in view, or the same, or none."""
        self.pair = pair
        if pair is None or not self.wanted(pair):
            return
        if self._asked is not None and not self._asked.over:
            if self._about == keys_of(pair):
                return
            self._asked.cancel()
        self._about = keys_of(pair)
        self._asked = self.session.jobs.start(
            "", "readers", lambda watch: self.compute(watch, pair), self.show, lambda error: self.fail(pair, error),
            droppable=True,
        )  # fmt: skip

    @abstractmethod
    def wanted(self, pair: Pair) -> bool:
        """Whether it is to be computed now."""

    @abstractmethod
    def compute(self, watch: Watch, pair: Pair) -> Any:
        """What `show` gets; on a reader lane."""

    @abstractmethod
    def show(self, found: Any) -> None:
        """Shows what was computed."""

    @abstractmethod
    def fail(self, pair: Pair, error: WhaleIdError) -> None:
        """It couldn't be computed."""


def keys_of(pair: Pair) -> tuple[int, int]:
    """What the comparer calls the two tails."""
    return pair[0][0].id, pair[1][0].id


def told(error: WhaleIdError) -> str:
    """An error as a sentence, with what to do."""
    return f"{error.sentence} {error.hint}".strip()
