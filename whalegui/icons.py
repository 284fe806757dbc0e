"""The icons: Lucide's and our own SVGs, tinted from the palette, sharp at any scale, right in both themes."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from PySide6.QtCore import QByteArray, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from whalegui import theme
from whaleid_core.resources import resource


def icon(name: str, size: int = 16, colour: str = "text") -> QIcon:
    """An icon by its file's name, e.g. "fluke"; it follows the theme by itself.

    Args:
        name: file in resources/icons, without ".svg".
        size: 16 or 20, device-independent pixels; what widgets take as its natural size.
        colour: a colour of `theme.Tokens` by name.
    """
    return QIcon(_Engine(name, size, colour))


def paint(painter: QPainter, name: str, rect: QRect | QRectF, colour: QColor) -> None:
    """Draw an icon into a rectangle: for delegates and own-drawn widgets."""
    _renderer(name, colour.name()).render(painter, QRectF(rect))


def pixmap(name: str, size: int, colour: QColor, scale: float = 1.0) -> QPixmap:
    """An icon as a pixmap of `size` device-independent pixels."""
    made = QPixmap(QSize(size, size) * scale)
    made.setDevicePixelRatio(scale)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    paint(painter, name, QRect(0, 0, size, size), colour)
    painter.end()
    return made


def folder() -> Path:
    """Where the SVGs lie."""
    return resource("icons")


@lru_cache(maxsize=512)
def _renderer(name: str, colour: str) -> QSvgRenderer:
    source = (folder() / f"{name}.svg").read_text(encoding="utf-8")
    return QSvgRenderer(QByteArray(source.replace("currentColor", colour).encode()))


class _Engine(QIconEngine):
    """Draws one SVG in the colour that the theme has at the moment of drawing."""

    def __init__(self, name: str, size: int, colour: str) -> None:
        super().__init__()
        self._name = name
        self._size = size
        self._colour = colour

    def clone(self) -> QIconEngine:
        return _Engine(self._name, self._size, self._colour)

    def actualSize(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QSize:
        side = min(size.width(), size.height())
        return QSize(side, side)

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        tokens = theme.tokens()
        colour: QColor = getattr(tokens, self._colour)
        if mode == QIcon.Mode.Disabled:
            colour = theme.mixed(colour, tokens.window, 0.55)
        side = min(rect.width(), rect.height())
        square = QRect(QPoint(0, 0), QSize(side, side))
        square.moveCenter(rect.center())
        paint(painter, self._name, square, colour)

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        made = QPixmap(size)
        made.fill(Qt.GlobalColor.transparent)
        painter = QPainter(made)
        self.paint(painter, QRect(QPoint(0, 0), size), mode, state)
        painter.end()
        return made
