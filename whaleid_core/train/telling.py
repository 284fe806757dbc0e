"""How a training that runs as a process of its own is watched and stopped: lines of JSON, and signals."""

from __future__ import annotations

import contextlib
import json
import math
import os
import signal
import time
from collections.abc import Mapping
from types import FrameType
from typing import Any, TextIO

from whaleid_core.train.sitting import Means, Standing, Unwatched

_SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGBREAK") if hasattr(signal, name)]


class Stop:
    """While it is entered, Ctrl+C or SIGTERM asks the training to stop after its update; a second one ends at once.

    Attributes:
        asked: whether it should stop.
    """

    def __init__(self) -> None:
        self.asked = False
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Stop:
        self._before = {number: signal.signal(number, self._ask) for number in _SIGNALS}
        return self

    def __exit__(self, *_: object) -> None:
        for number, before in self._before.items():
            signal.signal(number, before)

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        self.asked = True
        self.__exit__()


class Stoppable(Unwatched):
    """A watch that stops the training when `stop` is asked to."""

    def __init__(self) -> None:
        self.stop = Stop()

    def cancel(self) -> bool:
        return self.stop.asked


class Lines(Stoppable):
    """A watch that writes one JSON object a line, for a window that watches this process.

    `{"event": "step" | "checkpoint", "done": 0..1, "step", "seconds", "seconds_left", "losses": {name: mean}}`, steps
    once in `every` seconds at most, their losses the means since the last; in the end `{"event": "done"}` with what
    came out, `{"event": "failed"}` with sentence and hint, or `{"event": "stopped"}`.

    Where nobody reads any more, the training goes on: it outlives the window.
    """

    def __init__(self, stream: TextIO, every: float = 1.0) -> None:
        super().__init__()
        self._stream: TextIO | None = stream
        self._every = every
        self._means, self._told = Means(), -math.inf

    def step(self, standing: Standing) -> None:
        self._means.add(standing.losses)
        if time.monotonic() - self._told >= self._every:
            self._stand("step", standing)

    def checkpoint(self, standing: Standing) -> None:
        self._stand("checkpoint", standing)

    def _stand(self, event: str, standing: Standing) -> None:
        self._told = time.monotonic()
        left = standing.seconds_left
        self.tell(
            event,
            done=round(min(1.0, standing.done), 6),
            step=standing.step,
            seconds=round(standing.seconds, 1),
            seconds_left=None if left is None else round(left, 1),
            losses=_plain(self._means.take()),
        )

    def tell(self, event: str, **more: Any) -> None:
        """Write a line at once."""
        if self._stream is None:
            return
        try:
            print(json.dumps({"event": event, **more}, allow_nan=False), file=self._stream, flush=True)
        except OSError:
            _let_go(self._stream)
            self._stream = None


def _plain(losses: Mapping[str, float]) -> dict[str, float | None]:
    """JSON has no word for what isn't a number."""
    return {name: float(f"{value:.5g}") if math.isfinite(value) else None for name, value in losses.items()}


def _let_go(stream: TextIO) -> None:
    """Lead a broken pipe's file to nowhere: else Python would fail at it once more at its end."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
