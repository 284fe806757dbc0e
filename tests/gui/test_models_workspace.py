"""Models: what is said of good, damaged and missing packages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from match_survey import only_packages_of, pack
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from whalegui.judging import Expected
from whalegui.model_card import measured, told
from whalegui.models_workspace import ModelsWorkspace
from whalegui.session import Session
from whaleid_core.catalogue import Catalogue
from whaleid_core.packages import MANIFEST, ONNX

MANIFEST_OF: dict[str, Any] = {
    "name": "humpback",
    "version": "0.1",
    "task": "embed",
    "architecture": "efficientnet_lite0",
    "input": {"width": 256, "height": 128, "colour": "grey"},
    "length": 512,
    "licence": "AGPL-3.0-or-later",
    "training": {"photos": 12450, "data": "the train split"},
    "metrics": {
        "minutes": 93.6,
        "batches": 1951,
        "machine": "2 cores of a laptop",
        "held_out_auroc": 0.7632,
        "held_out_top1": 0.6132,
        "held_out_tails": 2039.0,
        "map5": 0.7,
    },
}
SQUARE = {"width": 640, "height": 640, "colour": "rgb"}


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "packages"
    pack(folder, **MANIFEST_OF)
    pack(folder, name="tails", task="detect", length=0, input=SQUARE, metrics={"recall_50": 0.9767, "confidence": 0.45})
    only_packages_of(folder, monkeypatch)
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
    assert card["Map5"] == "0.7"
    assert card["From"] == "Came with the program"
    assert card["Folder"] == str(packages / "humpback")


def test_what_was_measured_is_said_in_words(qtbot: QtBot, session: Session, packages: Path) -> None:
    workspace = opened(qtbot, session)
    held_out = "First right 61 %, known told from new 0.76 (1 is always, 0.5 is a guess), 2,039 tails"
    assert workspace.card["Held-out whales"] == held_out
    assert workspace.card["Trained"] == "94 minutes, 1,951 batches, on 2 cores of a laptop"
    workspace.list.choose([1])
    assert workspace.card["Hand-drawn boxes"] == "98 % of the tails found"
    assert workspace.card["A box counts"] == "From 45 % sure on"


def test_what_votes_together_is_said_of_an_ensemble(qtbot: QtBot, session: Session, packages: Path) -> None:
    pack(packages, **MANIFEST_OF | {"name": "lite1"})
    pack(packages, **MANIFEST_OF | {"name": "old"})
    pack(packages, name="all", task="ensemble", members=["humpback 0.1", "lite1 0.1"], length=0)
    workspace = opened(qtbot, session)
    words = {choice.text: choice.second for choice in workspace.list.choices}
    assert workspace.title.text() == "all 0.1"
    assert workspace.card["Vote together"] == "humpback 0.1\nlite1 0.1"
    assert workspace.card["Known"] == "From 95 % on, at your 5 % false-match rate"
    assert "Network" not in workspace.card
    assert words["old 0.1"] == "Doesn't vote"
    assert list(words) == ["all 0.1", "humpback 0.1", "lite1 0.1", "tails 0.1", "old 0.1"]
    session.expected = Expected(0.01)
    assert workspace.card["Known"] == "From 98 % on, at your 1 % false-match rate"


def test_an_ensemble_that_lacks_a_member_says_so(qtbot: QtBot, session: Session, packages: Path) -> None:
    pack(packages, name="all", task="ensemble", members=["humpback 0.1", "gone 7"], length=0)
    workspace = opened(qtbot, session)
    assert workspace.card["Votes"] == "Yes"
    assert [choice.text for choice in workspace.list.choices] == ["humpback 0.1", "tails 0.1", "all 0.1"]
    workspace.list.choose([2])
    assert "gone 7: not installed, so this ensemble isn't used" in workspace.card["Vote together"]
    assert "Known" not in workspace.card


@pytest.mark.parametrize("value", [None, "many", True, float("nan"), 10**400, [1, 2], {"a": 1}])
def test_a_manifest_with_odd_numbers_is_shown_all_the_same(value: object) -> None:
    lines = dict(measured({"held_out_top1": value, "minutes": value, "else": value}))
    assert lines["Held-out whales"].lower().startswith("first right ")
    assert lines["Else"]


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
    (packages / "humpback" / ONNX).write_bytes(b"other bytes")
    workspace = opened(qtbot, session)
    assert workspace.title.text() == "tails 0.1"
    assert not workspace.refused.isVisible()
    workspace.list.choose([1])
    assert workspace.title.text() == "humpback"
    assert workspace.refused.isVisible()
    assert workspace.refused.text() == (
        "The model package humpback was refused: model.onnx doesn't match its manifest. Copy it again."
    )


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
