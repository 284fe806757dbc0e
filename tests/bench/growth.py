"""Draws how time and memory grow with the tails of the gallery and with the photos, from what the benches told."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

from measured import FILE

from whaleid_core.train.pictures import COLOURS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

TAILS_FILE, PHOTOS_FILE = FILE.with_name("bench_tails.csv"), FILE.with_name("bench_photos.csv")
PICTURE = Path(__file__).parents[2] / "docs" / "results" / "growth.png"
WORDS = "How the time of a search grows with the tails, and time and memory with the photos"


def draw(tails_file: Path = TAILS_FILE, photos_file: Path = PHOTOS_FILE, picture: Path = PICTURE) -> bool:
    """Write the picture, where both benches have run; says whether they have."""
    if not (tails_file.is_file() and photos_file.is_file()):
        return False
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.6, 3.6), layout="constrained")
    FigureCanvasAgg(figure)
    of_tails, of_photos, of_memory = figure.subplots(1, 3)
    tails = read(tails_file)
    lines(of_tails, tails, "tails", {"whalegui_ms": "WhaleGUI", "scikit_learn_ms": "scikit-learn, brute force"})
    of_tails.set(xscale="log", yscale="log", xlabel="tails in the gallery", ylabel="milliseconds a query")
    photos = read(photos_file)
    lines(of_photos, photos, "photos", {"seconds": "WhaleGUI"})
    of_photos.set(xscale="log", yscale="log", xlabel="photos of 24 megapixels", ylabel="seconds in all")
    lines(of_memory, photos, "photos", {"mb": "resident then", "most": "the most until then"})
    of_memory.set(xscale="log", ylim=(0, None), xlabel="photos of 24 megapixels", ylabel="memory in MB")
    picture.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(picture, dpi=110, metadata={"Software": None})
    return True


def read(file: Path) -> list[dict[str, float]]:
    """The rows of a table of numbers."""
    with file.open(encoding="utf-8", newline="") as opened:
        return [{name: float(value) for name, value in row.items()} for row in csv.DictReader(opened)]


def lines(axes: Axes, rows: list[dict[str, float]], along: str, names: dict[str, str]) -> None:
    """Draw some columns over another."""
    for (name, label), colour in zip(names.items(), COLOURS, strict=False):
        axes.plot([row[along] for row in rows], [row[name] for row in rows], marker="o", color=colour, label=label)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(alpha=0.25)
    axes.legend(frameon=False, fontsize=8)
