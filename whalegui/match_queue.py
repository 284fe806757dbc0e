"""The queue that Matches goes through."""

from __future__ import annotations

from collections.abc import Iterable

from whaleid_core.records import RowChange


class Queue:
    """The tails to decide, in the order they are gone through. Decided ones keep their place, to go back to."""

    def __init__(self, table: str = "decision") -> None:
        self.table = table
        """Rows of this table say that a tail is done: decisions, or second readings."""
        self.ids: list[int] = []
        self.current: int | None = None
        self._waiting: set[int] = set()
        self._decided: list[int] = []

    def refresh(self, waiting: Iterable[int]) -> None:
        """Takes what waits now: new tails join at the end, what is no longer waiting stays where it was gone past.

        When everything was decided and new tails come, it begins anew with those.
        """
        waiting = list(waiting)
        if not self._waiting and waiting and self.current is None:
            self.ids, self._decided = [], []
        known = set(self.ids)
        self.ids += [tail for tail in waiting if tail not in known]
        self._waiting = set(waiting)

    def drop(self, gone: Iterable[int]) -> None:
        """Forgets tails that are no longer in the catalogue."""
        lost = set(gone)
        self.ids = [tail for tail in self.ids if tail not in lost]
        self._decided = [tail for tail in self._decided if tail not in lost]
        self._waiting -= lost
        if self.current in lost:
            self.current = None

    def open(self, tail_id: int) -> None:
        """Goes to a tail, also one that was not in the queue."""
        if tail_id not in self.ids:
            self.ids.append(tail_id)
        self.current = tail_id

    def close(self) -> None:
        """Looks at no tail: all are decided."""
        self.current = None

    def decided(self, tail_id: int) -> None:
        """Notes a decision, for the way back."""
        self._waiting.discard(tail_id)
        if tail_id in self._decided:
            self._decided.remove(tail_id)
        self._decided.append(tail_id)

    def undecided(self, tail_id: int) -> None:
        """Takes a tail back among the waiting: its decision was undone."""
        if tail_id in self._decided:
            self._decided.remove(tail_id)
        self._waiting.add(tail_id)

    def follow(self, rows: Iterable[RowChange]) -> int | None:
        """Follows rows of decisions made, undone or made again; gives the last tail whose decision is gone."""
        undone: int | None = None
        for row in rows:
            tail_id = int((row.after or row.before or {})["tail_id"])
            if tail_id not in self.ids:
                continue
            if row.after is not None:
                self.decided(tail_id)
            else:
                self.undecided(tail_id)
                undone = tail_id
        return undone

    def next_waiting(self) -> int | None:
        """The next tail that waits, after the current one, from the start again at the end."""
        start = self.ids.index(self.current) + 1 if self.current in self.ids else 0
        return next((tail for tail in self.ids[start:] + self.ids[:start] if tail in self._waiting), None)

    def step(self, by: int) -> int | None:
        """The neighbour of the current tail, decided or not; None at either end."""
        if self.current not in self.ids:
            return (self.ids[-1] if by < 0 else self.ids[0]) if self.ids else None
        place = self.ids.index(self.current) + by
        return self.ids[place] if 0 <= place < len(self.ids) else None

    def back(self) -> int | None:
        """The tail decided before the one in view; None where there is none."""
        if self.current in self._decided:
            place = self._decided.index(self.current) - 1
            return self._decided[place] if place >= 0 else None
        return self._decided[-1] if self._decided else None

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    @property
    def position(self) -> str:
        """ "14 of 112"."""
        if self.current not in self.ids:
            return ""
        return f"{self.ids.index(self.current) + 1:,} of {len(self.ids):,}"
