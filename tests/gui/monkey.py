"""A day's work by chance: keys, clicks, drags, menus and dialogs through the window's widgets, from a fixed seed."""

from __future__ import annotations

import random
import sys
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

import shiboken6
from PySide6.QtCore import QMessageLogContext, QPoint, QPointF, Qt, QTimer, QtMsgType, qInstallMessageHandler
from PySide6.QtGui import QAction, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QDialog,
    QFileDialog,
    QLineEdit,
    QMenu,
    QWidget,
)

from whalegui.actions import ACTIONS, readable
from whalegui.keymap import sequence
from whalegui.main_window import MainWindow
from whalegui.session import Session
from whalegui.workspace_stack import WORKSPACES

KEYS = [Qt.Key(code) for code in (
    *range(Qt.Key.Key_A, Qt.Key.Key_Z + 1), *range(Qt.Key.Key_0, Qt.Key.Key_9 + 1), Qt.Key.Key_Return,
    Qt.Key.Key_Escape,
    Qt.Key.Key_Tab, Qt.Key.Key_Space, Qt.Key.Key_Backspace, Qt.Key.Key_Delete, Qt.Key.Key_Left, Qt.Key.Key_Right,
    Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown,
    Qt.Key.Key_F2, Qt.Key.Key_F5, Qt.Key.Key_F6, Qt.Key.Key_F9, Qt.Key.Key_Plus, Qt.Key.Key_Minus, Qt.Key.Key_Question,
)]  # fmt: skip
MODIFIERS = (
    *[Qt.KeyboardModifier.NoModifier] * 8,
    *[Qt.KeyboardModifier.ShiftModifier] * 2,
    Qt.KeyboardModifier.ControlModifier,
)
WORDS = (
    "HW0002",
    "HW0777",
    "Fjord",
    "Ana",
    "혹등고래",
    "",
    "  ",
    "a" * 80,
    "<b>x</b>",
    "12",
    "-3,5",
    "../x",
    "2025-08-12",
)
SIZES = ((900, 500), (1180, 720), (1280, 800), (1600, 900), (2560, 1440))
REMEMBERED = 25


