"""Whales: all whales, the self-check of the catalogue, second readings, the discovery curve, resightings."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QTabBar, QVBoxLayout, QWidget

from whalegui import theme, workspace
from whalegui.whales_page import AllWhales

if TYPE_CHECKING:
    from whalegui.session import Session
    from whaleid_core.records import Change

PAGES = {
    "all": ("All", "", ""),
    "check": ("Self-check", "whalegui.check_page", "CheckPage"),
    "readers": ("Readers", "whalegui.readers_page", "ReadersPage"),
    "discovery": ("Discovery curve", "whalegui.sightings_pages", "DiscoveryPage"),
    "resightings": ("Resightings", "whalegui.sightings_pages", "ResightingsPage"),
}
"""Its words, and where it is; imported when it is shown first, for drawing takes long to load."""


class _Tabs(QTabBar):
    """As high as any control, so that no letter is cut."""

    def tabSizeHint(self, index: int) -> QSize:
        hint = super().tabSizeHint(index)
        return QSize(hint.width(), max(hint.height(), theme.CONTROL))


class WhalesWorkspace(QWidget):
    """A row of tabs, and the page of the one that is open."""

    name = "whales"
    page_changed = Signal()
    """Another page is open, where other things can be done."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.all = AllWhales(session)
        self._made: dict[str, QWidget] = {"all": self.all}
        self._folded = False
        self.tabs = _Tabs()
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setAccessibleName("Pages of Whales")
        for name, (words, _, _) in PAGES.items():
            self.tabs.setTabData(self.tabs.addTab(words), name)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.all)
        row = QHBoxLayout()
        row.setContentsMargins(theme.S, theme.XS, theme.S, 0)
        row.addWidget(self.tabs)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row)
        column.addWidget(self.stack, 1)
        self.tabs.currentChanged.connect(lambda _: self._changed())

    @property
    def page(self) -> QWidget:
        """The page that is open."""
        return self._page(self.tabs.tabData(self.tabs.currentIndex()))

    def open_page(self, name: str) -> None:
        """Open a page by its name in `PAGES`."""
        self.tabs.setCurrentIndex(list(PAGES).index(name))

    # What the window asks

    def activate(self) -> None:
        """It was just shown: so was its page, which reads what changed."""
        if hasattr(self.page, "activate"):
            workspace.activate(self.page)
        else:
            workspace.refresh(self.page)

    def show_item(self, whale_id: int) -> None:
        """Go to a whale."""
        self.open_page("all")
        self.all.show_item(whale_id)

    def follows(self, change: Change) -> bool:
        """The pages beside that of all whales show what an undo changed where they stand."""
        return self.page is not self.all

    def refresh(self) -> None:
        """Read again what the open page shows."""
        workspace.refresh(self.page)

    def find_here(self) -> None:
        """Put the keyboard into the field that finds whales."""
        self.open_page("all")
        self.all.find_here()

    def set_folded(self, folded: bool) -> None:
        """Only the middle of each page, or its side panes too."""
        self._folded = folded
        for page in self._made.values():
            workspace.set_folded(page, folded)

    def actions(self) -> list[QAction]:
        """What can be done on the open page."""
        return self.page.actions()

    def _page(self, name: str) -> QWidget:
        if name not in self._made:
            _, module, kind = PAGES[name]
            made: QWidget = getattr(importlib.import_module(module), kind)(self.session)
            self._made[name] = made
            self.stack.addWidget(made)
            if self._folded:
                workspace.set_folded(made, True)
        return self._made[name]

    def _changed(self) -> None:
        self.stack.setCurrentWidget(self.page)
        self.page_changed.emit()
        if self.isVisible():
            self.activate()
