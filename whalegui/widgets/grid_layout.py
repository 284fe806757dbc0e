"""Where the cells of a grouped grid lie: pure arithmetic, quick at 100,000 cells."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from PySide6.QtCore import QPoint, QRect

MOST_SPREAD = 32
"""Columns move apart by up to this much, pixels, so that the last one ends at the right edge."""


@dataclass(frozen=True, slots=True)
class Group:
    """A run of rows under one header.

    Attributes:
        title: what the header says; no header is drawn where it is empty.
        start, count: the rows.
        key: what the group stands for, e.g. an encounter's id.
    """

    title: str
    start: int
    count: int
    key: int | None = None


class Metrics(NamedTuple):
    """Sizes of a grid, in device-independent pixels."""

    cell_width: int
    cell_height: int
    gap: int
    margin: int
    header: int
    stretch: bool = False  # one column that takes the whole width: a list
    least: int = 0  # the width that a list has at least; a view that is narrower scrolls to the rest


class GridLayout:
    """Uniform cells in columns under group headers; rows are laid out left to right, then down."""

    def __init__(self, groups: Sequence[Group], width: int, metrics: Metrics) -> None:
        self.metrics = metrics
        self.width = width = max(width, metrics.least)
        self.groups = [group for group in groups if group.count > 0]
        inner = max(width - 2 * metrics.margin + metrics.gap, 1)
        self.columns = 1 if metrics.stretch else max(1, inner // (metrics.cell_width + metrics.gap))
        self.cell_width = max(width - 2 * metrics.margin, 1) if metrics.stretch else metrics.cell_width
        slack = inner - self.columns * (self.cell_width + metrics.gap)
        spread = min(max(slack, 0) // max(self.columns - 1, 1), MOST_SPREAD) if self.columns > 1 else 0
        self._across = self.cell_width + metrics.gap + spread  # from one column to the next
        self._starts = [group.start for group in self.groups]
        self._tops: list[int] = []
        y = metrics.margin
        for group in self.groups:
            self._tops.append(y)
            y += self._header(group) + self.lines(group) * self.pitch + metrics.gap
        self.height = y + metrics.margin if self.groups else 0

    @property
    def pitch(self) -> int:
        """From one line of cells to the next."""
        return self.metrics.cell_height + self.metrics.gap

    @property
    def count(self) -> int:
        return self.groups[-1].start + self.groups[-1].count if self.groups else 0

    def lines(self, group: Group) -> int:
        return -(-group.count // self.columns)

    def rect(self, row: int) -> QRect:
        """A row's cell, in coordinates of the content; empty if there is no such row."""
        if not 0 <= row < self.count:
            return QRect()
        at = bisect_right(self._starts, row) - 1
        group = self.groups[at]
        line, column = divmod(row - group.start, self.columns)
        x = self.metrics.margin + column * self._across
        y = self._tops[at] + self._header(group) + line * self.pitch
        return QRect(x, y, self.cell_width, self.metrics.cell_height)

    def header_rect(self, at: int) -> QRect:
        """The header of the at-th group; empty if it has none."""
        header = self._header(self.groups[at])
        margin = self.metrics.margin
        return QRect(margin, self._tops[at], max(self.width - 2 * margin, 0), header) if header else QRect()

    def row_at(self, point: QPoint) -> int:
        """The row whose cell holds a point of the content, or -1."""
        at = self._group_at(point.y())
        if at < 0:
            return -1
        group = self.groups[at]
        y = point.y() - self._tops[at] - self._header(group)
        x = point.x() - self.metrics.margin
        if y < 0 or x < 0:
            return -1
        line, inside_y = divmod(y, self.pitch)
        column, inside_x = divmod(x, self._across)
        row = line * self.columns + column
        outside = inside_y >= self.metrics.cell_height or inside_x >= self.cell_width
        return -1 if outside or column >= self.columns or row >= group.count else group.start + row

    def header_at(self, point: QPoint) -> int:
        """The group whose header holds a point of the content, or -1."""
        at = self._group_at(point.y())
        return at if at >= 0 and self.header_rect(at).contains(point) else -1

    def rows_in(self, rect: QRect) -> list[int]:
        """The rows whose cells meet a rectangle of the content, in order."""
        return [
            row for rows in self.spans(rect.top(), rect.bottom()) for row in rows if self.rect(row).intersects(rect)
        ]

    def spans(self, top: int, bottom: int) -> list[range]:
        """The rows on the lines between two heights, a range for each group."""
        spans = []
        for at in self.groups_between(top, bottom):
            group = self.groups[at]
            y = self._tops[at] + self._header(group)
            first = max(0, (top - y) // self.pitch)
            last = min(self.lines(group) - 1, (bottom - y) // self.pitch)
            if last >= first:
                end = min(group.count, (last + 1) * self.columns)
                spans.append(range(group.start + first * self.columns, group.start + end))
        return spans

    def groups_between(self, top: int, bottom: int) -> range:
        """The groups that have anything between two heights."""
        first = max(0, self._group_at(top))
        return range(first, max(first, bisect_right(self._tops, bottom)))

    def moved(self, row: int, across: int = 0, down: int = 0) -> int:
        """The row reached from another by columns or lines: over group borders, and never past an end."""
        if across:
            return min(max(row + across, 0), self.count - 1)
        here = self.rect(row)
        step = 1 if down > 0 else -1
        for _ in range(abs(down)):
            row = self._next_line(row, step, here.x())
        return row

    def _next_line(self, row: int, step: int, x: int) -> int:
        at = bisect_right(self._starts, row) - 1
        group = self.groups[at]
        line = (row - group.start) // self.columns + step
        if not 0 <= line < self.lines(group):
            at += step
            if not 0 <= at < len(self.groups):
                return row
            group = self.groups[at]
            line = 0 if step > 0 else self.lines(group) - 1
        column = (x - self.metrics.margin) // self._across
        return group.start + min(line * self.columns + column, group.count - 1)

    def _group_at(self, y: int) -> int:
        return bisect_right(self._tops, y) - 1

    def _header(self, group: Group) -> int:
        return self.metrics.header if group.title else 0
