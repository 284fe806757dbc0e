"""What was tried to break the program, how often and with which result: kept while tests run, for `make soak`."""

from __future__ import annotations

import ctypes
import os
import platform
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

Tried = Callable[[str, int, str], None]
"""What was tried, how many times, and what came of it; said at the end of a test, so after it held."""

_HEAD = """# Reliability

Written by `make soak`, which runs the long forms of the tests that try to break the program. A line stands here only
where its test passed; what failed is listed at the end.
"""


def memory_mb() -> float:
    """Resident memory of this process, without what is free in it; 0 where the system doesn't say."""
    if not sys.platform.startswith("linux"):
        return 0.0
    ctypes.CDLL(None).malloc_trim(0)
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096 / 2**20


@dataclass
class Report:
    """Collects the lines of a run."""

    lines: dict[str, list[tuple[str, int, str]]] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)

    def text(self) -> str:
        """The page."""
        machine = f"{platform.machine()} with {os.cpu_count()} processors"
        system = f"{platform.system()} on {machine}, Python {platform.python_version()}"
        parts = [_HEAD, f"Last run: {datetime.now(UTC):%Y-%m-%d}, {system}.\n"]
        for heading, lines in sorted(self.lines.items()):
            rows = [f"| {what} | {count:,} | {result} |" for what, count, result in lines]
            parts.append("\n".join([f"## {heading}\n", "| Tried | How many | Result |", "|---|---:|---|", *rows, ""]))
        failed = [f"- {name}" for name in self.failed] or ["Nothing."]
        parts.append("\n".join(["## What failed\n", *failed, ""]))
        return "\n".join(parts)


class Plugin:
    """Hooks of pytest around one report."""

    def __init__(self, report: Report, to: Path | None) -> None:
        self.report = report
        self._to = to

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.report.failed.append(report.nodeid)

    def pytest_sessionfinish(self) -> None:
        if self._to is not None and (self.report.lines or self.report.failed):
            self._to.write_text(self.report.text(), encoding="utf-8")


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
        request.config.stash[_kept].lines.setdefault(heading, []).append((what, count, result))

    return tried
