"""What a person should see of the tail boxes, doubt first, and how many of them a detector could learn from."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import case, func, insert, or_, select

from whaleid_core.catalogue.photo_filter import IN_TIME
from whaleid_core.catalogue.rows import CheckReason, PhotoStatus
from whaleid_core.catalogue.schema import photo, tail, training
from whaleid_core.catalogue.status import photo_states
from whaleid_core.catalogue.store import Store
from whaleid_core.records import Drawer

_DETECTOR = "detector"


class BoxChecks(Store):
    """Which boxes wait for a person, and which of a person's no training has seen."""

    def check_queue(self) -> dict[CheckReason, list[int]]:
        """The new photos whose boxes nobody accepted yet, by why one should look at them; the least sure first."""
        open_to_doubt = photo.c.checked.is_(False) & (photo.c.role == "new")
        state = photo_states(open_to_doubt & photo.c.searched_by.is_not(None) & (photo.c.problem == ""))
        reason = case(
            (state.c.tails == 0, CheckReason.NO_TAIL),
            (state.c.tails > 1, CheckReason.SEVERAL),
            (state.c.unsure > 0, CheckReason.UNSURE),
            (state.c.at_border > 0, CheckReason.BORDER),
            (state.c.odd > 0, CheckReason.SHAPE),
            (state.c.doubtful > 0, CheckReason.DISPUTED),
            else_=CheckReason.SURE,
        )
        query = (
            select(photo.c.id, reason)
            .join(state, state.c.id == photo.c.id)
            .where(state.c.status != PhotoStatus.DECIDED.value)
            .order_by(state.c.confidence, *IN_TIME)
        )
        queue: dict[CheckReason, list[int]] = {reason: [] for reason in CheckReason}
        with self.reading() as connection:
            for key, why in connection.execute(query):
                queue[CheckReason(why)].append(key)
        return queue

    def photo_ids_to_check(self) -> list[int]:
        """The new photos whose boxes a person should see, in the order of `CheckReason`."""
        queue = self.check_queue()
        return [key for reason in CheckReason if reason is not CheckReason.SURE for key in queue[reason]]

    def boxes_corrected(self) -> int:
        """How many boxes a person drew or corrected since a detector was last taught with this catalogue's."""
        taught = select(func.max(training.c.at)).where(training.c.kind == _DETECTOR).scalar_subquery()
        fresh = or_(taught.is_(None), tail.c.drawn_at > taught)
        query = select(func.count()).select_from(tail).where(tail.c.drawn_by == Drawer.PERSON.value, fresh)
        with self.reading() as connection:
            return int(connection.execute(query).scalar_one())

    def note_training(self, package: str, boxes: int, at: datetime, kind: str = _DETECTOR) -> None:
        """Note that a network was taught with so many boxes of this catalogue. Nothing to undo.

        Args:
            package: what was made of it.
            at: when they were read; what was corrected since wasn't learnt.
            kind: of network.
        """
        with self.writing() as connection:
            connection.execute(insert(training).values(at=at, kind=kind, package=package, boxes=boxes))
