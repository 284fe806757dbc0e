"""The middle of Photos: the photos that fit a filter, kept up to date, and what is said when there are none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QPalette, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from whalegui import theme
from whalegui.actions import key_of
from whalegui.item_models import PagedModel
from whalegui.list_reader import ListReader
from whalegui.photo_listing import Listing, PhotoOrder, list_photos, moves, regroups, touched_photos
from whalegui.widgets.cell_delegates import CAPTION, PADDING, PhotoDelegate, PhotoLineDelegate
from whalegui.widgets.grid_layout import Metrics
from whalegui.widgets.list_header import ListHeader
from whalegui.widgets.photo_status import STATUS_LOOKS
from whalegui.widgets.state_page import StatePage
from whalegui.widgets.thumbnail_grid import ThumbnailGrid
from whalegui.widgets.wording import many
from whaleid_core.catalogue.rows import EncounterRow, PhotoFilter, PhotoRow
from whaleid_core.records import Change

if TYPE_CHECKING:
    from collections.abc import Callable

    from whalegui.session import Session
    from whaleid_core.catalogue import Catalogue

SMALLEST, USUAL, LARGEST = 100, 160, 320
LINE = 36
_HEADER_PAD = 2
"""How far a header's text stands from the edge of its section, pixels."""


def describe(photo: PhotoRow) -> str:
    """A photo as a screen reader says it, e.g. "IMG_0113, waiting, 2 tails"."""
    return ", ".join([photo.title, STATUS_LOOKS[photo.status].word, many(photo.tails, "tail")])


def grid_metrics(width: int) -> Metrics:
    """Cells whose picture is `width` wide and two thirds as high."""
    height = round(width * 2 / 3)
    return Metrics(width + 2 * PADDING, height + PADDING + CAPTION, theme.S, theme.M, 36)


ORDERS = {
    "Name": PhotoOrder.NAME,
    "Status": PhotoOrder.STATUS,
    "Time": PhotoOrder.TIME,
    "Tails": PhotoOrder.TAILS,
    "Camera": PhotoOrder.CAMERA,
    "Taken by": PhotoOrder.PHOTOGRAPHER,
    "Place": PhotoOrder.PLACE,
    "Note": PhotoOrder.NOTE,
}
"""What a click on a column's title sorts by."""
LIST_METRICS = Metrics(0, LINE, 2, theme.M, 36, stretch=True)


