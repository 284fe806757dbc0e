"""A plot in the colours of the theme: points that say what they are, and a line through them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from whalegui import theme

_DOT, _BIG = 8, 11
_TICKS = 8
_MANY = 60
"""From so many points on they are drawn smaller."""


@dataclass(frozen=True, slots=True)
class Dot:
    """One point.

    Attributes:
        words: what its tool tip says.
        filled: drawn strong, to stand out; else hollow.
    """

    x: float
    y: float
    words: str
    filled: bool = False


class Plot(pg.PlotWidget):  # type: ignore[misc]
    """Axes with words, a line and points; a click on a point tells its number.

    Args:
        across, up: what the axes say.
        dates: whether x is a time, in seconds since 1970.
        stems: whether each point stands on a line from the axis.
        moves: whether it can be zoomed and dragged.
        from_zero: whether the lower edge is 0.
    """

    picked = Signal(int)

    def __init__(
        self,
        across: str,
        up: str,
        dates: bool = False,
        stems: bool = False,
        moves: bool = False,
        from_zero: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        axes = {"bottom": pg.DateAxisItem(utcOffset=0)} if dates else {}
        super().__init__(parent, axisItems=axes)
        self._across, self._up = across, up
        self._stems, self._from_zero = stems, from_zero
        self._dots: tuple[Dot, ...] = ()
        self._ideal: pg.PlotDataItem | None = None
        self.setMenuEnabled(False)
        self.hideButtons()
        self.setMouseEnabled(moves, moves)
        self.setFrameShape(pg.PlotWidget.Shape.NoFrame)
        self.line = pg.PlotDataItem()
        self.points = pg.ScatterPlotItem(size=_DOT, hoverable=True, tip=self._tip)
        self.addItem(self.line)
        self.addItem(self.points)
        self.points.sigClicked.connect(lambda _, spots: self.picked.emit(int(spots[0].data())))
        theme.changed.connect(self._dress)
        self._dress()

    def show_dots(self, dots: Sequence[Dot], joined: bool = True) -> None:
        """Draw these points, with a line through them in their order."""
        self._dots = tuple(dots)
        x, y = np.array([dot.x for dot in dots]), np.array([dot.y for dot in dots])
        if self._stems:
            x_line, y_line = np.repeat(x, 2), np.stack([np.zeros_like(y), y], axis=1).ravel()
            self.line.setData(x_line, y_line, connect="pairs")
        else:
            self.line.setData(x if joined else x[:0], y if joined else y[:0])
        self._dress()
        if dots:
            self.getPlotItem().autoRange(padding=0.05)
            if self._from_zero:
                self.setYRange(0, 1.08 * float(y.max()), padding=0)
                self._count_whole(float(y.max()))
        self.setAccessibleDescription("; ".join(dot.words for dot in dots[:100]))

    def _count_whole(self, most: float) -> None:
        """Let the upward axis count whole things, in steps of 1, 2 or 5 times a power of ten."""
        if most > 1:
            power = 10 ** math.floor(math.log10(most))
            step = next((part * power for part in (0.1, 0.2, 0.5, 1.0) if most / (part * power) <= _TICKS), power)
            self.getAxis("left").setTickSpacing(levels=[(max(1.0, step), 0)])

    def say_across(self, words: str) -> None:
        """What stands below the plot."""
        self._across = words
        self._dress()

    def keep_shape(self, ratio: float) -> None:
        """Let a step across be `ratio` times as long as a step up, whatever room there is."""
        self.getViewBox().setAspectLocked(True, 1 / ratio)

    def show_ideal(self) -> None:
        """Draw the line on which both axes say the same, from 0 to 1."""
        self._ideal = pg.PlotDataItem([0, 1], [0, 1])
        self.addItem(self._ideal)
        self._ideal.setZValue(-10)
        self.setXRange(0, 1, padding=0.03)
        self.setYRange(0, 1, padding=0.03)
        self._dress()

    @property
    def dots(self) -> tuple[Dot, ...]:
        return self._dots

    def _tip(self, x: float, y: float, data: int) -> str:
        return self._dots[int(data)].words

    def _dress(self) -> None:
        t = theme.tokens()
        self.setBackground(t.field)
        small = theme.font("small")
        for name, words in (("bottom", self._across), ("left", self._up)):
            axis = self.getAxis(name)
            axis.setPen(pg.mkPen(t.edge))
            axis.setTextPen(pg.mkPen(t.text2))
            axis.setStyle(tickFont=small)
            axis.label.setFont(small)
            axis.setLabel(words, **{"color": t.text2.name()})
        self.getPlotItem().showGrid(x=True, y=True, alpha=0.15)
        strong = self._from_zero
        self.line.setPen(pg.mkPen(theme.mixed(t.accent, t.field, 0.6 if strong else 0.35), width=2 if strong else 1))
        if self._ideal is not None:
            self._ideal.setPen(pg.mkPen(t.edge, width=1, style=Qt.PenStyle.DashLine))
        self.points.setData(
            [
                {
                    "pos": (dot.x, dot.y),
                    "data": number,
                    "size": (_BIG if dot.filled else _DOT) * (0.6 if len(self._dots) > _MANY else 1),
                    "pen": pg.mkPen(t.accent, width=2),
                    "brush": pg.mkBrush(t.accent if dot.filled else t.field),
                }
                for number, dot in enumerate(self._dots)
            ]
        )
