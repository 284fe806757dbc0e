"""When and where a whale was met: a time line, and its encounters by latitude and longitude."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QStackedWidget, QVBoxLayout, QWidget

from whalegui import theme
from whalegui.widgets.plot import Dot, Plot
from whalegui.widgets.wording import day, many, place
from whaleid_core.sightings import Meeting


class WhalePlot(QWidget):
    """A plot, or a sentence that says why there is none."""

    def __init__(self, plot: Plot, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.plot = plot
        self.plot.setAccessibleName(name)
        self.said = QLabel(alignment=Qt.AlignmentFlag.AlignCenter)
        theme.set_second(self.said)
        self._stack = QStackedWidget()
        self._stack.addWidget(plot)
        self._stack.addWidget(self.said)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, theme.S, 0, 0)
        column.addWidget(self._stack)

    def _show(self, dots: Sequence[Dot], none: str, joined: bool) -> None:
        self.said.setText(none)
        self._stack.setCurrentIndex(0 if dots else 1)
        self.plot.show_dots(dots, joined)


class TimeLine(WhalePlot):
    """Each encounter on its day, as high as there are photos of the whale."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Plot("Date", "Photos", dates=True, stems=True), "Time line", parent)

    def show_meetings(self, meetings: Sequence[Meeting]) -> None:
        """Draw these encounters."""
        dots = [
            Dot(one.began.replace(tzinfo=UTC).timestamp(), one.photos, _told(one), filled=True)
            for one in meetings
            if one.began is not None
        ]
        days = [one.began for one in meetings if one.began is not None]
        # The axis itself may show days without their month and year.
        self.plot.say_across(" to ".join(dict.fromkeys(map(day, (min(days), max(days))))) if days else "Date")
        self._show(dots, "None of its photos has a date.", joined=True)
        if len(dots) == 1:
            self.plot.setXRange(dots[0].x - _YEAR, dots[0].x + _YEAR, padding=0)


class Places(WhalePlot):
    """Each encounter where it was, the last one filled, joined in order of time; north is up, shapes are true."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Plot("Longitude °E", "Latitude °N", moves=True, from_zero=False), "Places", parent)

    def show_meetings(self, meetings: Sequence[Meeting]) -> None:
        """Draw these encounters."""
        placed = [one for one in meetings if one.latitude is not None and one.longitude is not None]
        dots = [Dot(one.longitude or 0.0, one.latitude or 0.0, _told(one), filled=one is placed[-1]) for one in placed]
        if dots:
            middle = sum(dot.y for dot in dots) / len(dots)
            self.plot.keep_shape(max(0.05, math.cos(math.radians(middle))))
        self._show(dots, "None of its photos has a place.", joined=True)
        if len({(dot.x, dot.y) for dot in dots}) == 1:
            self.plot.setYRange(dots[0].y - _AROUND, dots[0].y + _AROUND, padding=0)


_YEAR = 365 * 86_400
_AROUND = 0.5
"""Degrees shown around a place that is the only one."""


def _told(one: Meeting) -> str:
    lines = [one.name, day(one.began) if one.began is not None else "", many(one.photos, "photo")]
    if one.latitude is not None:
        lines.append(place(one.latitude, one.longitude))
    return "\n".join(line for line in dict.fromkeys(lines) if line)
