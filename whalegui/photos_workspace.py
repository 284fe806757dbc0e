"""Photos: all photographs of the catalogue, what each is waiting for, and what can be done with them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtGui import (
    QAction,
)
from PySide6.QtWidgets import QWidget

from whalegui import bindings
from whalegui.photo_listing import Listing, touched_photos
from whalegui.photos_frame import PhotosFrame
from whalegui.popup import pop_up
from whalegui.widgets.photo_status import STATUS_LOOKS
from whalegui.widgets.wording import many
from whaleid_core.catalogue.rows import Counts, PhotoRow, SourceRow
from whaleid_core.errors import WhaleIdError
from whaleid_core.records import Change

if TYPE_CHECKING:
    from whalegui.jobs import Job
    from whalegui.session import Session
    from whalegui.widgets.name_field import NameField
    from whaleid_core.workflow import Added

_REMEMBERED = 100
_LISTS_AFTER_MS = 60

MENU = (
    ("photos.open", "photos.large"),
    ("photos.tick", "photos.tick_all"),
    ("photos.turn", "photos.turn_left", "photos.note"),
    ("photos.name_encounter", "photos.join", "photos.split"),
    ("photos.photographer", "photos.time", "photos.clock", "photos.track"),
    ("photos.look_again", "photos.remove"),
)
"""The context menu, in groups; a test holds that all of it is bound."""
_OF_ALL = ("photos.tick_all", "photos.clock", "photos.track")
NEED_A_PHOTO = tuple(action_id for group in MENU for action_id in group if action_id not in _OF_ALL)


class PhotosWorkspace(PhotosFrame):
    """The photos of a session, and what a person does with them."""

    name = "photos"

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self._been: deque[int] = deque(maxlen=_REMEMBERED)
        self._offered = 0
        self._problems = 0
        self._whales: Job | None = None
        self._there: Job | None = None
        self._people: Job | None = None
        self._lists = session.pause(_LISTS_AFTER_MS, self._read_lists)
        self.actions_made: dict[str, QAction] = bindings.bind(self, self._handlers())
        self._connect()
        if session.counts is not None:
            self._count(session.counts)
        self._show_current()

    # What the window asks

    def activate(self) -> None:
        """It was just shown: the keyboard goes to the photos."""
        self.grid.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_item(self, photo_id: int) -> None:
        """Go to a photo; a filter that hides it is cleared. One that was taken out leaves everything as it is."""
        try:
            self.session.catalogue.photo(photo_id)
        except WhaleIdError:
            return
        if not self.browser.show_photo(photo_id):
            self.widen()
            self.browser.show_photo(photo_id)

    def refresh(self) -> None:
        """Read everything again, and the broken files that were copied again."""
        self.tools.read_again()
        self.browser.refresh()
        self.session.refresh_counts()

    def find_here(self) -> None:
        """Put the keyboard into the find field."""
        self.toolbar.find_field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.toolbar.find_field.selectAll()

    # What the person does

    def toggle_large(self) -> None:
        """The current photo over the whole middle, and back."""
        if self.large.isVisible():
            self.large.close_view()
        else:
            self._show_large()

    def back(self) -> None:
        """To the photo that was current before."""
        while self._been:
            key = self._been.pop()
            if key != self.grid.current_id and self.browser.model.position(key) >= 0:
                self.grid.set_current(key)
                self._been.pop()  # the way back leaves no trace
                return

    def _handlers(self) -> dict[str, Callable[[], object]]:
        return {
            "photos.open": self._open,
            "photos.next": lambda: self.grid.step(1),
            "photos.previous": lambda: self.grid.step(-1),
            "photos.back": self.back,
            "photos.large": self.toggle_large,
            "photos.tick": self.grid.toggle_tick,
            "photos.tick_all": self.grid.tick_all,
            "photos.view": self.toolbar.switch_view,
            "photos.note": self._edit_note,
            "photos.name_encounter": self.deeds.name_encounter,
            "photos.remove": self.deeds.remove,
            "photos.turn": lambda: self.deeds.turn(90),
            "photos.turn_left": lambda: self.deeds.turn(270),
            "photos.join": self.deeds.join,
            "photos.split": self.deeds.split,
            "photos.photographer": lambda: self._edit_details(self.details.photographer),
            "photos.time": lambda: self._edit_details(self.details.time),
            "photos.look_again": lambda: self.session.again.start(self.grid.picked),
            **self.tools.handlers(),
        }

    def _open(self) -> None:
        if self.grid.current_id >= 0:
            self.session.show("boxes", self.grid.current_id)

    def _edit_note(self) -> None:
        self.details.show()
        self.details.edit_note()

    def _edit_details(self, field: NameField) -> None:
        self.details.show()
        self.details.edit(field)

    def _invite(self) -> None:
        """The window knows how to ask for photographs."""
        action = self.window().findChild(QAction, "app.add")
        if isinstance(action, QAction):
            action.trigger()

    # What is shown

    def _show_filter(self) -> None:
        wanted = self.filters.filter_with(self.toolbar.find_field.text().strip())
        self.browser.show_filter(wanted, *self.toolbar.sorted_by)
        self._say_filter()

    def _show_list(self, as_list: bool) -> None:
        self.browser.show_as_list(as_list)
        self.toolbar.show_list(as_list)

    def _current_changed(self, key: int) -> None:
        if key >= 0:
            self._been.append(key)
        self._picked()
        if self.large.isVisible():
            self._show_large()

    def _picked(self) -> None:
        self.session.select(self.grid.picked)
        self._show_current()
        self._say_how_many()

    def _show_current(self) -> None:
        reason, some = "Pick a photo first.", bool(self.grid.current_id >= 0 or self.grid.tick_count)
        for action_id in NEED_A_PHOTO:
            bindings.allow(self.actions_made[action_id], some, reason)
        ticks = self.grid.ticks if self.grid.tick_count > 1 else []
        if ticks:
            rows = [self.browser.model.row_of(key) for key in ticks[:1000]]
            read = [row for row in rows if row is not None]
            self.details.show_many(read, ticks)
            among = {row.id: row for photo in read if (row := self.browser.encounter_of(photo)) is not None}
            self.details.show_areas(list(among.values()))
            return
        photo = self._current_photo()
        if photo is None:
            self.details.show_nothing()
            return
        encounter = self.browser.encounter_of(photo)
        self.details.show_photo(photo, self.session.catalogue.tails(photo.id), encounter)
        if not photo.problem:
            self._there = self.session.query(
                lambda _: (photo.id, photo.path.is_file()), lambda told: self.details.show_there(*told), self._there
            )

    def _current_photo(self) -> PhotoRow | None:
        key = self.grid.current_id
        if key < 0:
            return None
        row: PhotoRow | None = self.browser.model.row_of(key)
        if row is None:
            try:
                return self.session.catalogue.photo(key)
            except WhaleIdError:  # taken out a moment ago; the list follows
                return None
        return row

    def _show_large(self) -> None:
        photo = self._current_photo()
        if photo is not None:
            place = f"{self.browser.model.position(photo.id) + 1:,} of {self.browser.model.rowCount():,}"
            self.large.open(photo, f"{photo.name}    {place}    {STATUS_LOOKS[photo.status].word}")

    def _say_how_many(self) -> None:
        shown, counts = self.browser.model.rowCount(), self.session.counts
        total = counts.photos if counts is not None else shown
        words = many(shown, "photo") if shown >= total else f"{shown:,} of {many(total, 'photo')}"
        self.toolbar.said.setText(f"{words}, {self.grid.tick_count:,} ticked" if self.grid.tick_count else words)
        self._say_filter()

    def _say_filter(self) -> None:
        """What is filtered is always said, with the way out."""
        words = self.filters.words(self.browser.filter)
        if not words:
            self.filter_bar.hide()
            return
        shown, counts = self.browser.model.rowCount(), self.session.counts
        total = counts.photos if counts is not None else shown
        self.filter_bar.button.setText(f"Show all {total:,}")
        self.filter_bar.say(f"Filter: {words}. {shown:,} of {many(total, 'photo')}.")

    # What the session tells

    def _changed(self, change: Change) -> None:
        touched = touched_photos(change)
        added = any(row.table == "photo" and row.before is None for row in change.rows)
        if "whale" in change.tables or added:
            self._lists.begin()
        if self.grid.current_id in touched or not touched.isdisjoint(self.grid.ticks):
            self._show_current()

    def _added(self, added: Added) -> None:
        """Photos were read: what comes next is offered, once."""
        if added.added:
            self._offered = added.added
            self.offer.say(f"{many(added.added, 'photo')} read. Find tails?")

    def _row_read(self, first: QModelIndex, last: QModelIndex, roles: object = None) -> None:
        current = self.grid.currentIndex()
        if current.isValid() and first.row() <= current.row() <= last.row():
            self._show_current()

    def _count(self, counts: Counts) -> None:
        self.filters.show_counts(counts)
        if counts.problems > self._problems:
            self.problem_bar.say(f"{many(counts.problems, 'photo')} can't be read. See why; the rest goes on.")
        if not counts.problems:
            self.problem_bar.hide()
        if counts.waiting_search < self._offered:  # the search has begun
            self._offered = 0
            self.offer.hide()
        self._problems = counts.problems
        self._say_how_many()

    def _listed(self, listing: Listing) -> None:
        self.filters.show_encounters(listing.encounters)
        self.details.area.offer(sorted({row.area for row in listing.encounters} - {""}))
        self._lists.begin()
        self._say_how_many()
        self._show_current()

    def _show_people(self, photographers: list[SourceRow]) -> None:
        self.filters.show_photographers(photographers)
        self.details.photographer.offer([row.name for row in photographers if row.name])

    def _read_lists(self) -> None:
        """What can be filtered by; after a pause, for the photos that are looked at come first."""
        self._people = self.session.query(lambda catalogue: catalogue.photographers(), self._show_people, self._people)
        self._whales = self.session.query(lambda catalogue: catalogue.whales(), self.filters.show_whales, self._whales)

    # Put together

    def _menu(self, point: QPoint) -> None:
        pop_up(self, self.actions_made, MENU, self.grid.viewport().mapToGlobal(point))

    def _connect(self) -> None:
        session, grid = self.session, self.grid
        self.filters.changed.connect(self._show_filter)
        self.toolbar.order_changed.connect(self._show_filter)
        self.browser.sort_wanted.connect(self.toolbar.sort)
        self.toolbar.find_changed.connect(lambda _: self._show_filter())
        self.toolbar.size_changed.connect(self.browser.resize_pictures)
        self.toolbar.list_wanted.connect(self._show_list)
        grid.zoomed.connect(self.toolbar.zoom)
        grid.current_changed.connect(self._current_changed)
        grid.ticks_changed.connect(self._picked)
        grid.opened.connect(lambda key: session.show("boxes", key))
        grid.setContextMenuPolicy(Qt.ContextMenuPolicy.DefaultContextMenu)
        grid.customContextMenuRequested.connect(self._menu)
        self.browser.model.dataChanged.connect(self._row_read)
        self.browser.listed.connect(self._listed)
        self.browser.invited.connect(self._invite)
        self.browser.widened.connect(self.widen)
        self.details.note_written.connect(self.deeds.write_note)
        self.details.note_left.connect(self.activate)
        self.details.find_wanted.connect(self.tools.find_again)
        self.details.photographer_written.connect(self.deeds.set_photographer)
        self.details.area_written.connect(self.deeds.set_area)
        self.details.time_written.connect(self.deeds.set_time)
        self.details.preview.clicked.connect(self.toggle_large)
        self.large.moved.connect(self.grid.step)
        self.large.closed.connect(self.activate)
        self.name_bar.closed.connect(self.activate)
        session.changed.connect(self._changed)
        session.photos_added.connect(self._added)
        session.counts_changed.connect(self._count)
