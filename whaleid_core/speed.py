"""Measures on this computer what each step of the work takes, and chooses the precision that its networks run in."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from whaleid_core import local
from whaleid_core.boxes import scaled
from whaleid_core.embed import unit
from whaleid_core.engine import DECODED, ENOUGH, Engine, load_engine
from whaleid_core.gallery import Gallery
from whaleid_core.identify import identified, see_all
from whaleid_core.packages import Package
from whaleid_core.photos import Pixels, read_view
from whaleid_core.records import Box
from whaleid_core.runtime import choose_precision, must_be_exact, open_runner, processor_precisions
from whaleid_core.sample import Scene, Stamp, Whale, draw_photo, write_photo

SIZE = 6000, 4000
"""Of the photo, in pixels."""
PHOTOS, TAILS, OF_A_WHALE, MARKED = 8, 10_000, 5, 6
"""How many photos go all the way; how many tails the gallery holds, and of how many flukes their marks are."""
TURNS, SECONDS = 7, 1.0
"""How often a step is timed at most, and for how long: its median counts."""
WORTH = 0.9
"""A less exact precision is chosen where it takes at most this share of the time."""


@dataclass(frozen=True, slots=True)
class Measure:
    """What one step takes.

    Attributes:
        what: the step, in words.
        ms: the median, in milliseconds.
        precision: what a network computed in; empty for a step that isn't one network's.
    """

    what: str
    ms: float
    precision: str = ""


@dataclass(frozen=True, slots=True)
class Speed:
    """How fast this computer is.

    Attributes:
        device, precision: what the program runs its networks on, and in what.
        why: why these, as a sentence.
        measures: step by step; the last one is a photo on its whole way, while others are on theirs.
    """

    device: str
    precision: str
    why: str
    measures: tuple[Measure, ...]

    @property
    def thousand_photos(self) -> float:
        """Minutes that a thousand photos take."""
        return self.measures[-1].ms / 60


def measure_speed(device: str = "auto") -> Speed:
    """Measure; takes less than a minute on a laptop. The precision that is chosen is kept for the next starts.

    Raises:
        WhaleIdError: a package is damaged or missing, or the device isn't there.
    """
    engine = load_engine(device)
    packages = [engine.finder.package, *(member.package for member in engine.members)]
    free = {_network(package) for package in packages if not must_be_exact(package)}
    if engine.device != "cpu":
        networks = _of_networks(packages, engine.device, ("auto",), engine.precision)
        why = f"A GPU is seen, so the networks run on it ({engine.device}, {engine.precision})."
    else:
        networks = _of_networks(packages, "cpu", processor_precisions())
        precision, why = best_precision([one for one in networks if one.what in free])
        with suppress(OSError):  # then it is what the processor claims to have, as before
            choose_precision(precision)
        engine = load_engine(device)
    with tempfile.TemporaryDirectory() as made:
        steps = list(_of_steps(engine, Path(made)))
    return Speed(engine.device, engine.precision, why, (*networks, *steps))


def _of_networks(
    packages: Sequence[Package], device: str, precisions: Sequence[str], called: str = ""
) -> list[Measure]:
    """Each network, for one tail or one photo, in each precision."""
    found = []
    for package in packages:
        shape = (package.height, package.width) if package.grey else (package.height, package.width, 3)
        # A tail is looked at together with its mirror image.
        count = 2 if package.task == "embed" else 1
        pixels = np.random.default_rng(1).integers(0, 256, (count, *shape), np.uint8)
        for precision in precisions:
            runner = open_runner(package, device, precision)
            ms = _median_ms(partial(runner.run, pixels))
            found.append(Measure(_network(package), ms, called or precision))
    return found


def _network(package: Package) -> str:
    return f"network {package.label}"


def best_precision(networks: Sequence[Measure]) -> tuple[str, str]:
    """The precision in which networks that need not be exact are fastest together, and why, as a sentence."""
    total: dict[str, float] = {}
    for one in networks:
        total[one.precision] = total.get(one.precision, 0.0) + one.ms
    exact, *others = total
    if not others:
        return exact, f"This processor computes in {exact} alone."
    fast = min(others, key=lambda name: total[name])
    best = fast if total[fast] <= WORTH * total[exact] else exact
    times = f"{total[fast]:.0f} ms in {fast} and {total[exact]:.0f} ms in {exact}"
    return (
        best,
        f"What need not be exact takes {times}, so it runs in {best}; networks that compare tails run in {exact}.",
    )


def _of_steps(engine: Engine, folder: Path) -> Iterator[Measure]:
    """The steps of a photo's way, and all of it."""
    photos, drawn = _photos(folder)
    pixels, size = read_view(photos[0], DECODED, 0, ENOUGH)
    factor = max(pixels.shape[:2]) / max(size)
    yield Measure("read a photo of 24 megapixels", _median_ms(lambda: read_view(photos[0], DECODED, 0, ENOUGH)))
    yield Measure("find its tails", _median_ms(lambda: engine.finder.find_upright(pixels)))

    def embed() -> None:
        for member in engine.members:
            member.embed([member.cut(pixels, drawn, factor)])

    yield Measure("embed a tail", _median_ms(embed))
    yield Measure("its marks", _median_ms(lambda: local.keypoints(local.cut(pixels, drawn, factor))))
    seen = engine.tails(photos[0], [drawn])
    gallery = drawn_gallery(engine)
    yield Measure(f"compare it with {TAILS:,} tails", _median_ms(lambda: identified(engine, gallery, seen)))
    begun = time.perf_counter()
    for tails in see_all(engine, photos):
        identified(engine, gallery, tails)
    yield Measure("a photo on its whole way, among others", 1000 * (time.perf_counter() - begun) / len(photos))


def _photos(folder: Path) -> tuple[list[Path], Box]:
    """A photo of `SIZE` of a drawn fluke, so many times, and where the fluke is in it."""
    scene = _scene(0, (SIZE[0] // 4, SIZE[1] // 4))
    large: Pixels = np.asarray(cv2.resize(scene.pixels, SIZE, interpolation=cv2.INTER_CUBIC), np.uint8)
    path = folder / "photo.jpg"
    write_photo(path, large, Stamp(datetime(2025, 1, 1), 0.0, 0.0, "Bench"))
    return [path] * PHOTOS, scaled(scene.boxes[0], 4)


def _scene(whale: int, size: tuple[int, int]) -> Scene:
    return draw_photo([Whale(f"w_{whale}", whale)], size, np.random.default_rng([7, whale]), share=0.6)


def drawn_gallery(engine: Engine) -> Gallery:
    """A gallery of `TAILS` random vectors, each tail with the marks of one of a few drawn flukes."""
    rng = np.random.default_rng(1)
    whales = [f"w_{tail // OF_A_WHALE}" for tail in range(TAILS)]
    matrices = [unit(rng.standard_normal((TAILS, member.length), np.float32)) for member in engine.members]
    scenes = [_scene(1 + whale, (900, 600)) for whale in range(MARKED)]
    marks = [local.keypoints(local.cut(scene.pixels, scene.boxes[0])) for scene in scenes]
    return Gallery.of(whales, whales, matrices, lambda some: {tail: marks[tail % MARKED] for tail in some})


def _median_ms(work: Callable[[], object]) -> float:
    work()  # the first time things are loaded
    taken: list[float] = []
    while len(taken) < TURNS and sum(taken) < 1000 * SECONDS:
        begun = time.perf_counter()
        work()
        taken.append(1000 * (time.perf_counter() - begun))
    return float(np.median(taken))
