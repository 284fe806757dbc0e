"""A tail finder learns from the boxes of a catalogue that people saw, and the catalogue keeps that it did."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from whaleid_core import cli, cli_study, resources
from whaleid_core.boxes import iou, scaled
from whaleid_core.catalogue import Catalogue
from whaleid_core.errors import WhaleIdError
from whaleid_core.photos import read_photo
from whaleid_core.records import Box, Drawer
from whaleid_core.sample import Whale, draw_photo
from whaleid_core.train.checked_tails import SIDE, checked_tails
from whaleid_core.train.detector import Tails
from whaleid_core.train.detector_recipe import DetectorRecipe


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    """Nine photos of 1,500 x 1,000 whose true box a detector found: three corrected, three accepted, one drawn by a
    person beside it, one turned and accepted, one that nobody saw.
    """
    boxes = []
    for number in range(9):
        scene = draw_photo([Whale(f"w{number}", number)], (300, 200), np.random.default_rng(number), share=0.4)
        large = cv2.resize(scene.pixels[..., ::-1], (1500, 1000))
        cv2.imwrite(str(tmp_path / f"IMG_{number}.jpg"), large)
        boxes.append(replace(scaled(scene.boxes[0], 5), drawn_by=Drawer.DETECTOR, confidence=0.9))
    with Catalogue.create(tmp_path / "fjord", "Fjord") as made:
        made.add_photos([read_photo(tmp_path / f"IMG_{number}.jpg") for number in range(9)])
        ids = made.photo_ids(sort="name")
        for key, box in zip(ids, boxes, strict=True):
            made.add_boxes(key, [box], "a detector")
        for key in ids[:3]:
            (tail,) = made.tails(key)
            made.move_box(tail.id, replace(tail.box, drawn_by=Drawer.PERSON, confidence=1.0, xmin=tail.box.xmin - 2))
        made.turn_photo(ids[7], 90)
        made.accept_boxes([*ids[3:6], ids[7]])
        made.draw_box(ids[6], Box(1, 1, 300, 200))
        yield made


def test_photos_with_one_tail_that_a_person_saw_are_learnt_upright(catalogue: Catalogue) -> None:
    tails = checked_tails(catalogue)
    assert [image for image, _, _ in tails] == [f"IMG_{number}.jpg" for number in (0, 1, 2, 3, 4, 5, 7)]
    turned = tails[-1][2]
    assert turned.pixels().shape == (SIDE, round(SIDE / 1.5), 3)
    (box,) = (tail.box for tail in catalogue.tails(catalogue.photo_ids(sort="name")[7]))
    assert iou(Box(*turned.box), replace(box, xmin=box.xmin / 1.5, xmax=box.xmax / 1.5, ymin=box.ymin / 1.5,
                                         ymax=box.ymax / 1.5)) > 0.99  # fmt: skip


def test_a_catalogue_that_nobody_checked_is_refused_in_words(tmp_path: Path) -> None:
    with Catalogue.create(tmp_path / "new") as made, pytest.raises(WhaleIdError, match="less than two photos"):
        checked_tails(made)


def test_a_training_is_noted_and_corrections_are_counted_anew(
    catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    learnt: list[tuple[int, int, str]] = []

    def train(recipe: DetectorRecipe, tails: Tails, source: str, work: Path, out: Path, *rest: object) -> None:
        """In the place of minutes of computing: a package that is there already. Trainings have tests of their own."""
        learnt.append((len(tails), recipe.held_out, source))
        catalogue.draw_box(last, Box(1, 1, 300, 200))  # a person goes on meanwhile
        shutil.copytree(resources.packages_folder() / "tail-finder", out)

    monkeypatch.setattr(cli_study, "_train_on", train)
    last, out = catalogue.photo_ids(sort="name")[8], tmp_path / "finder"
    named = ["--catalogue", catalogue.folder, "--out", out]
    assert catalogue.boxes_corrected() == 4
    assert cli.run(["train", "detector", *map(str, named)]) == 0
    assert learnt == [(7, 1, "Fjord")]
    assert catalogue.boxes_corrected() == 1, "what was drawn while it learnt, it hasn't seen"
    assert cli.run(["train", "detector", *map(str, [*named, "--photos", tmp_path])]) == 1
    assert "from a catalogue or from photos" in capsys.readouterr().err
    assert cli.run(["train", "humpback-lite0", *map(str, named)]) == 1
    assert "takes no --catalogue" in capsys.readouterr().err
    assert cli.run(["train", "detector", "--out", str(out)]) == 1
    assert "nothing to learn from" in capsys.readouterr().err
