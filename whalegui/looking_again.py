"""Runs the detector again on chosen photos, and keeps what it would change until a person took it or left it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from whalegui.actions import key_of
from whalegui.widgets.wording import many

if TYPE_CHECKING:
    from whalegui.jobs import Job, Watch
    from whalegui.long_work import LongWork
    from whaleid_core.catalogue import Catalogue
    from whaleid_core.looking_again import Difference
    from whaleid_core.records import Change


class LookingAgain(QObject):
    """Belongs to a session.

    Attributes:
        differences: the photos that the detector sees otherwise now, until they are taken or left.

    Signals:
        changed(): `differences` are others.
    """

    changed = Signal()

    def __init__(self, session: LongWork, edit: Callable[[Callable[[Catalogue], Change]], None]) -> None:
        """For a session; `edit` is its own."""
        super().__init__(session)
        self._session, self._edit = session, edit
        self.differences: tuple[Difference, ...] = ()

    def start(self, photo_ids: Sequence[int]) -> Job | None:
        """Look for tails in these photos again; nothing is changed by it."""
        if not photo_ids:
            self._session.say("No photo is chosen to look for tails in again.")
            return None

        def work(watch: Watch) -> list[Difference]:
            from whaleid_core.looking_again import look_again

            engine = self._session.load_engine(watch)
            return look_again(self._session.catalogue, engine, photo_ids, watch)

        job = self._session.jobs.start(
            "Finding tails again",
            "inference",
            work,
            lambda found: self._found(found, len(photo_ids)),
            lambda error: self._session.say(error.sentence),
        )
        job.retry = lambda: self.start(photo_ids)
        return job

    def take(self, photo_ids: Collection[int]) -> None:
        """Give these photos the boxes that were found, as one step; the others stay as they are."""
        chosen = [item for item in self.differences if item.photo.id in photo_ids]
        self._set(())
        if chosen:
            found = {item.photo.id: item.found for item in chosen}
            self._edit(lambda catalogue: catalogue.renew_boxes(found, chosen[0].searched_by))

    def _found(self, found: Sequence[Difference], of: int) -> None:
        self._set(tuple(found))
        if not found:
            self._session.say(f"Nothing would change: the detector sees {many(of, 'photo')} as before.")
        else:
            verb = "would get other boxes"
            boxes = key_of("app.show_boxes")
            self._session.say(f"{len(found):,} of {many(of, 'photo')} {verb}. Boxes shows what would change: {boxes}.")

    def _set(self, found: tuple[Difference, ...]) -> None:
        if found != self.differences:
            self.differences = found
            self.changed.emit()
