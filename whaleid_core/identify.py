"""Composes the networks: photo -> tails -> vectors -> candidates; streams, reports and can be stopped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from whaleid_core.boxes import clip, scaled
from whaleid_core.calibrate import NEW_SHARE, Calibration
from whaleid_core.detect import TailFinder
from whaleid_core.embed import Member, Vectors
from whaleid_core.errors import Cancelled, Kind, WhaleIdError
from whaleid_core.match import Evidence, Gallery, best_row, search
from whaleid_core.packages import Package, installed
from whaleid_core.photos import Pixels, read_pixels, read_size
from whaleid_core.records import NEW_WHALE, Box, Candidate, Drawer, Identification
from whaleid_core.runtime import open_runner

DECODED = 1600
"""Longest side at which photos are searched, in pixels; tails that are small in it are read again in full."""
WHALES = 9
"""How many whales are proposed for a tail, besides new_whale."""
IDS = 5
"""How many ids a row of Kaggle's form holds at most."""
AHEAD = 3
"""How many photos are decoded while one is searched."""


class Watch(Protocol):
    """What long work tells and asks."""

    def progress(self, done: int, total: int) -> None:
        """So many of so many are done."""

    def cancel(self) -> bool:
        """Whether it should stop."""

    def failure(self, sentence: str) -> None:
        """One item failed; the rest goes on."""


class Unwatched:
    """A watch that nobody looks at."""

    def progress(self, done: int, total: int) -> None:
        pass

    def cancel(self) -> bool:
        return False

    def failure(self, sentence: str) -> None:
        pass


@dataclass(frozen=True)
class Tails:
    """What was seen in one photo.

    Attributes:
        path: the photo.
        boxes: its tail boxes.
        vectors: one (tails, length) matrix a member.
        problem: why there are none, as a sentence.
    """

    path: Path
    boxes: tuple[Box, ...] = ()
    vectors: tuple[Vectors, ...] = ()
    problem: str = ""


@dataclass(frozen=True)
class Engine:
    """The loaded networks.

    Attributes:
        finder: the tail detector.
        members: the ensemble.
        calibration: of the fused scores.
    """

    finder: TailFinder
    members: tuple[Member, ...]
    calibration: Calibration
    device: str = "cpu"
    precision: str = "fp32"

    @property
    def name(self) -> str:
        """What suggestions are filed under: the members, in words."""
        return " + ".join(member.name for member in self.members)

    def find(self, path: Path, turned: int = 0) -> list[Box]:
        """The tail boxes of a photo file, in its own pixels.

        Raises:
            WhaleIdError: it can't be read.
        """
        view = _View.of(path, turned)
        return view.in_photo(self.finder.find(view.pixels))

    def tails(self, path: Path, boxes: Sequence[Box] | None = None, turned: int = 0, whole: bool = False) -> Tails:
        """Find the tails of a photo, or take those given, and embed them.

        Args:
            boxes: tail boxes in photo pixels; None lets the detector look.
            turned: a person's correction, degrees clockwise.
            whole: take the whole frame where no tail is found.

        A photo that can't be read has a problem and no tails; nothing is raised for it.
        """
        try:
            view = _View.of(path, turned)
            return self._seen(view, view.in_photo(self.finder.find(view.pixels)) if boxes is None else boxes, whole)
        except WhaleIdError as error:
            return Tails(path, problem=str(error))

    def _seen(self, view: _View, boxes: Sequence[Box], whole: bool) -> Tails:
        own = view.clipped(boxes)
        if not own and whole:
            own = [Box(0, 0, view.width, view.height, Drawer.FRAME, 0.0)]
        if not own:
            return Tails(view.path, problem=f"{view.path.name} shows no tail.")
        pixels, factor = view.pixels, view.factor
        if factor < 1 and min(box.width for box in own) * factor < max(m.package.width for m in self.members):
            pixels, factor = read_pixels(view.path, turned=view.turned), 1.0
        vectors = tuple(member.embed([member.cut(pixels, box, factor) for box in own]) for member in self.members)
        return Tails(view.path, tuple(own), vectors)


def load_engine(device: str = "auto", packages: Sequence[Package] | None = None) -> Engine:
    """Load the packages that came with the program, or those given.

    Raises:
        WhaleIdError: a package is damaged or missing, or the device isn't there.
    """
    chosen = installed() if packages is None else list(packages)
    finders = [package for package in chosen if package.task == "detect"]
    embedders = [package for package in chosen if package.task == "embed"]
    if not finders or not embedders:
        raise WhaleIdError(
            "There is no model package to find or to compare tails with.", "Install WhaleGUI again.", Kind.ENVIRONMENT
        )
    runner = open_runner(finders[0], device)
    members = tuple(Member(package, open_runner(package, device)) for package in embedders)
    calibration = _calibration(embedders[0])
    return Engine(TailFinder(finders[0], runner), members, calibration, runner.device, runner.precision)


def _calibration(package: Package) -> Calibration:
    try:
        return Calibration.of(package.manifest["calibration"])
    except (KeyError, TypeError, ValueError) as error:
        sentence = f"The model package {package.name} was refused: it has no calibration."
        raise WhaleIdError(sentence, "Copy it again.", Kind.ENVIRONMENT) from error


