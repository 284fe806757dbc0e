"""The harness of the measures: two ways of doing one thing timed in turn, as a ratio of medians; a table and a file."""

from __future__ import annotations

import json
import os
import platform
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

TIMES = int(os.environ.get("WHALEID_BENCH_TIMES", "5"))
FILE = Path(__file__).parents[2] / "build" / "bench.json"


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Attributes:
        name: what is measured.
        ratio: how many times as long the other way takes.
        at_least: what the ratio has to reach.
        unit: of the medians.
        ours, other: the medians.
        spread: half of the range of the middle half of our times, as a share of the median.
    """

    name: str
    ratio: float
    at_least: float
    unit: str
    ours: float
    other: float
    spread: float

    @property
    def reached(self) -> bool:
        return self.ratio >= self.at_least

    def __str__(self) -> str:
        times = f"{self.ours:.4g} (± {self.spread:.0%}) against {self.other:.4g} {self.unit}"
        return f"{self.name}: {self.ratio:.2f} x, at least {self.at_least:g} x; {times}"


def machine() -> dict[str, object]:
    """What the figures were measured on."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "system": platform.platform(),
        "python": platform.python_version(),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "")


def compare(
    name: str,
    ours: Callable[[], object],
    other: Callable[[], object],
    at_least: float,
    times: int = TIMES,
    each: int = 1,
    of: str = "",
) -> Row:
    """Time two calls in turn, so that whatever else the machine does falls on both; prints the row and keeps it.

    Args:
        each: how many things a call does; the medians are of one of them.
        of: what that is, in words.
    """
    taken: tuple[list[float], list[float]] = ([], [])
    for turn in range(times + 1):
        for work, own in zip((ours, other), taken, strict=True):
            begun = time.perf_counter()
            work()
            if turn:  # the first is for warming up
                own.append(1000 * (time.perf_counter() - begun) / each)
    low, mine, high = np.quantile(taken[0], (0.25, 0.5, 0.75)).tolist()
    theirs = float(np.median(taken[1]))
    row = Row(name, theirs / mine, at_least, f"ms {of}".strip(), mine, theirs, (high - low) / 2 / mine)
    keep(row)
    return row


def keep(row: Row) -> None:
    """Print a row, and write it to build/bench.json in the place of an older one of its name."""
    print(f"\n{row}")
    FILE.parent.mkdir(exist_ok=True)
    before = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else []
    rows = [one for one in before if one["name"] != row.name]
    rows.append({**asdict(row), "machine": machine()})
    FILE.write_text(json.dumps(rows, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
