"""Fills the card of a whale from the catalogue, and writes down what is put into it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from whalegui.whale_rows import TailCell, suggestion_of, tails_of
from whalegui.widgets.whale_card import WhaleCard
from whaleid_core.catalogue.rows import NameRow, RatingRow, WhaleRow
from whaleid_core.sightings import meetings

if TYPE_CHECKING:
    from whalegui.jobs import Job
    from whalegui.session import Session
    from whaleid_core.catalogue import Catalogue

Read = tuple[list[TailCell], dict[int, RatingRow], list[NameRow]]


class WhaleReader(QObject):
    """Between one card and the session."""

    def __init__(self, session: Session, card: WhaleCard, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._card = session, card
        self._reading: Job | None = None
        self._asked: Job | None = None
        self._suggesting: Job | None = None
        self._ratings: dict[int, RatingRow] = {}
        edit = session.edit
        card.described.connect(lambda key, fields: edit(lambda catalogue: catalogue.set_whale(key, **fields)))
        card.pigmented.connect(lambda key, kind: edit(lambda catalogue: catalogue.set_pigmentation(key, kind)))
        card.wanted.connect(self._show_wanted)
        card.grid.current_changed.connect(lambda _: self._show_rating())
        card.rating.rated.connect(lambda key, grades: edit(lambda catalogue: catalogue.rate_tail(key, **grades)))
        card.ids.added.connect(self._add_id)
        card.ids.changed.connect(
            lambda key, name, of: edit(lambda catalogue: catalogue.set_other_name(key, name, of), None)
        )
        card.ids.removed.connect(lambda key: edit(lambda catalogue: catalogue.delete_other_name(key)))

    def show(self, whale: WhaleRow) -> None:
        """Show a whale, or the same one as it is now."""
        self._card.show_whale(whale)

        def read(catalogue: Catalogue) -> Read:
            tails = tails_of(catalogue, whale.id)
            return tails, catalogue.ratings([cell.id for cell in tails]), catalogue.whale_names(whale.id)

        def show(found: Read) -> None:
            if self._card.whale_id == whale.id:
                tails, self._ratings, names = found
                self._card.show_tails(tails)
                self._card.show_names(names)
                self._show_rating()

        self._reading = self._session.query(read, show, self._reading)

    def _show_wanted(self, whale_id: int, what: str) -> None:
        """Read what the open tab of the card shows."""

        def read(catalogue: Catalogue) -> Any:
            if what == "history":
                return catalogue.whale_history(whale_id)
            return meetings(catalogue.sightings(whale_id))

        def show(found: Any) -> None:
            if self._card.whale_id == whale_id:
                (self._card.show_history if what == "history" else self._card.show_meetings)(found)

        self._asked = self._session.query(read, show, self._asked)

    def _show_rating(self) -> None:
        """How the current tail was rated, and, once the photo was looked at, what the program suggests."""
        cell, before = self._card.current_tail, self._card.rating.tail_id
        self._card.rating.show_tail(cell, self._ratings.get(cell.id) if cell is not None else None)
        if cell is None or cell.id == before:
            return
        if self._suggesting is not None:
            self._suggesting.cancel()
        # A photo that can't be read says so where it is shown: here it only goes without suggestions.
        self._suggesting = self._session.jobs.start(
            "",
            "thumbnails",
            lambda watch: suggestion_of(cell),
            lambda suggested: self._card.rating.suggest(cell.id, suggested),
            droppable=True,
        )

    def _add_id(self, name: str, catalogue_of: str) -> None:
        whale_id = self._card.whale_id
        self._session.edit(lambda catalogue: catalogue.add_other_name(whale_id, name, catalogue_of))
