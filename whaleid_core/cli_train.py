"""The part of the `whaleid` command that trains networks; needs the [torch] install."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn

from whaleid_core.cli_study import Given, train_boxed_detector, train_detector_of, train_recipe
from whaleid_core.console import err, say
from whaleid_core.errors import Cancelled, Kind, WhaleIdError
from whaleid_core.train.sitting import Standing
from whaleid_core.train.telling import Lines, Stoppable

_FLUKES = "Photos with photos.csv: image, whale, split and tail box."
Flukes = Annotated[Path, typer.Option(metavar="DIR", help=_FLUKES)]


class Shown(StrEnum):
    """How a training tells of its progress."""

    BAR = "bar"
    JSONL = "jsonl"


class Vote(StrEnum):
    """What trained heads average."""

    PROBABILITIES = "probabilities"
    OUTPUTS = "outputs"


class On(StrEnum):
    """What a training computes on."""

    CPU = "cpu"
    CUDA = "cuda"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("recipes")(recipes)
    app.command("train")(train)
    app.command("ensemble")(ensemble)


def recipes() -> None:
    """List the training recipes that come with the program."""
    from whaleid_core.train import recipe

    for name in recipe.names():
        say(f"{name}: {recipe.first_comment(recipe.find(name))}")


def ensemble(
    members: Annotated[list[Path], typer.Argument(metavar="PACKAGE...", help="The folders of the networks.")],
    photos: Flukes,
    out: Annotated[Path, typer.Option(metavar="PACKAGE", help="The folder of the ensemble's package.")],
    name: Annotated[str, typer.Option(help="The package's.")] = "ensemble",
    version: Annotated[str, typer.Option(help="The package's.")] = "1",
    vote: Annotated[
        Vote, typer.Option(help="How trained heads vote: by the mean of their probabilities, or of their raw outputs.")
    ] = Vote.PROBABILITIES,
) -> None:
    """Let networks vote together: calibrate what they say, on whales that all of them held out of their training."""
    needs_torch()
    from whaleid_core.console import bars
    from whaleid_core.engine import load_engine
    from whaleid_core.packages import installed, read_package
    from whaleid_core.train.ensemble import make_ensemble

    finders = [package for package in installed() if package.task == "detect"]
    engine = load_engine("cpu", [*finders, *(read_package(member) for member in members)])
    with bars() as bar:
        package = make_ensemble(engine, photos, out, name, version, bar("Photos"), vote.value)
    for figure, value in package.manifest.get("metrics", {}).items():
        say(f"{figure:<20} {value:.4g}")
    say(f"Package written to {out}.")


def train(
    recipe: Annotated[str, typer.Argument(help="A name that `whaleid recipes` lists, or a TOML file.")],
    out: Annotated[Path, typer.Option(metavar="PACKAGE", help="The folder of the package; beside it the checkpoint.")],
    photos: Annotated[Path | None, typer.Option(metavar="DIR", help=_FLUKES)] = None,
    minutes: Annotated[
        float | None, typer.Option(min=0, help="Of computing, if not as long as the recipe says.")
    ] = None,
    threads: Annotated[int, typer.Option(min=0, help="Processor threads; 0 takes all.")] = 0,
    machine: Annotated[str, typer.Option(help="What the package says it was trained on.")] = "",
    device: Annotated[On, typer.Option(help="On a GPU in mixed precision.")] = On.CPU,
    start: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH",
            help='The package that a recipe with start = "package" goes on from; a file of weights for the others.',
        ),
    ] = None,
    progress: Annotated[Shown, typer.Option(help="A bar, or one JSON object a line for a program.")] = Shown.BAR,
    save_every: Annotated[float, typer.Option(min=0, metavar="SECONDS", help="Between two checkpoints.")] = 180.0,
    table: Annotated[Path | None, typer.Option(metavar="CSV", help="Kaggle's train.csv: Image,Id.")] = None,
    boxes: Annotated[Path | None, typer.Option(metavar="FILE", help="Tail boxes: the study's TSV, or CSV.")] = None,
    finder: Annotated[Path | None, typer.Option(metavar="PACKAGE", help="What finds tails without boxes.")] = None,
    catalogue: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="A detector learns from the tail boxes of a catalogue that people saw."),
    ] = None,
) -> None:
    """Train a network and make a model package of it; goes on where it was stopped.

    Ctrl+C or SIGTERM saves a checkpoint first. It lies in PACKAGE-training, beside losses.csv and losses.png.
    """
    with _watched(progress, out) as watch:
        needs_torch()
        from whaleid_core.networks import limit_threads
        from whaleid_core.train import recipe as recipes_of

        if threads:
            limit_threads(threads)
        path = recipes_of.find(recipe)
        given = Given(table=table, boxes=boxes, finder=finder, catalogue=catalogue)
        options = {"minutes": minutes, "start": start, "device": device.value, "save_every": save_every}
        _train(path, recipes_of.kind(path), photos, given, out, watch, options, machine)
    if progress is Shown.BAR:
        say(f"Package written to {out}.")


def _train(
    path: Path,
    kind: str,
    photos: Path | None,
    given: Given,
    out: Path,
    watch: Stoppable,
    options: dict[str, Any],
    machine: str,
) -> None:
    """Run a recipe of any kind."""
    if kind == "detector" and given.catalogue is not None:
        if photos is not None or given.boxes is not None:
            raise WhaleIdError(
                "A detector learns from a catalogue or from photos.", "Leave --catalogue or the rest out."
            )
        train_detector_of(path, given, _beside(out), out, watch, options)
        return
    given.refuse(["catalogue"], path.stem)
    if photos is None:
        raise WhaleIdError("There is nothing to learn from.", "Name a folder of photos with --photos.")
    if kind == "detector" and given.boxes is not None:
        train_boxed_detector(path, photos, given, _beside(out), out, watch, options)
    elif kind in ("classifier", "siamese", "ensemble"):
        how = {**options, "minutes": options["minutes"] or None, "machine": machine}
        train_recipe(path, kind, photos, given, _beside(out), out, watch, how)
    else:
        given.refuse(["table", "boxes", "finder"], path.stem)
        if kind == "detector":
            _train_detector(path, photos, out, watch, options)
        else:
            _train_embedding(path, photos, out, watch, options, machine)


def _train_detector(path: Path, photos: Path, out: Path, watch: Stoppable, options: dict[str, Any]) -> None:
    from whaleid_core.train.detector import train_detector
    from whaleid_core.train.detector_measure import evaluate_detector
    from whaleid_core.train.detector_package import export, record_metrics
    from whaleid_core.train.detector_recipe import DetectorRecipe
    from whaleid_core.train.judge import fit_judge, store
    from whaleid_core.train.tail_photos import read_tails, split_by_whale

    recipe = DetectorRecipe.read(path)
    with watch.stop:
        weights = train_detector(recipe, photos, _beside(out), resume=True, watch=watch, **options)
    export(weights, recipe, out)
    learn, held_out = split_by_whale(read_tails(photos, ("train",)), recipe.held_out, recipe.seed)
    if recipe.judge:
        store(fit_judge(learn), out)
    record_metrics(out, evaluate_detector(out, photos, held_out))


def _train_embedding(
    path: Path, photos: Path, out: Path, watch: Stoppable, options: dict[str, Any], machine: str
) -> None:
    from whaleid_core.train.embedding import EmbeddingRecipe
    from whaleid_core.train.embedding_package import finish
    from whaleid_core.train.embedding_run import CHECKPOINT, train_embedding

    recipe = EmbeddingRecipe.read(path)
    with watch.stop:
        train_embedding(recipe, photos, _beside(out), watch, **options)
    finish(_beside(out) / CHECKPOINT, recipe, photos, out, machine)


def _beside(out: Path) -> Path:
    """Where a package's checkpoint and loss curve are."""
    return out.with_name(f"{out.name}-training")


