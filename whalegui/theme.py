"""How WhaleGUI looks: colours, spaces, fonts and the focus ring, in a dark and a light theme."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal

from PySide6.QtCore import QObject, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPainter, QPalette, QPen
from PySide6.QtWidgets import QApplication, QWidget

from whalegui.focus_style import FocusRingStyle

Scheme = Literal["system", "light", "dark"]

SPACE = (4, 8, 12, 16, 24, 32)
"""The only distances between things, in device-independent pixels."""
XS, S, M, L, XL, XXL = SPACE
RADIUS = 4
CONTROL = 28
"""Height of a button, a field or a list's control."""
RING = 2
_SIZE, _BOLD = "whalegui_text_size", "whalegui_text_bold"
TEXT_SIZES = {"small": 0.85, "body": 1.0, "title": 1.25, "answer": 1.4}


@dataclass(frozen=True, slots=True)
class Tokens:
    """The colours by what they are for; one set a theme.

    `window raised field canvas selected` are the five grounds; text, text2, accent and the statuses can be read on
    each of them.
    """

    dark: bool
    window: QColor
    raised: QColor
    field: QColor
    canvas: QColor
    selected: QColor
    text: QColor
    text2: QColor
    edge: QColor
    hairline: QColor
    accent: QColor
    on_accent: QColor
    known: QColor
    unsure: QColor
    new: QColor
    poor: QColor
    error: QColor
    box_detector: QColor
    box_person: QColor


def _tokens(dark: bool, *codes: str) -> Tokens:
    return Tokens(dark, *(QColor(code) for code in codes))


DARK = _tokens(
    True,
    *("#242424", "#2F2F2F", "#1B1B1B", "#303030", "#24435C"),
    *("#E8E8E8", "#B4B4B4", "#808080", "#454545", "#6DB7F2", "#0E1A24"),
    *("#45C49A", "#F2B134", "#DE9BD6", "#D6D6D6", "#FF8F80", "#FFD23F", "#5CC8FF"),
)
LIGHT = _tokens(
    False,
    *("#F0F0F0", "#FAFAFA", "#FFFFFF", "#CFCFCF", "#CFE4F5"),
    *("#1C1C1C", "#4F4F4F", "#6E6E6E", "#C4C4C4", "#005A9E", "#FFFFFF"),
    *("#006247", "#7A4A00", "#86296F", "#3A3A3A", "#A3210F", "#FFD23F", "#5CC8FF"),
)
GROUNDS = ("window", "raised", "field", "canvas", "selected")
COLOUR_NAMES = tuple(f.name for f in fields(Tokens) if f.name != "dark")


