"""What a person does to the photos that are picked; each is one step that can be undone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from whalegui.widgets.name_bar import NameBar
from whalegui.widgets.photo_browser import PhotoBrowser
from whalegui.widgets.wording import many
from whaleid_core.records import Change

if TYPE_CHECKING:
    from whalegui.session import Session
    from whaleid_core.catalogue import Catalogue
    from whaleid_core.catalogue.rows import EncounterRow


class PhotoDeeds:
    """Acts on the ticked photos of a browser, or on its current one."""

    def __init__(self, session: Session, browser: PhotoBrowser, name_bar: NameBar) -> None:
        self._session = session
        self._browser = browser
        self._name_bar = name_bar

    def remove(self) -> None:
        """Take them out of the catalogue; the files stay."""
        self._with_picked(lambda catalogue, ids: catalogue.remove_photos(ids))

    def turn(self, degrees: int) -> None:
        """Turn them clockwise."""

        def make(catalogue: Catalogue, ids: list[int]) -> Change:
            changes = [catalogue.turn_photo(key, degrees) for key in ids]
            way = "right" if degrees == 90 else "left"
            return (
                changes[0] if len(changes) == 1 else Change.joined(f"{many(len(ids), 'photo')} turned {way}", changes)
            )

        self._with_picked(make)

    def join(self) -> None:
        """Make one encounter of them: the first one's goes on, with its name and note."""
        encounter = self._encounter(self._browser.grid.picked)
        if encounter is None:
            self._with_picked(lambda catalogue, ids: catalogue.make_encounter(ids))
            return
        into = encounter.id
        self._with_picked(lambda catalogue, ids: catalogue.join_encounters(into, ids))

    def split(self) -> None:
        """Begin a new encounter at the current photo: it, and what follows it in its encounter."""
        grid, model = self._browser.grid, self._browser.model
        current = grid.current_id
        encounter = self._encounter([current])
        if encounter is None:
            self._session.say("This photo is in no encounter.")
            return
        at = model.position(current)
        group = next((g for g in model.groups if g.key == encounter.id and g.start <= at < g.start + g.count), None)
        if group is None:
            self._session.say("Sort by encounter first: then it is clear what follows this photo.")
            return
        if at == group.start:
            self._session.say(f"{encounter.name} begins with this photo already.")
            return
        ids = model.ids[at : group.start + group.count]
        self._session.edit(lambda catalogue: catalogue.make_encounter(ids, ""))

    def name_encounter(self) -> None:
        """Ask for the encounter's name; photos without one become one."""
        encounter = self._encounter(self._browser.grid.picked)
        if encounter is not None:
            row = encounter
            self._name_bar.ask(
                f"Name of {row.name}",
                row.name,
                "Name encounter",
                lambda name: self._session.edit(lambda catalogue: catalogue.name_encounter(row.id, name)),
            )
            return
        count = many(len(self._browser.grid.picked), "photo")
        self._name_bar.ask(
            f"Encounter of {count}",
            "",
            "Make encounter",
            lambda name: self._with_picked(lambda catalogue, ids: catalogue.make_encounter(ids, name)),
        )

    def write_note(self, photo_id: int, text: str) -> None:
        """Keep a photo's note."""
        self._session.edit(lambda catalogue: catalogue.set_note("photo", photo_id, text))

    def set_photographer(self, photo_ids: Sequence[int], name: str) -> None:
        """Keep who took photos."""
        ids = list(photo_ids)
        self._session.edit(lambda catalogue: catalogue.set_photographer(ids, name))

    def set_time(self, photo_ids: Sequence[int], taken_at: datetime | None) -> None:
        """Keep when photos were taken; those in no encounter join the one that they were taken amid."""
        ids, gaps = list(photo_ids), self._session.gaps

        def make(catalogue: Catalogue) -> Change:
            timed = catalogue.set_time(ids, taken_at)
            return Change.joined(timed.label, [timed, catalogue.join_by_time(ids, gaps)])

        self._session.edit(make)

    def set_area(self, encounter_ids: Sequence[int], area: str) -> None:
        """Keep in which area encounters were."""
        ids = list(encounter_ids)
        self._session.edit(lambda catalogue: catalogue.set_area(ids, area))

    def _with_picked(self, make: Callable[[Catalogue, list[int]], Change]) -> None:
        ids = self._browser.grid.picked
        if ids:
            self._session.edit(lambda catalogue: make(catalogue, ids))

    def _encounter(self, ids: list[int]) -> EncounterRow | None:
        for key in ids:
            photo = self._browser.model.row_of(key) if key >= 0 else None
            if photo is not None and (encounter := self._browser.encounter_of(photo)) is not None:
                return encounter
        return None
