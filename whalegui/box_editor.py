"""Turns what a person does on the photo canvas into edits of the catalogue: shown at once, saved right after."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from whalegui.widgets.box_handles import CanvasBox
from whalegui.widgets.photo_canvas import PhotoCanvas
from whaleid_core.catalogue import PhotoFilter
from whaleid_core.errors import WhaleIdError
from whaleid_core.records import Box, Change, Drawer

if TYPE_CHECKING:
    from whalegui.session import Session
    from whaleid_core.catalogue import Catalogue
    from whaleid_core.catalogue.rows import PhotoRow, TailRow


_LOOK_BACK = 5


class BoxEditor(QObject):
    """One canvas and the edits that it makes.

    Signals:
        settled(): the last of its edits is through, or failed: what is shown can be read again.
    """

    settled = Signal()
    _through = Signal()

    def __init__(self, session: Session, canvas: PhotoCanvas, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._canvas = canvas
        self._photo_id = 0
        self._under_way = 0
        self._ids: dict[int, int] = {}
        self._through.connect(self._one_through)
        canvas.drawn.connect(self._draw)
        canvas.moved.connect(self._move)
        canvas.deleted.connect(self._delete)

    @property
    def busy(self) -> bool:
        """What is shown is ahead of the catalogue."""
        return self._under_way > 0

    def show(self, row: PhotoRow, tails: list[TailRow]) -> None:
        """Another photo on the canvas."""
        self._canvas.flush()  # still an edit of the photo before
        self._photo_id = row.id
        self._canvas.show_boxes(row.title, row.width, row.height, canvas_boxes(tails))

    def show_again(self, tails: list[TailRow]) -> None:
        """The same photo with its boxes as the catalogue has them now; zoom and pick stay."""
        for mine, real in self._ids.items():
            self._canvas.rename(mine, real)
        self._canvas.set_boxes(canvas_boxes(tails))

    def edit(self, make: Callable[[Catalogue], Change]) -> None:
        """Make an edit of the shown photo after those that are under way."""
        self._under_way += 1

        def made(catalogue: Catalogue) -> Change:
            try:
                return make(catalogue)
            finally:
                self._through.emit()

        self._session.edit(made)

    def _draw(self, mine: int, box: Box) -> None:
        photo_id = self._photo_id

        def draw(catalogue: Catalogue) -> Change:
            change = catalogue.draw_box(photo_id, box)
            self._ids[mine] = min(change.keys("tail"))
            return change

        self.edit(draw)

    def _move(self, tail_id: int, box: Box) -> None:
        # Looked up when the edit is made: a box may be moved before the edit that drew it is through.
        self.edit(lambda catalogue: catalogue.move_box(self._ids.get(tail_id, tail_id), box))

    def _delete(self, tail_id: int) -> None:
        self.edit(lambda catalogue: catalogue.delete_box(self._ids.get(tail_id, tail_id)))

    def _one_through(self) -> None:
        self._under_way -= 1
        if not self._under_way:
            self.settled.emit()


def canvas_boxes(tails: list[TailRow]) -> list[CanvasBox]:
    return [CanvasBox(tail.id, tail.box) for tail in tails]


def copy_from_before(catalogue: Catalogue, photo_id: int) -> Change:
    """Give a photo the boxes of the one that was taken before it, scaled to its size, as a person's.

    Photos without boxes are passed over, a few of them: in a burst the tail is seldom missed often.

    Raises:
        WhaleIdError: no photo just before it has boxes.
    """
    photo = catalogue.photo(photo_id)
    order = catalogue.photo_ids(PhotoFilter(role=photo.role))
    at = order.index(photo_id)
    for before in reversed(order[max(0, at - _LOOK_BACK) : at]):
        tails = catalogue.tails(before)
        if tails:
            source = catalogue.photo(before)
            across, down = photo.width / source.width, photo.height / source.height
            return catalogue.set_boxes(photo_id, [stretched(tail.box, across, down) for tail in tails])
    raise WhaleIdError(f"No photo just before {photo.title} has a box to copy.", "Draw it: drag on the photo.")


def stretched(box: Box, across: float, down: float) -> Box:
    """The same place in a photo of another size, as a person's box."""
    return Box(box.xmin * across, box.ymin * down, box.xmax * across, box.ymax * down, Drawer.PERSON, 1.0)
