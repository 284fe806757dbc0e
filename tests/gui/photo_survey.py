"""The small survey that the tests of Photos work on, and how they point at its pictures."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from whalegui.photos_workspace import PhotosWorkspace
from whalegui.session import Session
from whaleid_core.catalogue import Catalogue
from whaleid_core.photos import read_photo
from whaleid_core.records import Box, Drawer

LEFT = Qt.MouseButton.LeftButton
PLAIN = Qt.KeyboardModifier.NoModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
CTRL = Qt.KeyboardModifier.ControlModifier
LONG = "Jan Mayen 2025-08-12 second boat, port side, humpback 0001.jpg"
KOREAN = "혹등고래 꼬리.jpg"
ENDS_EARLY = "IMG_9999.jpg ends early, so it can't be searched."
PHOTOS = 14
BEGAN = datetime(2025, 8, 12, 9, 14)


def draw(path: Path, number: int) -> Path:
    pixels = np.full((120, 180, 3), (110, 80, 30), np.uint8)
    pixels[:, : 6 * (number + 1)] = (150, 120, 60)  # no two are the same file
    path.write_bytes(cv2.imencode(".jpg", pixels)[1].tobytes())
    return path


@pytest.fixture(scope="module")
def survey(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fourteen photos, ten of them in two encounters; one can't be read; two have tails. Copied for each test."""
    folder = tmp_path_factory.mktemp("survey")
    names = [f"IMG_{number:04d}.jpg" for number in range(PHOTOS - 2)] + [LONG, KOREAN]
    photos = []
    for number, name in enumerate(names):
        read = read_photo(draw(folder / name, number))
        minutes = timedelta(minutes=number if number < 6 else 300 + number)
        photos.append(replace(read, taken_at=BEGAN + minutes, latitude=69.65, longitude=18.95, camera="Nikon Z 9"))
    with Catalogue.create(folder / "catalogue", "Fjord") as catalogue:
        catalogue.who = "Ana"
        catalogue.add_photos(photos, problems={str(folder / "IMG_9999.jpg"): ENDS_EARLY})
        ids = catalogue.photo_ids()
        catalogue.make_encounter(ids[:6], "Encounter 1")
        catalogue.make_encounter(ids[6:10], "Encounter 2")
        catalogue.add_boxes(ids[0], [Box(20, 30, 120, 90, Drawer.DETECTOR, 0.9)], searched_by="tails 1")
        catalogue.add_boxes(ids[1], [], searched_by="tails 1")
    return folder


def opened(qtbot: QtBot, session: Session, width: int = 1280, height: int = 716) -> PhotosWorkspace:
    made = PhotosWorkspace(session)
    qtbot.addWidget(made)
    made.resize(width, height)
    made.show()
    qtbot.waitExposed(made)
    made.activate()
    session.settle()
    qtbot.waitUntil(lambda: made.browser.model.row_of(made.browser.model.ids[0]) is not None)
    return made


@pytest.fixture
def workspace(qtbot: QtBot, session: Session) -> PhotosWorkspace:
    return opened(qtbot, session)


def spot(workspace: PhotosWorkspace, row: int) -> QPoint:
    grid = workspace.grid
    return grid.visualRect(workspace.browser.model.index(row)).center()


def click(workspace: PhotosWorkspace, row: int, modifier: Qt.KeyboardModifier = PLAIN) -> None:
    QTest.mouseClick(workspace.grid.viewport(), LEFT, modifier, spot(workspace, row))


def press(workspace: PhotosWorkspace, key: Qt.Key, modifier: Qt.KeyboardModifier = PLAIN) -> None:
    QTest.keyClick(workspace.grid, key, modifier)


def rows(workspace: PhotosWorkspace) -> list[int]:
    return workspace.browser.model.ids


def names(workspace: PhotosWorkspace) -> list[str]:
    return [workspace.session.catalogue.photo(key).name for key in rows(workspace)]
