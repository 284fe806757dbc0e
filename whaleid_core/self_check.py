"""Looks through a catalogue for its own mistakes: two whales that may be one, and tails that may be another whale."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain, zip_longest

import numpy as np
from numpy.typing import NDArray

from whaleid_core.calibrate import Calibration, Logits
from whaleid_core.errors import Cancelled
from whaleid_core.gallery import Gallery, Queries, Similarities
from whaleid_core.identify import Unwatched, Watch, look_up
from whaleid_core.local import NO_KEYPOINTS
from whaleid_core.match import Count, matching_points, nearest_rows, search
from whaleid_core.opinion import opinion
from whaleid_core.signs import beyond_chance

LIKELIEST = 200
"""How many mistakes of either kind are compared point by point, at some 10 ms each, and proposed at most."""
NEIGHBOURS = 20
"""How many whales are kept that a whale is most like, before the best pairs of all are chosen."""
PAIRS = 2
"""How many pairs of tails are compared point by point where two whales may be one."""
SELVES = 100
"""How many whales are compared with themselves, to know how alike the tails of one whale are in this catalogue."""
AS_ALIKE = 0.25
"""Two whales are proposed where they are as alike as this share of the whales are with themselves at most."""
LIKELIER = 20.0
"""A tail is proposed where another whale is so many times likelier than its own."""
TRIED = 200
"""How many tails are looked up as if they were new, to see how far the program can be trusted on this catalogue."""
AT_ONCE = 20
"""Tails looked up between two looks at the watch."""
BLOCK = 256
"""Tails compared with the whole gallery at once; a whale's tails are never parted."""


class Mistake(StrEnum):
    """What may be wrong."""

    MISSED = "missed"  # two whales that may be one
    FALSE = "false"  # a tail that is unlike the rest of its whale


@dataclass(frozen=True, slots=True)
class Proposal:
    """A likely mistake, by two tails to look at.

    Attributes:
        whale, tail: the whale and its tail, as the gallery names them.
        other: the tail to compare with: of `like` where a match may be missed, else of the same whale.
        like: the whale that the tail may be instead.
        score: how likely, as a logit; comparable among proposals of one kind.
        points: matching points of the two whales; of a tail that may be false, those with its own whale.
    """

    mistake: Mistake
    whale: str
    tail: str
    other: str
    like: str
    score: float
    points: int


@dataclass(frozen=True, eq=False)
class Trial:
    """What came of looking tails up in the gallery without themselves (leave one out).

    Attributes:
        chance: (n,) the probability of the whale that was put first.
        right: (n,) whether it is the tail's whale.
        rank: (n,) the place of the tail's whale, from 1; 0 where it has no other tail, so that it counts as new.
        of: how many tails there are.
    """

    chance: NDArray[np.float64]
    right: NDArray[np.bool_]
    rank: NDArray[np.intp]
    of: int

    def within(self, places: int) -> float:
        """The share of the tails whose whale has another that found it in so many places; NaN without any."""
        known = self.rank > 0
        return float((self.rank[known] <= places).mean()) if known.any() else float("nan")

    def steps(self, bins: int = 10) -> list[tuple[float, float, int]]:
        """The calibration: of the tails in each step of the probability, those without any left out, the mean
        probability, the share that was right, and how many there are (a reliability diagram, Murphy & Winkler 1977)."""
        step = np.minimum((self.chance * bins).astype(int), bins - 1)
        found = []
        for number in np.unique(step):
            inside = step == number
            found.append((float(self.chance[inside].mean()), float(self.right[inside].mean()), int(inside.sum())))
        return found

    def error(self, bins: int = 10) -> float:
        """The expected calibration error: how far both lie apart, averaged over the tails; NaN without any."""
        if not len(self.chance):
            return float("nan")
        return sum(abs(said - was) * count for said, was, count in self.steps(bins)) / len(self.chance)


