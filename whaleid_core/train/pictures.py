"""Pictures of an evaluation: known and new whales told apart, reliability, and MAP@5 by photos in the gallery."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from whaleid_core.train.asking import DEFAULT
from whaleid_core.train.measures import BANDS
from whaleid_core.train.results import Results

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#666666", "#000000")
"""Okabe & Ito 2008: told apart by colour-blind readers too."""


def draw_pictures(folder: Path, results: Results) -> None:
    """Write the pictures that `report.PICTURES` names into a folder."""
    for name, draw in (
        ("known_and_new.png", _known_and_new),
        ("reliability.png", _reliability),
        ("by_photos.png", _by_photos),
    ):
        figure, axes = _axes()
        draw(axes, results)
        figure.legend(loc="outside upper center", ncols=3, frameon=False, fontsize=8)
        figure.savefig(folder / name, dpi=110, metadata={"Software": None})


def _axes() -> tuple[Figure, Axes]:
    """Drawn without pyplot, which would look for a screen and keep each figure."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, 4.6), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(alpha=0.25)
    return figure, axes


def _known_and_new(axes: Axes, results: Results) -> None:
    words = {"receiver": "called known", "identified": "called known, and named rightly"}
    for (name, label), colour in zip(words.items(), COLOURS, strict=False):
        axes.plot(results.curves[name].x, results.curves[name].y, color=colour, label=label)
    axes.plot([0, 1], [0, 1], color="#999999", linestyle=":", label="chance")
    axes.set(xlim=(0, 1), ylim=(0, 1), xlabel="share of new whales called known", ylabel="share of known whales")


def _reliability(axes: Axes, results: Results) -> None:
    words = {"known": "the whale is known", "best": "the best candidate is the whale"}
    for (name, label), colour in zip(words.items(), COLOURS, strict=False):
        axes.plot(results.curves[name].x, results.curves[name].y, marker="o", color=colour, label=label)
    axes.plot([0, 1], [0, 1], color="#999999", linestyle=":", label="as said")
    axes.set(xlim=(0, 1), ylim=(0, 1), xlabel="probability that was said", ylabel="how often it was so")


def _by_photos(axes: Axes, results: Results) -> None:
    figures = {(one.system, one.group): one for one in results.figures if one.part == "closed" and one.name == "map5"}
    bands = [band for band in BANDS if (DEFAULT, band) in figures]
    systems = list(dict.fromkeys(system for system, _ in figures))
    width = 0.8 / len(systems)
    for number, system in enumerate(systems):
        own = [figures[system, band] for band in bands]
        values = np.array([one.value for one in own])
        ends = np.array([[one.value - one.low, one.high - one.value] for one in own]).T.clip(0)
        places = np.arange(len(bands)) + (number - (len(systems) - 1) / 2) * width
        colour = COLOURS[number % len(COLOURS)]
        axes.bar(places, values, width, yerr=ends, color=colour, label=system, error_kw={"lw": 0.8})
    axes.set_xticks(np.arange(len(bands)), bands)
    axes.set(ylim=(0, 1), xlabel="photos of the whale in the gallery", ylabel="MAP@5")
