"""The part of the `whaleid` command that measures the networks; needs the [torch] install."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from whaleid_core.cli_train import Flukes, needs_torch
from whaleid_core.console import Device, Models, bars, say, warn
from whaleid_core.errors import WhaleIdError
from whaleid_core.spared import spared

if TYPE_CHECKING:
    from whaleid_core.train.results import Results


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("evaluate")(evaluate)


def evaluate(
    flukes: Flukes,
    out: Annotated[Path | None, typer.Option(metavar="FOLDER", help="For results.csv, .json and pictures.")] = None,
    page: Annotated[Path | None, typer.Option(metavar="MD", help="The page of the documentation to write.")] = None,
    quick: Annotated[int | None, typer.Option(min=8, help="Try on about so many queries of each split.")] = None,
    models: Models = None,
    device: Device = "auto",
) -> None:
    """Measure the networks that came with the program, or those named, with the boxes that they find themselves."""
    needs_torch()
    from whaleid_core.engine import load_engine, named
    from whaleid_core.train.crops import read_table
    from whaleid_core.train.evaluate import SPLITS, check_splits, look
    from whaleid_core.train.evaluation import measure
    from whaleid_core.train.results import results

    _must_be_folders(out, page)
    check_splits(read_table(flukes, SPLITS))
    engine = load_engine(device, named(models or []))
    began = time.monotonic()
    with bars() as bar:
        seen = look(engine, flukes, SPLITS, bar("Photos"), quick, whole=True)
        measured = measure(seen, [member.name for member in engine.members], engine.calibration, bar)
    detector = _detector(engine.finder.package.folder, flukes, quick)
    _tell(results(engine, measured, detector, quick, round((time.monotonic() - began) / 60, 1)), out, page)


def _must_be_folders(out: Path | None, page: Path | None) -> None:
    """Refuse what can't be written before the work of an hour, not after it.

    Raises:
        WhaleIdError: a file is in the way or to be spared, or a folder isn't there.
    """
    if out is not None and out.exists() and not out.is_dir():
        raise WhaleIdError(f"{out} is a file.", "Name a folder.")
    if page is not None and (page.is_dir() or not page.absolute().parent.is_dir()):
        raise WhaleIdError(f"{page} can't be written.", "Name a file in a folder that is there.")
    if page is not None:
        spared(page)


def _detector(package: Path, flukes: Path, quick: int | None) -> dict[str, float]:
    from whaleid_core.train.detector_measure import evaluate_detector
    from whaleid_core.train.evaluate import hand_boxes_are_there

    if not hand_boxes_are_there(flukes):
        warn(f"{flukes} holds no hand_boxes.csv: the tail finder isn't measured.")
        return {}
    if quick is None:
        return evaluate_detector(package, flukes)
    return evaluate_detector(package, flukes, count=quick, drawn=min(quick, 10))


def _tell(found: Results, out: Path | None, page: Path | None) -> None:
    from whaleid_core.train import report
    from whaleid_core.train.pictures import draw_pictures
    from whaleid_core.train.results import write_csv, write_json

    say(report.summary(found))
    for table in report.tables(found):
        say(f"\n{table.text()}")
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        write_csv(out / "results.csv", found)
        write_json(out / "results.json", found)
        draw_pictures(out, found)
        say(f"\nWritten to {out}.")
    if page is not None:
        page.write_text(report.page(found, _seen_from(page, out)), encoding="utf-8")


def _seen_from(page: Path, out: Path | None) -> str:
    """The folder of the pictures as a page names it; empty where it doesn't lie beside the page."""
    beside = page.absolute().parent
    if out is None or not out.absolute().is_relative_to(beside):
        return ""
    return out.absolute().relative_to(beside).as_posix()
