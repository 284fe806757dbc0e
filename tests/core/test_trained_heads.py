"""A package with a trained head wherever packages go: in a catalogue, beside a gallery head, as a package file."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from drawn_flukes import draw_flukes
from small_packages import CALIBRATION

from whaleid_core import package_files, workflow
from whaleid_core.calibrate import Calibration
from whaleid_core.engine import Engine, calibration_of, load_engine, named, voting
from whaleid_core.errors import WhaleIdError
from whaleid_core.formats.known import from_csv
from whaleid_core.networks import study_net
from whaleid_core.packages import Package, installed, read_package, write_package
from whaleid_core.records import NEW_WHALE
from whaleid_core.resources import PACKAGES_VARIABLE
from whaleid_core.sample import Survey
from whaleid_core.train.calibrating import UNFITTED
from whaleid_core.train.ensemble import make_ensemble, write_ensemble
from whaleid_core.train.recipe import find
from whaleid_core.train.study_package import export
from whaleid_core.train.study_recipe import StudyRecipe

torch.set_num_threads(1)


def head_of(folder: Path, name: str, classes: list[str], seed: int = 1) -> Package:
    """A small classifier of random weights."""
    torch.manual_seed(seed)
    recipe = replace(
        StudyRecipe.read(find("study-resnet50")), name=name, architecture="timm/test_efficientnet", side=32
    )
    network = study_net(recipe.architecture, len(classes))
    return export({"classes": classes, "network": network.state_dict()}, recipe, folder, {"metrics": {"minutes": 0.0}})


@pytest.fixture(scope="module")
def whales(survey: Survey) -> list[str]:
    return sorted(from_csv(survey.train_csv, survey.known_dir).whales)


@pytest.fixture(scope="module")
def head(whales: list[str], tmp_path_factory: pytest.TempPathFactory) -> Package:
    """It knows all whales of the survey but the last, and one that is not in it."""
    return head_of(tmp_path_factory.mktemp("heads") / "head", "head", [NEW_WHALE, "stranger", *whales[:-1]])


@pytest.fixture(scope="module")
def both(head: Package, small_package: Package, tail_finder: Package) -> Engine:
    """A gallery head and a trained head, each with a vote; calibrated as the first."""
    return load_engine("cpu", [tail_finder, small_package, head])


def test_a_catalogue_is_matched_by_a_trained_head(
    head: Package, tail_finder: Package, survey: Survey, whales: list[str], tmp_path: Path
) -> None:
    engine = load_engine("cpu", [tail_finder, head])
    with workflow.new_catalogue(tmp_path / "Fjord", "Fjord") as catalogue:
        workflow.add_known(catalogue, from_csv(survey.train_csv, survey.known_dir))
        workflow.add_photos(catalogue, [survey.new_dir])
        list(workflow.find_tails(catalogue, engine))
        done = list(workflow.match(catalogue, engine))
        assert done
        ids, kept = catalogue.embeddings("head 1")
        assert kept.shape == (len(ids), len(head.classes))
        rows = {int(tail): row for row, tail in enumerate(ids)}
        column = {name: number for number, name in enumerate(head.classes)}
        for tail in done:
            chances = kept[rows[tail]].astype(np.float64) ** 2
            own = [column[name] for name in (*whales[:-1], NEW_WHALE)]
            expected = dict(zip((*whales[:-1], NEW_WHALE), chances[own] / chances[own].sum(), strict=True))
            found = {one.whale: one.probability for one in catalogue.suggestions(tail)}
            assert "stranger" not in found
            for whale, probability in found.items():
                assert probability == pytest.approx(expected.get(whale, 0.0), abs=1e-4)


def test_a_calibrated_ensemble_of_both_kinds_is_calibrated_on_the_gallery_heads_alone(
    both: Engine, head: Package, small_package: Package, tail_finder: Package, tmp_path: Path
) -> None:
    held_out = tmp_path / "small"
    shutil.copytree(small_package.folder, held_out)
    member = write_package(held_out, {**small_package.manifest, "held_out": {"share": 0.5, "seed": 3}})
    flukes = draw_flukes(tmp_path / "flukes")
    alone = make_ensemble(load_engine("cpu", [tail_finder, member]), flukes, tmp_path / "alone", "alone", "1")
    mixed = make_ensemble(load_engine("cpu", [tail_finder, member, head]), flukes, tmp_path / "mixed", "mixed", "1")
    assert mixed.members == ("small 1", "head 1")
    assert mixed.manifest["calibration"] == alone.manifest["calibration"]
    with pytest.raises(WhaleIdError, match="know the same whales"):
        make_ensemble(both, flukes, tmp_path / "no", "no", "1", vote="outputs")


def test_trained_heads_alone_need_no_calibration(head: Package, tail_finder: Package, tmp_path: Path) -> None:
    made = make_ensemble(
        load_engine("cpu", [tail_finder, head]), tmp_path, tmp_path / "one", "one", "1", vote="outputs"
    )
    assert made.manifest["vote"] == "outputs"
    assert calibration_of(made) == UNFITTED
    assert load_engine("cpu", named([made.folder, head.folder, tail_finder.folder])).heads.outputs


def test_known_begins_at_one_half_where_nothing_was_fitted() -> None:
    assert Calibration.of(UNFITTED.as_dict()) == UNFITTED
    assert UNFITTED.threshold(0.05) == pytest.approx(0.5)


def test_a_package_file_of_a_trained_head_is_checked_and_installed(
    head: Package, whales: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PACKAGES_VARIABLE, str(tmp_path / "packages"))
    package_files.pack(head.folder, tmp_path / "head.zip")
    assert package_files.install(tmp_path / "head.zip").classes == head.classes
    assert "head 1" in {package.label for package in installed()}
    wrong = tmp_path / "wrong"
    shutil.copytree(head.folder, wrong)
    write_package(wrong, {**head.manifest, "name": "wrong", "classes": ["one", "two"]})
    package_files.pack(wrong, tmp_path / "wrong.zip")
    with pytest.raises(WhaleIdError, match="isn't what its manifest says"):
        package_files.install(tmp_path / "wrong.zip")


def test_an_ensemble_that_the_user_installed_is_used_in_place_of_the_one_that_came(
    head: Package, small_package: Package, tmp_path: Path
) -> None:
    said = {"version": "1", "calibration": CALIBRATION.as_dict()}
    ships = write_ensemble([small_package], tmp_path / "ships", {"name": "ships", **said})
    own = write_ensemble([head], tmp_path / "own", {"name": "own", **said})
    assert voting([small_package, ships, head]) == (ships, [small_package])
    assert voting([small_package, ships, head, own]) == (own, [head])
    assert read_package(own.folder).members == ("head 1",)
