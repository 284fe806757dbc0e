"""Room for words at any size of text: side panes and dialogs grow with the letters in them."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QDialog, QFrame, QScrollArea, QSplitter, QWidget

from whalegui import theme

_FIRST_WIDTH = 1280
LEAST, WIDEST = 200, 400
"""How wide a side pane is at least and at most, pixels."""


class PaneRoom(QObject):
    """Keeps a side pane between a least and a greatest width.

    Args:
        words: what its words take, pixels at 100 % text: it is no less wide than that.
    """

    def __init__(self, pane: QWidget, least: int = LEAST, widest: int = WIDEST, words: int = 180) -> None:
        super().__init__(pane)
        self._pane, self._least, self._widest, self._words = pane, least, widest, words
        theme.changed.connect(self._give)
        self._give()

    def _give(self) -> None:
        self._pane.setMinimumWidth(min(max(self._least, theme.scaled(self._words)), self._widest))
        self._pane.setMaximumWidth(self._widest)


def beside(name: str, pane: QWidget, rest: QWidget, width: int) -> QSplitter:
    """A side pane, so wide at first, with the rest of a page at its right: that grows, and the line between is dragged.

    Args:
        name: under which the window keeps where the line is.
    """
    splitter = QSplitter(Qt.Orientation.Horizontal)
    splitter.setObjectName(name)
    splitter.setHandleWidth(1)
    splitter.setChildrenCollapsible(False)
    splitter.addWidget(pane)
    splitter.addWidget(rest)
    splitter.setStretchFactor(1, 1)
    splitter.setSizes([width, _FIRST_WIDTH - width])
    return splitter


def hold(area: QScrollArea, page: QWidget, across: bool = True) -> QScrollArea:
    """Let an area show a page, without a frame: at least as large as the area, it scrolls where it is larger.

    Args:
        across: whether to the sides too; else the page has to fit in at that.
    """
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setWidget(page)
    area.setWidgetResizable(True)
    if not across:
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    return area


def widen(dialog: QDialog, width: int) -> None:
    """Make a dialog so wide, pixels at 100 % text, but no wider than the screen."""
    most = dialog.screen().availableGeometry().width() - theme.XXL
    dialog.setMinimumWidth(min(theme.scaled(width), most))
