"""The row of workspaces at the top left, each with how much it holds or how much work waits there."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QAction, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QHBoxLayout, QWidget

from whalegui import actions, icons, theme

_LINE = 3
_ICON = 16


class Switcher(QWidget):
    """Checkable buttons; one is down. The window tells which, and the numbers."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(theme.XS)
        self._group = QButtonGroup(self)
        self._tabs: dict[str, Tab] = {}

    def add(self, name: str, action: QAction) -> None:
        """A workspace, opened by its action."""
        tab = Tab(action)
        self._tabs[name] = tab
        self._group.addButton(tab)
        self._row.addWidget(tab)
        tab.clicked.connect(lambda: self.chosen.emit(name))

    def choose(self, name: str) -> None:
        """Show which workspace is open; Tab enters the row there, the arrow keys go along it."""
        self._tabs[name].setChecked(True)
        for other, tab in self._tabs.items():
            tab.setFocusPolicy(Qt.FocusPolicy.TabFocus if other == name else Qt.FocusPolicy.NoFocus)

    def set_number(self, name: str, number: int, what: str) -> None:
        """How much: `what` says it in words, e.g. "37 photos to check"."""
        self._tabs[name].set_number(number, what)

    def set_level(self, level: int) -> None:
        """How much is left out where there is little room: 0 nothing, 1 the icons, 2 the numbers too."""
        for tab in self._tabs.values():
            tab.set_level(level)

    def needed_width(self, level: int) -> int:
        """What it takes to show all that isn't left out at a level."""
        widths = [tab.needed_width(level) for tab in self._tabs.values()]
        return sum(widths) + theme.XS * (len(widths) - 1)

    def tab(self, name: str) -> Tab:
        """A workspace's button."""
        return self._tabs[name]


class Tab(QAbstractButton):
    """An icon, a word and a number; a line of accent under the one that is open."""

    def __init__(self, action: QAction) -> None:
        super().__init__()
        self._icon = actions.BY_ID[action.objectName()].icon
        self._tip = action.toolTip()
        self.number = 0
        self._level = 0
        self.setText(action.text())
        self.setToolTip(self._tip)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFixedHeight(theme.CONTROL + theme.XS)

    def set_number(self, number: int, what: str) -> None:
        """How much there is; 0 isn't written."""
        self.number = number
        self.setToolTip(f"{self._tip}\n{what}")
        self.setAccessibleName(f"{self.text()}, {what}")
        self.updateGeometry()
        self.update()

    def set_level(self, level: int) -> None:
        """How much is left out: 1 the icon, 2 the number too."""
        if level != self._level:
            self._level = level
            self.updateGeometry()
            self.update()

    def needed_width(self, level: int) -> int:
        """What it takes at a level."""
        words = self.fontMetrics().horizontalAdvance(self.text())
        icon = 0 if level else _ICON + theme.S
        return icon + words + self._number_width(level) + 2 * _padding(level)

    def sizeHint(self) -> QSize:
        return QSize(self.needed_width(self._level), self.height())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def _number_width(self, level: int) -> int:
        if not self.number or level > 1:
            return 0
        return self.fontMetrics().horizontalAdvance(f"{self.number:,}") + theme.S

    def paintEvent(self, event: QPaintEvent) -> None:
        t = theme.tokens()
        painter = QPainter(self)
        if self.isChecked() or self.underMouse():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(t.raised)
            painter.drawRoundedRect(self.rect(), theme.RADIUS, theme.RADIUS)
        area = self.rect().adjusted(_padding(self._level), 0, -_padding(self._level), 0)
        if not self._level:
            mark = QRect(theme.M, (self.height() - _ICON) // 2, _ICON, _ICON)
            icons.paint(painter, self._icon, mark, t.accent if self.isChecked() else t.text)
            area.setLeft(mark.right() + 1 + theme.S)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setPen(t.text)
        painter.drawText(area, middle | Qt.AlignmentFlag.AlignLeft, self.text())
        if self._number_width(self._level):
            painter.setPen(t.text if self.isChecked() else t.text2)
            painter.drawText(area, middle | Qt.AlignmentFlag.AlignRight, f"{self.number:,}")
        if self.isChecked():
            painter.fillRect(self.rect().adjusted(theme.XS, self.height() - _LINE, -theme.XS, 0), t.accent)
        if self.hasFocus():
            theme.draw_ring(painter, self.rect())


def _padding(level: int) -> int:
    return theme.XS if level else theme.M
