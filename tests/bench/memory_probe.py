"""Identifies many photos in a process of its own, and prints as JSON what memory and time it has taken on the way."""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

from whaleid_core.engine import load_engine
from whaleid_core.identify import identified, see_all
from whaleid_core.photos import photo_files
from whaleid_core.speed import drawn_gallery

TOLD = 10, 20, 50, 100, 200, 500, 1000, 2000
"""After how many photos it is told."""


def now_mb() -> float:
    """Resident memory of this process."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 2**20


def most_mb() -> float:
    """The most that was resident at any time; not `ru_maxrss`, which begins at what the process had that started it."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def main(folder: str, count: int) -> None:
    """The photos of a folder, again and again until there were so many."""
    photos = photo_files(Path(folder))
    asked = [photos[number % len(photos)] for number in range(count)]
    engine = load_engine("cpu")
    gallery = drawn_gallery(engine)
    found, told = [], []
    begun = time.perf_counter()
    for number, tails in enumerate(see_all(engine, asked), start=1):
        found += identified(engine, gallery, tails)
        if number in TOLD or number == count:
            told.append({"photos": number, "seconds": time.perf_counter() - begun, "mb": now_mb(), "most": most_mb()})
    print(json.dumps({"tails": sum(one.box is not None for one in found), "told": told}))


main(sys.argv[1], int(sys.argv[2]))
