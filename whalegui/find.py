"""Ctrl+K: one field that finds commands, whales, photos, encounters and settings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt, QTimer
from PySide6.QtGui import QAction, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from whalegui import actions, bindings, icons, theme
from whalegui.jobs import Job
from whalegui.session import Session
from whalegui.settings import SETTINGS

WIDTH = 560
_ROW = 32
_MOST_ROWS = 12
_MOST_OF_A_KIND = 5
_ASK_AFTER_MS = 120
_ENTRY = Qt.ItemDataRole.UserRole


@dataclass(frozen=True)
class Entry:
    """One line: what it is, what stands at its right, what choosing it does; `reason` says why it can't be chosen."""

    text: str
    icon: str
    right: str
    run: Callable[[], object]
    reason: str = ""


class Palette(QFrame):
    """Top centre of the window; Enter chooses, Esc leaves."""

    def __init__(self, window: QWidget, open_setting: Callable[[str], object]) -> None:
        super().__init__(window)
        self._open_setting = open_setting
        self._session: Session | None = None
        self._commands: list[QAction] = []
        self._asked: Job | None = None
        self._came_from: QWidget | None = None
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAutoFillBackground(True)
        self.setBackgroundRole(self.palette().ColorRole.AlternateBase)
        self.field = QLineEdit()
        self.field.setPlaceholderText("Search commands, whales, photos, encounters, settings")
        self.field.setAccessibleName("Search")
        self.field.setMinimumHeight(theme.CONTROL + theme.S)
        self.field.installEventFilter(self)
        self.list = QListWidget()
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setItemDelegate(_Line(self.list))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setAccessibleName("Found")
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.S, theme.S, theme.S, theme.S)
        column.setSpacing(theme.XS)
        column.addWidget(self.field)
        column.addWidget(self.list)
        self._later = QTimer(self, singleShot=True, interval=_ASK_AFTER_MS)
        self._later.timeout.connect(self._ask)
        self.field.textChanged.connect(self._typed)
        self.list.itemClicked.connect(self._choose)
        self.hide()

    def open(self, session: Session | None, commands: Sequence[QAction]) -> None:
        """Show it, with these commands and this session's catalogue."""
        self._session = session
        self._commands = list(commands)
        self._came_from = self.window().focusWidget()
        self.field.clear()
        self._fill(self._found_commands(""))
        self.show()
        self.raise_()
        self.field.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusOut and not self.list.underMouse():
            self.hide()
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._key(event.key())
        return False

    def _key(self, key: int) -> bool:
        row = self.list.currentRow()
        match key:
            case Qt.Key.Key_Escape:
                self._leave()
            case Qt.Key.Key_Down:
                self.list.setCurrentRow(min(row + 1, self.list.count() - 1))
            case Qt.Key.Key_Up:
                self.list.setCurrentRow(max(row - 1, 0))
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                if (item := self.list.currentItem()) is not None:
                    self._choose(item)
            case _:
                return False
        return True

    def _leave(self) -> None:
        self.hide()
        if self._came_from is not None:
            self._came_from.setFocus()

    def _choose(self, item: QListWidgetItem) -> None:
        entry: Entry = item.data(_ENTRY)
        if not entry.reason:
            self._leave()
            entry.run()

    def _typed(self, text: str) -> None:
        self._fill(self._found_commands(text) + self._found_settings(text))
        if self._asked is not None:
            self._asked.cancel()
        self._later.start()

    def _ask(self) -> None:
        text = self.field.text().strip()
        session = self._session
        if not text or session is None:
            return

        def told(found: Any) -> None:
            if self.field.text().strip() == text:
                self._fill(self._of_catalogue(session, found) + self._found_commands(text) + self._found_settings(text))

        self._asked = session.query(lambda catalogue: catalogue.find(text), told)

    def _found_commands(self, text: str) -> list[Entry]:
        words = text.casefold().split()
        found = []
        for action in self._commands:
            row = actions.BY_ID.get(action.objectName())
            if row is None or not all(word in f"{row.text} {row.tip}".casefold() for word in words):
                continue
            reason = "" if action.isEnabled() else str(action.property("reason") or "not now")
            entry = Entry(action.text().rstrip("."), row.icon, bindings.key_text(action), action.trigger, reason)
            found.append((not row.text.casefold().startswith(text.casefold().strip()), entry))
        return [entry for _, entry in sorted(found, key=lambda pair: pair[0])]

    def _found_settings(self, text: str) -> list[Entry]:
        words = text.casefold().split()
        return [
            Entry(setting.label, "settings", "Setting", partial(self._open_setting, setting.key))
            for setting in SETTINGS
            if words and all(word in f"{setting.label} {setting.tip}".casefold() for word in words)
        ]

    @staticmethod
    def _of_catalogue(session: Session, found: Any) -> list[Entry]:
        def show(workspace: str, key: int) -> Callable[[], object]:
            return lambda: session.show(workspace, key)

        def show_encounter(key: int) -> Callable[[], object]:
            return lambda: session.show_encounter(key)

        return [
            *(Entry(name, "fluke", "Whale", show("whales", key)) for key, name in found.whales[:_MOST_OF_A_KIND]),
            *(Entry(name, "image", "Photo", show("photos", key)) for key, name in found.photos[:_MOST_OF_A_KIND]),
            *(
                Entry(name, "calendar", "Encounter", show_encounter(key))
                for key, name in found.encounters[:_MOST_OF_A_KIND]
            ),
        ]

    def _fill(self, entries: list[Entry]) -> None:
        self.list.clear()
        for entry in entries:
            item = QListWidgetItem(entry.text)
            item.setData(_ENTRY, entry)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{entry.text}, {entry.reason or entry.right}")
            self.list.addItem(item)
        if not entries:
            item = QListWidgetItem("Nothing fits")
            item.setData(_ENTRY, Entry("Nothing fits", "", "", lambda: None, reason=" "))
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        rows = min(_MOST_ROWS, self.list.count())
        self.list.setFixedHeight(rows * _ROW)
        width = min(WIDTH, self.window().width() - theme.XXL)
        self.setFixedWidth(width)
        self.adjustSize()
        self.move((self.window().width() - width) // 2, theme.XXL + theme.XL)


class _Line(QStyledItemDelegate):
    """Icon, text, and at the right the key, or why it can't be chosen."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(0, _ROW)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        entry: Entry = index.data(_ENTRY)
        t = theme.tokens()
        rect: QRect = option.rect  # type: ignore[attr-defined]
        picked = bool(option.state & QStyle.StateFlag.State_Selected)  # type: ignore[attr-defined]
        if picked:
            painter.fillRect(rect, t.selected)
        area = rect.adjusted(theme.S, 0, -theme.M, 0)
        if entry.icon:
            icons.paint(painter, entry.icon, QRect(area.x(), area.center().y() - 7, 16, 16), t.text2)
        side = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        painter.setFont(theme.font("small"))
        painter.setPen(t.text2)
        right = entry.reason or entry.right
        painter.drawText(area, side, right)
        room = area.adjusted(16 + theme.S, 0, -painter.fontMetrics().horizontalAdvance(right) - theme.M, 0)
        painter.setFont(theme.font())
        painter.setPen(t.text2 if entry.reason else t.text)
        text = painter.fontMetrics().elidedText(entry.text, Qt.TextElideMode.ElideMiddle, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