@dataclass(frozen=True)
class _View:
    """A photo as it is searched.

    Attributes:
        turned: a person's correction, degrees clockwise.
        pixels: at most `DECODED` on the longer side.
        width, height: of the photo itself, as turned.
    """

    path: Path
    turned: int
    pixels: Pixels
    width: int
    height: int

    @classmethod
    def of(cls, path: Path, turned: int) -> _View:
        width, height = read_size(path)
        if turned % 180:
            width, height = height, width
        return cls(path, turned, read_pixels(path, max_side=DECODED, turned=turned), width, height)

    @property
    def factor(self) -> float:
        """From the photo's pixels to these."""
        return float(max(self.pixels.shape[:2]) / max(self.width, self.height))

    def in_photo(self, boxes: Sequence[Box]) -> list[Box]:
        """Boxes found in the pixels, in the photo."""
        return self.clipped([scaled(box, 1 / self.factor) for box in boxes])

    def clipped(self, boxes: Sequence[Box]) -> list[Box]:
        """What of each box is in the photo: a crop of what lies far outside would fill the memory."""
        inside = [clip(box, self.width, self.height) for box in boxes]
        if None in inside:
            sentence = f"{self.path.name} has {self.width} x {self.height} pixels, and a box given for it lies outside."
            raise WhaleIdError(sentence, "Check that its boxes are in pixels of the upright photo.")
        return [box for box in inside if box is not None]


def see_all(
    engine: Engine,
    photos: Sequence[Path],
    boxes: Mapping[str, Sequence[Box]] | None = None,
    watch: Watch | None = None,
    whole: bool = False,
) -> Iterator[Tails]:
    """The tails of many photos, in order; some are read ahead while one is searched.

    Args:
        boxes: file name -> tail boxes, for photos whose boxes are known.
        whole: see `Engine.tails`.

    Raises:
        Cancelled: the watch asked for it.
    """
    watch = watch or Unwatched()
    given = boxes or {}
    waiting: list[Future[Tails]] = []
    with ThreadPoolExecutor(2) as pool:
        for number in range(len(photos) + AHEAD):
            if number < len(photos):
                path = photos[number]
                waiting.append(pool.submit(engine.tails, path, given.get(path.name), 0, whole))
            if number >= AHEAD and waiting:
                if watch.cancel():
                    for future in waiting:
                        future.cancel()
                    raise Cancelled
                yield waiting.pop(0).result()
                watch.progress(number - AHEAD + 1, len(photos))


def gallery_of(engine: Engine, seen: Iterable[Tails], whales: Mapping[Path, str]) -> Gallery:
    """The gallery of known photos: the surest tail of each; photos that can't be read are left out."""
    names: list[str] = []
    photos: list[str] = []
    rows: list[list[Vectors]] = [[] for _ in engine.members]
    for tails in seen:
        if not tails.boxes:
            continue
        surest = max(range(len(tails.boxes)), key=lambda i: tails.boxes[i].confidence)
        names.append(whales[tails.path])
        photos.append(tails.path.name)
        for member, matrix in zip(rows, tails.vectors, strict=True):
            member.append(matrix[surest])
    lengths = [member.length for member in engine.members]
    matrices = [np.stack(own) if own else np.zeros((0, n), np.float32) for own, n in zip(rows, lengths, strict=True)]
    return Gallery.of(names, photos, matrices)


def identified(engine: Engine, gallery: Gallery, tails: Tails, new_share: float = NEW_SHARE) -> list[Identification]:
    """What to propose for each tail of a photo; one without a tail where it has none."""
    name = tails.path.name
    if not tails.boxes:
        return [Identification(name, -1, None, problem=tails.problem)]
    proposals = propose(gallery, tails.vectors, engine.calibration, new_share)
    return [
        Identification(name, number, box, candidates, known)
        for number, (box, (candidates, known)) in enumerate(zip(tails.boxes, proposals, strict=True))
    ]


def propose(
    gallery: Gallery,
    vectors: Sequence[Vectors],
    calibration: Calibration,
    new_share: float = NEW_SHARE,
    whales: int = WHALES,
) -> list[tuple[tuple[Candidate, ...], float]]:
    """The candidates of each tail, the best `whales` and new_whale, and the probability that its whale is known.

    With an empty gallery each whale is new.
    """
    if not gallery.whales:
        return [((Candidate(NEW_WHALE, float("nan"), 1.0),), 0.0)] * len(vectors[0])
    evidence = search(gallery, vectors)
    scores = evidence.scores
    known = calibration.known(scores, new_share)
    chances = calibration.probabilities(scores, known)
    proposals = []
    for tail in range(len(scores)):
        best = np.argsort(-scores[tail], kind="stable")[:whales]
        found = [_candidate(gallery, evidence, tail, int(whale), float(chances[tail, whale])) for whale in best]
        found.append(Candidate(NEW_WHALE, float("nan"), 1 - float(known[tail])))
        proposals.append((tuple(sorted(found, key=lambda one: -one.probability)), float(known[tail])))
    return proposals


def _candidate(gallery: Gallery, evidence: Evidence, tail: int, whale: int, probability: float) -> Candidate:
    nearest, networks = float(evidence.nearest[tail, whale]), float(evidence.networks[tail, whale])
    photo = gallery.photos[best_row(gallery, evidence.rows[tail], whale)]
    return Candidate(gallery.whales[whale], (nearest + networks) / 2, probability, networks, nearest, photo)


def ranked_ids(
    identifications: Sequence[Identification], fill: Sequence[str] = (), new_whale: bool = True
) -> list[str]:
    """A photo's row in Kaggle's form: up to five different ids, best first.

    An id counts with its best tail. Without any tail the row is new_whale, or, where `new_whale` is off, `fill`: the
    whales with the most photos.
    """
    best: dict[str, float] = {}
    for identification in identifications:
        for candidate in identification.candidates:
            if new_whale or candidate.whale != NEW_WHALE:
                best[candidate.whale] = max(best.get(candidate.whale, 0.0), candidate.probability)
    ids = sorted(best, key=lambda whale: -best[whale])[:IDS]
    if not ids:
        return [NEW_WHALE] if new_whale else list(fill[:IDS])
    return ids
