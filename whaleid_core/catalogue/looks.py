"""How far who has looked: of a tail's candidates, how many each person has seen beside it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import delete, insert, select

from whaleid_core.catalogue.schema import decision, look, tail
from whaleid_core.catalogue.store import Store


@dataclass(frozen=True, slots=True)
class LookRow:
    """So many of so many candidates a person has seen."""

    who: str
    shown: int
    of: int


class Looks(Store):
    """Who has looked at what. No edits: to look changes nothing that could be undone."""

    def store_look(self, tail_id: int, shown: int, of: int) -> None:
        """Note how many of a tail's candidates the person who works has seen; who saw more before keeps that."""
        with self.writing() as connection:
            if connection.execute(select(tail.c.id).where(tail.c.id == tail_id)).first() is None:
                return
            own = (look.c.tail_id == tail_id) & (look.c.who == self.who)
            before = connection.execute(select(look.c.shown, look.c.of).where(own)).first()
            if before is not None:
                shown, of = max(shown, before.shown), max(of, before.of)
                connection.execute(delete(look).where(own))
            row = {"tail_id": tail_id, "who": self.who, "shown": shown, "of": of, "at": datetime.now(UTC)}
            connection.execute(insert(look), [row])

    def looks(self, tail_id: int) -> list[LookRow]:
        """Who has looked at a tail, by name; and who has looked at others, or decided, but not at this one."""
        with self.reading() as connection:
            rows = connection.execute(
                select(look.c.who, look.c.shown, look.c.of).where(look.c.tail_id == tail_id)
            ).all()
            people = {*connection.execute(select(look.c.who).distinct()).scalars()}
            people |= {*connection.execute(select(decision.c.who).distinct()).scalars()}
        found = {row.who: LookRow(row.who, row.shown, row.of) for row in rows}
        return [found.get(who, LookRow(who, 0, 0)) for who in sorted(people | found.keys())]
