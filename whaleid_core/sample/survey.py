"""Plans a sample survey: which whales are met where and when, in which photos, with every special case once."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np

from whaleid_core.sample.files import Stamp
from whaleid_core.sample.fluke import Whale, signature
from whaleid_core.sample.sea import Light

KOREAN_NAME = "고래 꼬리.jpg"  # "whale tail": letters and a space that programs trip over
SPECIALS_FROM = 10
"""From this many new photos on, each special case is there once."""

_GROUNDS = [(20.82, -156.72), (66.08, -17.62), (-42.45, 173.78), (58.2, -134.9), (36.74, -122.02), (-25.1, 153.2)]
_MODELS = ["Bridge 300", "Bridge 500"]
_PER_ENCOUNTER = 6
_PER_UNKNOWN = 6


@dataclass(frozen=True)
class Shot:
    """One photo that will be drawn.

    Attributes:
        folder: "known" or "new".
        whales: whose flukes it shows, from left to right.
        listed: whether the whales are among the known ones.
        light: the weather of its encounter.
        stamp: time, place, camera, orientation.
        name: the file's name.
        broken: whether the file is cut short.
    """

    folder: str
    whales: tuple[Whale, ...]
    listed: bool
    light: Light
    stamp: Stamp
    name: str = ""
    broken: bool = False


@dataclass(frozen=True)
class _Subject:
    """What a new photo is of, before time and place are known."""

    whales: tuple[Whale, ...]
    listed: bool = True
    special: str = ""


def unlike_whales(
    count: int, rng: np.random.Generator, tries: int = 4, heed: Callable[[], object] = lambda: None
) -> list[Whale]:
    """`count` whales; each is the one of `tries` drawn at random that is least like all before it.

    Args:
        heed: called before each whale; may raise to stop.
    """
    chosen: list[Whale] = []
    looks = np.zeros((count, signature(Whale("", 0)).size), np.float32)
    names: set[str] = set()
    while len(chosen) < count:
        heed()
        offers = [Whale(f"w_{rng.integers(1 << 28):07x}", int(rng.integers(1 << 31))) for _ in range(tries)]
        vectors = [signature(offer) for offer in offers]
        nearest = [float((looks[: len(chosen)] @ v).max(initial=-1.0)) for v in vectors]
        best = int(np.argmin(nearest))
        if offers[best].name in names:
            continue
        looks[len(chosen)] = vectors[best]
        names.add(offers[best].name)
        chosen.append(offers[best])
    return chosen


class _Season:
    """Hands out encounters, a few hours and many kilometres from each other, and photos within them."""

    def __init__(self, rng: np.random.Generator, begins: datetime, ground: tuple[float, float]) -> None:
        self._rng = rng
        self._begins = begins
        self._slot = 0
        self._ground = ground
        self.ends = begins

    def encounter(self, subjects: Sequence[_Subject], folder: str) -> list[Shot]:
        """The photos of one encounter: one after the other, seconds apart, from a boat that drifts."""
        rng = self._rng
        self._slot += int(rng.integers(1, 5))
        at = self._begins + timedelta(days=self._slot // 3, hours=3 * (self._slot % 3), minutes=int(rng.integers(60)))
        latitude, longitude = (degrees + rng.uniform(-0.3, 0.3) for degrees in self._ground)
        light, model = Light.drawn(rng), str(rng.choice(_MODELS))
        shots = []
        for subject in subjects:
            at += timedelta(seconds=int(rng.integers(6, 75)))
            orientation = int(rng.choice([6, 8])) if subject.special == "turned" else 1
            here = latitude + rng.normal(0, 0.0007), longitude + rng.normal(0, 0.0007)
            stamp = Stamp(at, round(here[0], 6), round(here[1], 6), model, orientation)
            name = KOREAN_NAME if subject.special == "korean" else ""
            shots.append(Shot(folder, subject.whales, subject.listed, light, stamp, name, subject.special == "broken"))
        self.ends = at
        return shots


def _known_subjects(whales: Sequence[Whale], photos: int, rng: np.random.Generator) -> list[list[_Subject]]:
    """Who is met in each encounter of the known photos: every whale at least once, some again elsewhere."""
    groups: list[list[int]] = [[] for _ in range(math.ceil(photos / _PER_ENCOUNTER))]
    order = [int(k) for k in rng.permutation(len(whales))]
    home = {k: place % len(groups) for place, k in enumerate(order)}
    for k in order + [int(k) for k in rng.integers(0, len(whales), photos - len(whales))]:
        first = k not in groups[home[k]]
        groups[home[k] if first or rng.random() < 0.5 else int(rng.integers(len(groups)))].append(k)
    return [[_Subject((whales[k],)) for k in sorted(group)] for group in groups if group]


def _new_subjects(
    known: Sequence[Whale], unknown: Sequence[Whale], photos: int, rng: np.random.Generator
) -> list[_Subject]:
    """Who the new photos show, in the order in which they are met."""
    laps = math.ceil((photos + 2) / len(known))
    turn = iter([known[int(k)] for _ in range(laps) for k in rng.permutation(len(known))])
    subjects = [_Subject((whale,), listed=False) for whale in unknown]
    if photos >= SPECIALS_FROM:
        pair = next(turn), next(turn)
        subjects += [_Subject((), special="empty"), _Subject(pair if pair[0] != pair[1] else pair[:1])]
        subjects += [_Subject((next(turn),), special=special) for special in ("turned", "korean", "broken")]
    subjects += [_Subject((next(turn),)) for _ in range(photos - len(subjects))]
    return [subjects[int(k)] for k in rng.permutation(len(subjects))]


def plan(whales: int, known: int, new: int, seed: int, heed: Callable[[], object] = lambda: None) -> list[Shot]:
    """All photos of a survey in the order of their time: the known ones of one year, the new ones of the next.

    Args:
        heed: see `unlike_whales`.
    """
    rng = np.random.default_rng([seed, 1])
    unknown = new // _PER_UNKNOWN
    animals = unlike_whales(whales + unknown, rng, heed=heed)
    ground = _GROUNDS[int(rng.integers(len(_GROUNDS)))]
    season = _Season(rng, datetime(2023, 6, 12, 8), ground)
    shots: list[Shot] = []
    for group in _known_subjects(animals[:whales], known, rng):
        shots += season.encounter(group, "known")
    next_year = max(datetime(2024, 6, 10, 8), season.ends.replace(hour=8, minute=0, second=0) + timedelta(days=30))
    season = _Season(rng, next_year, ground)
    subjects = _new_subjects(animals[:whales], animals[whales:], new, rng)
    for start in range(0, new, _PER_ENCOUNTER):
        shots += season.encounter(subjects[start : start + _PER_ENCOUNTER], "new")
    return [replace(shot, name=shot.name or f"IMG_{number:04d}.jpg") for number, shot in enumerate(shots, 1)]
