"""How the table of what can be done is bound: a workspace's keys, buttons, and tool tips that name keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
    QToolButton,
    QWidget,
)

from whalegui import icons, theme
from whalegui.actions import BY_ID, Action, keys_of, with_keys
from whalegui.keymap import keymap, readable, sequence
from whalegui.other_layouts import OtherLayouts


class KeyTip(QObject):
    """A tool tip that names keys as `with_keys` does, and follows what the person chooses."""

    def __init__(self, widget: QWidget, text: str) -> None:
        super().__init__(widget)
        self._widget, self._text = widget, text
        keymap.changed.connect(self._renew)
        self._renew()

    def _renew(self) -> None:
        self._widget.setToolTip(with_keys(self._text))


class TableAction(QAction):
    """An action of the table; its keys follow what the person chooses."""

    def __init__(self, row: Action, parent: QObject) -> None:
        super().__init__(row.text, parent)
        self.row = row
        self.setObjectName(row.id)
        self.setAutoRepeat(row.repeat)
        if row.icon:
            self.setIcon(icons.icon(row.icon))
        self.setStatusTip("")
        self._reason = ""
        self._renew()
        keymap.changed.connect(self._renew)

    def allow(self, allowed: bool, reason: str) -> None:
        self._reason = "" if allowed else reason
        self.setEnabled(allowed)
        self.setProperty("reason", self._reason)
        self._tell()

    def _renew(self) -> None:
        self.setShortcuts([sequence(key) for key in keys_of(self.row.id)])
        self._tell()

    def _tell(self) -> None:
        words = self.row.tip or self.row.text.rstrip(".")
        keys = keys_of(self.row.id)
        tip = f"{words} ({readable(keys[0])})" if keys else words
        self.setToolTip(f"{self.row.text}: {self._reason}" if self._reason else tip)


def make(action_id: str, parent: QObject, handler: Callable[[], object]) -> TableAction:
    """A QAction from its row of the table."""
    made = TableAction(BY_ID[action_id], parent)
    made.triggered.connect(lambda: handler())
    return made


def bind(workspace: QWidget, handlers: Mapping[str, Callable[[], object]]) -> dict[str, QAction]:
    """Give a workspace its actions; their keys act while the keyboard is inside it and outside of text fields."""
    made: dict[str, QAction] = {}
    for action_id, handler in handlers.items():
        action = make(action_id, workspace, handler)
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        workspace.addAction(action)
        made[action_id] = action
    guard_fields()
    return made


def allow(action: QAction, allowed: bool, reason: str = "") -> None:
    """Enable or disable an action; a disabled one says why in its tool tip and in the search."""
    assert isinstance(action, TableAction)
    action.allow(allowed, reason)


def button(action: QAction, keyed: bool = True, words: bool = True) -> QToolButton:
    """A button for an action: icon, words and, for a decision, its key. It doesn't take the keyboard when clicked."""
    made = ActionButton(action, keyed, words)
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return made


def key_text(action: QAction) -> str:
    """An action's first key as a person reads it."""
    return readable(action.shortcut())


class ActionButton(QToolButton):
    """A tool button that reads "Accept  Enter": the words of its action and, fainter in meaning, the key."""

    def __init__(self, action: QAction, keyed: bool, words: bool) -> None:
        super().__init__()
        self._keyed = keyed
        self._words = words
        self.setAutoRaise(not keyed)
        self.setMinimumHeight(theme.CONTROL)
        self.setDefaultAction(action)
        action.changed.connect(self._renew)
        self._renew()

    def show_words(self, words: bool) -> None:
        """With its words, or with its icon alone, which is larger then, where there is no room."""
        self._words = words
        side = 16 if words else 20
        self.setIconSize(QSize(side, side))
        self._renew()

    def _renew(self) -> None:
        action = self.defaultAction()
        words = action.text().rstrip(".")
        if not self._words:
            self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        else:
            style = Qt.ToolButtonStyle
            self.setToolButtonStyle(
                style.ToolButtonTextOnly if action.icon().isNull() else style.ToolButtonTextBesideIcon
            )
        key = key_text(action)
        self.setText(f"{words}   {key}" if self._keyed and key else words)
        self.setAccessibleName(words)


_FIELDS = (QLineEdit, QTextEdit, QPlainTextEdit, QAbstractSpinBox)


class _FieldGuard(QObject):
    """Keeps plain keys for the field that has the keyboard, and Space for the button that has it."""

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        app.focusChanged.connect(self._focus)
        self._focus(None, app.focusWidget())

    def _focus(self, old: QWidget | None, now: QWidget | None) -> None:
        if isinstance(now, (*_FIELDS, QAbstractButton)):
            now.removeEventFilter(self)
            now.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            plain = event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier)
            key = event.key()
            if plain == Qt.KeyboardModifier.NoModifier and _is_for(watched, key):
                event.accept()
                return True
        return False


def _is_for(watched: QObject, key: int) -> bool:
    if isinstance(watched, QAbstractButton):
        return key == Qt.Key.Key_Space
    leaves_field = key == Qt.Key.Key_Escape or Qt.Key.Key_F1 <= key <= Qt.Key.Key_F35
    return isinstance(watched, _FIELDS) and not leaves_field


def guard_fields() -> None:
    """Letters act outside text fields, under any layout: installed once an application, by the first `bind`."""
    app = QApplication.instance()
    if isinstance(app, QApplication) and app.findChild(_FieldGuard) is None:
        _FieldGuard(app)
        OtherLayouts(app)
