"""The dialog that finds encounters: the gaps in time and place that part them, and what comes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import (
    QDialog,
    QDoubleSpinBox,
    QFormLayout,
    QLabel,
    QRadioButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from whalegui import theme
from whalegui.widgets.dialog_buttons import dialog_buttons
from whalegui.widgets.room import widen
from whalegui.widgets.wording import many
from whaleid_core.records import Gaps

if TYPE_CHECKING:
    from whalegui.jobs import Job
    from whalegui.session import Session
    from whaleid_core.catalogue.rows import EncounterPlan

WIDTH = 520


class EncountersDialog(QDialog):
    """Says how many encounters there would be before any photo is moved."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self._planning: Job | None = None
        self.setWindowTitle("Find encounters")
        self.minutes = QSpinBox(minimum=1, maximum=7 * 24 * 60, singleStep=5, suffix=" minutes without a photo")
        self.minutes.setValue(round(session.gaps.hours * 60))
        self.km = QDoubleSpinBox(minimum=0.1, maximum=1000, decimals=1, suffix=" km from the photo before")
        self.km.setValue(session.gaps.km)
        self.loose = QRadioButton("Photos in no encounter yet")
        self.anew = QRadioButton("All photos anew, but for encounters that you named or noted")
        self.loose.setChecked(True)
        self.summary = QLabel("Counting ...")
        self.summary.setWordWrap(True)
        self._lay_out()
        self.minutes.valueChanged.connect(lambda _: self._plan())
        self.km.valueChanged.connect(lambda _: self._plan())
        self.anew.toggled.connect(lambda _: self._plan())
        self._plan()

    @property
    def gaps(self) -> Gaps:
        """What was chosen."""
        return Gaps(self.minutes.value() / 60, self.km.value())

    def accept(self) -> None:
        gaps, anew = self.gaps, self.anew.isChecked()
        self.session.gaps = gaps
        self.session.edit(lambda catalogue: catalogue.find_encounters(gaps.hours, gaps.km, anew))
        super().accept()

    def _plan(self) -> None:
        gaps, anew = self.gaps, self.anew.isChecked()
        self.ok.setEnabled(False)
        self._planning = self.session.query(
            lambda catalogue: catalogue.plan_encounters(gaps, anew), self._show, self._planning
        )

    def _show(self, plan: EncounterPlan) -> None:
        self.ok.setEnabled(plan.moved > 0)
        loose = f" {many(plan.loose, 'photo')} without a time {'is' if plan.loose == 1 else 'are'} in none."
        now = f"{many(plan.encounters, 'encounter')}, {plan.before:,} now."
        moved = f" {many(plan.moved, 'photo')} change{'s' if plan.moved == 1 else ''} place." if plan.moved else ""
        nothing = "" if plan.moved else " Nothing would change."
        self.summary.setText(now + moved + nothing + (loose if plan.loose else ""))

    def _lay_out(self) -> None:
        said = QLabel("A new encounter begins after either gap. Two boats at sea at once are told apart by place.")
        said.setWordWrap(True)
        theme.set_second(said)
        form = QFormLayout()
        form.setHorizontalSpacing(theme.L)
        form.setVerticalSpacing(theme.S)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for label, control in (("Gap in time", self.minutes), ("Gap in place", self.km)):
            control.setMinimumHeight(theme.CONTROL)
            control.setAccessibleName(label)
            form.addRow(label, control)
        form.addRow("Which", self.loose)
        form.addRow("", self.anew)
        buttons, self.ok = dialog_buttons(self, "Find encounters")
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.XL, theme.XL, theme.XL, theme.L)
        column.setSpacing(theme.M)
        column.addWidget(said)
        column.addLayout(form)
        column.addWidget(self.summary)
        column.addSpacing(theme.S)
        column.addWidget(buttons)
        widen(self, WIDTH)
