"""Checks that a laptop is ready for sea: packages, processor or GPU, disk, and one tail found and matched."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from whaleid_core.engine import Engine, load_engine
from whaleid_core.errors import WhaleIdError
from whaleid_core.identify import gallery_of, identified
from whaleid_core.packages import found, installed
from whaleid_core.runtime import seen_gpu
from whaleid_core.sample import Stamp, Whale, draw_photo, write_photo

ROOM = 2 << 30
"""Free bytes that a day's thumbnails and backups want."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was checked.

    Attributes:
        what: a word for it.
        good: whether it is as it should be.
        sentence: what was found; where it isn't good, what to do.
    """

    what: str
    good: bool
    sentence: str


def examine(folder: Path, device: str = "auto") -> Iterator[Finding]:
    """Check one thing after the other; nothing is raised.

    Args:
        folder: where catalogues will lie.
    """
    for what, check in (("Packages", _packages), ("GPU", _gpu), ("Disk", lambda: _disk(folder))):
        yield _found(what, check)
    yield _found("Networks", lambda: _whole_job(device))


def _found(what: str, check: Callable[[], tuple[bool, str]]) -> Finding:
    try:
        good, sentence = check()
        return Finding(what, good, sentence)
    except WhaleIdError as error:
        return Finding(what, False, str(error))


def _packages() -> tuple[bool, str]:
    labels = [package.label for package in installed()]
    if not labels:
        return False, "There are none. Install WhaleGUI again."
    left_out = [one.problem for one in found() if one.package is None]
    return True, " ".join([f"{', '.join(labels)}: whole and unchanged.", *left_out])


def _gpu() -> tuple[bool, str]:
    gpu = seen_gpu()
    return True, f"{gpu} is used." if gpu else "None that can be used; the processor does the work."


def _disk(folder: Path) -> tuple[bool, str]:
    there = next(place for place in (folder.absolute(), *folder.absolute().parents) if place.exists())
    free = shutil.disk_usage(there).free
    room = f"{free / 2**30:.1f} GB are free in {folder}."
    return free >= ROOM, room if free >= ROOM else f"{room} Make room: 2 GB are wanted for a day's work."


def _whole_job(device: str) -> tuple[bool, str]:
    """Find and match a drawn tail: the same whale twice, and another."""
    engine = load_engine(device)
    with tempfile.TemporaryDirectory() as made:
        right = _draw_and_match(engine, Path(made))
    where = f"{engine.name} on {engine.device} ({engine.precision})"
    if right:
        return True, f"{where} found a drawn tail and matched it."
    return False, f"{where} took a drawn tail for another's. Install WhaleGUI again, or choose another device."


def _draw_and_match(engine: Engine, folder: Path) -> bool:
    files = {}
    for number, seed in enumerate((1, 2, 1)):
        rng = np.random.default_rng([7, number])
        scene = draw_photo([Whale(f"whale {seed}", seed)], (900, 600), rng, share=0.6)
        files[number] = folder / f"{number}.jpg"
        write_photo(files[number], scene.pixels, Stamp(datetime(2024, 1, 1), 0.0, 0.0, "Doctor"))
    seen = [engine.tails(files[number]) for number in range(3)]
    if not all(tails.boxes for tails in seen):
        return False
    gallery = gallery_of(engine, seen[:2], {files[0]: "same", files[1]: "other"})
    best = max(
        (
            candidate
            for found in identified(engine, gallery, seen[2])
            for candidate in found.candidates
            if candidate.photo
        ),
        key=lambda candidate: candidate.score,
    )
    return best.whale == "same"
