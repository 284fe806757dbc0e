"""The middle of Boxes: the canvas with its pictures, the sheet, or a sentence where there is nothing to show."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QStackedWidget, QWidget

from whalegui import canvas_keys
from whalegui.box_editor import BoxEditor
from whalegui.box_state import BoxState, problem_state
from whalegui.photo_pictures import PhotoPictures
from whalegui.session import Session
from whalegui.widgets.box_sheet import BoxSheet
from whalegui.widgets.difference_sheet import DifferenceSheet
from whalegui.widgets.photo_canvas import Fit, PhotoCanvas
from whalegui.widgets.state_page import StatePage
from whaleid_core.catalogue import PhotoRow, TailRow

if TYPE_CHECKING:
    from whaleid_core.looking_again import Difference


class BoxStage(QStackedWidget):
    """Shows one of three pages.

    Signals:
        seen(): the photo that is shown can be seen now, or is known not to be had.
    """

    seen = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.canvas = PhotoCanvas()
        self.canvas.set_read_only(session.catalogue.read_only)
        self.canvas.set_fit(Fit(session.fit))
        self.canvas.fit_changed.connect(lambda fit: session.set_fit(fit.value))
        session.fit_changed.connect(lambda fit: self.canvas.set_fit(Fit(fit)))
        self.canvas_actions = canvas_keys.bind(self.canvas)
        self.editor = BoxEditor(session, self.canvas, self)
        self.pictures = PhotoPictures(session, self)
        self.sheet = BoxSheet(session)
        self.differences = DifferenceSheet(session)
        self.state_page = StatePage()
        self._row: PhotoRow | None = None
        self._unseen = False
        for page in (self.canvas, self.sheet, self.differences, self.state_page):
            self.addWidget(page)
        self.canvas.wanted.connect(self._wanted)
        self.pictures.arrived.connect(self._arrived)
        self.pictures.failed.connect(self._failed)

    @property
    def on_sheet(self) -> bool:
        return self.currentWidget() is self.sheet

    @property
    def on_differences(self) -> bool:
        return self.currentWidget() is self.differences

    @property
    def on_photo(self) -> bool:
        """A photo's place: the photo itself, or a sentence that stands for it."""
        return self.currentWidget() in (self.canvas, self.state_page)

    @property
    def on_canvas(self) -> bool:
        return self.currentWidget() is self.canvas

    @property
    def can_be_judged(self) -> bool:
        """A photo is painted, so a person can have looked at it."""
        return self.on_canvas and not self._unseen

    def show_photo(self, row: PhotoRow, tails: list[TailRow], following: Sequence[int]) -> None:
        """A photo from where photos are first seen; the pictures of those that follow go on loading."""
        self._row = row
        self.pictures.only([row.id, *following])
        if row.problem:
            self._unseen = False
            self.canvas.clear()
            self.show_state(problem_state(row.problem))
            return
        self.setCurrentWidget(self.canvas)
        self._unseen = self.pictures.largest(row) is None
        self.editor.show(row, tails)
        if not self._unseen:
            self.seen.emit()

    def show_again(self, row: PhotoRow, tails: list[TailRow]) -> None:
        """The same photo, as the catalogue has it now."""
        before, self._row = self._row, row
        if before is None or _looks(before) != _looks(row):
            self.show_photo(row, tails, ())
        else:
            self.editor.show_again(tails)

    def show_sheet(self, photo_ids: Sequence[int]) -> None:
        """The contact sheet of these photos."""
        self.canvas.flush()
        self.sheet.show_photos(photo_ids)
        self.setCurrentWidget(self.sheet)

    def show_differences(self, differences: Sequence[Difference]) -> None:
        """What a detector that looked again would change."""
        self.canvas.flush()
        self.differences.show_differences(differences)
        self.setCurrentWidget(self.differences)

    def show_nothing(self, state: BoxState, do: Callable[[], object] | None = None) -> None:
        """No photo; a sentence in its place."""
        self._row = None
        self._unseen = False
        self.canvas.clear()
        self.show_state(state, do)

    def show_state(self, state: BoxState, do: Callable[[], object] | None = None) -> None:
        self.state_page.say(state.icon, state.sentence, state.button, do)
        self.setCurrentWidget(self.state_page)

    def read_files_again(self) -> None:
        """Forget the pictures: a card was put back, a file was copied again."""
        self.canvas.flush()
        self.pictures.forget()
        self._session.thumbnails.forget_problems()

    def take_keyboard(self) -> None:
        grids: dict[QWidget, QWidget] = {self.sheet: self.sheet.grid, self.differences: self.differences.grid}
        page = self.currentWidget()
        if page is not None:
            grids.get(page, page).setFocus()

    def _wanted(self, need: int) -> None:
        if self._row is not None:
            held = self.pictures.largest(self._row)
            if held is not None:
                self.canvas.add_image(held)
            self.pictures.ask(self._row, need)

    def _arrived(self, photo_id: int, image: QImage) -> None:
        if self._row is not None and photo_id == self._row.id:
            self.canvas.add_image(image)
            if self._unseen:
                self._unseen = False
                self.seen.emit()

    def _failed(self, photo_id: int, sentence: str) -> None:
        if self._row is not None and photo_id == self._row.id and self._unseen:
            self._unseen = False
            if self.on_photo:
                self.show_state(problem_state(sentence))
            self.seen.emit()


def _looks(row: PhotoRow) -> tuple[int, int, int, str]:
    return row.turned, row.width, row.height, row.problem
