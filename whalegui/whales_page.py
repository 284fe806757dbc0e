"""The page of all whales: each with its photos, its names, its history."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from whalegui import actions
from whalegui.item_models import PagedModel
from whalegui.list_reader import ListReader
from whalegui.whale_rows import TailCell, history_of, retells, tails_of, with_covers
from whalegui.whales_frame import WhalesFrame
from whalegui.widgets.whale_delegates import whale_words
from whalegui.widgets.wording import many, moment
from whaleid_core.catalogue.rows import JournalRow, WhaleRow
from whaleid_core.errors import WhaleIdError
from whaleid_core.records import Change

if TYPE_CHECKING:
    from whalegui.jobs import Job
    from whalegui.session import Session
    from whaleid_core.catalogue import Catalogue

_REMEMBERED = 100
MENU = (("whales.open", "whales.large"), ("whales.rename", "whales.merge", "whales.note"), ("whales.tick",))


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
        self._tails: Job | None = None
        self._history: Job | None = None
        self.actions_made: dict[str, QAction] = actions.bind(self, self._handlers())
        for action_id in ("whales.rename", "whales.merge"):
            self.card.buttons.addWidget(actions.button(self.actions_made[action_id]))
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

    def find(self) -> None:  # type: ignore[override]
        """Put the keyboard into the find field."""
        self.find_field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.find_field.selectAll()

    # What the person does

    def rename(self) -> None:
        """Ask for another name of the current whale."""
        whale = self.card.whale
        if whale is not None:
            self.name_bar.ask(
                f"New id of {whale.name}",
                whale.name,
                "Rename",
                lambda name: self.session.edit(lambda catalogue: catalogue.rename_whale(whale.id, name)),
            )

    def merge(self) -> None:
        """Ask which whale the ticked ones, or the current one, really are."""
        gone = [self._whales[key] for key in self.list.picked if key in self._whales]
        if not gone:
            return
        what = gone[0].name if len(gone) == 1 else many(len(gone), "ticked whale")
        self.session.query(
            lambda catalogue: [row.name for row in catalogue.whales()],
            lambda names: self.name_bar.ask(
                f"{what} is really" if len(gone) == 1 else f"The {what} are really",
                "",
                "Merge",
                lambda name: self._merge(gone, name),
                names,
            ),
        )

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
            "whales.tick": self.list.toggle_tick,
            "whales.note": lambda: self.card.note.setFocus(Qt.FocusReason.ShortcutFocusReason),
            "whales.rename": self.rename,
            "whales.merge": self.merge,
        }

    def _open(self) -> None:
        """From the list to the whale's photos, from a photo to Boxes."""
        if self.card.grid.hasFocus():
            if (cell := self.card.current_tail) is not None:
                self.session.show("boxes", cell.photo.id)
            return
        self.card.tabs.setCurrentWidget(self.card.grid)
        self.card.grid.setFocus(Qt.FocusReason.ShortcutFocusReason)
        if self.card.grid.current_id < 0 and self.card.tails.ids:
            self.card.grid.set_current(self.card.tails.ids[0])

    def _merge(self, gone: Sequence[WhaleRow], name: str) -> None:
        def make(catalogue: Catalogue) -> Change:
            keep = catalogue.whale_id(name)
            if keep is None:
                raise WhaleIdError(
                    f"There is no whale {name} in this catalogue.", "Rename instead, or choose one from the list."
                )
            changes = [catalogue.merge_whales(keep, whale.id) for whale in gone if whale.id != keep]
            return (
                changes[0]
                if len(changes) == 1
                else Change.joined(f"{many(len(changes), 'whale')} merged into {name}", changes)
            )

        self.session.edit(make, lambda change: self._merged(change, name))

    def _merged(self, change: Change, name: str) -> None:
        kept = self.session.catalogue.whale_id(name)
        if kept is not None:
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
        self.card.show_whale(whale)

        def show(tails: list[TailCell]) -> None:
            if self.card.whale_id == whale.id:
                self.card.show_tails(tails)

        self._tails = self.session.query(lambda catalogue: tails_of(catalogue, whale.id), show, self._tails)

    def _show_history(self, whale_id: int) -> None:
        def show(lines: list[JournalRow]) -> None:
            if self.card.whale_id == whale_id:
                self.card.show_history(lines)

        self._history = self.session.query(lambda catalogue: history_of(catalogue, whale_id), show, self._history)

    def _changed(self, change: Change) -> None:
        if not retells(change) and not change.keys("photo"):
            return
        if self.isVisible():
            self._reader.ask_soon()
        else:
            self._stale = True

    def _describe(self, whale_id: int, fields: dict[str, str]) -> None:
        self.session.edit(lambda catalogue: catalogue.set_whale(whale_id, **fields))

    # Put together

    def _menu(self, point: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for group in MENU:
            if menu.actions():
                menu.addSeparator()
            menu.addActions([self.actions_made[action_id] for action_id in group])
        menu.popup(self.list.viewport().mapToGlobal(point))

    def _connect(self) -> None:
        self._reader.came.connect(self._take)
        self._reader.failed.connect(self._failed)
        self.find_field.textChanged.connect(lambda _: self._reader.ask_soon())
        self.list.current_changed.connect(self._current_changed)
        self.list.opened.connect(lambda _: self._open())
        self.list.customContextMenuRequested.connect(self._menu)
        self.card.grid.opened.connect(lambda _: self.toggle_large())
        self.card.best.clicked.connect(self.toggle_large)
        self.card.described.connect(self._describe)
        self.card.history_wanted.connect(self._show_history)
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
