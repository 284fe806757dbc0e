"""A sitting of a training: updates until it is done or stopped, with checkpoints, a loss curve and a watch."""

from __future__ import annotations

import contextlib
import csv
import os
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from whaleid_core.errors import Cancelled

CURVE, PICTURE = "losses.csv", "losses.png"
EVERY = 20
"""Updates in a row of the loss curve."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a training is after an update.

    Attributes:
        done: share of the whole, 0 to 1.
        step: updates so far, in all sittings.
        seconds: of computing so far, in all sittings.
        losses: of the last update, by name; none before the first of a sitting.
    """

    done: float
    step: int
    seconds: float
    losses: Mapping[str, float]

    @property
    def seconds_left(self) -> float | None:
        """If the rest takes as long as what is done; None where nothing is done."""
        return self.seconds * max(0.0, 1 - self.done) / self.done if self.done > 0 else None


class Watch(Protocol):
    """Hears how a training comes along, and may stop it."""

    def step(self, standing: Standing) -> None:
        """An update was made; also called once before the first."""

    def checkpoint(self, standing: Standing) -> None:
        """All up to here is on the disk."""

    def cancel(self) -> bool:
        """Whether to stop: asked after each update."""


class Unwatched:
    """A watch that nobody looks at."""

    def step(self, standing: Standing) -> None:
        pass

    def checkpoint(self, standing: Standing) -> None:
        pass

    def cancel(self) -> bool:
        return False


class Means:
    """The mean of each loss since the means were last taken."""

    def __init__(self) -> None:
        self._sums: dict[str, float] = {}
        self.count = 0

    def add(self, losses: Mapping[str, float]) -> None:
        for name, value in losses.items():
            self._sums[name] = self._sums.get(name, 0.0) + value
        self.count += bool(losses)

    def take(self) -> dict[str, float]:
        """The means, which begin anew; empty where nothing was added."""
        means = {name: value / self.count for name, value in self._sums.items()}
        self._sums, self.count = {}, 0
        return means


def sit(
    steps: Generator[Standing, None, None],
    save: Callable[[], None],
    folder: Path,
    watch: Watch,
    save_every: float = 180.0,
) -> None:
    """Train to the end.

    Args:
        steps: gives how the training stands before the first update, and then makes an update each time.
        save: writes the checkpoint, whole or not at all.
        folder: where losses.csv and losses.png go.
        save_every: seconds between checkpoints.

    Raises:
        Cancelled: the watch asked for it; the checkpoint is written first.
    """
    with contextlib.closing(steps):
        standing = next(steps)
        curve = Curve(folder / CURVE, standing.step)

        def keep() -> float:
            save()
            curve.flush(standing)
            watch.checkpoint(standing)
            return time.monotonic()

        watch.step(standing)
        saved, stopped = time.monotonic(), False
        for standing in steps:
            curve.add(standing)
            watch.step(standing)
            if stopped := watch.cancel():
                break
            if time.monotonic() - saved > save_every:
                saved = keep()
        keep()
    draw(folder / CURVE, folder / PICTURE)
    if stopped:
        raise Cancelled


class Curve:
    """The loss curve as a table: step, done, seconds, and the mean of each loss since the row before.

    Goes on after `step`: rows beyond it were written after the checkpoint that the training goes on from, and its
    updates come again.
    """

    def __init__(self, path: Path, step: int) -> None:
        self._path, self._means = path, Means()
        self._head, rows = _rows(path, step)
        if path.exists():
            with written_aside(path) as aside:
                aside.write_text("".join([self._head, *rows]), encoding="utf-8")

    def add(self, standing: Standing) -> None:
        """Count an update; every `EVERY` updates a row is written."""
        self._means.add(standing.losses)
        if standing.step % EVERY == 0:
            self.flush(standing)

    def flush(self, standing: Standing) -> None:
        """Write a row of what was counted since the last one."""
        if not self._means.count:
            return
        means = self._means.take()
        head = ",".join(["step", "done", "seconds", *means]) + "\n"
        with self._path.open("a" if head == self._head else "w", encoding="utf-8") as file:
            if head != self._head:
                file.write(head)
            numbers = (f"{value:.6g}" for value in means.values())
            file.write(
                ",".join([str(standing.step), f"{standing.done:.6f}", f"{standing.seconds:.1f}", *numbers]) + "\n"
            )
        self._head = head


def _rows(path: Path, step: int) -> tuple[str, list[str]]:
    """The head of a table and its whole rows up to a step; a row that a kill cut short isn't whole."""
    try:
        head, *rows = path.read_text(encoding="utf-8").splitlines(keepends=True)
    except (OSError, ValueError):
        return "", []
    whole = (row for row in rows if row.endswith("\n") and row.count(",") == head.count(","))
    return head, [row for row in whole if row.split(",")[0].isdecimal() and int(row.split(",")[0]) <= step]


def draw(table: Path, picture: Path) -> None:
    """Draw a loss curve, each loss in a field of its own; nothing where there is no row."""
    try:
        with table.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
    except OSError:
        return
    if not rows:
        return
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    steps = [int(row["step"]) for row in rows]
    names = list(rows[0])[3:]
    figure = Figure(figsize=(8, 2.5 * len(names)), layout="constrained")
    FigureCanvasAgg(figure)
    for name, field in zip(names, figure.subplots(len(names), 1, sharex=True, squeeze=False)[:, 0], strict=True):
        field.plot(steps, [float(row[name]) for row in rows], linewidth=1)
        field.set_ylabel(name)
        field.grid(alpha=0.3)
    field.set_xlabel("updates")
    with written_aside(picture) as aside:
        figure.savefig(aside, format="png", dpi=120)


@contextlib.contextmanager
def written_aside(path: Path) -> Iterator[Path]:
    """A path to write to that takes the place of `path` once it is whole."""
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        yield aside
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