@contextmanager
def _watched(shown: Shown, out: Path) -> Iterator[Stoppable]:
    """A watch for all that a training does; tells how it ends."""
    if shown is Shown.JSONL:
        lines = Lines(sys.stdout)
        with redirect_stdout(sys.stderr):  # whatever a library prints, standard output holds the lines only
            yield from _told(lines, out)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TextColumn("{task.fields[told]}"))
    with Progress(*columns, console=err, disable=not err.is_terminal) as progress, _stop_in_words(out):
        yield Bar(progress)


def _told(lines: Lines, out: Path) -> Iterator[Stoppable]:
    """Make the last line that of how it ended."""
    try:
        with _stop_in_words(out):
            yield lines
    except _Stopped:
        lines.tell("stopped")
        raise
    except WhaleIdError as error:
        lines.tell("failed", sentence=error.sentence, hint=error.hint)
        raise
    except Exception as error:
        lines.tell("failed", sentence=f"Something went wrong in the program: {error!r}.", hint="Please report it.")
        raise
    lines.tell("done", package=str(out))


class _Stopped(WhaleIdError):  # noqa: N818 - not an error: the user asked for it
    """The user stopped the training."""


@contextmanager
def _stop_in_words(out: Path) -> Iterator[None]:
    try:
        yield
    except Cancelled as stop:
        sentence = f"The training was stopped, and all that was learnt is saved in {_beside(out)}."
        raise _Stopped(sentence, "The same command goes on from there.") from stop


class Bar(Stoppable):
    """A progress bar with the time left and the losses, smoothed."""

    def __init__(self, progress: Progress) -> None:
        super().__init__()
        self._progress = progress
        self._task: TaskID = progress.add_task("Reading photos", total=1.0, told="")
        self._losses: dict[str, float] = {}

    def step(self, standing: Standing) -> None:
        for name, value in standing.losses.items():
            self._losses[name] = 0.9 * self._losses.get(name, value) + 0.1 * value
        left = standing.seconds_left
        told = [] if left is None else [f"{in_words(left)} left"]
        told += [f"{name} {value:.3f}" for name, value in self._losses.items()]
        self._progress.update(self._task, description="Training", completed=standing.done, told="  ".join(told))

    def checkpoint(self, standing: Standing) -> None:
        if standing.done >= 1:
            self._progress.update(self._task, description="Measuring", completed=1.0, told="")


def in_words(seconds: float) -> str:
    """A time that is left, e.g. "1 h 05 min", "12 min" or "40 s"."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min"


def needs_torch() -> None:
    """Refuse where the extra isn't installed.

    Raises:
        WhaleIdError: there is no torch.
    """
    from importlib.util import find_spec

    if find_spec("torch") is None:
        raise WhaleIdError("Training and measuring need torch.", "pip install 'whalegui[torch]'", Kind.ENVIRONMENT)
