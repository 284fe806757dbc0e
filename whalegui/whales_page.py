"""The page of all whales: each with its photos, its names, its history."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from whalegui import bindings
from whalegui.book_pages import save_book
from whalegui.item_models import PagedModel
from whalegui.list_reader import ListReader
from whalegui.popup import pop_up
from whalegui.whale_deeds import WhaleDeeds
from whalegui.whale_reader import WhaleReader
from whalegui.whale_rows import TailCell, retells, with_covers
from whalegui.whales_frame import WhalesFrame
from whalegui.widgets.thumbnail_grid import ThumbnailGrid
from whalegui.widgets.whale_delegates import whale_words
from whalegui.widgets.wording import many, moment
from whaleid_core.catalogue.rows import WhaleRow
from whaleid_core.records import Change

if TYPE_CHECKING:
    from whalegui.session import Session
    from whaleid_core.catalogue import Catalogue

_REMEMBERED = 100
MENU = (
    ("whales.open", "whales.large"),
    ("whales.rename", "whales.merge", "whales.note"),
    ("whales.tick", "whales.tick_all", "whales.view", "whales.book"),
)
PHOTO_MENU = (("whales.open", "whales.large"), ("whales.split", "whales.move"), ("whales.tick", "whales.tick_all"))


class AllWhales(WhalesFrame):
    """The whales at the left, one of them at the right."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        model = PagedModel(self._fetch, lambda cell: cell.whale.name, lambda cell: whale_words(cell.whale))
        super().__init__(session, model, parent)
        self._whales: dict[int, WhaleRow] = {}
        self._been: deque[int] = deque(maxlen=_REMEMBERED)
        self._stale = False
        self._wanted = -1
        self._reader = ListReader(session, self._question, self)
        self._card_reader = WhaleReader(session, self.card, self)
        self.deeds = WhaleDeeds(session, self.name_bar)
        self.actions_made: dict[str, QAction] = bindings.bind(self, self._handlers())
        for action_id in ("whales.rename", "whales.merge", "whales.split", "whales.move"):
            self.card.buttons.addWidget(bindings.button(self.actions_made[action_id]))
        self._connect()
        self.page.say("fluke", "Reading the catalogue")
        self.refresh()

    # What the window asks

    def activate(self) -> None:
        """It was just shown: read what changed, and let the keyboard go to the list."""
        if self._stale:
            self.refresh()
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_item(self, whale_id: int) -> None:
        """Go to a whale; a search that hides it is cleared. One that is gone leaves everything as it is."""
        if self.model.position(whale_id) >= 0:
            self.list.set_current(whale_id)
            return
        self._wanted = whale_id
        if self.find_field.text() and whale_id in {row.id for row in self.session.catalogue.whales()}:
            self.find_field.clear()
        self.refresh()

    def refresh(self) -> None:
        """Read the whales again."""
        self._stale = False
        self._reader.ask()

    def _question(self) -> Callable[[Catalogue], list[WhaleRow]]:
        text = self.find_field.text().strip()
        return lambda catalogue: catalogue.whales(text)

    def find_here(self) -> None:
        """Put the keyboard into the find field."""
        self.find_field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.find_field.selectAll()

    # What the person does

    def rename(self) -> None:
        """Ask for another name of the current whale."""
        if self.card.whale is not None:
            self.deeds.rename(self.card.whale)

    def merge(self) -> None:
        """Ask which whale the ticked ones, or the current one, really are."""
        self.deeds.merge([self._whales[key] for key in self.list.picked if key in self._whales], self._merged)

    def split(self) -> None:
        """Ask what the whale is called that the ticked photos, or the current one, show."""
        if self.card.whale is not None:
            self.deeds.split(self.card.whale, self._chosen_tails(), self.card.grid.clear_ticks)

    def move_tails(self) -> None:
        """Ask which whale of the catalogue the ticked photos, or the current one, really show."""
        self.deeds.move(self._chosen_tails(), self.card.grid.clear_ticks)

    def save_book(self) -> None:
        """Ask where to save the ticked whales, or all that are listed, on pages."""
        save_book(self.session, self.list.ticks or list(self._whales), self)

    def _chosen_tails(self) -> list[TailCell]:
        """The ticked photos of the whale in view, else the one that the keyboard is on."""
        rows = [self.card.tails.row_of(key) for key in self.card.grid.picked]
        return [row for row in rows if row is not None]

    @property
    def _ticking(self) -> ThumbnailGrid:
        """Where a tick goes: to the photos while the keyboard is on them, else to the whales."""
        return self.card.grid if self.card.grid.hasFocus() else self.list

    def toggle_large(self) -> None:
        """The current tail's photo over the right side, and back."""
        if self.large.isVisible():
            self.large.close_view()
        elif (cell := self.card.current_tail) is not None:
            self.large.open(
                cell.photo, f"{cell.photo.name}    {moment(cell.photo.taken_at)}    {cell.tail.whale or ''}"
            )

    def back(self) -> None:
        """To the whale that was current before."""
        while self._been:
            key = self._been.pop()
            if key != self.list.current_id and self.model.position(key) >= 0:
                self.list.set_current(key)
                self._been.pop()  # the way back leaves no trace
                return

    def _handlers(self) -> dict[str, Callable[[], object]]:
        return {
            "whales.open": self._open,
            "whales.next": lambda: self.list.step(1),
            "whales.previous": lambda: self.list.step(-1),
            "whales.back": self.back,
            "whales.large": self.toggle_large,
            "whales.tick": lambda: self._ticking.toggle_tick(),
            "whales.tick_all": lambda: self._ticking.tick_all(),
            "whales.note": lambda: self.card.facts.note.setFocus(Qt.FocusReason.ShortcutFocusReason),
            "whales.view": self.switch_view,
            "whales.rename": self.rename,
            "whales.merge": self.merge,
            "whales.split": self.split,
            "whales.move": self.move_tails,
            "whales.book": self.save_book,
        }

    def _open(self) -> None:
        """From the list to the whale's photos, from a photo to Boxes."""
        if self.card.grid.hasFocus():
            if (cell := self.card.current_tail) is not None:
                self.session.show("boxes", cell.photo.id)
            return
        self.card.tabs.setCurrentIndex(0)
        self.card.grid.setFocus(Qt.FocusReason.ShortcutFocusReason)
        if self.card.grid.current_id < 0 and self.card.tails.ids:
            self.card.grid.set_current(self.card.tails.ids[0])

    def _merged(self, kept: int) -> None:
        self.list.clear_ticks()
        self.show_item(kept)

    # What is shown

    def _fetch(self, keys: list[int], then: Callable[[Sequence[object]], None]) -> None:
        whales = [self._whales[key] for key in keys if key in self._whales]
        self.session.query(lambda catalogue: with_covers(catalogue, whales), then)

    def _take(self, whales: Sequence[WhaleRow]) -> None:
        before, self._whales = self._whales, {row.id: row for row in whales}
        self.model.set_listing([row.id for row in whales])
        self.model.refresh([row.id for row in whales if before.get(row.id) != row])
        if self._wanted in self._whales:
            self.list.set_current(self._wanted)
        elif self.list.current_id < 0 and whales:
            self.list.set_current(whales[0].id)
        self._wanted = -1
        self._show_state()

    def _failed(self, error: object) -> None:
        self.page.say("circle-alert", str(error), "Try again", self.refresh)
        self.show_page()

    def _show_state(self) -> None:
        count, searched = len(self._whales), bool(self.find_field.text().strip())
        self.said.setText(f"{many(count, 'whale')} found" if searched else many(count, "whale"))
        if count:
            self.show_card()
            self._show_current()
            return
        if searched:
            self.page.say("search", "No whale fits.", "Show all", self.find_field.clear)
        else:
            self.page.say(
                "fluke",
                "No whales yet. Name a tail in Matches.",
                "Open Matches",
                lambda: self.session.show("matches", -1),
            )
        self.show_page()

    def _current_changed(self, key: int) -> None:
        if key >= 0:
            self._been.append(key)
            self.large.close_view()
        self._show_current()

    def _show_current(self) -> None:
        whale = self._whales.get(self.list.current_id)
        if whale is None:
            return
        self._card_reader.show(whale)

    def _changed(self, change: Change) -> None:
        if not retells(change) and change.tables.isdisjoint({"photo", "tail", "whale_name"}):
            return
        if self.isVisible():
            self._reader.ask_soon()
        else:
            self._stale = True

    # Put together

    def _menu(self, view: ThumbnailGrid, groups: Sequence[Sequence[str]], point: QPoint) -> None:
        pop_up(self, self.actions_made, groups, view.viewport().mapToGlobal(point))

    def _connect(self) -> None:
        self._reader.came.connect(self._take)
        self._reader.failed.connect(self._failed)
        self.find_field.textChanged.connect(lambda _: self._reader.ask_soon())
        self.list.current_changed.connect(self._current_changed)
        self.list.opened.connect(lambda _: self._open())
        for view, groups in ((self.list, MENU), (self.card.grid, PHOTO_MENU)):
            view.customContextMenuRequested.connect(partial(self._menu, view, groups))
        self.card.grid.opened.connect(lambda _: self.toggle_large())
        self.card.best.clicked.connect(self.toggle_large)
        self.card.left.connect(self.activate)
        self.large.closed.connect(self.activate)
        self.large.moved.connect(self._large_moved)
        self.name_bar.closed.connect(self.activate)
        self.session.changed.connect(self._changed)

    def _large_moved(self, step: int) -> None:
        if self.card.grid.current_id < 0 and self.card.tails.ids:
            self.card.grid.set_current(self.card.tails.ids[0])
        self.card.grid.step(step)
        cell = self.card.current_tail
        if cell is not None:
            self.large.open(
                cell.photo, f"{cell.photo.name}    {moment(cell.photo.taken_at)}    {cell.tail.whale or ''}"
            )
