"""The part of the `whaleid` command that runs the original study's recipes and describes a data set; needs [torch]."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from whaleid_core.console import bars, say, warn
from whaleid_core.errors import WhaleIdError
from whaleid_core.train.telling import Stoppable

if TYPE_CHECKING:
    from whaleid_core.train.detector import Tails
    from whaleid_core.train.detector_recipe import DetectorRecipe

_HELD_OUT = 5
"""At most one in so many photos of a catalogue only measures: small catalogues have few."""


@dataclass(frozen=True, kw_only=True)
class Given:
    """What a recipe takes besides a folder of photos, or in its place; None where none was named.

    Attributes:
        table: Kaggle's train.csv.
        boxes: tail boxes.
        finder: the folder of the package that finds tails.
        catalogue: the folder of a catalogue whose checked boxes a detector learns from.
    """

    table: Path | None = None
    boxes: Path | None = None
    finder: Path | None = None
    catalogue: Path | None = None

    def refuse(self, names: Sequence[str], recipe: str) -> None:
        """Refuse what a recipe has no use for, as a WhaleIdError."""
        for name in names:
            if getattr(self, name) is not None:
                sentence = f"The recipe {recipe} takes no --{name}."
                raise WhaleIdError(sentence, "It learns from photos.csv in the folder of photos.")


def train_recipe(
    path: Path, kind: str, photos: Path, given: Given, work: Path, out: Path, watch: Stoppable, how: dict[str, Any]
) -> None:
    """Run a classifier's, the Siamese network's or the ensemble's recipe.

    Args:
        work: the folder of the checkpoint.
        how: the fields of `study_run.How`.
    """
    from whaleid_core.packages import read_package
    from whaleid_core.train.study_ensemble import train_ensemble
    from whaleid_core.train.study_recipe import StudyRecipe
    from whaleid_core.train.study_run import How, Sources, train_study

    finder = None if given.finder is None else read_package(given.finder)
    sources = Sources(photos=photos, table=given.table, boxes=given.boxes, finder=finder)
    with watch.stop:
        if kind == "ensemble":
            train_ensemble(path, sources, work, out, watch, How(**how))
        else:
            train_study(StudyRecipe.read(path), sources, work, out, watch, How(**how))


def train_boxed_detector(
    path: Path, photos: Path, given: Given, work: Path, out: Path, watch: Stoppable, options: dict[str, Any]
) -> None:
    """Train a detector on a list of boxes, and measure it on those that it held out."""
    from whaleid_core.formats.boxes import format_of
    from whaleid_core.formats.kaggle import read_ids
    from whaleid_core.train.detector_recipe import DetectorRecipe
    from whaleid_core.train.study_photos import folder_of
    from whaleid_core.train.tail_photos import boxed_tails

    assert given.boxes is not None
    given.refuse(["finder"], path.stem)
    whales = {} if given.table is None else read_ids(given.table)
    tails = boxed_tails(folder_of(photos), format_of(given.boxes).read(given.boxes, None).strict(), whales)
    _train_on(DetectorRecipe.read(path), tails, given.boxes.name, work, out, watch, options)


def train_detector_of(
    path: Path, given: Given, work: Path, out: Path, watch: Stoppable, options: dict[str, Any]
) -> None:
    """Train a detector on the boxes of a catalogue that people saw, and note there that its corrections were learnt."""
    from whaleid_core.catalogue import Catalogue
    from whaleid_core.packages import read_package
    from whaleid_core.train.checked_tails import checked_tails
    from whaleid_core.train.detector_recipe import DetectorRecipe

    assert given.catalogue is not None
    given.refuse(["table", "finder"], path.stem)
    recipe, began = DetectorRecipe.read(path), datetime.now(UTC)
    with Catalogue.open(given.catalogue, read_only=True) as catalogue:
        tails, name = checked_tails(catalogue), catalogue.name
    recipe = replace(recipe, held_out=min(recipe.held_out, len(tails) // _HELD_OUT))
    _train_on(recipe, tails, name, work, out, watch, options)
    with Catalogue.open(given.catalogue) as catalogue:
        catalogue.note_training(read_package(out).label, len(tails), began)


def _train_on(
    recipe: DetectorRecipe, tails: Tails, source: str, work: Path, out: Path, watch: Stoppable, options: dict[str, Any]
) -> None:
    from whaleid_core.train.detector import train_detector
    from whaleid_core.train.detector_measure import found_of
    from whaleid_core.train.detector_package import export, record_metrics
    from whaleid_core.train.judge import fit_judge, store
    from whaleid_core.train.tail_photos import split_by_whale

    with watch.stop:
        weights = train_detector(recipe, None, work, resume=True, watch=watch, tails=tails, **options)
    data = f"{len(tails):,} photographs with a tail box each, from {source}"
    export(weights, recipe, out, data=data)
    learn, held_out = split_by_whale(tails, recipe.held_out, recipe.seed)
    if recipe.judge:
        store(fit_judge(learn), out)
    if held_out:
        record_metrics(out, found_of(out, held_out))


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("describe")(describe)


def describe(
    table: Annotated[Path, typer.Argument(metavar="CSV", help="Kaggle's train.csv: Image,Id.")],
    photos: Annotated[Path, typer.Option(metavar="DIR", help="The photographs.")],
    out: Annotated[Path | None, typer.Option(metavar="FOLDER", help="For pictures and tables.")] = None,
    boxes: Annotated[Path | None, typer.Option(metavar="FILE", help="Tail boxes: the study's TSV, or CSV.")] = None,
) -> None:
    """Say what a data set is like: photos per whale, sizes, colour, text burned in, tails, near-duplicates."""
    from whaleid_core.train.describe import describe as looked_at
    from whaleid_core.train.describe import text
    from whaleid_core.train.describe_pictures import draw_views, write
    from whaleid_core.train.study_photos import read_study

    if out is not None and out.exists() and not out.is_dir():
        raise WhaleIdError(f"{out} is a file.", "Name a folder.")
    with tempfile.TemporaryDirectory() as work, bars() as bar:
        known = read_study(photos, table, boxes, Path(work), lambda path: ())
        found = looked_at(known, bar("Photos"))
    for problem in found.problems:
        warn(problem)
    say(text(found.figures()))
    if out is not None:
        write(out, found)
        if not found.problems:
            draw_views(out / "views.png", known)
        say(f"\nWritten to {out}.")
