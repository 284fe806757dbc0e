"""How far the program can be trusted on this catalogue: its tails looked up as if they were new, in words and drawn."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from whalegui import theme
from whalegui.widgets.plot import Dot, Plot
from whalegui.widgets.wording import many
from whaleid_core.self_check import Trial

FEW = 5
"""A step with fewer tails says little: its point is hollow."""


class TrustPanel(QWidget):
    """A few lines and the calibration: how often what was put first was right, against the probability that it had."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        head = QLabel("This catalogue, leaving one out")
        theme.set_font(head, "body", bold=True)
        head.setWordWrap(True)
        self.said = QLabel()
        self.said.setWordWrap(True)
        theme.set_second(self.said)
        self.plot = Plot("Probability given", "Share that was right")
        self.plot.setAccessibleName("Calibration on this catalogue")
        self.plot.setFixedHeight(200)
        self.plot.show_ideal()
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.S, theme.S, theme.S, theme.S)
        column.setSpacing(theme.XS)
        column.addWidget(head)
        column.addWidget(self.said)
        column.addWidget(self.plot)

    def show_trial(self, trial: Trial) -> None:
        """Show what came of a trial."""
        self.setVisible(bool(len(trial.chance)))
        known = int((trial.rank > 0).sum())
        told = f"{len(trial.chance):,} of {trial.of:,} tails were looked up as if they were new."
        if known:
            first, five = _percent(trial.within(1)), _percent(trial.within(5))
            told += f" The right whale came first for {first}, among five for {five}."
        if len(trial.chance):
            told += f" Probabilities are {100 * trial.error():.0f} points off on average."
        self.said.setText(told)
        dots = [
            Dot(said, was, f"{_percent(said)} given, {_percent(was)} right, {many(count, 'tail')}", count >= FEW)
            for said, was, count in trial.steps()
        ]
        self.plot.show_dots(dots, joined=False)
        self.plot.setXRange(0, 1, padding=0.05)
        self.plot.setYRange(0, 1, padding=0.05)


def _percent(share: float) -> str:
    return f"{100 * share:.0f}\N{NO-BREAK SPACE}%"
