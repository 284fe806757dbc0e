"""Pictures of every workspace in its states, held against kept ones; WHALEGUI_GOLDEN=renew keeps new ones."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from match_survey import Survey, only_packages_of, pack
from PySide6.QtCore import QPoint
from PySide6.QtGui import QFontInfo, QFontMetrics, QImage, QPixmap
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from whalegui import theme
from whalegui.main_window import MainWindow
from whalegui.session import Session
from whalegui.settings import Settings
from whalegui.workspace_stack import WORKSPACES
from whaleid_core.catalogue import Catalogue

FOLDER = Path(__file__).with_name("golden")
RENEW = os.environ.get("WHALEGUI_GOLDEN") == "renew"
WIDTH, HEIGHT = 1180, 720
SMALL = (354, 216)
"""Each picture is the whole window made so small that the edges of letters don't count. They were drawn with one font:
on a machine whose text has another extent the tests are skipped."""
MEAN, FAR, FAR_SHARE = 1.5, 40, 0.015
"""The tolerance: a mean difference of 1.5 of 255, and 1.5 % of the pixels that differ by more than 40."""
STEP = 16
"""Kept pictures have 16 levels a colour, which halves their size; so differences up to half a step don't count."""
WORDS = "IMG_0113 is HW0452, 91 % sure. Known at your 1 % false-match rate."

Pixels = npt.NDArray[np.uint8]
STATES = ("empty", "light", "dark", "double", "error")


@pytest.fixture(autouse=True)
def same_font(qapp: QApplication) -> None:
    """The words of a picture are only where the kept one has them if the font is the same."""
    theme.apply(qapp, "light")
    own = f"{QFontInfo(theme.font()).family()} {QFontMetrics(theme.font()).horizontalAdvance(WORDS)}\n"
    file = FOLDER / "font.txt"
    if RENEW:
        FOLDER.mkdir(exist_ok=True)
        file.write_text(own, encoding="utf-8")
    kept = file.read_text(encoding="utf-8")
    if own != kept:
        pytest.skip(f"the pictures were drawn with the font {kept.strip()}, this machine has {own.strip()}")


@pytest.fixture
def shown(
    qtbot: QtBot, matching: Survey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qapp: QApplication
) -> Callable[[str], MainWindow]:
    """The window in one of the states."""
    pack(tmp_path / "packages")
    only_packages_of(tmp_path / "packages", monkeypatch)

    def show(state: str) -> MainWindow:
        theme.apply(qapp, "dark" if state == "dark" else "light")
        settings = Settings(tmp_path / "settings.ini")
        settings.set("person/who", "Ana")
        window = MainWindow(settings)
        qtbot.addWidget(window)
        window.resize(WIDTH, HEIGHT)
        window.show()
        qtbot.waitExposed(window)
        catalogue = Catalogue.create(tmp_path / "empty", "Fjord") if state == "empty" else matching.catalogue
        if state == "error":  # the disk with the photos isn't here
            catalogue.move_root(1, tmp_path / "gone")
        window.set_session(Session(catalogue))
        return window

    return show


def told(catalogue: Catalogue, name: str) -> int:
    """What a workspace is opened at."""
    if name == "whales":
        return next((row.id for row in catalogue.whales()), 0)
    tails = catalogue.tails_to_match()
    if name == "matches":
        return next(iter(tails), 0)
    return next(iter(catalogue.photo_ids()), 0)


def picture(widget: QWidget, ratio: int) -> Pixels:
    """The widget as it would be on a screen with so many pixels for one, made smaller: uint8, shape (216, 354, 3)."""
    drawn = QPixmap(WIDTH * ratio, HEIGHT * ratio)
    drawn.setDevicePixelRatio(ratio)
    widget.render(drawn, QPoint())
    image = drawn.toImage().convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    pixels = rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3)
    return np.asarray(cv2.resize(pixels, SMALL, interpolation=cv2.INTER_AREA), np.uint8)


def check(name: str, now: Pixels, tmp_path: Path) -> str:
    """What is wrong with a picture; empty where it agrees with the kept one."""
    file = FOLDER / f"{name}.png"
    data = cv2.imencode(".png", now[..., ::-1] // STEP * STEP + STEP // 2, [cv2.IMWRITE_PNG_COMPRESSION, 9])[
        1
    ].tobytes()
    if RENEW:
        file.write_bytes(data)
    kept = cv2.imdecode(np.frombuffer(file.read_bytes(), np.uint8), cv2.IMREAD_COLOR)[..., ::-1]
    apart = (np.abs(kept.astype(np.int16) - now).max(axis=2) - STEP // 2).clip(0)
    mean, share = float(apart.mean()), float((apart > FAR).mean())
    if mean <= MEAN and share <= FAR_SHARE:
        return ""
    (tmp_path / f"{name}.png").write_bytes(data)
    return f"{name}: mean difference {mean:.1f}, {share:.1%} far apart; see {tmp_path / name}.png"


@pytest.mark.parametrize("state", STATES)
def test_every_workspace_looks_as_it_did(state: str, shown: Callable[[str], MainWindow], tmp_path: Path) -> None:
    window = shown(state)
    session = window.session
    assert session is not None
    wrong = []
    for name in WORKSPACES:
        window.workspaces.show(name)
        if item := told(session.catalogue, name):
            window.workspaces.show_item(name, item)
        session.settle()
        wrong.append(check(f"{name}-{state}", picture(window, 2 if state == "double" else 1), tmp_path))
    session.jobs.close()
    assert [text for text in wrong if text] == []


def test_the_pictures_are_small() -> None:
    assert sum(file.stat().st_size for file in FOLDER.iterdir()) < 2**20
