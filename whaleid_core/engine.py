"""The loaded networks: photo -> tail boxes, vectors and keypoints."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from whaleid_core import local
from whaleid_core.boxes import clip, scaled
from whaleid_core.boxes import turned as turned_box
from whaleid_core.calibrate import Calibration
from whaleid_core.classify import NO_TRAINED_HEADS, Heads, TrainedHead
from whaleid_core.detect import TailFinder
from whaleid_core.embed import Member, Vectors
from whaleid_core.errors import Kind, WhaleIdError
from whaleid_core.local import Keypoints
from whaleid_core.packages import COMPARES, MANIFEST, Package, installed, read_package
from whaleid_core.photos import Pixels, read_pixels, read_view
from whaleid_core.records import Box, Drawer
from whaleid_core.runtime import open_runner
from whaleid_core.signs import detail_of

DECODED = 1600
"""Longest side at which photos are searched, in pixels; tails that are small in it are read again, larger."""
ENOUGH = 1200
"""The same where it costs less, three times what the detector takes in: a quarter of 24 megapixels takes a third
of the time that a half takes."""


@dataclass(frozen=True)
class Tails:
    """What was seen in one photo.

    Attributes:
        path: the photo.
        boxes: its tail boxes.
        vectors: one (tails, length) matrix a member.
        keypoints: of each tail, for local matching.
        problem: why there are none, as a sentence.
    """

    path: Path
    boxes: tuple[Box, ...] = ()
    vectors: tuple[Vectors, ...] = ()
    keypoints: tuple[Keypoints, ...] = ()
    problem: str = ""

    @property
    def surest(self) -> int:
        """The tail that the detector is surest of, by its number, the first of equals; ValueError without any."""
        return max(range(len(self.boxes)), key=lambda tail: self.boxes[tail].confidence)


@dataclass(frozen=True)
class Engine:
    """The loaded networks.

    Attributes:
        finder: the tail detector.
        members: the ensemble.
        calibration: of the fused scores.
        heads: which members have a trained head.
    """

    finder: TailFinder
    members: tuple[Member, ...]
    calibration: Calibration
    device: str = "cpu"
    precision: str = "fp32"
    heads: Heads = NO_TRAINED_HEADS

    @property
    def name(self) -> str:
        """What suggestions are filed under: the members, in words."""
        return _named([member.package for member in self.members])

    @property
    def widest(self) -> int:
        """Pixels that a tail can have across before more of them say nothing more."""
        return max(member.package.width for member in self.members)

    def detail(self, boxes: Sequence[Box]) -> NDArray[np.float64]:
        """How much of what the networks can take in each tail has, 0 to 1."""
        return np.array([detail_of(box.width, self.widest) for box in boxes])

    def find(self, path: Path, turned: int = 0) -> list[Box]:
        """The tail boxes of a photo file, in its own pixels, also where it lies on its side.

        Raises:
            WhaleIdError: it can't be read.
        """
        view, boxes = self._found(_View.of(path, turned))
        back = turned - view.turned
        return [turned_box(box, view.width, view.height, back) for box in boxes]

    def unsure(self, path: Path, turned: int = 0) -> list[Box]:
        """What may be a tail in a photo file in which `find` finds none: one box, in its own pixels, or none.

        Raises:
            WhaleIdError: it can't be read.
        """
        view = _View.of(path, turned)
        return view.in_photo(self.finder.unsure(view.pixels))

    def find_upright(self, path: Path) -> tuple[int, list[Box]]:
        """How a photo file has to be turned to stand upright, degrees clockwise, and the tail boxes in it so turned.

        Raises:
            WhaleIdError: it can't be read.
        """
        view, boxes = self._found(_View.of(path, 0))
        return view.turned, boxes

    def _found(self, view: _View) -> tuple[_View, list[Box]]:
        """A photo as it stands upright, and its tail boxes in that."""
        degrees, boxes = self.finder.find_upright(view.pixels)
        upright = view.by(degrees) if degrees else view
        return upright, upright.in_photo(boxes)

    def tails(self, path: Path, boxes: Sequence[Box] | None = None, turned: int = 0, whole: bool = False) -> Tails:
        """Find the tails of a photo, or take those given, and embed them.

        Args:
            boxes: tail boxes in photo pixels; None lets the detector look, which turns a photo upright that lies on its
                side: what it then finds is in the photo so turned.
            turned: a person's correction, degrees clockwise.
            whole: take the whole frame where no tail is found.

        A photo that can't be read has a problem and no tails; nothing is raised for it.
        """
        try:
            view = _View.of(path, turned)
            if boxes is None:
                view, boxes = self._found(view)
            return self._seen(view, boxes, whole)
        except WhaleIdError as error:
            return Tails(path, problem=str(error))

    def _seen(self, view: _View, boxes: Sequence[Box], whole: bool) -> Tails:
        own = view.clipped(boxes)
        if not own and whole:
            own = [Box(0, 0, view.width, view.height, Drawer.FRAME, 0.0)]
        if not own:
            return Tails(view.path, problem=f"{view.path.name} shows no tail.")
        pixels, factor = view.pixels, view.factor
        narrowest = min(box.width for box in own)
        if factor < 1 and narrowest * factor < self.widest:
            longest = max(view.width, view.height)
            pixels = read_pixels(view.path, turned=view.turned, enough=math.ceil(self.widest / narrowest * longest))
            factor = max(pixels.shape[:2]) / longest
        vectors = tuple(member.embed([member.cut(pixels, box, factor) for box in own]) for member in self.members)
        points = tuple(local.keypoints(local.cut(pixels, box, factor)) for box in own)
        return Tails(view.path, tuple(own), vectors, points)


def load_engine(device: str = "auto", packages: Sequence[Package] | None = None) -> Engine:
    """Load the packages that are installed, or those given.

    See `voting` for which are members; without an ensemble package they are calibrated as the first of them.

    Raises:
        WhaleIdError: a package is damaged or missing, or the device isn't there.
    """
    chosen = installed() if packages is None else list(packages)
    finders = [package for package in chosen if package.task == "detect"]
    if not finders:
        raise _missing()
    calibrated, of_members = voting(chosen)
    runner = open_runner(finders[0], device)
    heads = _heads(calibrated, of_members)
    members = tuple(_member(package, device) for package in of_members)
    finder, calibration = TailFinder(finders[0], runner), calibration_of(calibrated)
    return Engine(finder, members, calibration, runner.device, runner.precision, heads)


def _member(package: Package, device: str) -> Member:
    kind = TrainedHead if package.task == "classify" else Member
    return kind(package, open_runner(package, device))


def _heads(ensemble: Package, members: Sequence[Package]) -> Heads:
    """Which members have a trained head, and how they vote.

    Raises:
        WhaleIdError: their raw outputs are to be averaged, and they aren't of the same whales.
    """
    outputs = ensemble.manifest.get("vote") == "outputs"
    if outputs and len({member.classes for member in members}) > 1:
        sentence = f"The members of {ensemble.name} were trained on different whales, so their outputs have no mean."
        raise WhaleIdError(sentence, 'Let their probabilities vote: vote = "probabilities".')
    if not any(member.classes for member in members):
        return NO_TRAINED_HEADS
    return Heads(tuple(member.classes for member in members), outputs)


def named(folders: Sequence[Path]) -> list[Package] | None:
    """The packages that a person names in place of the installed ones, for `load_engine`; None where she names none.

    What they lack is taken from the installed ones: a tail finder, members of an ensemble, all that compares tails.

    Args:
        folders: of packages, or folders of such folders.

    Raises:
        WhaleIdError: one can't be read.
    """
    if not folders:
        return None
    own = [read_package(part) for folder in folders for part in _packages_in(folder)]
    there, wanted = {package.label for package in own}, {member for package in own for member in package.members}
    finds, compares = (any(package.task in tasks for package in own) for tasks in (("detect",), COMPARES))
    for package in installed():
        lacking = not finds if package.task == "detect" else not (compares or wanted)
        if package.label not in there and (lacking or package.label in wanted):
            own.append(package)
    return own


def _packages_in(folder: Path) -> list[Path]:
    inside = sorted(path.parent for path in folder.glob(f"*/{MANIFEST}"))
    return inside if inside and not (folder / MANIFEST).is_file() else [folder]


def installed_calibration() -> tuple[str, Calibration]:
    """What `load_engine` would file suggestions under, and how they are calibrated; loads no network.

    Raises:
        WhaleIdError: a package is damaged or missing, or the calibration is.
    """
    calibrated, of_members = voting(installed())
    return _named(of_members), calibration_of(calibrated)


def _named(members: Sequence[Package]) -> str:
    return " + ".join(member.label for member in members)


def _missing() -> WhaleIdError:
    sentence = "There is no model package to find or to compare tails with."
    return WhaleIdError(sentence, "Install WhaleGUI again.", Kind.ENVIRONMENT)


def voting(chosen: Sequence[Package]) -> tuple[Package, list[Package]]:
    """The package whose calibration holds, and the members: those that the last complete ensemble names, else all.

    The user's packages come after those that came with the program: an ensemble that he installed is used.

    Raises:
        WhaleIdError: there is none to compare tails with.
    """
    embedders = [package for package in chosen if package.task in COMPARES]
    if not embedders:
        raise _missing()
    by_label = {package.label: package for package in embedders}
    for package in reversed(chosen):
        if package.task == "ensemble" and all(member in by_label for member in package.members):
            return package, [by_label[member] for member in package.members]
    return embedders[0], list(embedders)


def calibration_of(package: Package) -> Calibration:
    """The calibration that a package's manifest holds.

    Raises:
        WhaleIdError: it has none that can be used.
    """
    try:
        return Calibration.of(package.manifest["calibration"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
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
        pixels, (width, height) = read_view(path, DECODED, turned, ENOUGH)
        return cls(path, turned, pixels, width, height)

    def by(self, degrees: int) -> _View:
        """The same, turned clockwise by 90, 180 or 270 degrees more."""
        pixels = np.ascontiguousarray(np.rot90(self.pixels, -(degrees // 90)))
        width, height = (self.height, self.width) if degrees % 180 else (self.width, self.height)
        return _View(self.path, (self.turned + degrees) % 360, pixels, width, height)

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
