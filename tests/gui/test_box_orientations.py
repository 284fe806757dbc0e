"""However a camera was held: a box drawn around what is seen on the screen comes back from every file at its pixels."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from whalegui import theme
from whalegui.boxes_workspace import BoxesWorkspace
from whaleid_core import exchange
from whaleid_core.boxes import iou
from whaleid_core.catalogue import Catalogue
from whaleid_core.formats.boxes import FORMATS
from whaleid_core.photos import Pixels, read_photo, read_pixels
from whaleid_core.records import Box, Drawer

ROTATE = 0x0112
SIZE = 360, 240
MARK = Box(48, 30, 204, 96)
"""Where the photo as it should be seen is red."""
ROUNDED = 0.51
"""The study's TSV has whole pixels."""
LEFT = Qt.MouseButton.LeftButton
_STORED = {
    1: lambda pixels: pixels,
    2: lambda pixels: pixels[:, ::-1],
    3: lambda pixels: pixels[::-1, ::-1],
    4: lambda pixels: pixels[::-1],
    5: lambda pixels: pixels.transpose(1, 0, 2),
    6: lambda pixels: np.rot90(pixels, 1),
    7: lambda pixels: pixels[::-1, ::-1].transpose(1, 0, 2),
    8: lambda pixels: np.rot90(pixels, -1),
}
"""What a camera writes for each orientation, of a photo as it should be seen (EXIF 2.32, tag 0x0112)."""


def is_red(pixels: Pixels) -> np.ndarray:
    return (pixels[..., 0] > 180) & (pixels[..., 1] < 90) & (pixels[..., 2] < 90)


def take(path: Path, orientation: int) -> Path:
    seen = np.full((SIZE[1], SIZE[0], 3), (40, 70, 90 + orientation), np.uint8)
    seen[int(MARK.ymin) : int(MARK.ymax), int(MARK.xmin) : int(MARK.xmax)] = (230, 20, 20)
    image = Image.fromarray(np.ascontiguousarray(_STORED[orientation](seen)))
    exif = Image.Exif()
    exif[ROTATE] = orientation
    image.save(path, "JPEG", quality=95, subsampling=0, exif=exif)
    assert is_red(read_pixels(path))[40, 60]
    return path


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A catalogue with a photo of each orientation, in which a detector found nothing."""
    folder = tmp_path_factory.mktemp("held")
    taken = [read_photo(take(folder / f"IMG_{number}.jpg", number)) for number in _STORED]
    with Catalogue.create(folder / "catalogue") as catalogue:
        catalogue.add_photos(taken)
        for key in catalogue.photo_ids():
            catalogue.add_boxes(key, [], searched_by="a detector")
    return folder


@pytest.fixture
def workspace(
    photos: Path, tmp_path: Path, qapp: QApplication, show_boxes: Callable[..., BoxesWorkspace]
) -> BoxesWorkspace:
    theme.apply(qapp, "dark")
    shutil.copytree(photos / "catalogue", tmp_path / "catalogue")
    return show_boxes(Catalogue.open(tmp_path / "catalogue"))


def red_on_screen(workspace: BoxesWorkspace) -> QRect:
    """Where the canvas is red, in its own pixels."""
    image = workspace.stage.canvas.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    lines = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    red = is_red(lines[:, : 3 * image.width()].reshape(image.height(), image.width(), 3))
    rows, columns = np.flatnonzero(red.any(axis=1)), np.flatnonzero(red.any(axis=0))
    return QRect(QPoint(int(columns[0]), int(rows[0])), QPoint(int(columns[-1]) + 1, int(rows[-1]) + 1))


def draw_around_red(workspace: BoxesWorkspace) -> None:
    canvas, red = workspace.stage.canvas, red_on_screen(workspace)
    QTest.mousePress(canvas, LEFT, pos=red.topLeft())
    QTest.mouseMove(canvas, red.center())
    QTest.mouseMove(canvas, red.bottomRight())
    QTest.mouseRelease(canvas, LEFT, pos=red.bottomRight())
    workspace.session.settle()


@pytest.mark.parametrize("quarters", [0, 1])
def test_a_drawn_box_comes_back_from_every_format_at_the_same_pixels(
    workspace: BoxesWorkspace, photos: Path, tmp_path: Path, quarters: int
) -> None:
    """Also where a person turned the photo in the catalogue: files know nothing of that."""
    catalogue = workspace.session.catalogue
    for _ in _STORED:
        for _ in range(quarters):
            QTest.keyClick(workspace.stage.canvas, Qt.Key.Key_R)
            workspace.session.settle()
        draw_around_red(workspace)
        QTest.keyClick(workspace.stage.canvas, Qt.Key.Key_Return)
        workspace.session.settle()
    mine = {key: boxes[0] for key, boxes in catalogue.boxes_by_photo().items()}
    assert len(mine) == len(_STORED)
    assert all(iou(box, MARK) > 0.97 for box in mine.values())
    for key, form in FORMATS.items():
        file = tmp_path / f"out_{key}{form.suffix}"
        assert exchange.export_boxes(catalogue, file, form) == len(_STORED)
        shutil.copytree(photos / "catalogue", tmp_path / f"other_{key}")
        with Catalogue.open(tmp_path / f"other_{key}") as other:
            arrival = exchange.read_for(other, file, form)
            assert not arrival.refused
            assert not arrival.strangers
            other.import_boxes(arrival.boxes)
            for photo_id, box in mine.items():
                (tail,) = other.tails(photo_id)
                assert tail.box.corners == pytest.approx(box.corners, abs=ROUNDED)
                assert tail.box.drawn_by is Drawer.PERSON
                xmin, ymin, xmax, ymax = (round(corner) for corner in tail.box.corners)
                inside = is_red(read_pixels(other.photo(photo_id).path)[ymin:ymax, xmin:xmax])
                assert inside.mean() > 0.97
