"""What was tried to break the program, how often and with which result: kept while tests run, for `make soak`."""

from __future__ import annotations

import ctypes
import json
import os
import platform
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

Tried = Callable[[str, int, str], None]
"""What was tried, how many times, and what came of it; said at the end of a test, so after it held."""

KEPT = Path(__file__).parents[1] / "build" / "reliability.json"
"""What each test told last: the lines of a run that was of some tests only take the place of their own older ones."""
_HEAD = """# Reliability

Written by `make soak`, which runs the long forms of the tests that try to break the program. A line stands here only
where its test passed; what failed is listed at the end. Each line says when its test ended: a run of some of the tests
takes the place of their own lines only, so the lines can come from several runs.
"""


def memory_mb() -> float:
    """Memory of this process's own, without what is free in it; 0 where the system doesn't say.

    Pages of libraries and files don't count: they come and go with what else the machine does.
    """
    if not sys.platform.startswith("linux"):
        return 0.0
    ctypes.CDLL(None).malloc_trim(0)
    return own_mb()


def own_mb() -> float:
    """As `memory_mb`, with what is free in it: quick enough to look at every few milliseconds."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("RssAnon"):
            return int(line.split()[1]) / 1024
    raise AssertionError("the system says nothing of memory")


@dataclass
class Told:
    """What one test told, or that it failed, and when."""

    heading: str
    when: str
    lines: list[tuple[str, int, str]] = field(default_factory=list)
    failed: bool = False


@dataclass
class Report:
    """Collects what the tests of a run told, by their ids."""

    told: dict[str, Told] = field(default_factory=dict)

    def of(self, test: str, heading: str = "") -> Told:
        """What a test told so far."""
        return self.told.setdefault(test, Told(heading, f"{datetime.now(UTC):%Y-%m-%d %H:%M}"))

    def text(self) -> str:
        """The page."""
        machine = f"{platform.machine()} with {os.cpu_count()} processors"
        system = f"{platform.system()} on {machine}, Python {platform.python_version()}"
        whens = sorted(one.when for one in self.told.values())
        runs = f"between {whens[0]} and {whens[-1]} UTC" if whens else "never"
        parts = [_HEAD, f"Each test's last run, {runs}; {system}.\n"]
        for heading, rows in sorted(self._rows().items()):
            head = [f"## {heading}\n", "| Tried | How many | Result | Ended |", "|---|---:|---|---|"]
            lines = [f"| {what} | {count:,} | {result} | {when} |" for (what, result), (count, when) in rows.items()]
            parts.append("\n".join([*head, *lines, ""]))
        failed = [f"- {name}" for name, one in self.told.items() if one.failed] or ["Nothing."]
        parts.append("\n".join(["## What failed\n", *failed, ""]))
        return "\n".join(parts)

    def _rows(self) -> dict[str, dict[tuple[str, str], tuple[int, str]]]:
        """By heading; what several tests tried with the same result is one row."""
        headings: dict[str, dict[tuple[str, str], tuple[int, str]]] = {}
        for one in self.told.values():
            for what, count, result in [] if one.failed else one.lines:
                rows = headings.setdefault(one.heading, {})
                before, when = rows.get((what, result), (0, ""))
                rows[what, result] = before + count, max(when, one.when)
        return headings


class Plugin:
    """Hooks of pytest around one report."""

    def __init__(self, report: Report, to: Path | None) -> None:
        self.report = report
        self._to = to
        self._older: dict[str, Told] = {}
        if to is not None and KEPT.is_file():
            kept = json.loads(KEPT.read_text(encoding="utf-8"))
            self._older = {test: Told(**told) for test, told in kept.items()}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.report.of(report.nodeid).failed = True
        elif report.when == "call" and report.passed:
            self.report.of(report.nodeid)

    def pytest_runtest_logfinish(self) -> None:
        """After each test: a run that is broken off, or breaks down, has told of what it did."""
        if self._to is not None and self.report.told:
            told = self._older | self.report.told
            KEPT.parent.mkdir(exist_ok=True)
            kept = {test: asdict(one) for test, one in told.items()}
            KEPT.write_text(json.dumps(kept, indent=1, ensure_ascii=False), encoding="utf-8")
            self._to.write_text(Report(told).text(), encoding="utf-8")


_kept = pytest.StashKey[Report]()


def begin(config: pytest.Config) -> None:
    """Keep a report for this run; with --reliability FILE it is written there at the end."""
    given = config.getoption("--reliability", None)
    config.stash[_kept] = Report()
    config.pluginmanager.register(Plugin(config.stash[_kept], Path(given) if given else None), "reliability")


def tell_of(request: pytest.FixtureRequest) -> Tried:
    """Takes what a test tried; the heading is the first line of its module."""
    heading = (request.module.__doc__ or request.module.__name__).split("\n", 1)[0].split(":", 1)[0].rstrip(".")

    def tried(what: str, count: int, result: str) -> None:
        told = request.config.stash[_kept].of(request.node.nodeid, heading)
        told.lines.append((what, count, result))

    return tried
