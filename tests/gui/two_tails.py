"""A comparer with a red tail and a blue one, which its tests look at closely."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QPixmap, QWheelEvent
from PySide6.QtWidgets import QApplication

from whalegui.widgets.fluke_comparer import FlukeComparer
from whalegui.widgets.fluke_sides import Side, Which
from whaleid_core.records import Box

NEW_BOX = Box(100, 80, 500, 260)
CANDIDATE_BOX = Box(1000, 700, 2600, 1500)
RED, BLUE = QColor(200, 30, 30), QColor(30, 30, 200)


def crop_of(colour: QColor) -> QPixmap:
    crop = QPixmap(640, 320)
    crop.fill(colour)
    return crop


def side_of(key: int, box: Box, size: tuple[int, int], colour: QColor) -> Side:
    return Side(key, f"tail {key}", "12 Aug 2024", box, size, crop=crop_of(colour))


def two_tails() -> FlukeComparer:
    comparer = FlukeComparer()
    comparer.resize(1280, 346)
    comparer.set_side(Which.NEW, side_of(1, NEW_BOX, (900, 600), RED))
    comparer.set_side(Which.CANDIDATE, side_of(2, CANDIDATE_BOX, (4000, 3000), BLUE))
    return comparer


def wheel(comparer: FlukeComparer, at: QPointF, angle: int) -> None:
    event = QWheelEvent(
        at,
        comparer.mapToGlobal(at),
        QPoint(),
        QPoint(0, angle),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(comparer, event)
