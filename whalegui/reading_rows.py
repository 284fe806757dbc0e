"""What Readers shows of two people's answers, read on a worker: the tail, and the whale that each of them meant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from whalegui.match_details import Shown, read_tails
from whalegui.widgets.wording import many
from whaleid_core.agreement import kappa
from whaleid_core.catalogue import Catalogue, ReadingRow
from whaleid_core.catalogue.rows import WhaleRow
from whaleid_core.records import Verdict

_WORDS = {Verdict.NEW: "new whale", Verdict.UNSURE: "unsure", Verdict.POOR: "too poor"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What one of the two said.

    Attributes:
        who: may have no name.
        verdict, name: what it is decided as where this answer is right.
        whale: the whale that is meant; None where none is.
    """

    who: str
    verdict: Verdict
    name: str | None
    whale: WhaleRow | None = None

    @property
    def words(self) -> str:
        """ "Ben: HW0002", "Ana: new whale HW0009"."""
        return f"{self.who or 'Somebody'}: {self.said}"

    @property
    def said(self) -> str:
        """ "HW0002", "new whale HW0009", "unsure"."""
        return " ".join(word for word in (_WORDS.get(self.verdict), self.name) if word)


@dataclass(frozen=True, slots=True)
class Readings:
    """One tail and both answers, the first one's first."""

    row: ReadingRow
    tail: Shown | None
    answers: tuple[Answer, Answer]

    @property
    def question(self) -> str:
        """ "HW0001 or unsure?"; what both said where they agree."""
        first, second = (answer.said for answer in self.answers)
        return first if self.row.agrees else f"{first} or {second}?"


def answers_of(row: ReadingRow) -> tuple[Answer, Answer]:
    """Both answers, without their whales."""
    first = Answer(row.first_who, row.first_verdict, row.first_whale)
    return first, Answer(row.who, row.verdict, row.whale)


def read_readings(catalogue: Catalogue, row: ReadingRow) -> Readings:
    """What there is to see of a row."""
    tails = read_tails(catalogue, [row.tail_id])
    ids = catalogue.whale_ids([name for name in (row.first_whale, row.whale) if name])
    first, second = (
        Answer(one.who, one.verdict, one.name, catalogue.whale(ids[one.name]) if one.name in ids else None)
        for one in answers_of(row)
    )
    return Readings(row, tails[0] if tails else None, (first, second))


def agreement_sentence(rows: Sequence[ReadingRow]) -> str:
    """ "Two readers agree on 38 of 40 tails, kappa 0.94." """
    if not rows:
        return "Second readings"
    firsts, seconds = zip(*(row.labels for row in rows), strict=True)
    found = kappa(firsts, seconds)
    same = sum(row.agrees for row in rows)
    measure = "" if found is None else f", kappa {found:.2f}"
    return f"Two readers agree on {same:,} of {many(len(rows), 'tail')}{measure}."


def state_of(row: ReadingRow) -> str:
    """Whether the two came to terms, as a word."""
    return "settled" if row.settled else "agree" if row.agrees else "disagree"
