"""What the command line shows: progress bars on standard error, and errors as a sentence with a hint."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from whaleid_core.errors import WhaleIdError

err = Console(stderr=True, highlight=False, soft_wrap=True)
out = Console(highlight=False, soft_wrap=True)


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
