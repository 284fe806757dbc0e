"""Prints what was measured last, writes it as a page, and fails where a figure isn't reached; run by `make bench`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from growth import PICTURE, WORDS, draw
from measured import FILE, Row

PAGE = Path(__file__).parents[2] / "docs" / "speed.md"
_INTRODUCTION = """# Speed

Each row is a ratio of medians, measured in turn on one machine: how many times as long the other way takes, or how
often what was found goes into its limit. Written by `make bench`, which fails where a row is below its figure.
"""


def page(rows: list[Row], machines: list[str], picture: bool) -> str:
    """The table in Markdown, and under it the picture of how it grows, where there is one."""
    lines = ["| what | ratio | at least | reached | WhaleGUI | against |", "|---|---|---|---|---|---|"]
    lines += [
        f"| {row.name} | {row.ratio:.2f} | {row.at_least:g} | {'yes' if row.reached else 'no'} "
        f"| {row.ours:.4g} {row.unit} (± {row.spread:.0%}) | {row.other:.4g} {row.unit} |"
        for row in rows
    ]
    lines += ["", "Measured on:", "", *(f"- {one}" for one in machines)]
    if picture:
        lines += ["", f"![{WORDS}]({PICTURE.relative_to(PAGE.parent).as_posix()})"]
    return "\n".join([_INTRODUCTION, *lines]) + "\n"


def main() -> int:
    """Exit status 1 where a row is below its figure, or nothing was measured."""
    kept = json.loads(FILE.read_text(encoding="utf-8")) if FILE.is_file() else []
    rows = [Row(**{name: value for name, value in one.items() if name != "machine"}) for one in kept]
    machines = sorted({", ".join(f"{name} {value}" for name, value in one["machine"].items()) for one in kept})
    for row in rows:
        print(f"{'reached' if row.reached else 'below':8} {row}")
    draw()
    PAGE.write_text(page(rows, machines, PICTURE.is_file()), encoding="utf-8")
    return 0 if rows and all(row.reached for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
