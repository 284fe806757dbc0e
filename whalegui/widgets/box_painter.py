"""Draws tail boxes and their handles over a photo, in sizes that don't depend on the zoom."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from whalegui import theme
from whalegui.widgets import box_handles
from whaleid_core.records import Box, Drawer

LINE = 2.0
PICKED_LINE = 3.0
RIM = 1.0
"""Width of the black line on either side of a box's line."""
_DASHES = [5.0, 2.0]  # in widths of the line


def colour_of(box: Box) -> QColor:
    """A person's boxes and the detector's differ, the same way in every theme."""
    tokens = theme.tokens()
    return tokens.box_person if box.drawn_by is Drawer.PERSON else tokens.box_detector


def sharp(rect: QRectF, ratio: float) -> QRectF:
    """The rectangle on whole device pixels, so that its lines aren't smeared over two."""
    left, top = round(rect.left() * ratio) / ratio, round(rect.top() * ratio) / ratio
    right, bottom = round(rect.right() * ratio) / ratio, round(rect.bottom() * ratio) / ratio
    return QRectF(QPointF(left, top), QPointF(right, bottom))


def paint_box(painter: QPainter, rect: QRectF, box: Box, picked: bool) -> None:
    """A box's outline: solid for a person's, dashed for the detector's, between two black lines."""
    width = PICKED_LINE if picked else LINE
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(_pen(QColor(Qt.GlobalColor.black), width + 2 * RIM))
    painter.drawRect(rect)
    pen = _pen(colour_of(box), width)
    if box.drawn_by is not Drawer.PERSON:
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        pen.setDashPattern(_DASHES)
    painter.setPen(pen)
    painter.drawRect(rect)


def paint_thin(painter: QPainter, rect: QRectF, box: Box) -> None:
    """A box's outline over a small picture: one line on a dark one."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(_pen(QColor(0, 0, 0, 150), 3.0))
    painter.drawRect(rect)
    pen = _pen(colour_of(box), 1.0)
    if box.drawn_by is not Drawer.PERSON:
        pen.setDashPattern([5.0, 3.0])
    painter.setPen(pen)
    painter.drawRect(rect)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)


def paint_new(painter: QPainter, rect: QRectF) -> None:
    """The outline of a box that would come, over a small picture."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for colour, width in ((QColor(Qt.GlobalColor.black), 4.0), (QColor(Qt.GlobalColor.white), 2.0)):
        painter.setPen(_pen(colour, width))
        painter.drawRect(rect)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)


def paint_handles(painter: QPainter, rect: QRectF, colour: QColor) -> None:
    """The eight handles of the picked box."""
    painter.setPen(_pen(QColor(Qt.GlobalColor.black), 1.0))
    painter.setBrush(colour)
    half = (box_handles.DRAWN - 1) / 2
    for middle in box_handles.handle_points(rect).values():
        painter.drawRect(QRectF(middle.x() - half, middle.y() - half, 2 * half, 2 * half))


def _pen(colour: QColor, width: float) -> QPen:
    pen = QPen(colour, width)
    pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
    return pen
