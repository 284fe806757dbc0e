"""The part of the `whaleid` command that trains networks; needs the [torch] install."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from whaleid_core.console import bars, say
from whaleid_core.errors import Kind, WhaleIdError

Flukes = Annotated[Path, typer.Option(metavar="DIR", help="Photos with photos.csv: image, whale, split and tail box.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("recipes")(recipes)
    app.command("train")(train)


def recipes() -> None:
    """List the training recipes that come with the program."""
    from whaleid_core.train import recipe

    for name in recipe.names():
        say(f"{name}: {recipe.first_comment(recipe.find(name))}")


def train(
    recipe: Annotated[str, typer.Argument(help="A name that `whaleid recipes` lists, or a TOML file.")],
    photos: Flukes,
    out: Annotated[Path, typer.Option(metavar="PACKAGE", help="The folder of the package; beside it the checkpoint.")],
    minutes: Annotated[float | None, typer.Option(help="Of computing, if not as long as the recipe says.")] = None,
    threads: Annotated[int, typer.Option(help="Processor threads; 0 takes all.")] = 0,
    machine: Annotated[str, typer.Option(help="What the package says it was trained on.")] = "",
    device: Annotated[str, typer.Option(help="cpu or cuda.")] = "cpu",
    start: Annotated[Path | None, typer.Option(metavar="PT", help="Weights a detector goes on from.")] = None,
) -> None:
    """Train a network and make a model package of it; goes on where it was stopped."""
    needs_torch()
    from whaleid_core.networks import limit_threads
    from whaleid_core.train import recipe as recipes_of

    if threads:
        limit_threads(threads)
    path = recipes_of.find(recipe)
    if recipes_of.kind(path) == "detector":
        _train_detector(path, photos, out, minutes, start)
    else:
        _train_embedding(path, photos, out, minutes, device, machine)
    say(f"Package written to {out}.")


def _train_detector(path: Path, photos: Path, out: Path, minutes: float | None, start: Path | None) -> None:
    from whaleid_core.train.detector import train_detector
    from whaleid_core.train.detector_measure import evaluate_detector
    from whaleid_core.train.detector_package import export, record_metrics
    from whaleid_core.train.detector_recipe import DetectorRecipe
    from whaleid_core.train.tail_photos import read_tails, split_by_whale

    recipe = DetectorRecipe.read(path)
    work = out.with_name(f"{out.name}-training")
    with bars() as bar:
        weights = train_detector(recipe, photos, work, minutes, True, bar("Training"), start=start)
    export(weights, recipe, out)
    _, held_out = split_by_whale(read_tails(photos, ("train",)), recipe.held_out, recipe.seed)
    record_metrics(out, evaluate_detector(out, photos, held_out))


def _train_embedding(path: Path, photos: Path, out: Path, minutes: float | None, device: str, machine: str) -> None:
    from whaleid_core.train.embedding import EmbeddingRecipe, train_embedding
    from whaleid_core.train.embedding_package import finish

    recipe = EmbeddingRecipe.read(path)
    work = out.with_name(f"{out.name}-training")
    with bars() as bar:
        watch = bar("Training")
        train_embedding(
            recipe, photos, work, lambda done, losses: watch.progress(round(1000 * done), 1000), minutes, device
        )
    finish(work / "checkpoint.pt", recipe, photos, out, machine)


def needs_torch() -> None:
    """Refuse where the extra isn't installed.

    Raises:
        WhaleIdError: there is no torch.
    """
    from importlib.util import find_spec

    if find_spec("torch") is None:
        raise WhaleIdError("Training and measuring need torch.", "pip install 'whalegui[torch]'", Kind.ENVIRONMENT)
