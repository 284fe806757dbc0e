"""How the time of a search grows with the tails, ours and scikit-learn's; run by `make bench`, drawn by growth.py."""

from __future__ import annotations

import csv
import os
import time
from collections.abc import Callable

import numpy as np
import pytest
from brute_force import BruteForce
from growth import TAILS_FILE
from measured import TIMES, Row, keep
from test_search_speed import BEST, OF_A_WHALE, vectors

from whaleid_core.gallery import Gallery
from whaleid_core.match import search, shortlist

pytestmark = pytest.mark.bench

TAILS = 1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000
MOST = int(os.environ.get("WHALEID_BENCH_TAILS", str(TAILS[-1])))


def test_the_time_of_a_search_grows_no_faster_than_the_tails() -> None:
    sizes = [size for size in TAILS if size <= MOST]
    matrix, told = vectors(sizes[-1]), []
    for tails in sizes:
        ours, theirs = searches(matrix[:tails])
        told.append({"tails": tails, "whalegui_ms": median_ms(ours), "scikit_learn_ms": median_ms(theirs)})
        print(f"\n{tails:,} tails: {told[-1]['whalegui_ms']:.3g} ms, scikit-learn {told[-1]['scikit_learn_ms']:.3g} ms")
    TAILS_FILE.parent.mkdir(exist_ok=True)
    with TAILS_FILE.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(told[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(told)
    first, last = told[0], told[-1]
    grown, linear = last["whalegui_ms"] / first["whalegui_ms"], last["tails"] / first["tails"]
    name = f"growth of a search from {first['tails']:,} to {last['tails']:,} tails"
    keep(Row(name, linear / grown, 1, "times", grown, linear, 0.0))
    assert grown <= linear


def searches(matrix: np.ndarray) -> tuple[Callable[[], object], Callable[[], object]]:
    """Ours and scikit-learn's for one tail, which find the same whales."""
    whales = np.arange(len(matrix)) // OF_A_WHALE
    names = [f"w_{whale:07d}" for whale in whales]
    gallery, asked = Gallery.of(names, names, [matrix]), matrix[:1]
    oracle = BruteForce(matrix, BEST)
    _ = gallery.lengths, gallery.coarse

    def ours() -> np.ndarray:
        return shortlist(search(gallery, [asked]).nearest, BEST)

    near = oracle.nearest(asked)[0]
    assert set(whales[near].tolist()) <= set(ours()[0].tolist())
    return ours, lambda: oracle.nearest(asked)


def median_ms(work: Callable[[], object]) -> float:
    work()
    taken = []
    for _ in range(TIMES):
        begun = time.perf_counter()
        work()
        taken.append(1000 * (time.perf_counter() - begun))
    return float(np.median(taken))
