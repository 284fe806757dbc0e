"""The row of workspaces at the top left, each with how much it holds or how much work waits there."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QPainter, QPaintEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QToolButton, QWidget

from whalegui import theme

_LINE = 3


class Switcher(QWidget):
    """Checkable buttons; one is down. The window tells which, and the numbers."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(theme.XS)
        self._group = QButtonGroup(self)
        self._buttons: dict[str, _Tab] = {}

    def add(self, name: str, action: QAction) -> None:
        """A workspace, opened by its action."""
        tab = _Tab(action)
        self._buttons[name] = tab
        self._group.addButton(tab)
        self._row.addWidget(tab)
        tab.clicked.connect(lambda: self.chosen.emit(name))

    def choose(self, name: str) -> None:
        """Show which workspace is open."""
        self._buttons[name].setChecked(True)

    def set_number(self, name: str, number: int, what: str) -> None:
        """How much: `what` says it in words, e.g. "37 photos to check"."""
        self._buttons[name].set_number(number, what)

    def text(self, name: str) -> str:
        """What is written on a workspace's button."""
        return self._buttons[name].text()


class _Tab(QToolButton):
    """A word and a number; a line of accent under the one that is open."""

    def __init__(self, action: QAction) -> None:
        super().__init__()
        self._word = action.text()
        self._tip = action.toolTip()
        self.setText(self._word)
        self.setIcon(action.icon())
        self.setIconSize(QSize(16, 16))
        self.setToolTip(self._tip)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setCheckable(True)
        self.setAutoRaise(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFixedHeight(theme.CONTROL + theme.XS)
        self.setFont(theme.font())

    def set_number(self, number: int, what: str) -> None:
        self.setText(f"{self._word}  {number:,}" if number else self._word)
        self.setToolTip(f"{self._tip}\n{what}")
        self.setAccessibleName(f"{self._word}, {what}")

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.isChecked():
            painter = QPainter(self)
            line = self.rect().adjusted(theme.XS, self.height() - _LINE, -theme.XS, 0)
            painter.fillRect(line, theme.tokens().accent)