class PhotoBrowser(QWidget):
    """Shows the photos of a session that fit `filter`, in `order`."""

    listed = Signal(object)  # Listing: another one is shown
    invited = Signal()  # the empty state's button: the person wants to add photographs
    widened = Signal()  # the filtered state's button: show all
    sort_wanted = Signal(object, bool)  # PhotoOrder, descending: a column's title was clicked

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._filter, self._order, self._descending = PhotoFilter(), PhotoOrder.ENCOUNTER, False
        self._follow = False  # the person asked for another list: keep the current photo in view, not the top one
        self._wanted = -1
        self._width = USUAL
        self.encounters: dict[int, EncounterRow] = {}
        self.model = PagedModel(self._fetch, lambda photo: photo.title, describe, self)
        self.grid = ThumbnailGrid(self.model, grid_metrics(USUAL))
        self.grid.setAccessibleName("Photos")
        self._pictures = PhotoDelegate(session.thumbnails, self)
        self._lines = PhotoLineDelegate(session.thumbnails, self)
        self.grid.setItemDelegate(self._pictures)
        self.titles = ListHeader(
            [title for title, *_ in self._lines.COLUMNS], [ems for _, ems, _ in self._lines.COLUMNS]
        )
        self.titles.setObjectName("columns")
        self.titles.sort_wanted.connect(self._sort)
        self.titles.widths_changed.connect(self._widen)
        self.grid.horizontalScrollBar().valueChanged.connect(lambda _: self._place_titles())
        self.page = StatePage()
        self._lay_out()
        self._reader = ListReader(session, self._question, self)
        self._reader.came.connect(self._take)
        self._reader.failed.connect(self._failed)
        for delegate in (self._pictures, self._lines):
            delegate.came.connect(self.grid.repaint_id)
        session.changed.connect(self._changed)
        theme.changed.connect(self.grid.viewport().update)
        self._widen()
        self.page.say("images", "Reading the catalogue")
        self.relist()

    @property
    def as_list(self) -> bool:
        return self.grid.itemDelegate() is self._lines

    def show_as_list(self, as_list: bool) -> None:
        """Lines with columns, or pictures."""
        self.grid.setItemDelegate(self._lines if as_list else self._pictures)
        self._head.setVisible(as_list)
        self.grid.set_metrics(self._list_metrics if as_list else grid_metrics(self._width))
        self._place_titles()

    def resize_pictures(self, width: int) -> None:
        """How wide the pictures of the grid are, pixels."""
        self._width = width
        if not self.as_list:
            self.grid.set_metrics(grid_metrics(width))

    def show_filter(self, wanted: PhotoFilter, order: PhotoOrder, descending: bool = False) -> None:
        """Other photos, or in another order."""
        if (wanted, order, descending) != (self._filter, self._order, self._descending):
            self._filter, self._order, self._descending = wanted, order, descending
            self._follow = True
            column = next((at for at, by in enumerate(ORDERS.values()) if by is order), -1)
            self.titles.show_sorted(column, descending)
            self.relist()

    @property
    def filter(self) -> PhotoFilter:
        """Which photos are shown."""
        return self._filter

    def show_photo(self, key: int) -> bool:
        """Make a photo the current one, now or when it is listed; False if the filter hides it."""
        if self.model.position(key) >= 0:
            self.grid.set_current(key)
            return True
        self._wanted = key
        return self._reader.asking

    def encounter_of(self, photo: PhotoRow) -> EncounterRow | None:
        return self.encounters.get(photo.encounter_id) if photo.encounter_id is not None else None

    def relist(self) -> None:
        """Ask again which photos there are."""
        self._reader.ask()

    def _question(self) -> Callable[[Catalogue], Listing]:
        wanted, order, descending = self._filter, self._order, self._descending
        return lambda catalogue: list_photos(catalogue, wanted, order, descending)

    def refresh(self) -> None:
        """Read everything shown once more."""
        self._session.thumbnails.forget_problems()
        self.relist()
        self.model.refresh_all()

    def _fetch(self, keys: list[int], then: object) -> None:
        self._session.query(lambda catalogue: catalogue.photos(keys), then)  # type: ignore[arg-type]

    def _take(self, listing: Listing) -> None:
        self.encounters = {row.id: row for row in listing.encounters}
        self.model.set_listing(listing.ids, listing.groups)
        if self.model.position(self._wanted) >= 0:
            self.grid.set_current(self._wanted)
        elif self._follow:
            self.grid.scrollTo(self.grid.currentIndex())
        self._wanted, self._follow = -1, False
        self._show_state()
        self.listed.emit(listing)

    def _failed(self, error: object) -> None:
        self.page.say("circle-alert", str(error), "Try again", self.relist)
        self._stack.setCurrentWidget(self.page)

    def _show_state(self) -> None:
        if self.model.rowCount():
            self._stack.setCurrentIndex(0)
            return
        total = self._session.counts.photos if self._session.counts is not None else 0
        if self._filter == PhotoFilter():
            self.page.say(
                "images",
                f"No photos yet. Drop a folder here, or press {key_of('app.add')}.",
                "Add photographs...",
                self.invited.emit,
            )
        else:
            self.page.say("funnel", f"No photo fits. Show all {total:,}.", f"Show all {total:,}", self.widened.emit)
        self._stack.setCurrentWidget(self.page)

    def _sort(self, column: int, descending: bool) -> None:
        self.sort_wanted.emit(list(ORDERS.values())[column], descending)

    @property
    def _list_metrics(self) -> Metrics:
        """As wide as all columns need: where the window is narrower, the list scrolls."""
        return LIST_METRICS._replace(least=2 * theme.M + self._lines.LEAD + self.titles.needed)

    def _widen(self) -> None:
        """The columns are wider, or others are shown."""
        self._place_titles()
        self._lines.widths = self.titles.widths()
        if self.as_list:
            self.grid.set_metrics(self._list_metrics)

    def _place_titles(self) -> None:
        """The titles stand above their columns, also where the list is scrolled to the right."""
        left, bar = theme.M + self._lines.LEAD - _HEADER_PAD, self.grid.verticalScrollBar().sizeHint().width()
        room = max(self.width() - left - theme.M - bar, self.titles.needed)
        self.titles.setGeometry(left - self.grid.horizontalOffset(), 0, room, theme.CONTROL)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_titles()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._place_titles()

    def _changed(self, change: Change) -> None:
        if moves(change):
            self._session.thumbnails.forget_problems()
        if "root" in change.tables:
            self.model.refresh_all()
        self.model.refresh(touched_photos(change))
        if regroups(change):
            self._reader.ask_soon()

    def _lay_out(self) -> None:
        shown = QWidget()
        column = QVBoxLayout(shown)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._head = QWidget()
        self.titles.setParent(self._head)
        self._head.setAutoFillBackground(True)
        self._head.setBackgroundRole(QPalette.ColorRole.Button)
        self._head.setFixedHeight(theme.CONTROL)
        self._head.hide()
        column.addWidget(self._head)
        column.addWidget(self.grid, 1)
        self._stack = QStackedWidget()
        self._stack.addWidget(shown)
        self._stack.addWidget(self.page)
        self._stack.setCurrentWidget(self.page)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._stack)
        self.setFocusProxy(self.grid)
