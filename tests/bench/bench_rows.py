"""Where measures are kept: a row each in build/bench.json, and a line on the screen."""

from __future__ import annotations

import json
import os
import platform
from pathlib import Path
from typing import Any

FILE = Path(__file__).parents[2] / "build" / "bench.json"


def machine() -> str:
    """What it was measured on."""
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    name = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.is_file():
        models = [
            line.split(":", 1)[1].strip() for line in info.read_text().splitlines() if line.startswith("model name")
        ]
        name = models[0] if models else name
    return f"{name}, {os.cpu_count()} cores, Python {platform.python_version()}{load}"


def keep(name: str, ours: float, theirs: float, unit: str, ratio: float, at_least: float) -> dict[str, Any]:
    """Put a row in the place of the one of that name, and print it.

    Args:
        ours, theirs: medians, of the program and of what it is measured against (which may be a limit).
        ratio: how many times better, counted so that it should be at least `at_least`.
    """
    row = {
        "name": name,
        "ratio": round(ratio, 3),
        "at_least": at_least,
        "unit": unit,
        "ours": round(ours, 4),
        "theirs": round(theirs, 4),
        "machine": machine(),
    }
    rows = json.loads(FILE.read_text(encoding="utf-8")) if FILE.is_file() else []
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(json.dumps([*(old for old in rows if old["name"] != name), row], indent=1), encoding="utf-8")
    print(f"\n{name}: {ours:.4g} {unit} against {theirs:.4g}; ratio {ratio:.2f}, at least {at_least:g}")
    print(f"  {row['machine']}")
    return row
