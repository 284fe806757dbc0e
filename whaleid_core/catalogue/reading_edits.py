"""Second readings: what another person concluded about a decided tail without seeing what was decided."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import RowMapping, select

from whaleid_core.catalogue.decision_edits import DecisionEdits
from whaleid_core.catalogue.names import photo_title
from whaleid_core.catalogue.schema import decision, photo, reading, tail, whale
from whaleid_core.errors import WhaleIdError
from whaleid_core.records import Change, Verdict


@dataclass(frozen=True, slots=True)
class ReadingRow:
    """A second reading beside the decision that stands.

    Attributes:
        photo: the tail's photo, by its title.
        who, verdict, whale: who read it and what that person concluded.
        first_who, first_verdict, first_whale: who decided and what.
        settled: whether the two came to terms.
    """

    tail_id: int
    photo: str
    who: str
    verdict: Verdict
    whale: str | None
    first_who: str
    first_verdict: Verdict
    first_whale: str | None
    settled: bool

    @property
    def labels(self) -> tuple[str, str]:
        """What the first and the second person said, in words that are the same where they agree."""
        first = self.first_whale if self.first_verdict is Verdict.SAME else self.first_verdict.value
        second = self.whale if self.verdict is Verdict.SAME else self.verdict.value
        if self.first_verdict is Verdict.NEW and second == self.first_whale:
            # The first called it new and named it; the second knew that whale from its later photos.
            first = second
        return str(first), str(second)

    @property
    def agrees(self) -> bool:
        first, second = self.labels
        return first == second


class ReadingEdits(DecisionEdits):
    """What a second person can say of a tail that was decided, and how the two come to terms."""

    def read_tail(
        self, tail_id: int, verdict: Verdict, whale: str | None = None, model: str = "", shown: int = 0
    ) -> Change:
        """Note what the person who works concludes about a tail that another decided; an earlier reading is replaced.

        A reading of "new" names no whale.

        Raises:
            WhaleIdError: no such tail or whale, the tail isn't decided, or the same person decided it.
        """
        with self.edit() as edit:
            row = edit.row(tail, tail_id)
            title = photo_title(edit.row(photo, row["photo_id"])["path"])
            first = edit.rows(decision, decision.c.tail_id == tail_id)
            if not first:
                raise WhaleIdError(f"{title} isn't decided, so there is nothing to read a second time.")
            if first[0]["who"] == self.who:
                raise WhaleIdError(f"{title} was decided by you.", "Another person reads it a second time.")
            values = {
                "verdict": verdict.value,
                "whale_id": self._whale_named(edit.rows(_whales, _whales.c.name == whale), whale, verdict),
                "decided_at": datetime.now(UTC).isoformat(),
                "model": model,
                "shown": shown,
                "settled": False,
            }
            before = edit.rows(reading, (reading.c.tail_id == tail_id) & (reading.c.who == self.who))
            if before:
                edit.update(reading, {before[0]["id"]: values})
            else:
                edit.insert(reading, [{"tail_id": tail_id, "who": self.who, **values}])
            edit.label = f"Second reading of {title}"
        return edit.change

    @staticmethod
    def _whale_named(found: list[dict[str, int]], name: str | None, verdict: Verdict) -> int | None:
        if verdict is not Verdict.SAME:
            return None
        if not found:
            raise WhaleIdError(f"There is no whale {name} in the catalogue.", "Choose one of the candidates.")
        return found[0]["id"]

    def clear_reading(self, tail_id: int, who: str) -> Change:
        """Take a second reading back."""
        with self.edit("Second reading taken back") as edit:
            rows = edit.rows(reading, (reading.c.tail_id == tail_id) & (reading.c.who == who))
            edit.delete(reading, [row["id"] for row in rows])
        return edit.change

    def settle_reading(self, tail_id: int, who: str, verdict: Verdict, whale: str | None = None) -> Change:
        """Say what holds where two people disagreed: it is decided so, and the reading is settled; one step.

        Raises:
            WhaleIdError: there is no such reading, or as in `decide`.
        """
        with self.edit() as edit:
            rows = edit.rows(reading, (reading.c.tail_id == tail_id) & (reading.c.who == who))
            if not rows:
                raise WhaleIdError(f"{who} has not read this tail.", "Press F5 to see what is.")
            first = edit.rows(decision, decision.c.tail_id == tail_id)
            named = edit.by_id(_whales, [first[0]["whale_id"]] if first and first[0]["whale_id"] else [])
            stands = first and first[0]["verdict"] == verdict.value
            stands = stands and (whale is None or whale in [row["name"] for row in named.values()])
            if not stands:
                self._decide(edit, [tail_id], verdict, whale)
            edit.set(reading, [rows[0]["id"]], settled=True)
            edit.label = f"Readings settled: {edit.label}" if edit.label else "Readings settled as first decided"
        return edit.change

    def readings(self) -> list[ReadingRow]:
        """All second readings of decided tails, those that aren't settled and disagree first."""
        first_whale = whale.alias()
        query = (
            select(
                reading.c.tail_id, photo.c.path, reading.c.who, reading.c.verdict, whale.c.name.label("whale"),
                decision.c.who.label("first_who"), decision.c.verdict.label("first_verdict"),
                first_whale.c.name.label("first_whale"), reading.c.settled,
            )
            .select_from(
                reading.join(decision, decision.c.tail_id == reading.c.tail_id)
                .join(tail, tail.c.id == reading.c.tail_id)
                .join(photo, photo.c.id == tail.c.photo_id)
                .outerjoin(whale, whale.c.id == reading.c.whale_id)
                .outerjoin(first_whale, first_whale.c.id == decision.c.whale_id)
            )
            .order_by(photo.c.taken_at, photo.c.path, reading.c.who)
        )  # fmt: skip
        with self.reading() as connection:
            rows = [_row(row) for row in connection.execute(query).mappings()]
        return sorted(rows, key=lambda row: (row.settled, row.agrees))

    def tails_to_read(self) -> list[int]:
        """The tails that others decided and the person who works has not read yet, in order of time."""
        read = select(reading.c.tail_id).where(reading.c.who == self.who)
        query = (
            select(tail.c.id)
            .join(photo)
            .join(decision, decision.c.tail_id == tail.c.id)
            .where(decision.c.who != self.who, tail.c.id.not_in(read), photo.c.problem == "")
            .order_by(photo.c.taken_at.is_(None), photo.c.taken_at, photo.c.path, tail.c.id)
        )
        with self.reading() as connection:
            return list(connection.execute(query).scalars())


_whales = whale
"""By another name where a parameter is called whale."""


def _row(row: RowMapping) -> ReadingRow:
    return ReadingRow(
        row["tail_id"], photo_title(row["path"]), row["who"], Verdict(row["verdict"]), row["whale"],
        row["first_who"], Verdict(row["first_verdict"]), row["first_whale"], row["settled"],
    )  # fmt: skip
