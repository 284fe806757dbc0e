"""The pictures and tables of a data set's description."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from whaleid_core.formats.tables import guarded
from whaleid_core.train.describe import Description
from whaleid_core.train.sitting import written_aside
from whaleid_core.train.study_photos import StudyPhotos

VIEWS, TAILS, SIDE = 5, 3, 80
"""In the picture of augmented views: views a tail, tails, pixels of a side."""
PICTURES = ("photos_per_whale.png", "sizes.png", "tails.png")


def write(folder: Path, found: Description) -> None:
    """Write summary.csv, photos.csv and near_duplicates.csv, and draw `PICTURES`; what has no data isn't drawn."""
    folder.mkdir(parents=True, exist_ok=True)
    _table(folder / "summary.csv", ["figure", "value"], found.figures())
    head = ["image", "whale", "width", "height", "grey", "text", "tail_share", "tail_contrast"]
    rows = []
    for one in found.looks:
        tail = (_number(one.tail), _number(one.contrast))
        rows.append((one.name, one.whale, one.width, one.height, int(one.grey), int(one.text), *tail))
    _table(folder / "photos.csv", head, rows)
    _table(folder / "near_duplicates.csv", ["image", "other"], found.alike)
    _draw(folder / PICTURES[0], _photos_per_whale, found)
    _draw(folder / PICTURES[1], _sizes, found)
    if any(not np.isnan(one.tail) for one in found.looks):
        _draw(folder / PICTURES[2], _tails, found)


def _number(value: float) -> str:
    return "" if np.isnan(value) else f"{value:.4f}"


def _table(path: Path, head: list[str], rows: Any) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(head)
        writer.writerows([guarded(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)


def _draw(path: Path, what: Any, found: Description) -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, 3.2), layout="constrained")
    FigureCanvasAgg(figure)
    what(figure.subplots(), found)
    with written_aside(path) as aside:
        figure.savefig(aside, format="png", dpi=100)


def _photos_per_whale(axes: Any, found: Description) -> None:
    counts = np.array(found.per_whale)
    photos, classes = np.unique(counts, return_counts=True)
    axes.bar([str(one) for one in photos[:20]], classes[:20], color="#2a6f97")
    axes.set_xlabel("photos of a class" + (", the lowest twenty numbers" if len(photos) > 20 else ""))
    axes.set_ylabel("classes")


def _sizes(axes: Any, found: Description) -> None:
    for grey, colour, name in ((False, "#2a6f97", "colour"), (True, "#6c757d", "grey")):
        own = [one for one in found.looks if one.grey == grey]
        axes.scatter([one.width for one in own], [one.height for one in own], s=10, alpha=0.5, color=colour, label=name)
    axes.set_xlabel("width, pixels")
    axes.set_ylabel("height, pixels")
    axes.legend()


def _tails(axes: Any, found: Description) -> None:
    axes.scatter(
        [one.tail for one in found.looks], [one.contrast for one in found.looks], s=10, alpha=0.5, color="#2a6f97"
    )
    axes.axhline(0, color="#6c757d", linewidth=1)
    axes.set_xlabel("share of the photo that the tail takes")
    axes.set_ylabel("lighter than the background by")


def draw_views(path: Path, photos: StudyPhotos, seed: int = 1) -> None:
    """Draw what the study's augmentation makes of some tails: each tail at the left, `VIEWS` views of it beside it."""
    import albumentations as alb

    from whaleid_core.train.study_augment import MEAN, STD, training_steps, views

    steps = alb.Compose(training_steps(SIDE))
    rows = []
    for row in range(min(TAILS, len(photos))):
        crop = photos.cut(row)
        made = views(steps, [crop] * VIEWS, (seed, row)).permute(0, 2, 3, 1).numpy() * STD + MEAN
        shown = [cv2.resize(crop, (SIDE, SIDE)), *(255 * made.clip(0, 1))]
        rows.append(np.concatenate([np.asarray(one, np.uint8) for one in shown], axis=1))
    coded = cv2.imencode(".png", cv2.cvtColor(np.concatenate(rows), cv2.COLOR_RGB2BGR))[1]
    with written_aside(path) as aside:
        aside.write_bytes(coded.tobytes())