class Monkey:
    """Does one thing after the other; `trail` tells what, newest last.

    Args:
        files: what file dialogs are answered with, those of the right kind.
        home: the catalogue that it comes back to.
    """

    def __init__(self, window: MainWindow, seed: int, home: Path, files: Sequence[Path]) -> None:
        self.window = window
        self.home = home
        self.files = list(files)
        self.done: Counter[str] = Counter()
        self.trail: deque[str] = deque(maxlen=REMEMBERED)
        self.faults: list[str] = []
        window.menus.actions["quit"].setEnabled(False)  # it would end the day
        self._draw = random.Random(seed)
        self._away = 0
        self._acting = False
        self._deeds: list[tuple[int, Callable[[], None]]] = [
            (30, self._key), (6, self._shortcut), (20, self._click), (12, self._press_button), (8, self._drag),
            (4, self._wheel), (8, self._action), (6, self._switch), (2, self._context_menu), (2, self._type),
            (1, self._resize), (2, self._pause),
        ]  # fmt: skip

    # The day

    def work(self, count: int) -> None:
        """So many actions; whatever blocks meanwhile is answered by the timer.

        Raises:
            AssertionError: something went wrong, with the trail that led to it.
        """
        with self._noting():
            self._watch()
            for _ in range(count):
                self._acting = True
                try:
                    self.act()
                finally:
                    self._acting = False
                QTest.qWait(self._draw.choice((0, 0, 0, 1, 5)))
                assert not self.faults, "\n".join([*self.faults, "after", *self.trail])
            self.rest()
            assert not self.faults, "\n".join([*self.faults, "after", *self.trail])

    def rest(self) -> None:
        """Close what is open over the window and let all work end."""
        for _ in range(200):
            over = QApplication.activePopupWidget() or QApplication.activeModalWidget()
            if over is None:
                break
            over.close()
            QTest.qWait(1)
        while self.window.opener.jobs.busy():  # another session takes the place of this one
            QTest.qWait(20)
        self._session.settle()

    def act(self) -> None:
        """One action, in what is on top."""
        popup, modal = QApplication.activePopupWidget(), QApplication.activeModalWidget()
        if popup is not None:
            self._in_popup(popup)
        elif modal is not None:
            self._in_dialog(modal)
        else:
            self._come_home()
            if not self.window.isActiveWindow():
                self.window.activateWindow()
            deeds = [deed for weight, deed in self._deeds for _ in range(weight)]
            self._draw.choice(deeds)()

    def _did(self, kind: str, what: str = "") -> None:
        self.done[kind] += 1
        self.trail.append(f"{kind} {what}".rstrip())

    @property
    def _session(self) -> Session:
        assert self.window.session is not None
        return self.window.session

    def _come_home(self) -> None:
        """A catalogue that was made on the way is left again after a while."""
        there = self.window.session is not None and self.window.session.catalogue.folder == self.home
        self._away = 0 if there else self._away + 1
        if self._away == 40:
            self._did("open", "home")
            self.window.open_folder(self.home)

    # Deeds in the window

    def _key(self) -> None:
        self._press(QApplication.focusWidget() or self.window)

    def _press(self, widget: QWidget) -> None:
        key, modifier = self._draw.choice(KEYS), self._draw.choice(MODIFIERS)
        self._did("key", f"{modifier.name} {key.name} in {type(widget).__name__}")
        QTest.keyClick(widget, key, modifier)

    def _shortcut(self) -> None:
        """A key of the table for the workspace that is open."""
        rows = [row for row in ACTIONS if row.keys]
        own = [row for row in rows if row.id.startswith((f"{self.window.workspaces.current}.", "app."))]
        row = self._draw.choice(own or rows)
        combination = sequence(row.keys[0])[0]
        self._did("key", f"{readable(row.keys[0])} for {row.id}")
        QTest.keyClick(QApplication.focusWidget() or self.window, combination.key(), combination.keyboardModifiers())

    def _target(self, top: QWidget) -> tuple[QWidget, QPoint]:
        """What lies at a place drawn by chance, and that place in it."""
        place = QPoint(self._draw.randrange(max(1, top.width())), self._draw.randrange(max(1, top.height())))
        under = top.childAt(place) or top
        return under, under.mapFrom(top, place)

    def _click(self, top: QWidget | None = None) -> None:
        under, place = self._target(top or self.window)
        modifier = self._draw.choice(MODIFIERS)
        twice = self._draw.random() < 0.1
        self._did("double click" if twice else "click", f"{_name(under)} at {place.x()}, {place.y()}")
        click = QTest.mouseDClick if twice else QTest.mouseClick
        click(under, Qt.MouseButton.LeftButton, modifier, place)

    def _press_button(self, top: QWidget | None = None) -> None:
        found = [
            one for one in (top or self.window).findChildren(QAbstractButton) if one.isVisible() and one.isEnabled()
        ]
        if found:
            button = self._draw.choice(found)
            self._did("button", _name(button))
            QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    def _drag(self) -> None:
        under, place = self._target(self.window)
        modifier = self._draw.choice(MODIFIERS)
        button = self._draw.choice((Qt.MouseButton.LeftButton,) * 4 + (Qt.MouseButton.MiddleButton,))
        self._did("drag", f"{_name(under)} from {place.x()}, {place.y()}")
        QTest.mousePress(under, button, modifier, place)
        for _ in range(self._draw.randint(1, 4)):
            if not shiboken6.isValid(under):
                return
            place += QPoint(self._draw.randint(-120, 120), self._draw.randint(-80, 80))
            QTest.mouseMove(under, place)
            QTest.qWait(0)
        if shiboken6.isValid(under):
            QTest.mouseRelease(under, button, modifier, place)

    def _wheel(self) -> None:
        under, place = self._target(self.window)
        self._did("wheel", _name(under))
        for _ in range(self._draw.randint(1, 3)):
            event = QWheelEvent(
                QPointF(place), QPointF(under.mapToGlobal(place)), QPoint(), QPoint(0, self._draw.choice((-120, 120))),
                Qt.MouseButton.NoButton, self._draw.choice(MODIFIERS), Qt.ScrollPhase.NoScrollPhase, False,
            )  # fmt: skip
            QApplication.sendEvent(under, event)

    def _action(self) -> None:
        """What a menu or the search would do."""
        found = [*self.window.menus.actions.values(), *self.window.workspaces.actions()]
        self._trigger(self._draw.choice([one for one in found if one.isEnabled()]))

    def _trigger(self, action: QAction) -> None:
        self._did("action", action.objectName() or action.text())
        action.trigger()

    def _switch(self) -> None:
        name = self._draw.choice(list(WORKSPACES))
        self._did("workspace", name)
        self.window.show_workspace(name)

    def _context_menu(self) -> None:
        under, place = self._target(self.window)
        self._did("right click", _name(under))
        QTest.mouseClick(under, Qt.MouseButton.RightButton, Qt.KeyboardModifier.NoModifier, place)

    def _type(self) -> None:
        fields = [one for one in self.window.findChildren(QLineEdit) if one.isVisible() and one.isEnabled()]
        if fields:
            self._fill(self._draw.choice(fields), self._draw.choice(WORDS))

    def _fill(self, field: QLineEdit, text: str) -> None:
        self._did("typing", f"{text[:20]!r} into {_name(field)}")
        field.setFocus()
        field.selectAll()
        field.insert(text)
        if self._draw.random() < 0.6:
            QTest.keyClick(field, Qt.Key.Key_Return)

    def _resize(self) -> None:
        width, height = self._draw.choice(SIZES)
        self._did("size", f"{width} x {height}")
        self.window.resize(width, height)

    def _pause(self) -> None:
        """She looks for a while; all that was begun ends, as a rule."""
        self._did("pause")
        QTest.qWait(self._draw.choice((5, 20, 60)))

    # What lies over it

    def _in_popup(self, popup: QWidget) -> None:
        chance = self._draw.random()
        if isinstance(popup, QMenu) and chance < 0.6:
            actions = [one for one in popup.actions() if one.isEnabled() and not one.isSeparator() and not one.menu()]
            if actions:
                action = self._draw.choice(actions)
                self._did("menu", action.text())
                popup.close()
                action.trigger()
                return
        if chance < 0.9:
            self._press(popup.focusWidget() or popup)
        else:
            self._did("closed", _name(popup))
            popup.close()

    def _in_dialog(self, dialog: QWidget) -> None:
        if isinstance(dialog, QFileDialog):
            self._choose_file(dialog)
            return
        chance = self._draw.random()
        fields = [one for one in dialog.findChildren(QLineEdit) if one.isVisible() and one.isEnabled()]
        boxes = [one for one in dialog.findChildren(QComboBox) if one.isVisible() and one.isEnabled() and one.count()]
        if chance < 0.25 and fields:
            paths = [str(path) for path in self.files]
            self._fill(self._draw.choice(fields), self._draw.choice([*paths, *WORDS]))
        elif chance < 0.35 and boxes:
            box = self._draw.choice(boxes)
            self._did("choice", _name(box))
            box.setCurrentIndex(self._draw.randrange(box.count()))
        elif chance < 0.5:
            self._press(dialog.focusWidget() or dialog)
        elif chance < 0.6:
            self._click(dialog)
        elif chance < 0.85:
            self._press_button(dialog)
        else:
            self._did("cancelled", _name(dialog))
            dialog.reject() if isinstance(dialog, QDialog) else dialog.close()

    def _choose_file(self, dialog: QFileDialog) -> None:
        if self._draw.random() < 0.3:
            self._did("no file", dialog.windowTitle())
            dialog.reject()
            return
        folders = dialog.fileMode() == QFileDialog.FileMode.Directory
        fitting = [path for path in self.files if path.is_dir() == folders or not path.exists()]
        path = self._draw.choice(fitting or self.files)
        self._did("file", f"{path.name} for {dialog.windowTitle()}")
        field = dialog.findChild(QLineEdit)
        field.setText(str(path))
        # As Enter does; `accept` itself is protected, and asks before it writes over a file.
        QTest.keyClick(field, Qt.Key.Key_Return)
        if shiboken6.isValid(dialog) and dialog.isVisible() and self._draw.random() < 0.5:
            dialog.reject()

    # What is watched

    def _watch(self) -> None:
        """Act in what was opened by an action that waits for it."""
        if self._watching:
            QTimer.singleShot(25, self.window, self._watch)
            modal = QApplication.activePopupWidget() or QApplication.activeModalWidget()
            if self._acting and modal is not None:
                self.act()

    @contextmanager
    def _noting(self) -> Iterator[None]:
        """Note what breaks out, wherever it does."""
        hooks = sys.excepthook, threading.excepthook
        self._watching = True
        told = qInstallMessageHandler(self._from_qt)
        sys.excepthook = self._fault
        threading.excepthook = lambda said: self._fault(said.exc_type, said.exc_value, said.exc_traceback)
        try:
            yield
        finally:
            self._watching = False
            sys.excepthook, threading.excepthook = hooks
            qInstallMessageHandler(told)

    def _fault(self, kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
        import traceback

        self.faults.append("".join(traceback.format_exception(kind, error, trace)))

    def _from_qt(self, kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
        harmless = text.startswith(("This plugin does not support", "Detected locale"))
        if kind not in (QtMsgType.QtDebugMsg, QtMsgType.QtInfoMsg) and not harmless:
            self.faults.append(f"Qt: {text}")


def _name(widget: QWidget) -> str:
    text = getattr(widget, "text", "")
    told = widget.accessibleName() or widget.objectName() or (text() if callable(text) else str(text))
    return f"{type(widget).__name__} {told[:40]!r}" if told else type(widget).__name__
