"""Models: what is said of good, damaged and missing packages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from whalegui import models_workspace
from whalegui.models_workspace import ModelsWorkspace, told
from whalegui.session import Session
from whaleid_core.catalogue import Catalogue
from whaleid_core.packages import MANIFEST, ONNX, write_package

MANIFEST_OF: dict[str, Any] = {
    "name": "humpback",
    "version": "0.1",
    "task": "embed",
    "architecture": "efficientnet_lite0",
    "input": {"width": 256, "height": 128, "colour": "grey"},
    "length": 512,
    "licence": "AGPL-3.0-or-later",
    "training": {"photos": 12450, "data": "the train split"},
    "metrics": {"top1": 0.61234567, "map5": 0.7},
}


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "packages"
    for name in ("humpback-0.1", "tails-0.1"):
        (folder / name).mkdir(parents=True)
        (folder / name / ONNX).write_bytes(name.encode())
        square = {"width": 640, "height": 640, "colour": "rgb"}
        task = {"name": "tails", "task": "detect", "length": 0, "input": square} if name.startswith("tails") else {}
        write_package(folder / name, {**MANIFEST_OF, **task})
    monkeypatch.setattr(models_workspace, "packages_folder", lambda: folder)
    return folder


@pytest.fixture
def session(qapp: QApplication, tmp_path: Path) -> Iterator[Session]:
    made = Session(Catalogue.create(tmp_path / "catalogue"))
    made.settle()
    yield made
    made.close()


def opened(qtbot: QtBot, session: Session) -> ModelsWorkspace:
    made = ModelsWorkspace(session)
    qtbot.addWidget(made)
    made.resize(1280, 716)
    made.show()
    made.activate()
    session.settle()
    return made


def test_the_card_tells_what_the_manifest_says(qtbot: QtBot, session: Session, packages: Path) -> None:
    card = opened(qtbot, session).card
    assert card["Does"] == "Compares tails with the known whales"
    assert card["Input"] == "256 x 128 pixels, grey"
    assert card["Embedding"] == "512 numbers"
    assert card["Licence"] == "AGPL-3.0-or-later"
    assert card["Training"] == "Photos: 12450\nData: the train split"
    assert card["Top1"] == "0.6123"
    assert card["Folder"] == str(packages / "humpback-0.1")


def test_another_package_is_shown_by_a_click(qtbot: QtBot, session: Session, packages: Path) -> None:
    workspace = opened(qtbot, session)
    index = workspace.list.model().index(1, 0)
    QTest.mouseClick(
        workspace.list.viewport(),
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
        workspace.list.visualRect(index).center(),
    )
    assert workspace.title.text() == "tails 0.1"
    assert workspace.card["Does"] == "Finds the tails in a photo"
    assert "Embedding" not in workspace.card


def test_a_damaged_package_is_refused_and_the_others_are_shown(qtbot: QtBot, session: Session, packages: Path) -> None:
    (packages / "humpback-0.1" / ONNX).write_bytes(b"other bytes")
    workspace = opened(qtbot, session)
    assert workspace.title.text() == "humpback-0.1"
    assert workspace.refused.isVisible()
    assert workspace.refused.text() == (
        "The model package humpback was refused: model.onnx doesn't match its manifest. Copy it again."
    )
    workspace.list.choose([1])
    assert not workspace.refused.isVisible()
    assert workspace.title.text() == "tails 0.1"


def test_no_package_and_no_folder_say_what_next(
    qtbot: QtBot, session: Session, packages: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for manifest in packages.glob(f"*/{MANIFEST}"):
        json.loads(manifest.read_text(encoding="utf-8"))
        manifest.unlink()
    workspace = opened(qtbot, session)
    assert workspace.page.isVisible()
    assert "Install WhaleGUI again" in workspace.page.sentence.text()


def test_training_is_only_spoken_of_where_it_needs_something(qtbot: QtBot, session: Session, packages: Path) -> None:
    workspace = opened(qtbot, session)
    assert workspace.training.text() == "Training needs pip install 'whalegui[torch]'. Matching doesn't."
    assert workspace.below.text() == "Only the packages that came with the program."
    assert not [button for button in workspace.findChildren(QPushButton) if button.isVisible()]


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.123456, "0.1235"), (True, "yes"), (["a", 2], "a, 2"), ({"map_5": 0.5}, "Map 5: 0.5"), (None, "–"), ("", "–")],
)
def test_values_are_told_in_words(value: object, text: str) -> None:
    assert told(value) == text
