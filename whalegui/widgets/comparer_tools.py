"""The comparer's tools: two rows of buttons and three sliders, each doing what its key does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QAction, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSlider, QVBoxLayout, QWidget

from whalegui import bindings, icons, theme

from .fluke_comparer import FlukeComparer
from .fluke_sides import Mode
from .tail_strip import TailStrip

HEIGHT = 64

_ARROWS = frozenset(
    {
        Qt.Key.Key_Left,
        Qt.Key.Key_Right,
        Qt.Key.Key_Up,
        Qt.Key.Key_Down,
        Qt.Key.Key_Home,
        Qt.Key.Key_End,
        Qt.Key.Key_PageUp,
        Qt.Key.Key_PageDown,
    }
)

UPPER = ("blink", "wipe", "overlay", "stack", "unlink")
MIDDLE = ("align", "points", "relevance")
LOWER = ("mirror", "grey", "invert", "enhance")


class ComparerTools(QWidget):
    """Buttons for the comparer's actions.

    Args:
        comparer: what they act on and show the state of.
        made: the workspace's actions by id ("matches.blink", ...); these become checkable.
    """

    def __init__(self, comparer: FlukeComparer, made: Mapping[str, QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._comparer = comparer
        self._worded, self._measured = True, ("", 0)
        self._actions = {name: made[f"matches.{name}"] for name in (*UPPER, *MIDDLE, *LOWER)}
        for action in self._actions.values():
            action.setCheckable(True)
        self.opacity = _Slider("How much the upper tail covers", 0, 100, 50)
        self.brightness = _Slider("Brightness", -100, 100, 0)
        self.contrast = _Slider("Contrast", -100, 100, 0)
        self._lay_out(made["matches.reset"])
        self.opacity.valueChanged.connect(lambda value: comparer.set_opacity(value / 100))
        self.brightness.valueChanged.connect(lambda value: self._set_look(brightness=value))
        self.contrast.valueChanged.connect(lambda value: self._set_look(contrast=value))
        comparer.changed.connect(self._show_state)
        self._show_state()

    def fit(self, room: int) -> None:
        """With words where so many pixels are enough for them, else with icons alone."""
        wanted = self._wide(room)
        if wanted != self._worded:
            self._show_words(wanted)

    def _wide(self, room: int) -> bool:
        font = self.font().key()
        if self._measured[0] != font:
            self._show_words(True)
            self._measured = font, self.sizeHint().width()
        return self._measured[1] <= room

    def _show_words(self, words: bool) -> None:
        self._worded = words
        for made in self.findChildren(bindings.ActionButton):
            made.show_words(words)
        layout = self.layout()
        assert layout is not None
        layout.activate()  # else the rows in it would tell their widths of before

    def _lay_out(self, reset: QAction) -> None:
        upper, lower = QHBoxLayout(), QHBoxLayout()
        for names, row in (((*UPPER, *MIDDLE), upper), (LOWER, lower)):
            row.setSpacing(2)
            for name in names:
                row.addWidget(bindings.button(self._actions[name], keyed=False))
                if name == "overlay":
                    row.addWidget(self.opacity)
        for icon, slider in (("sun", self.brightness), ("contrast", self.contrast)):
            lower.addSpacing(theme.XS)
            lower.addWidget(_Icon(icon, slider.accessibleName()))
            lower.addWidget(slider)
        lower.addWidget(bindings.button(reset, keyed=False))
        upper.addStretch(1)
        lower.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.S, 2, 0, 2)
        layout.setSpacing(2)
        layout.addLayout(upper)
        layout.addLayout(lower)
        self.setFixedHeight(HEIGHT)

    def _set_look(self, **fields: int) -> None:
        look = replace(self._comparer.look, **fields)  # type: ignore[arg-type]
        if look != self._comparer.look:
            self._comparer.set_look(look)

    def _show_state(self) -> None:
        comparer, look = self._comparer, self._comparer.look
        on = {
            "blink": comparer.swapped,
            "wipe": comparer.mode is Mode.WIPE,
            "overlay": comparer.mode is Mode.OVERLAY,
            "stack": comparer.mode is Mode.STACK,
            "align": comparer.aligned,
            "points": comparer.points is not None,
            "relevance": comparer.heat is not None,
            "mirror": comparer.mirrored,
            "unlink": not comparer.linked,
            "grey": look.grey,
            "invert": look.invert,
            "enhance": look.enhance,
        }
        for name, action in self._actions.items():
            action.setChecked(on[name])
        known = comparer.alignment
        why = "A mirrored tail is aligned by its box" if comparer.mirrored else known.words if known else ""
        bindings.allow(self._actions["align"], comparer.can_align, why)
        self.opacity.setEnabled(comparer.mode is Mode.OVERLAY)
        for slider, value in ((self.brightness, look.brightness), (self.contrast, look.contrast)):
            slider.setValue(value)


class ToolsRow(QWidget):
    """The tools, and beside them a strip: of that at least one item is seen whole."""

    def __init__(self, tools: ComparerTools, strip: TailStrip) -> None:
        super().__init__()
        self._tools, self._strip = tools, strip
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.M)
        row.addWidget(tools)
        row.addWidget(strip, 1)

    def minimumSizeHint(self) -> QSize:
        """It asks for no width: what has no room here is left out."""
        return QSize(0, HEIGHT)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit()

    def _fit(self) -> None:
        self._tools.fit(self.width() - self._strip.cell.width() - theme.M)


class _Icon(QWidget):
    """An icon that says what the slider beside it does, in the colours of the theme shown."""

    def __init__(self, name: str, tip: str) -> None:
        super().__init__()
        self._name = name
        self.setToolTip(tip)
        self.setFixedSize(16, 16)

    def paintEvent(self, event: QPaintEvent) -> None:
        icons.paint(QPainter(self), self._name, self.rect(), theme.tokens().text)


class _Slider(QSlider):
    """A short slider; with the keyboard on it the arrows are its own. A double click brings it back."""

    def __init__(self, name: str, low: int, high: int, value: int) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._rest = value
        self.setRange(low, high)
        self.setValue(value)
        self.setFixedWidth(72)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(name)
        self.setToolTip(name)

    def event(self, event: QEvent) -> bool:
        own = event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() in _ARROWS
        if own:
            event.accept()
            return True
        if event.type() == QEvent.Type.MouseButtonDblClick:
            self.setValue(self._rest)
            return True
        return super().event(event)
