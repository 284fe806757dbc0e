"""The row under the menus: the workspaces at the left, what runs and the search at the right."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from whalegui import bindings, icons, theme
from whalegui.widgets.job_bar import JobBar
from whalegui.widgets.switcher import Switcher

if TYPE_CHECKING:
    from whaleid_core.catalogue.rows import Counts

_HEIGHT = 36
_SEARCH_WIDTH = 150
_SEARCH_PAD = 40
"""What stands beside the search's words: its icon, and the button's edges."""


class Header(QWidget):
    """Holds its parts and shows the counts; the window decides what they do."""

    search_clicked = Signal()

    def __init__(self, workspaces: Mapping[str, QAction], search: QAction) -> None:
        super().__init__()
        self.setFixedHeight(_HEIGHT)
        self.switcher = Switcher()
        for name, action in workspaces.items():
            self.switcher.add(name, action)
        self.job_bar = JobBar()
        self._search_words = ""
        self._search = button = QToolButton()
        self._search_action = search
        button.setAccessibleName("Search")
        button.setIcon(icons.icon("search", colour="text2"))
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setFixedHeight(theme.CONTROL)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(lambda: self.search_clicked.emit())
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.S, 0, theme.S, 0)
        row.setSpacing(theme.S)
        row.addWidget(self.switcher)
        row.addStretch(1)
        row.addWidget(self.job_bar)
        row.addWidget(button)
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._fit)
        search.changed.connect(self._name_search)
        self._name_search()

    def _name_search(self) -> None:
        self._search_words = f"Search   {bindings.key_text(self._search_action)}"
        self._search.setToolTip(self._search_action.toolTip())
        self._fit()

    def show_counts(self, counts: Counts) -> None:
        """How much there is, or how much work waits, on each workspace's button."""
        self.switcher.set_number("photos", counts.photos, f"{counts.photos:,} photos")
        self.switcher.set_number("boxes", counts.to_check, f"{counts.to_check:,} photos to check")
        self.switcher.set_number("matches", counts.to_match, f"{counts.to_match:,} tails wait for a decision")
        self.switcher.set_number("whales", counts.whales, f"{counts.whales:,} whales")
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:  # something needs more or less room, as after another text size
            self._soon.start()  # once that layout is made: while it is, nothing can ask for another
        return done

    def _fit(self) -> None:
        """Leave out what there is no room for: the search's words, then the icons, then the numbers."""
        width = max(_SEARCH_WIDTH, self._search.fontMetrics().horizontalAdvance(self._search_words) + _SEARCH_PAD)
        level = next((level for level in range(3) if self._needed(level, width) <= self.width()), 3)
        words, style = level == 0, Qt.ToolButtonStyle
        self._search.setText(self._search_words if words else "")
        self._search.setToolButtonStyle(style.ToolButtonTextBesideIcon if words else style.ToolButtonIconOnly)
        self._search.setFixedWidth(width if words else theme.CONTROL)
        self.switcher.set_level(max(0, level - 1))

    def _needed(self, level: int, search_width: int) -> int:
        search = theme.CONTROL if level else search_width
        return self.switcher.needed_width(max(0, level - 1)) + self.job_bar.width() + search + 4 * theme.S