@dataclass(frozen=True)
class SelfCheck:
    """What a check found.

    Attributes:
        proposals: the likely mistakes, missed and false in turn, each kind best first; few of a clean one.
        whales: how many there are.
    """

    proposals: tuple[Proposal, ...]
    trial: Trial
    whales: int


def self_check(
    gallery: Gallery,
    detail: NDArray[np.float64],
    calibration: Calibration,
    apart: Collection[tuple[str, str]] = (),
    sure: Collection[str] = (),
    watch: Watch | None = None,
    count: Count = matching_points,
) -> SelfCheck:
    """Look for mistakes in a gallery, and try how well it answers for itself.

    Args:
        detail: (rows,) of the gallery's tails: see `signs.detail_of`.
        apart: pairs of whales that are known to be two.
        sure: tails, as the gallery names them, whose whale is known to be right.
        count: compares two tails point by point.

    Raises:
        Cancelled: the watch asked for it.
    """
    check = _Check(gallery, calibration, watch or Unwatched(), count)
    if len(gallery) < 2:  # nothing to compare with
        return SelfCheck((), Trial(np.zeros(0), np.zeros(0, np.bool_), np.zeros(0, np.intp), 0), len(gallery.whales))
    doubts, pairs = check.search(apart, frozenset(sure))
    missed, found = check.missed(pairs), check.falses(doubts)
    trial = check.trial(detail)
    in_turn = chain.from_iterable(zip_longest(missed, found))
    return SelfCheck(tuple(one for one in in_turn if one is not None), trial, len(gallery.whales))


@dataclass(frozen=True, slots=True)
class _Doubt:
    """A tail, by its row, and the whale that fits it better than its own by so much."""

    row: int
    like: int
    score: float


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two whales, by their numbers, and the mean logit of the one's tails for the other, as far as it is known."""

    one: int
    other: int
    said: dict[int, float]


