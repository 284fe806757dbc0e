"""The results of an evaluation as CSV and JSON: each row names what it was measured with."""

from __future__ import annotations

import csv
import json
import math
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from whaleid_core import __version__
from whaleid_core.engine import Engine
from whaleid_core.packages import Package
from whaleid_core.train.evaluation import Curve, Measured
from whaleid_core.train.measures import Figure

DETECTOR = "tail finder"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where what was measured comes from, as its package says; what it doesn't say is empty.

    Attributes:
        minutes: of training, of all networks that take part.
    """

    recipe: str
    training_data: str
    seed: str
    machine: str
    minutes: float


@dataclass(frozen=True)
class Results:
    """All that the table, the page and the pictures are made of.

    Attributes:
        origins: system -> where it comes from.
        machine: that it was measured on.
        quick: how many queries of each split were tried; None where all were.
        minutes: that the measuring took.
    """

    figures: Sequence[Figure]
    curves: Mapping[str, Curve]
    counts: Mapping[str, int]
    origins: Mapping[str, Origin]
    machine: str
    quick: int | None
    minutes: float

    def of(self, part: str, group: str = "") -> list[Figure]:
        """The figures of one part and group."""
        return [figure for figure in self.figures if figure.part == part and figure.group == group]


def results(
    engine: Engine, measured: Measured, detector: Mapping[str, float], quick: int | None, minutes: float
) -> Results:
    """Put together what was measured.

    Args:
        detector: of `detector_measure.evaluate_detector`; empty where it couldn't be measured.
    """
    members = [member.package for member in engine.members]
    alone = {package.label: origin([package]) for package in members}
    figures = [*measured.figures, *detector_figures(detector)]
    together = origin(members)
    origins = {figure.system: alone.get(figure.system, together) for figure in figures}
    if detector:
        origins[DETECTOR] = origin([engine.finder.package])
    machine = f"{this_machine()}, {engine.device} in {engine.precision}"
    return Results(figures, measured.curves, measured.counts, origins, machine, quick, minutes)


def origin(packages: Sequence[Package]) -> Origin:
    """Where networks come from: each thing said once."""
    metrics = [package.manifest.get("metrics", {}) for package in packages]
    seeds = [package.manifest.get("held_out", {}).get("seed", "") for package in packages]
    return Origin(
        " + ".join(package.label for package in packages),
        _once([package.manifest.get("training_data", "") for package in packages]),
        _once(seeds),
        _once([own.get("machine", "") for own in metrics]),
        round(sum(float(own.get("minutes", 0.0)) for own in metrics), 1),
    )


def _once(said: Sequence[Any]) -> str:
    return "; ".join(dict.fromkeys(str(one) for one in said if one != ""))


def detector_figures(detector: Mapping[str, float]) -> list[Figure]:
    """The detector's figures; a name with `_low` or `_high` behind it is the end of that one's interval."""
    photos = int(detector.get("photos", 0))
    ends = ("_low", "_high")
    return [
        Figure(
            DETECTOR, "detector", "", name, float(value),
            float(detector.get(f"{name}_low", math.nan)), float(detector.get(f"{name}_high", math.nan)), photos,
        )
        for name, value in detector.items()
        if not name.endswith(ends) and name != "photos"
    ]  # fmt: skip


def this_machine() -> str:
    """The processor and how many of its cores there are."""
    name = platform.processor() or platform.machine()
    listing = Path("/proc/cpuinfo")
    if listing.is_file():
        models = [line.partition(":")[2].strip() for line in listing.read_text().splitlines() if "model name" in line]
        name = models[0] if models else name
    return f"{os.cpu_count()} cores of {name}"


def write_csv(path: Path, all_of_it: Results) -> None:
    """One row a figure."""
    head = ["system", "part", "group", "figure", "value", "low", "high", "photos"]
    origin_head = ["recipe", "training_data", "seed", "machine", "training_minutes"]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([*head, *origin_head])
        for one in all_of_it.figures:
            ends = ["" if math.isnan(end) else f"{end:.6g}" for end in (one.low, one.high)]
            whence = asdict(all_of_it.origins[one.system]).values()
            writer.writerow([one.system, one.part, one.group, one.name, f"{one.value:.6g}", *ends, one.count, *whence])


def write_json(path: Path, all_of_it: Results) -> None:
    """All of it, the points of the pictures too; what isn't a number is null."""
    figures = [
        {name: None if isinstance(value, float) and math.isnan(value) else value for name, value in asdict(one).items()}
        for one in all_of_it.figures
    ]
    content = {
        "program": __version__,
        "machine": all_of_it.machine,
        "minutes": all_of_it.minutes,
        "quick": all_of_it.quick,
        "photos": dict(all_of_it.counts),
        "origins": {system: asdict(whence) for system, whence in all_of_it.origins.items()},
        "figures": figures,
        "curves": {name: {"x": curve.x.tolist(), "y": curve.y.tolist()} for name, curve in all_of_it.curves.items()},
    }
    path.write_text(json.dumps(content, indent=1, allow_nan=False) + "\n", encoding="utf-8")
