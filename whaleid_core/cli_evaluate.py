"""The part of the `whaleid` command that measures the networks; needs the [torch] install."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from whaleid_core.cli_train import Flukes, needs_torch
from whaleid_core.console import Device, bars, say


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("evaluate")(evaluate)


def evaluate(
    flukes: Flukes,
    out: Annotated[Path | None, typer.Option(metavar="JSON", help="Where the figures go as well.")] = None,
    device: Device = "auto",
) -> None:
    """Measure the networks that came with the program, with the boxes that they find themselves."""
    needs_torch()
    from whaleid_core.engine import load_engine
    from whaleid_core.train.detector_measure import evaluate_detector
    from whaleid_core.train.evaluate import look, measure

    engine = load_engine(device)
    with bars() as bar:
        seen = look(engine, flukes, ["train", "test", "unseen", "new"], bar("Photos"))
    figures = measure(seen, engine.calibration) | {"photos_without_tail": float(seen.missed)}
    figures |= {
        f"detector_{name}": value for name, value in evaluate_detector(engine.finder.package.folder, flukes).items()
    }
    for name, value in figures.items():
        say(f"{name:<32} {value:.4g}")
    if out is not None:
        out.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
