"""What the command lines share: progress bars on standard error, errors as a sentence with a hint, an option."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from whaleid_core.errors import WhaleIdError

# A file may be named IMG:whale:1.jpg: nothing in a name is markup or an emoji.
err = Console(stderr=True, highlight=False, soft_wrap=True, emoji=False)
out = Console(highlight=False, soft_wrap=True, emoji=False)


def _known_device(name: str) -> str:
    from whaleid_core.runtime import DEVICES

    if name not in DEVICES:
        raise typer.BadParameter(f"{name!r} is none of {', '.join(DEVICES)}.")
    return name


Device = Annotated[str, typer.Option(help="auto, cpu, cuda or mps.", callback=_known_device)]
"""The option `--device` of each command that runs networks."""

Models = Annotated[
    list[Path] | None,
    typer.Option(metavar="PACKAGE", help="Folders of packages to use in place of the installed ones; may be repeated."),
]
"""The option `--models` of each command that can be tried with other networks."""

Folder = Annotated[Path, typer.Argument(metavar="CATALOGUE", help="The catalogue's folder.")]
"""The argument of each command that works on a catalogue."""


class Bar:
    """A watch that draws a progress bar; never asks to stop, for Ctrl+C does that."""

    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress = progress
        self._task = task

    def progress(self, done: int, total: int) -> None:
        self._progress.update(self._task, completed=done, total=total)

    def cancel(self) -> bool:
        return False

    def failure(self, sentence: str) -> None:
        self._progress.console.print(sentence, markup=False)


class Bars:
    """Progress bars, one below the other; calling it adds one."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    def __call__(self, title: str) -> Bar:
        return Bar(self._progress, self._progress.add_task(title, total=None))


@contextmanager
def bars() -> Iterator[Bars]:
    """Progress bars with the time left; only where standard error is a terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, disable=not err.is_terminal) as progress:
        yield Bars(progress)


def show_error(error: WhaleIdError) -> None:
    """The sentence, and the hint on a line of its own."""
    err.print(error.sentence, style="red" if err.is_terminal else "", markup=False)
    if error.hint:
        err.print(error.hint, markup=False)


def say(sentence: str) -> None:
    """A line on standard output."""
    out.print(sentence, markup=False)


def warn(sentence: str) -> None:
    """A line on standard error."""
    err.print(sentence, markup=False)


def say_table(rows: Sequence[Sequence[str]]) -> None:
    """Rows on standard output, the first with the headings, in columns."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        say("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
