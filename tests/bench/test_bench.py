"""Measures of what a person waits for; run by `make bench`, which prints them."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from whaleid_core.gallery import Gallery
from whaleid_core.match import search
from whaleid_core.photos import thumbnail
from whaleid_core.sample import Stamp, Whale, draw_photo, write_photo

pytestmark = pytest.mark.bench

ROOT = Path(__file__).parents[2]
# Several times what two idle cores of 2023 take: a measure fails when something went wrong, not when a machine is busy.
THUMBNAIL_MS, SEARCH_MS, START_S = 500, 500, 10


def median_ms(work: Callable[[], object], times: int = 7) -> float:
    """Milliseconds that a call takes, once it has been called."""
    work()
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        work()
        taken.append((time.perf_counter() - begun) * 1000)
    return float(np.median(taken))


def told(what: str, value: float, unit: str) -> float:
    print(f"\n{what}: {value:.3g} {unit}")
    return value


def test_a_thumbnail_of_24_megapixels(tmp_path: Path) -> None:
    scene = draw_photo([Whale("w_1", 1)], (6000, 4000), np.random.default_rng(1))
    photo = tmp_path / "large.jpg"
    write_photo(photo, scene.pixels, Stamp(datetime(2025, 8, 12), 0.0, 0.0, "Bench"))
    assert told("a thumbnail of 24 megapixels", median_ms(lambda: thumbnail(photo, 320)), "ms") < THUMBNAIL_MS


def test_a_search_among_100_000_tails() -> None:
    rng = np.random.default_rng(1)
    matrix = rng.standard_normal((100_000, 512), dtype=np.float32)
    matrix /= np.linalg.norm(matrix, axis=1, keepdims=True)
    names = [f"w_{row // 10}" for row in range(len(matrix))]
    gallery = Gallery.of(names, names, [matrix])
    one = [matrix[:1]]
    assert told("a search among 100,000 tails", median_ms(lambda: search(gallery, one)), "ms") < SEARCH_MS


def test_the_window_starts() -> None:
    def start() -> None:
        subprocess.run([sys.executable, "-c", "import whalegui.main_window"], cwd=ROOT, check=True)

    assert told("import whalegui.main_window", median_ms(start, 3) / 1000, "s") < START_S
