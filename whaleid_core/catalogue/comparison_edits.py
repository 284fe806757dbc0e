"""What people said of two decided tails side by side: kept, so that a self-check never asks twice."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import select

from whaleid_core.catalogue.names import photo_title
from whaleid_core.catalogue.recorder import Recorder
from whaleid_core.catalogue.schema import comparison, photo, tail
from whaleid_core.catalogue.store import Store
from whaleid_core.records import Change

SAME, DIFFERENT = "same", "different"


class ComparisonEdits(Store):
    """What can be said of two tails, and what was said."""

    def compare_tails(self, one: int, other: int, same: bool) -> Change:
        """Say that two tails show the same whale, or different ones; what was said of them before is replaced.

        It changes no decision: that is `merge_whales`' or `move_tails`' business.

        Raises:
            WhaleIdError: one of the tails isn't there (any more).
        """
        with self.edit() as edit:
            titles = [_title(edit, key) for key in (one, other)]
            edit.label = f"{titles[0]} and {titles[1]} are {'one whale' if same else 'different whales'}"
            record_comparison(edit, self.who, (one, other), same)
        return edit.change

    def compared_tails(self) -> dict[tuple[int, int], bool]:
        """Pairs of tails that somebody compared, the smaller id first, and whether they show the same whale."""
        with self.reading() as connection:
            rows = connection.execute(select(comparison.c.tail_id, comparison.c.other_id, comparison.c.verdict))
            return {(row.tail_id, row.other_id): row.verdict == SAME for row in rows}

    def whales_together(self) -> list[tuple[int, int]]:
        """Pairs of whales that one photo shows, so that they can't be one, the smaller id first."""
        one, other = tail.alias(), tail.alias()
        query = (
            select(one.c.whale_id, other.c.whale_id)
            .join(other, (other.c.photo_id == one.c.photo_id) & (other.c.whale_id > one.c.whale_id))
            .distinct()
            .order_by(one.c.whale_id, other.c.whale_id)
        )
        with self.reading() as connection:
            return [(int(first), int(second)) for first, second in connection.execute(query)]


def record_comparison(edit: Recorder, who: str, pair: tuple[int, int], same: bool) -> None:
    """Write down what was said of two tails, as a part of an edit."""
    first, second = sorted(pair)
    values = {"verdict": SAME if same else DIFFERENT, "who": who, "at": datetime.now(UTC).isoformat()}
    before = edit.rows(comparison, (comparison.c.tail_id == first) & (comparison.c.other_id == second))
    if before:
        edit.update(comparison, {before[0]["id"]: values})
    else:
        edit.insert(comparison, [{"tail_id": first, "other_id": second, **values}])


def _title(edit: Recorder, tail_id: int) -> str:
    return photo_title(edit.row(photo, edit.row(tail, tail_id)["photo_id"])["path"])
