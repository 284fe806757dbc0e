"""How good the picture of a tail is, by the five criteria of SPLASH, and how distinctive the tail is: 1 to 5 each."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFormLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from whalegui import theme
from whalegui.whale_rows import TailCell
from whalegui.widgets.elided_label import ElidedLabel
from whalegui.widgets.grades import Grades
from whalegui.widgets.room import hold
from whaleid_core.catalogue.rows import RatingRow
from whaleid_core.quality import Suggested

CRITERIA = {
    "part_visible": "Part visible",
    "fluke_angle": "Fluke angle",
    "camera_angle": "Camera angle",
    "sharpness": "Sharpness",
    "exposure": "Exposure",
}
_CELLS, _WORDS = 172, 92
"""Of its width, pixels at 100 % text: what stays, and what grows with the letters."""


class TailRating(QScrollArea):
    """Rates one tail. The program's suggestions are dashed; the button takes those that nobody has rated."""

    rated = Signal(int, dict)  # tail id; grades by name

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tail_id = -1
        self._suggested: Suggested | None = None
        self.title = ElidedLabel(where=Qt.TextElideMode.ElideMiddle)
        theme.set_font(self.title, "body", bold=True)
        self.grades = {
            name: Grades(words) for name, words in {**CRITERIA, "distinctiveness": "Distinctiveness"}.items()
        }
        for name, grades in self.grades.items():
            grades.graded.connect(lambda grade, name=name: self.rated.emit(self.tail_id, {name: grade}))
        self.take = QPushButton("Take suggestions")
        self.take.setMinimumHeight(theme.CONTROL)
        self.take.clicked.connect(self._take)
        self._inner = QWidget()
        self._lay_out()
        theme.changed.connect(self._give_room)
        self._give_room()
        self.show_tail(None, None)

    def _give_room(self) -> None:
        self.setFixedWidth(_CELLS + theme.scaled(_WORDS))

    def show_tail(self, cell: TailCell | None, rating: RatingRow | None) -> None:
        """Another tail, or the same one rated anew; suggestions for another tail are forgotten."""
        if cell is None or cell.id != self.tail_id:
            self._suggested = None
        self.tail_id = cell.id if cell is not None else -1
        self.title.setText(f"Quality of {cell.photo.title}" if cell is not None else "Quality")
        self._inner.setEnabled(cell is not None)
        for name, grades in self.grades.items():
            grades.show_grade(getattr(rating, name) if rating is not None else None, self._suggestion(name))
        self._show_take()

    def suggest(self, tail_id: int, suggested: Suggested) -> None:
        """What the program suggests for a tail, if it is still the one that is shown."""
        if tail_id == self.tail_id:
            self._suggested = suggested
            for name, grades in self.grades.items():
                grades.show_grade(grades.grade, self._suggestion(name))
            self._show_take()

    def _suggestion(self, name: str) -> int | None:
        grade: int | None = getattr(self._suggested, name, None)
        return grade

    def _open_ones(self) -> dict[str, int]:
        """What is suggested and not rated."""
        found = {name: self._suggestion(name) for name, grades in self.grades.items() if grades.grade is None}
        return {name: grade for name, grade in found.items() if grade is not None}

    def _show_take(self) -> None:
        self.take.setEnabled(bool(self._open_ones()))

    def _take(self) -> None:
        if ratings := self._open_ones():
            self.rated.emit(self.tail_id, ratings)

    def _lay_out(self) -> None:
        scale = QLabel("1 is best, 5 is poor. Dashed: suggested.")
        theme.set_font(scale, "small")
        theme.set_second(scale)
        scale.setWordWrap(True)
        form = QFormLayout()
        form.setHorizontalSpacing(theme.S)
        form.setVerticalSpacing(theme.XS)
        for name, words in CRITERIA.items():
            form.addRow(_label(words), self.grades[name])
        marks = QFormLayout()
        marks.setHorizontalSpacing(theme.S)
        marks.addRow(_label("Distinctive"), self.grades["distinctiveness"])
        column = QVBoxLayout(self._inner)
        column.setContentsMargins(theme.M, theme.S, 0, theme.S)
        column.setSpacing(theme.XS)
        column.addWidget(self.title)
        column.addWidget(scale)
        column.addLayout(form)
        column.addLayout(marks)
        column.addWidget(self.take, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)
        hold(self, self._inner, across=False)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)


def _label(words: str) -> QLabel:
    label = QLabel(words)
    label.setMinimumHeight(theme.CONTROL)
    label.setMinimumWidth(_WORDS)  # so that the two groups are one column
    theme.set_second(label)
    return label
