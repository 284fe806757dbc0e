"""Boxes: goes through the photos whose tail boxes a person should see, and takes what that person does to them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtWidgets import QWidget

from whalegui.box_editor import copy_from_before
from whalegui.box_frame import BoxesFrame
from whalegui.box_queue import Part, touched_photos
from whalegui.box_state import BoxState, read_state
from whalegui.jobs import Job
from whalegui.session import Session
from whaleid_core.catalogue import Catalogue, CheckReason, PhotoRow, TailRow
from whaleid_core.errors import WhaleIdError
from whaleid_core.records import Change

REFRESH_MS = 200
"""Changes that come in a burst, as a job streams them, are looked at together."""
_AHEAD = 2


class BoxesWorkspace(BoxesFrame):
    """The queue at the left; the photo with its boxes, or a sheet of sure crops; the decisions below."""

    name = "boxes"

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self._asked: Job | None = None
        self._afresh = False
        self._listing = session.pause(REFRESH_MS, self._reload)
        self._connect()
        self._reload()

    def _handlers(self) -> Mapping[str, Callable[[], object]]:
        return {
            "boxes.accept": self.accept,
            "boxes.no_tail": self.no_tail,
            "boxes.next": lambda: self._step(1),
            "boxes.previous": lambda: self._step(-1),
            "boxes.back": self.back,
            "boxes.copy": self.copy_boxes,
            "boxes.sheet": self.toggle_sheet,
            "boxes.turn": lambda: self._turn(90),
            "boxes.turn_left": lambda: self._turn(270),
            "boxes.note": self._edit_note,
        }

    def _connect(self) -> None:
        self.session.changed.connect(self._changed)
        self.session.moved.connect(self._moved)
        self.stage.editor.settled.connect(self._read_again)
        self.stage.seen.connect(self._look_ahead)
        self.stage.currentChanged.connect(self.say_what_is_shown)
        self.stage.sheet.opened.connect(self._open_from_sheet)
        self.stage.sheet.paged.connect(self.say_what_is_shown)
        self.pane.chosen.connect(self.open)
        self.pane.part_changed.connect(self._open_first)
        self.queue.listed.connect(self.say_what_is_shown)
        self.bar.pressed.connect(lambda action_id: self.actions_made[action_id].trigger())
        self.bar.note_written.connect(self._write_note)
        self.bar.field_left.connect(self.stage.take_keyboard)

    # What the window calls

    def activate(self) -> None:
        """The workspace was brought to the front; it is where it was left."""
        self.stage.take_keyboard()
        self._reload()

    def show_item(self, photo_id: int) -> None:
        """Open a photo that somebody asked for elsewhere, whether it waits or not."""
        self.open(photo_id)

    def refresh(self) -> None:
        """Read everything again: the queue in its order of doubt, the photo from its file."""
        self.stage.read_files_again()
        self._reload(afresh=True)
        if self._row is not None and self._row.problem:
            self.session.add_paths([self._row.path])
        if self.on_photo and self._row is not None:
            self._show_photo(self._row.id)

    # Which photo

    def open(self, photo_id: int) -> None:
        """Show a photo; Back returns to the one before."""
        if self._row is not None and self._row.id != photo_id:
            self._trail.append(self._row.id)
        elif self.on_photo:
            return
        self._from_sheet = False
        self._show_photo(photo_id)

    def _open_from_sheet(self, photo_id: int) -> None:
        self._show_photo(photo_id)
        self._from_sheet = True

    def _open_first(self) -> None:
        first = self.queue.next_waiting(0, self.pane.part)
        if first is not None:
            self.open(first)

    def _show_photo(self, photo_id: int) -> None:
        """Read a photo and show it from where photos are first seen."""
        self.bar.close_note()
        found = self._read(photo_id)
        if found is None:
            return
        self._row, self._tails = found
        following = self.queue.following(photo_id, _AHEAD, self.pane.part)
        self.stage.show_photo(self._row, self._tails, following)
        self.pane.show_photo(photo_id)
        self.say_what_is_shown()
        if self.isVisible():
            self.stage.take_keyboard()

    def _read(self, photo_id: int) -> tuple[PhotoRow, list[TailRow]] | None:
        """A photo and its tails; where it is gone, the next one opens."""
        try:
            return self.session.catalogue.photo(photo_id), self.session.catalogue.tails(photo_id)
        except WhaleIdError as error:
            self.session.say(error.sentence)
            self._trail = [key for key in self._trail if key != photo_id]
            self._row = None
            self.queue.set_done([photo_id])
            self._open_next(photo_id)
            return None

    def _open_next(self, photo_id: int) -> None:
        """After a decision: the next photo that waits, in this part of the queue, then in the whole."""
        for part in (self.pane.part, Part.TO_CHECK):
            following = self.queue.next_waiting(photo_id, part)
            if following is not None:
                if part is not self.pane.part:
                    self.pane.parts.choose([part])
                self.open(following)
                return
        if self._row is not None:
            self._trail.append(self._row.id)
        self._show_nothing()

    def _step(self, by: int) -> None:
        if self.stage.on_sheet:
            self.stage.sheet.step(by)
            return
        found = self.queue.step(self._row.id if self._row is not None else 0, by, self.pane.part)
        if found is not None:
            self.open(found)

    def back(self) -> None:
        """To the sheet that this photo was opened from, or to the photo before."""
        if self.stage.on_differences:
            self._leave_sheet()
        elif self._from_sheet or self.stage.on_sheet:
            self._from_sheet = False
            self.toggle_sheet()
        elif self._trail:
            self._show_photo(self._trail.pop())

    def _look_ahead(self) -> None:
        """Load the pictures of the next photos, once this one's is there."""
        if self._row is not None:
            ids = self.queue.following(self._row.id, _AHEAD, self.pane.part)
            self.session.query(lambda catalogue: catalogue.photos(ids), self.stage.pictures.ahead)

    # Decisions

    def accept(self) -> None:
        """The boxes are right: of this photo, once it was seen, or of the sheet's page."""
        if self.stage.on_sheet:
            self._accept_page(self.stage.sheet.page)
        elif self.stage.on_differences:
            self.again.take([] if self.session.catalogue.read_only else self.stage.differences.grid.ticks)
            self._leave_sheet()
        elif self.stage.can_be_judged:
            self._decide(lambda catalogue, photo_id: catalogue.accept_boxes([photo_id]))

    def _accept_page(self, shown: list[int]) -> None:
        waiting = set(self.queue.sure)
        page = [key for key in shown if key in waiting]
        if not page or self.session.catalogue.read_only:
            return
        self.stage.editor.edit(lambda catalogue: catalogue.accept_boxes(page))
        self.queue.set_sure_done(page)
        self.stage.sheet.show_photos(self.queue.sure)
        if not self.queue.sure:
            self._leave_sheet()

    def no_tail(self) -> None:
        """There is no tail in this photo: its boxes go."""
        self._decide(lambda catalogue, photo_id: catalogue.no_tail(photo_id))

    def _decide(self, make: Callable[[Catalogue, int], Change]) -> None:
        if self._row is None or not self.stage.on_canvas or not self._edit_photo(make):
            return
        photo_id = self._row.id
        self.queue.set_done([photo_id])
        if self._from_sheet:
            self.queue.set_sure_done([photo_id])
            self.back()
        else:
            self._open_next(photo_id)

    def _edit_photo(self, make: Callable[[Catalogue, int], Change]) -> bool:
        """Make an edit of the shown photo; False where there is none, or it may only be looked at."""
        if self._row is None or not self.on_photo or self.session.catalogue.read_only:
            return False
        self.stage.canvas.flush()
        photo_id = self._row.id
        self.stage.editor.edit(lambda catalogue: make(catalogue, photo_id))
        return True

    def copy_boxes(self) -> None:
        """The boxes of the photo that was taken before this one."""
        if self.stage.on_canvas:
            self._edit_photo(copy_from_before)

    def _turn(self, degrees: int) -> None:
        if self.stage.on_canvas:
            self._edit_photo(lambda catalogue, photo_id: catalogue.turn_photo(photo_id, degrees))

    def _edit_note(self) -> None:
        if self.on_photo and self._row is not None:
            self.bar.edit_note(self._row.note)

    def _write_note(self, text: str) -> None:
        self._edit_photo(lambda catalogue, photo_id: catalogue.set_note("photo", photo_id, text))

    # The sheet

    def toggle_sheet(self) -> None:
        """Between the canvas and the sheet of sure crops."""
        if self.stage.on_sheet:
            self._leave_sheet()
        elif self.queue.sure:
            self.stage.show_sheet(self.queue.sure)
            self.say_what_is_shown()
            self.stage.take_keyboard()
        elif self._row is not None and self.queue.next_waiting(self._row.id, Part.TO_CHECK) is None:
            self._open_next(self._row.id)
        else:
            self.session.say("No sure crops are waiting.")

    def _leave_sheet(self) -> None:
        if self._row is not None and self.queue.holds(self._row.id) and not self.queue.is_done(self._row.id):
            self._show_photo(self._row.id)
        else:
            self._row = None
            self._open_next(0)

    # What is said

    def _show_nothing(self) -> None:
        """Nothing waits: say why, and what next."""
        self._row, self._tails, self._from_sheet = None, [], False
        self.pane.show_photo(-1)
        sure = len(self.queue.sure)
        self.session.query(lambda catalogue: read_state(catalogue, sure), self._say_nothing_waits)
        self.stage.show_nothing(BoxState("", ""))
        self.say_what_is_shown()

    def _say_nothing_waits(self, state: BoxState) -> None:
        deeds: dict[str, Callable[[], object]] = {"find": self.session.find_tails, "sheet": self.toggle_sheet}
        if self._row is None and self.stage.on_photo:
            self.stage.show_nothing(state, deeds.get(state.deed))

    # What changes

    def _changed(self, change: Change) -> None:
        touched = touched_photos(change)
        if change.tables & {"photo", "tail", "decision"}:
            self._listing.begin()
        self.pane.refresh(touched)
        if self._row is not None and self._row.id in touched:
            self._read_again()
        if self.stage.on_sheet:
            self.stage.sheet.refresh(touched)

    def _moved(self, change: Change) -> None:
        """An undo shows what it changed."""
        touched = touched_photos(change)
        if not touched or not self.isVisible():
            return
        if self.stage.on_sheet:
            self._reload(afresh=True)
        elif self._row is None or self._row.id not in touched:
            self.open(touched[0])

    def _read_again(self) -> None:
        """The photo as the catalogue has it now, unless what is shown is ahead of it."""
        if self._row is None or self.stage.editor.busy:
            return
        found = self._read(self._row.id)
        if found is not None:
            self._row, self._tails = found
            if self.stage.on_photo:
                self.stage.show_again(self._row, self._tails)
            self.say_what_is_shown()

    def _reload(self, afresh: bool = False) -> None:
        """Ask what waits now."""
        self._afresh = self._afresh or afresh
        self._asked = self.session.query(lambda catalogue: catalogue.check_queue(), self._listed, self._asked)
        self.session.query(lambda catalogue: catalogue.boxes_corrected(), self.pane.say_corrected)

    def _listed(self, waiting: dict[CheckReason, list[int]]) -> None:
        afresh, self._afresh = self._afresh, False
        if self.stage.editor.busy and not afresh:
            self._listing.begin()  # what was decided just now isn't in it yet
            return
        self.queue.load(waiting, afresh)
        if self.stage.on_sheet:
            self.stage.sheet.show_photos(self.queue.sure)
        elif self._row is None and self.stage.on_photo:
            self._open_next(0)
