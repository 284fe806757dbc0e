"""A grade from 1 to 5, given by a click or a digit; what the program suggests is marked, and never taken by itself."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from whalegui import theme

BEST, WORST = 1, 5
_CELL = 24


class Grades(QWidget):
    """Five cells in a row. The digits give a grade, left and right move it, Del takes it back.

    Signals:
        graded(object): an int from 1 to 5, or None.
    """

    graded = Signal(object)

    def __init__(self, what: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.what = what
        self.grade: int | None = None
        self.suggested: int | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFixedSize(self.sizeHint())
        self._name()

    def show_grade(self, grade: int | None, suggested: int | None = None) -> None:
        """What it is, and what the program suggests."""
        self.grade, self.suggested = grade, suggested
        self._name()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(WORST * (_CELL + 2) + 2, theme.CONTROL)

    def paintEvent(self, event: QPaintEvent) -> None:
        t, painter = theme.tokens(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.font("small"))
        for grade in range(BEST, WORST + 1):
            cell = QRectF(self._cell(grade)).adjusted(0.5, 0.5, -0.5, -0.5)
            given = grade == self.grade
            pen = QPen(t.accent if given or grade == self.suggested else t.edge, 1)
            if grade == self.suggested and not given:
                pen.setStyle(Qt.PenStyle.DashLine)
                pen.setWidth(2)
            painter.setPen(pen)
            painter.setBrush((t.accent if self.isEnabled() else t.edge) if given else t.field)
            painter.drawRoundedRect(cell, theme.RADIUS, theme.RADIUS)
            painter.setPen(t.on_accent if given else t.text if self.isEnabled() else t.text2)
            painter.drawText(cell, Qt.AlignmentFlag.AlignCenter, str(grade))
        if self.hasFocus():
            theme.draw_ring(painter, self.rect())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        for grade in range(BEST, WORST + 1):
            if self._cell(grade).contains(event.position().toPoint()):
                self._give(None if grade == self.grade else grade)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if Qt.Key.Key_1 <= key <= Qt.Key.Key_5:
            self._give(key - Qt.Key.Key_0)
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_0):
            self._give(None)
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            step = 1 if key == Qt.Key.Key_Right else -1
            now = self.grade or (BEST - 1 if step > 0 else WORST + 1)
            self._give(min(WORST, max(BEST, now + step)))
        else:
            super().keyPressEvent(event)

    def _give(self, grade: int | None) -> None:
        if grade != self.grade:
            self.show_grade(grade, self.suggested)
            self.graded.emit(grade)

    def _cell(self, grade: int) -> QRect:
        return QRect(2 + (grade - BEST) * (_CELL + 2), (self.height() - _CELL) // 2, _CELL, _CELL)

    def _name(self) -> None:
        said = f"{self.what}: {self.grade or 'not rated'}"
        if self.suggested is not None:
            said += f", {self.suggested} suggested"
        self.setAccessibleName(said)
        self.setToolTip(f"{said}. A second click takes it back." if self.grade else said)
