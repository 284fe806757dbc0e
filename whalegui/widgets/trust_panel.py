"""How far the program can be trusted on this catalogue: its tails looked up as if they were new, in words and drawn."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from whalegui import theme
from whalegui.widgets.plot import Dot, Plot
from whaleid_core.self_check import Trial


class TrustPanel(QWidget):
    """A few lines and the calibration: how often what was put first was right, against the probability that it had."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        head = QLabel("This catalogue, leaving one out")
        theme.set_font(head, "body", bold=True)
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
            told += f" The right whale came first for {trial.within(1):.0%}, among five for {trial.within(5):.0%}."
        off = f"{100 * trial.error():.0f}"
        self.said.setText(f"{told} Probabilities are off by {off} % points on average.")
        dots = [
            Dot(said, was, f"{said:.0%} given, {was:.0%} right, {count} tails", filled=True)
            for said, was, count in trial.steps()
        ]
        self.plot.show_dots(dots)
        self.plot.setXRange(0, 1, padding=0.03)
        self.plot.setYRange(0, 1, padding=0.03)
