"""A small real catalogue with suggestions, which the tests of Matches decide on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from whaleid_core import local, packages
from whaleid_core.calibrate import Calibration
from whaleid_core.catalogue import Catalogue
from whaleid_core.catalogue.rows import PhotoFilter
from whaleid_core.packages import ONNX, write_package
from whaleid_core.photos import read_photo
from whaleid_core.records import NEW_WHALE, Box, Candidate, Drawer, Identification, Verdict
from whaleid_core.resources import PACKAGES_VARIABLE

MODEL = "humpback 0.1"
CALIBRATION = Calibration(
    nearest=10.0, networks=10.0, points=0.5,
    known={
        "bias": -1.5, "lead": 6.0, "points": 0.6, "most": 0.5, "chance": -0.8, "agreement": 1.0,
        "photos": 0.0, "whales": 0.0, "detail": 0.0,
    },
    false_match={"0.01": 3.0, "0.05": 2.0, "0.5": -1.0},
)  # fmt: skip
"""Where 30 % new whales are expected, a tail is known from 0.979, 0.945 or 0.462: for 1, 5 and 50 % false matches."""
WHALES = ("HW0001", "HW0002", "HW0003")


def only_packages_of(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the program have the packages of a folder, in place of those that came with it and of a user's."""
    monkeypatch.setattr(packages, "packages_folder", lambda: folder)
    monkeypatch.delenv(PACKAGES_VARIABLE, raising=False)


def pack(folder: Path, **other: object) -> None:
    """Put a package into a folder of packages: one that suggests under `MODEL` as far as its manifest goes."""
    own = folder / str(other.get("name", "humpback"))
    own.mkdir(parents=True)
    (own / ONNX).write_bytes(b"not looked into here")
    manifest = {
        "name": "humpback", "version": "0.1", "task": "embed", "architecture": "efficientnet_lite0", "length": 512,
        "input": {"width": 256, "height": 128, "colour": "grey"}, "calibration": CALIBRATION.as_dict(),
    }  # fmt: skip
    write_package(own, {**manifest, **other})


def press(qtbot: QtBot, workspace: Any, *keys: Qt.Key | tuple[Qt.Key, Qt.KeyboardModifier]) -> None:
    """Presses keys where the keyboard is, and waits until what they began is done."""
    for key in keys:
        code, modifier = key if isinstance(key, tuple) else (key, Qt.KeyboardModifier.NoModifier)
        qtbot.keyClick(workspace.window().focusWidget() or workspace, code, modifier)
        workspace.session.settle()


def draw(folder: Path, name: str, seed: int) -> Path:
    rng = np.random.default_rng(seed)
    pixels = cv2.resize(rng.integers(0, 256, (20, 30, 3), np.uint8), (300, 200), interpolation=cv2.INTER_CUBIC)
    path = folder / name
    path.write_bytes(cv2.imencode(".jpg", pixels)[1].tobytes())
    return path


def box(left: float, right: float) -> Box:
    return Box(left, 50, right, 110, Drawer.DETECTOR, 0.9)


class Survey:
    """A catalogue with three known whales in six photos, and four new photos of which the last shows two tails."""

    def __init__(self, folder: Path, catalogue: Catalogue | None = None) -> None:
        self.photos = folder / "photos"
        self.photos.mkdir()
        self.photos_drawn = self.photos
        self.catalogue = catalogue or Catalogue.create(folder / "catalogue", "Fjord")
        self.catalogue.who = "Ana"

    def add_known(self) -> None:
        read = [read_photo(draw(self.photos, f"known_{n}.jpg", n)) for n in range(6)]
        whales = {photo.content_hash: WHALES[n // 2] for n, photo in enumerate(read)}
        self.catalogue.add_photos(read, role="known", whales=whales)
        for photo_id in self.catalogue.photo_ids(PhotoFilter(role="known")):
            self.catalogue.add_boxes(photo_id, [box(40, 200)], searched_by="tails 1")

    def add_new(self) -> None:
        read = [read_photo(draw(self.photos, f"IMG_{n}.jpg", 100 + n)) for n in range(1, 5)]
        self.catalogue.add_photos(read, role="new")
        for number, photo_id in enumerate(self.catalogue.photo_ids(PhotoFilter(role="new"))):
            boxes = [box(20, 140), box(160, 280)] if number == 3 else [box(60, 220)]
            self.catalogue.add_boxes(photo_id, boxes, searched_by="tails 1")

    def suggest(self, tail_id: int, shares: dict[str, float], known: float) -> None:
        """Proposes whales with these probabilities; the rest is a new whale's."""
        whales = {whale.name: whale for whale in self.catalogue.whales()}
        candidates = [
            Candidate(name, share, share, 0.9, 0.8, str(whales[name].cover_tail_id), 12 if name == "HW0001" else None)
            for name, share in shares.items()
        ]
        candidates.append(Candidate(NEW_WHALE, float("nan"), 1 - known))
        candidates.sort(key=lambda candidate: -candidate.probability)
        box = self.catalogue.tail(tail_id).box
        self.catalogue.store_suggestions(tail_id, Identification("", 0, box, tuple(candidates), known), MODEL)

    def keep_points(self, tail_id: int, positions: np.ndarray) -> None:
        """Keeps keypoints for a tail, each a mark unlike the others and the same on every tail."""
        marks = np.random.default_rng(1).integers(0, 255, (len(positions), 128)).astype(np.uint8)
        data = local.Keypoints(positions.astype(np.float32), marks).to_bytes()
        self.catalogue.store_keypoints(local.KIND, {tail_id: data}, [self.catalogue.tail(tail_id)])

    def verdict(self, tail_id: int) -> tuple[Verdict | None, str | None]:
        tail = self.catalogue.tail(tail_id)
        return tail.verdict, tail.whale