class _Watcher(QObject):
    """Remembers the scheme that was asked for and tells when the colours become others."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.scheme: Scheme = "system"
        self.text_percent = 100
        self.base_points = 0.0

    @property
    def dark(self) -> bool:
        if self.scheme != "system":
            return self.scheme == "dark"
        return QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark


_watcher = _Watcher()
changed = _watcher.changed
"""Emitted after the palette was renewed. Widgets that only use the palette need not listen."""


def tokens() -> Tokens:
    """The colours of the theme that is shown now."""
    return DARK if _watcher.dark else LIGHT


def apply(app: QApplication, scheme: Scheme = "system", text_percent: int = 100) -> None:
    """Dress the application: style, palette, text size. Call it again to change the scheme or the text size."""
    first = not isinstance(app.style(), FocusRingStyle)
    _watcher.scheme = scheme
    if first:
        _watcher.base_points = app.font().pointSizeF()
        app.setStyle(FocusRingStyle(draw_ring, draw_edge))
        app.styleHints().colorSchemeChanged.connect(_renew)
    _watcher.text_percent = min(200, max(80, text_percent))
    base = app.font()
    base.setPointSizeF(_watcher.base_points * _watcher.text_percent / 100)
    _set_fonts(app, base)
    wanted = {"light": Qt.ColorScheme.Light, "dark": Qt.ColorScheme.Dark}.get(scheme, Qt.ColorScheme.Unknown)
    app.styleHints().setColorScheme(wanted)
    _renew()


def _set_fonts(app: QApplication, base: QFont) -> None:
    if base.pointSizeF() == app.font().pointSizeF():
        return
    app.setFont(base)
    for widget in app.allWidgets():
        if size := widget.property(_SIZE):
            widget.setFont(font(size, bool(widget.property(_BOLD))))


def _renew() -> None:
    app = QApplication.instance()
    if isinstance(app, QApplication):
        app.setPalette(palette(tokens()))
        _watcher.changed.emit()


def palette(t: Tokens) -> QPalette:
    """The one palette of a theme; Fusion draws everything from it."""
    role = QPalette.ColorRole
    made = QPalette(t.raised, t.window)
    for which, colour in {
        role.Window: t.window,
        role.WindowText: t.text,
        role.Base: t.field,
        role.AlternateBase: t.raised,
        role.Text: t.text,
        role.Button: t.raised,
        role.ButtonText: t.text,
        role.BrightText: t.error,
        role.ToolTipBase: t.raised,
        role.ToolTipText: t.text,
        role.PlaceholderText: t.text2,
        role.Highlight: t.selected,
        role.HighlightedText: t.text,
        role.Accent: t.accent,
        role.Link: t.accent,
        role.LinkVisited: t.accent,
        role.Light: t.raised,
        role.Midlight: t.raised,
        role.Mid: t.hairline,
        role.Dark: t.edge,
        role.Shadow: t.canvas,
    }.items():
        made.setColor(which, colour)
    faint = mixed(t.text, t.window, 0.55)
    for which in (role.WindowText, role.Text, role.ButtonText, role.HighlightedText):
        made.setColor(QPalette.ColorGroup.Disabled, which, faint)
    made.setColor(QPalette.ColorGroup.Disabled, role.Base, t.window)
    made.setColor(QPalette.ColorGroup.Disabled, role.Highlight, t.hairline)
    made.setColor(QPalette.ColorGroup.Disabled, role.Accent, t.edge)
    return made


def mixed(a: QColor, b: QColor, share: float) -> QColor:
    """A colour between two: `share` of a (0 to 1), the rest of b."""
    return QColor.fromRgbF(
        *(share * x + (1 - share) * y for x, y in zip(a.getRgbF()[:3], b.getRgbF()[:3], strict=True)),  # type: ignore[index,call-overload]
    )


def contrast(a: QColor, b: QColor) -> float:
    """WCAG 2 contrast ratio of two opaque colours, 1 to 21."""

    def luminance(colour: QColor) -> float:
        parts: list[float] = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in colour.getRgbF()[:3]]  # type: ignore[index]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return float((high + 0.05) / (low + 0.05))


def font(size: str = "body", bold: bool = False) -> QFont:
    """The system font in one of the four sizes ("small", "body", "title", "answer"), with tabular figures."""
    made = QFont(QApplication.font())
    made.setPointSizeF(made.pointSizeF() * TEXT_SIZES[size])
    if bold or size == "answer":
        made.setWeight(QFont.Weight.DemiBold)
    made.setFeature(QFont.Tag("tnum"), 1)
    return made


def scaled(pixels: int) -> int:
    """A width for words: so many pixels at a text size of 100 %, more where the text is larger."""
    return round(pixels * max(100, _watcher.text_percent) / 100)


def set_font(widget: QWidget, size: str = "body", bold: bool = False) -> None:
    """Give a widget one of the four sizes; it follows when the text size is changed."""
    widget.setProperty(_SIZE, size)
    widget.setProperty(_BOLD, bold)
    widget.setFont(font(size, bold))


def set_second(widget: QWidget) -> None:
    """Let a widget's text take the second text colour, in both themes."""
    widget.setForegroundRole(QPalette.ColorRole.PlaceholderText)


def draw_ring(painter: QPainter, rect: QRect) -> None:
    """The focus ring, just inside `rect`: for delegates and own-drawn widgets."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(tokens().accent, RING))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(rect.adjusted(1, 1, -1, -1), RADIUS, RADIUS)
    painter.restore()


def draw_edge(painter: QPainter, rect: QRect) -> None:
    """The edge of a control, strong enough to be seen on every ground."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(tokens().edge, 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS - 1, RADIUS - 1)
    painter.restore()
