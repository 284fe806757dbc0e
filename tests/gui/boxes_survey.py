"""The small catalogues that the tests of Boxes work on, and how they use its mouse and keys."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from whalegui.boxes_workspace import BoxesWorkspace
from whaleid_core.catalogue import Catalogue
from whaleid_core.photos import read_photo
from whaleid_core.records import Box, Drawer

WIDTH, HEIGHT = 480, 320
LEFT = Qt.MouseButton.LeftButton
PLAIN = Qt.KeyboardModifier.NoModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def found(xmin: float, ymin: float, xmax: float, ymax: float, confidence: float = 0.9) -> Box:
    return Box(xmin, ymin, xmax, ymax, Drawer.DETECTOR, confidence)


ONE = found(100, 80, 300, 180)
UNSURE = found(100.5, 80.25, 300.125, 180, 0.3)
TWO = (found(20, 40, 180, 120), found(240, 150, 440, 250))


def paint(path: Path, number: int, width: int = WIDTH, height: int = HEIGHT) -> Path:
    pixels = np.full((height, width, 3), (90, 70, 20), np.uint8)
    pixels[:, : 8 * (number + 1)] = (120, 90, 40)  # no two are the same file
    pixels[height // 4 : height // 2, width // 4 : width // 2] = 200
    cv2.imwrite(str(path), pixels)
    return path


Make = Callable[[Sequence[Sequence[Box] | None]], BoxesWorkspace]


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A catalogue's folder; making one takes longer than copying it."""
    folder = tmp_path_factory.mktemp("empty") / "catalogue"
    Catalogue.create(folder).close()
    return folder


@pytest.fixture
def make(empty: Path, tmp_path: Path, show_boxes: Callable[..., BoxesWorkspace]) -> Make:
    """A workspace on photos IMG_0, IMG_1, ... with these boxes; None: nobody has looked for tails."""

    def made(boxes: Sequence[Sequence[Box] | None]) -> BoxesWorkspace:
        shutil.copytree(empty, tmp_path / "catalogue")
        catalogue = Catalogue.open(tmp_path / "catalogue")
        files = [paint(tmp_path / f"IMG_{number}.jpg", number) for number in range(len(boxes))]
        catalogue.add_photos([read_photo(file) for file in files])
        for photo_id, some in zip(catalogue.photo_ids(), boxes, strict=True):
            if some is not None:
                catalogue.add_boxes(photo_id, some, searched_by="a detector")
        return show_boxes(catalogue, 1100, 700)

    return made


def title(workspace: BoxesWorkspace) -> str:
    return workspace.photo.title if workspace.photo is not None else ""


def boxes(workspace: BoxesWorkspace, photo_id: int | None = None) -> list[Box]:
    if photo_id is None:
        assert workspace.photo is not None
        photo_id = workspace.photo.id
    return [tail.box for tail in workspace.session.catalogue.tails(photo_id)]


def key(
    workspace: BoxesWorkspace, which: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    QTest.keyClick(workspace.stage.take_keyboard() or QApplication.focusWidget() or workspace, which, modifier)
    workspace.session.settle()


def at(workspace: BoxesWorkspace, x: float, y: float) -> QPoint:
    view = workspace.stage.canvas.view
    assert view is not None
    return view.to_screen(x, y).toPoint()


def drag(workspace: BoxesWorkspace, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Photo pixels."""
    canvas, first, last = workspace.stage.canvas, at(workspace, *start), at(workspace, *end)
    QTest.mousePress(canvas, LEFT, pos=first)
    QTest.mouseMove(canvas, (first + last) / 2)
    QTest.mouseMove(canvas, last)
    QTest.mouseRelease(canvas, LEFT, pos=last)
    workspace.session.settle()
