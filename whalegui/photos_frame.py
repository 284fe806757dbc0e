"""The frame of Photos: where its parts stand, what can be dropped on it, and how it folds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QResizeEvent,
    QShortcut,
)
from PySide6.QtWidgets import QSplitter, QToolButton, QVBoxLayout, QWidget

from whalegui import theme
from whalegui.photo_deeds import PhotoDeeds
from whalegui.photo_tools import TRACK_SUFFIX, PhotoTools
from whalegui.widgets.details_pane import DetailsPane
from whalegui.widgets.filter_pane import FilterPane
from whalegui.widgets.inline_bar import InlineBar
from whalegui.widgets.large_view import LargeView
from whalegui.widgets.name_bar import NameBar
from whalegui.widgets.photo_browser import PhotoBrowser
from whalegui.widgets.photo_drops import DropFrame, paths_of
from whalegui.widgets.photo_toolbar import PhotoToolbar
from whalegui.widgets.room import PaneRoom
from whaleid_core.catalogue.rows import PhotoStatus

if TYPE_CHECKING:
    from whalegui.session import Session

NARROW = 1000
"""Below this width the side panes fold, so that the photographs keep most of the room."""


class PhotosFrame(QWidget):
    """Filters at the left, photos in the middle, details at the right."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self._narrow = False
        self.filters = FilterPane()
        self.toolbar = PhotoToolbar()
        self.browser = PhotoBrowser(session)
        self.grid = self.browser.grid
        self.details = DetailsPane(session.thumbnails)
        self.offer = InlineBar("scan", "accent", "Find tails", self.take_offer)
        self.filter_bar = InlineBar("funnel", "unsure", "Show all", self.widen)
        self.filter_bar.close_button.hide()
        self.problem_bar = InlineBar("circle-alert", "error", "See why", self.see_problems)
        self.name_bar = NameBar()
        self.deeds = PhotoDeeds(session, self.browser, self.name_bar)
        self.tools = PhotoTools(session, self.browser, self)
        self._middle = QWidget()
        self._lay_out()
        self.large = LargeView(session.thumbnails, self._middle)
        self.drop_frame = DropFrame(self._middle)
        self.setAcceptDrops(True)
        paste = QShortcut(QKeySequence(QKeySequence.StandardKey.Paste), self, self.paste)
        paste.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)

    def take_offer(self) -> None:
        """What was offered after photos were added: look for tails in them."""
        self.offer.hide()
        self.session.find_and_match()

    def see_problems(self) -> None:
        """Show just the photos that can't be read, in a list: each line says why."""
        self.problem_bar.hide()
        self.toolbar.list_button.setChecked(True)
        self.toolbar.clear_find()
        self.filters.choose_status(PhotoStatus.PROBLEM)

    def widen(self) -> None:
        """Show all photos again."""
        self.toolbar.clear_find()
        self.filters.clear()

    def set_folded(self, folded: bool) -> None:
        """Only the middle, or the side panes too."""
        for pane, button in self._pane_buttons():
            pane.setVisible(not folded)
            button.setVisible(folded)
            button.setChecked(False)

    def add(self, paths: list[Path]) -> None:
        """Add photographs, files or folders; a track that comes along is asked about."""
        tracks = [path for path in paths if path.suffix.lower() == TRACK_SUFFIX]
        if photos := [path for path in paths if path not in tracks]:
            self.session.add_paths(photos)
        if tracks:
            self.tools.track(tracks)

    def paste(self) -> None:
        """Add the files that were copied elsewhere."""
        self.add(paths_of(QGuiApplication.clipboard().mimeData()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc leaves a field, as of the filters; what stands in it holds."""
        if event.key() == Qt.Key.Key_Escape:
            self.grid.setFocus(Qt.FocusReason.ShortcutFocusReason)
        else:
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        paths = paths_of(event.mimeData())
        if paths:
            self.drop_frame.invite(len(paths))
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.drop_frame.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        self.drop_frame.hide()
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self.add(paths_of(event.mimeData()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fold_if_narrow()

    def _fold_if_narrow(self) -> None:
        """Where the photographs would get too little room, or the words above them, the side panes fold to buttons."""
        sides = sum(pane.minimumWidth() for pane, _ in self._pane_buttons())
        narrow = self.width() < max(NARROW, sides + self.toolbar.minimumSizeHint().width())
        if narrow != self._narrow:
            self._narrow = narrow
            self.set_folded(narrow)

    def _pane_buttons(self) -> tuple[tuple[QWidget, QToolButton], tuple[QWidget, QToolButton]]:
        """Each side pane, and the button that it folds to."""
        return (self.filters, self.toolbar.filters_button), (self.details, self.toolbar.details_button)

    def _lay_out(self) -> None:
        for pane, button in self._pane_buttons():
            button.toggled.connect(pane.setVisible)
        column = QVBoxLayout(self._middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for part in (self.toolbar, self.filter_bar, self.offer, self.problem_bar, self.name_bar):
            column.addWidget(part)
        column.addWidget(self.browser, 1)
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.setObjectName("photos")
        splitter.setHandleWidth(1)
        splitter.setChildrenCollapsible(False)
        self._middle.setMinimumWidth(320)  # its toolbar asks for more, and would keep the window from getting small
        for side in (self.filters, self.details):
            PaneRoom(side, words=144)
        theme.changed.connect(self._fold_if_narrow)  # after the panes, which it asks
        for at, pane in enumerate((self.filters, self._middle, self.details)):
            splitter.addWidget(pane)
            splitter.setStretchFactor(at, int(pane is self._middle))
        splitter.setSizes([200, 820, 260])
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(splitter)