class _Check:
    """The gallery, and the work done in it."""

    def __init__(self, gallery: Gallery, calibration: Calibration, watch: Watch, count: Count) -> None:
        self._gallery, self._calibration, self._watch, self._count = gallery, calibration, watch, count
        self._matrices = [gallery.matrices[member] for member in gallery.searching]
        self._whale_of = np.repeat(np.arange(len(gallery.whales)), gallery.counts)
        self._tried = np.unique(np.linspace(0, len(gallery) - 1, min(TRIED, len(gallery))).astype(np.intp))
        self._total = len(gallery) + 2 * LIKELIEST + SELVES + len(self._tried)
        self._done = 0

    def search(self, apart: Collection[tuple[str, str]], sure: frozenset[str]) -> tuple[list[_Doubt], list[_Pair]]:
        """The tails that other whales fit better, and the likeliest pairs of whales."""
        gallery = self._gallery
        doubts: list[_Doubt] = []
        means: dict[tuple[int, int], dict[int, float]] = {}
        numbers = {name: number for number, name in enumerate(gallery.whales)}
        forbidden = _both_ways((numbers[a], numbers[b]) for a, b in apart if a in numbers and b in numbers)
        for first, last in self._blocks():
            start = int(gallery.starts[first])
            logits = self._logits(start, start + int(gallery.counts[first:last].sum()))
            self._doubt(doubts, logits, start, sure)
            sums = np.add.reduceat(logits, gallery.starts[first:last] - start, axis=0)
            for whale, summed in enumerate(sums, first):
                mean = summed / gallery.counts[whale]
                mean[[whale, *forbidden.get(whale, ())]] = -np.inf
                for like in np.argsort(-mean, kind="stable")[:NEIGHBOURS].tolist():
                    if np.isfinite(mean[like]):
                        means.setdefault((min(whale, like), max(whale, like)), {})[whale] = float(mean[like])
        doubts.sort(key=lambda doubt: -doubt.score)
        pairs = [_Pair(one, other, said) for (one, other), said in means.items()]
        pairs.sort(key=lambda pair: -sum(pair.said.values()) / len(pair.said))
        return doubts[:LIKELIEST], pairs[:LIKELIEST]

    def missed(self, pairs: list[_Pair]) -> list[Proposal]:
        """Pairs of whales, likeliest first, by what both say of each other and by matching points."""
        found, least = [], self._as_alike()
        for pair in pairs:
            self._tell(1)
            one, other = pair.one, pair.other
            alike = self._alike(one, other)
            points, row, like = self._most_points(one, other, alike)
            said = (pair.said.get(one) or self._mean(one, other), pair.said.get(other) or self._mean(other, one))
            score = sum(said) / 2 + self._worth(points)
            if score >= least:
                found.append(self._proposal(Mistake.MISSED, row, like, other, score, points))
        return sorted(found, key=lambda one: -one.score)

    def falses(self, doubts: list[_Doubt]) -> list[Proposal]:
        """Tails that another whale fits better than their own, likeliest first, by matching points too."""
        found: dict[frozenset[int], Proposal] = {}
        for doubt in doubts:
            self._tell(1)
            own = self._nearest(doubt.row, int(self._whale_of[doubt.row]))
            points = self._points(doubt.row, own)
            other = self._points(doubt.row, self._nearest(doubt.row, doubt.like))
            score = doubt.score + self._worth(other) - self._worth(points)
            if score < np.log(LIKELIER):
                continue
            made = self._proposal(Mistake.FALSE, doubt.row, own, doubt.like, score, points)
            # Where a whale's tails are two, each is unlike the other: the likelier one is proposed.
            pair = frozenset((doubt.row, own))
            if pair not in found or found[pair].score < score:
                found[pair] = made
        return sorted(found.values(), key=lambda one: -one.score)

    def trial(self, detail: NDArray[np.float64]) -> Trial:
        """Look tails up that are drawn evenly from the whales, each without itself.

        As many of them are expected to be new as are: those of whales without another tail.
        """
        gallery, calibration = self._gallery, self._calibration
        new_share = float((gallery.counts[self._whale_of[self._tried]] == 1).mean())
        parts: list[tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.intp]]] = []
        for start in range(0, len(self._tried), AT_ONCE):
            rows = self._tried[start : start + AT_ONCE]
            self._tell(len(rows))
            numbers = gallery.order[rows].tolist()
            known = gallery.points_of(numbers)
            points = [known.get(number, NO_KEYPOINTS) for number in numbers]
            queries = Queries([matrix[rows] for matrix in gallery.matrices], points, detail[rows], rows)
            evidence = look_up(gallery, queries, calibration, self._count)
            said = opinion(gallery, evidence, queries.vectors, calibration, queries.detail, new_share)
            probabilities = said.chances
            own = self._whale_of[rows]
            mine = probabilities[np.arange(len(rows)), own]
            rank = np.where(gallery.counts[own] > 1, (probabilities > mine[:, None]).sum(1) + 1, 0)
            parts.append((probabilities.max(1), rank == 1, rank.astype(np.intp)))
        chances, right, ranks = (np.concatenate(part) for part in zip(*parts, strict=True))
        return Trial(chances, right, ranks, len(gallery))

    # How

    def _blocks(self) -> Iterator[tuple[int, int]]:
        """The first whale of each block, and the one after its last."""
        first, gallery = 0, self._gallery
        while first < len(gallery.whales):
            last = int(np.searchsorted(gallery.starts, gallery.starts[first] + BLOCK))
            last = max(last, first + 1)
            self._tell(int(gallery.counts[first:last].sum()))
            yield first, last
            first = last

    def _as_alike(self) -> float:
        """How alike two whales must be to be proposed as one, by what whales score with themselves."""
        several = np.flatnonzero(self._gallery.counts > 1)
        drawn = several[np.unique(np.linspace(0, len(several) - 1, min(SELVES, len(several))).astype(np.intp))]
        scores = []
        for whale in drawn.tolist():
            self._tell(1)
            alike = self._alike(whale, whale)
            alike[np.tril_indices(len(alike))] = -np.inf  # each pair once, none with itself
            scores.append(self._mean(whale, whale) + self._worth(self._most_points(whale, whale, alike)[0]))
        return float(np.quantile(scores, AS_ALIKE)) if scores else -np.inf

    def _most_points(self, one: int, other: int, alike: Similarities) -> tuple[int, int, int]:
        """The most matching points of the tails of two whales that are most alike, and the rows of these."""
        best = [at for at in np.argsort(-alike, axis=None, kind="stable")[:PAIRS] if np.isfinite(alike.flat[at])]
        starts = self._gallery.starts
        pairs = (np.unravel_index(at, alike.shape) for at in best)
        rows = [(int(starts[one] + i), int(starts[other] + j)) for i, j in pairs]
        return max(((self._points(a, b), a, b) for a, b in rows), key=lambda found: found[0])

    def _logits(self, start: int, stop: int) -> Logits:
        """(tails, whales): what the networks say of tails without themselves."""
        vectors = [matrix[start:stop] for matrix in self._gallery.matrices]
        return self._calibration.logits(search(self._gallery, vectors, np.arange(start, stop)))

    def _doubt(self, doubts: list[_Doubt], logits: Logits, start: int, sure: frozenset[str]) -> None:
        """Note the tails of a block whose whale has others."""
        tails = np.arange(len(logits))
        whales = self._whale_of[start : start + len(logits)]
        own = logits[tails, whales].copy()
        others = logits.copy()
        others[tails, whales] = -np.inf
        if others.shape[1] < 2:
            return
        like = others.argmax(1)
        for tail in np.flatnonzero(np.isfinite(own)).tolist():
            if self._gallery.photos[start + tail] not in sure:
                score = float(others[tail, like[tail]] - own[tail])
                doubts.append(_Doubt(start + tail, int(like[tail]), score))

    def _rows(self, whale: int) -> slice:
        start = int(self._gallery.starts[whale])
        return slice(start, start + int(self._gallery.counts[whale]))

    def _alike(self, one: int, other: int) -> Similarities:
        """(tails of the one, tails of the other): similarities, mean over the members."""
        a, b = self._rows(one), self._rows(other)
        return np.asarray(np.mean([matrix[a] @ matrix[b].T for matrix in self._matrices], axis=0), np.float32)

    def _nearest(self, row: int, whale: int) -> int:
        """The row of a whale's tail that is most like the one in a row, and isn't itself."""
        vectors = [matrix[row] for matrix in self._gallery.matrices]
        return nearest_rows(self._gallery, vectors, whale, 1, (row,))[0]

    def _mean(self, one: int, other: int) -> float:
        """The mean logit of the one's tails for the other whale."""
        rows = self._rows(one)
        return float(self._logits(rows.start, rows.stop)[:, other].mean())

    def _points(self, one: int, other: int) -> int:
        """Matching points of the tails in two rows; 0 where one's keypoints are missing."""
        numbers = int(self._gallery.order[one]), int(self._gallery.order[other])
        known = self._gallery.points_of(numbers)
        both = [known[number] for number in numbers if number in known]
        return int(self._count(*both)) if len(both) == 2 else 0

    def _worth(self, points: int) -> float:
        return self._calibration.points * float(beyond_chance(np.array([[points]]))[0, 0])

    def _proposal(self, mistake: Mistake, row: int, other: int, like: int, score: float, points: int) -> Proposal:
        gallery = self._gallery
        whale = gallery.whales[self._whale_of[row]]
        return Proposal(mistake, whale, gallery.photos[row], gallery.photos[other], gallery.whales[like], score, points)

    def _tell(self, more: int) -> None:
        """So much more is begun; what was begun before is done."""
        if self._watch.cancel():
            raise Cancelled
        self._watch.progress(min(self._done, self._total), self._total)
        self._done += more


def _both_ways(pairs: Iterator[tuple[int, int]]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for one, other in pairs:
        found.setdefault(one, []).append(other)
        found.setdefault(other, []).append(one)
    return found
