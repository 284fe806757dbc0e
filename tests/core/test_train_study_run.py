"""Each recipe of the study runs from nothing to a package to a row of the table, by its command, on drawn flukes."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch
from sklearn.neighbors import NearestNeighbors

from whaleid_core import cli
from whaleid_core.classify import TrainedHead, outputs
from whaleid_core.embed import Member
from whaleid_core.engine import load_engine, named
from whaleid_core.errors import WhaleIdError
from whaleid_core.formats import boxes_tsv
from whaleid_core.formats.box_files import PhotoBoxes
from whaleid_core.formats.kaggle import read_submission
from whaleid_core.networks import build
from whaleid_core.packages import Package, read_package
from whaleid_core.photos import read_pixels
from whaleid_core.records import NEW_WHALE, Box
from whaleid_core.runtime import open_runner
from whaleid_core.sample import draw_photo, unlike_whales
from whaleid_core.train.crops import read_table
from whaleid_core.train.detector_measure import evaluate_detector
from whaleid_core.train.recipe import find
from whaleid_core.train.results import detector_figures
from whaleid_core.train.study_augment import MEAN, STD

torch.set_num_threads(1)
MEMBERS = ("study-resnet50", "study-efficientnet-b0-a", "study-efficientnet-b0-b", "study-efficientnet-b0-c")
SMALL = {"side = 256": "side = 32", "batch = 32": "batch = 8", "epochs = 28": "epochs = 1"}


@pytest.fixture(scope="module")
def flukes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four whales known and met again, four of an unseen catalogue with two photos each, four new ones; train.csv, and
    the boxes of its photos as the study kept them."""
    folder = tmp_path_factory.mktemp("flukes")
    (folder / "photos").mkdir()
    rng = np.random.default_rng(7)
    whales = unlike_whales(12, rng, 1)
    rows = [("train", i) for i in range(4) for _ in range(2)] + [("test", i) for i in range(4)]
    rows += [("unseen", i) for i in range(4, 8) for _ in range(2)] + [("new", i) for i in range(8, 12)]
    lines, table, boxes = ["image,whale,split,xmin,ymin,xmax,ymax"], ["Image,Id"], []
    for number, (split, whale) in enumerate(rows):
        scene = draw_photo([whales[whale]], (200, 120), rng, share=0.7)
        coded = cv2.imencode(".png", cv2.cvtColor(scene.pixels, cv2.COLOR_RGB2BGR))[1]
        image, name = f"{number}.png", NEW_WHALE if split == "new" else f"w{whale}"
        (folder / "photos" / image).write_bytes(coded.tobytes())
        lines.append(",".join([image, name, split, *(f"{edge:.1f}" for edge in scene.boxes[0].corners)]))
        if split in ("train", "new"):
            table.append(f"{image},{name}")
            boxes.append(PhotoBoxes(image, (Box(*scene.boxes[0].corners),)))
    (folder / "photos.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "train.csv").write_text("\n".join(table) + "\n", encoding="utf-8")
    boxes_tsv.write(folder / "boxes.tsv", boxes)
    return folder


def small(folder: Path, name: str, **changes: str) -> Path:
    """A recipe that ships, for a tiny input and an epoch."""
    text = find(name).read_text(encoding="utf-8")
    for old, new in (SMALL | changes).items():
        text = text.replace(old, new)
    path = folder / f"{name}.toml"
    path.write_text(text, encoding="utf-8")
    return path


def trained(recipe: Path, flukes: Path, out: Path, *more: object) -> Package:
    named = ["--photos", flukes, "--out", out, "--table", flukes / "train.csv", "--threads", 1, *more]
    assert cli.run(["train", *map(str, [recipe, *named])]) == 0
    return read_package(out)


@pytest.fixture(scope="module")
def ensemble(flukes: Path, tmp_path_factory: pytest.TempPathFactory) -> Package:
    """The study's ensemble with all four members, trained from nothing."""
    folder = tmp_path_factory.mktemp("ensemble")
    for member in MEMBERS:
        small(folder, member)
    text = find("study-ensemble").read_text(encoding="utf-8")
    for member in MEMBERS:
        text = text.replace(f'"{member}"', f'"{member}.toml"')
    (folder / "study-ensemble.toml").write_text(text, encoding="utf-8")
    return trained(folder / "study-ensemble.toml", flukes, folder / "study-ensemble")


def members_of(ensemble: Package) -> Path:
    return ensemble.folder.with_name(f"{ensemble.folder.name}-training") / "packages"


@pytest.fixture(scope="module")
def siamese(flukes: Path, tmp_path_factory: pytest.TempPathFactory) -> Package:
    folder = tmp_path_factory.mktemp("siamese")
    recipe = small(folder, "study-siamese", **{"held_out = 0.08": "held_out = 0.5", "batch = 32": "batch = 2"})
    return trained(recipe, flukes, folder / "study-siamese")


@pytest.fixture(scope="module")
def detector(flukes: Path, tmp_path_factory: pytest.TempPathFactory) -> Package:
    folder = tmp_path_factory.mktemp("detector")
    tiny = {
        "depth = 0.33": "depth = 0.33", "width = 0.5": "width = 0.0625", "max_channels = 1024": "max_channels = 256",
        "samples = 48200": "samples = 4", "held_out = 53": "held_out = 2", "input_size = 320": "input_size = 96",
        "size = 320": "size = 96", "batch = 16": "batch = 2",
    }  # fmt: skip
    recipe = small(folder, "study-detector", **tiny)
    return trained(recipe, flukes, folder / "study-detector", "--boxes", flukes / "boxes.tsv")


def rows_of(flukes: Path, out: Path, *models: Path) -> list[dict[str, str]]:
    chosen = [word for model in models for word in ("--models", str(model))]
    assert cli.run(["evaluate", "--flukes", str(flukes), "--out", str(out), "--device", "cpu", *chosen]) == 0
    with (out / "results.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_ensembles_members_know_the_whales_of_the_table(ensemble: Package) -> None:
    assert (ensemble.task, ensemble.manifest["vote"]) == ("ensemble", "outputs")
    assert ensemble.members == tuple(f"{name} 1" for name in MEMBERS)
    for name in MEMBERS:
        package = read_package(members_of(ensemble) / name)
        assert package.task == "classify"
        assert package.classes == (NEW_WHALE, "w0", "w1", "w2", "w3")
        assert (package.width, package.height, package.grey, package.margin) == (32, 32, False, 0.0)
        assert package.manifest["input"]["mean"] == list(MEAN)
        assert package.manifest["input"]["std"] == list(STD)
        assert package.manifest["metrics"]["batches"] == 2, "12 photos, 8 a batch"
        assert "12 photographs of 5 classes; 1 epochs" in package.manifest["training_data"]
        assert "From nothing." in package.manifest["training_data"]


def test_the_cpus_network_gives_what_torchs_gives(ensemble: Package) -> None:
    package = read_package(members_of(ensemble) / MEMBERS[1])
    pixels = np.random.default_rng(1).integers(0, 255, (3, 32, 32, 3), dtype=np.uint8)
    normal = (pixels / 255 - MEAN) / STD
    with torch.inference_mode():
        expected = build(package)(torch.from_numpy(normal.transpose(0, 3, 1, 2)).float()).numpy()
    got = open_runner(package, "cpu").run(pixels)
    assert abs(got - expected).max() < 0.05 * max(1.0, float(abs(expected).max()))
    kept = TrainedHead(package, open_runner(package, "cpu")).embed(list(pixels))
    np.testing.assert_allclose(np.linalg.norm(kept, axis=1), 1, atol=1e-5)
    np.testing.assert_array_equal(outputs(kept).argmax(1), got.argmax(1))


def test_the_submission_is_that_of_the_mean_outputs(
    ensemble: Package, flukes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`whaleid identify --models` against a calculation that knows nothing of galleries."""
    known, new = tmp_path / "known", tmp_path / "new"
    table = read_table(flukes, ["train", "test"])
    for folder, split in ((known, "train"), (new, "test")):
        folder.mkdir()
        for image in table.loc[table["split"] == split, "image"]:
            shutil.copy(flukes / "photos" / image, folder / image)
    (tmp_path / "boxes.csv").write_text(
        "\n".join(["image,xmin,ymin,xmax,ymax", *(
            f"{r.image},{r.xmin},{r.ymin},{r.xmax},{r.ymax}" for r in table.itertuples()
        )]) + "\n", encoding="utf-8",
    )  # fmt: skip
    arguments = [
        "identify", "--known", flukes / "train.csv", "--known-photos", known, "--new-photos", new, "--device", "cpu",
        "--known-boxes", tmp_path / "boxes.csv", "--new-boxes", tmp_path / "boxes.csv", "--out", tmp_path / "out.csv",
        "--models", ensemble.folder, "--models", members_of(ensemble),
    ]  # fmt: skip
    assert cli.run([str(word) for word in arguments]) == 0
    heads = [read_package(members_of(ensemble) / name) for name in MEMBERS]
    rows = table[table["split"] == "test"].sort_values("image")
    expected = []
    for row in rows.itertuples():
        pixels = read_pixels(flukes / "photos" / row.image)
        box = Box(row.xmin, row.ymin, row.xmax, row.ymax)
        runners = [(Member(head, open_runner(head, "cpu")), open_runner(head, "cpu")) for head in heads]
        mean = np.mean([runner.run(member.cut(pixels, box)[None])[0] for member, runner in runners], axis=0)
        expected.append((row.image, [heads[0].classes[i] for i in np.argsort(-mean)[:5]]))
    assert read_submission(tmp_path / "out.csv") == expected


def test_the_ensemble_and_its_members_have_their_rows_in_the_table(
    ensemble: Package, flukes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = rows_of(flukes, tmp_path / "out", ensemble.folder, members_of(ensemble))
    closed = {row["system"]: row for row in rows if (row["part"], row["figure"]) == ("closed", "map5")}
    for name in MEMBERS:
        assert 0 <= float(closed[f"{name} 1"]["value"]) <= 1
        assert "12 photographs of 5 classes" in closed[f"{name} 1"]["training_data"]
    assert closed["fused, the default"]["value"] == closed["ensemble, mean of outputs"]["value"]
    assert "ensemble, mean of probabilities" in closed


def test_the_siamese_networks_package_compares_and_has_its_row(
    siamese: Package, flukes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (siamese.task, siamese.length, siamese.manifest["architecture"]) == ("embed", 512, "torchvision/resnet50")
    assert 0 <= siamese.manifest["metrics"]["neighbours_with_own_whale"] <= 1
    assert siamese.manifest["held_out"] == {"share": 0.5, "seed": 1}
    rows = rows_of(flukes, tmp_path / "out", siamese.folder)
    assert {"study-siamese 1"} < {row["system"] for row in rows}


def test_nearest_neighbours_are_those_of_the_gallerys_search(siamese: Package, flukes: Path) -> None:
    from whaleid_core.gallery import Gallery
    from whaleid_core.match import search
    from whaleid_core.train.study_package import neighbours

    member = Member(siamese, open_runner(siamese, "cpu"))
    crops = np.random.default_rng(2).integers(0, 255, (12, 32, 32, 3), dtype=np.uint8)
    vectors = member.embed(list(crops))
    found = neighbours(vectors[:9], vectors[9:])
    oracle = NearestNeighbors(n_neighbors=6).fit(vectors[:9]).kneighbors(vectors[9:])[1]
    np.testing.assert_array_equal(found, oracle)
    gallery = Gallery.of([f"w{i}" for i in range(9)], [""] * 9, [vectors[:9]])
    similar = search(gallery, [vectors[9:]]).nearest  # each whale has one photo
    np.testing.assert_allclose(
        -np.sort(-similar, axis=1)[:, :6], np.take_along_axis(similar, oracle, axis=1), atol=1e-6
    )


def test_the_detector_learns_from_the_studys_boxes_and_has_its_rows(detector: Package, flukes: Path) -> None:
    assert (detector.task, detector.manifest["architecture"]) == ("detect", "yolov5-0.33-0.0625-256")
    assert detector.manifest["metrics"]["photos"] >= 2
    assert "12 photographs with a tail box each, from boxes.tsv" in detector.manifest["training_data"]
    assert "judge.npy" not in detector.manifest["files"]
    assert load_engine("cpu", named([detector.folder])).finder.package.label == "study-detector 1"
    listing = (flukes / "photos.csv").read_text(encoding="utf-8").splitlines()
    by_hand = [",".join(np.array(line.split(","))[[0, 3, 4, 5, 6]]) for line in listing if ",test," in line]
    (flukes / "hand_boxes.csv").write_text("\n".join(["image,xmin,ymin,xmax,ymax", *by_hand]) + "\n", encoding="utf-8")
    rows = detector_figures(evaluate_detector(detector.folder, flukes, count=1, drawn=1))
    (flukes / "hand_boxes.csv").unlink()
    assert {row.name for row in rows} >= {"recall_50", "mean_iou", "milliseconds"}


def test_a_training_starts_from_a_local_file_and_goes_on_where_it_was_stopped(flukes: Path, tmp_path: Path) -> None:
    recipe = small(tmp_path, "study-lite0", **{
        "timm/tf_efficientnet_lite0": "timm/test_efficientnet", 'start = "imagenet"': 'start = "nothing"',
    })  # fmt: skip
    first = trained(recipe, flukes, tmp_path / "one")
    again = trained(recipe, flukes, tmp_path / "one")
    assert again.manifest["metrics"] == first.manifest["metrics"], "nothing was left to do"
    second = trained(recipe, flukes, tmp_path / "two", "--start", first.folder / "weights.safetensors")
    assert second.manifest["metrics"]["begun_from"] == "weights.safetensors"
    state: dict[str, Any] = build(first).state_dict()
    torch.save({name: tensor for name, tensor in state.items() if "conv_stem" not in name}, tmp_path / "part.pth")
    assert cli.run(["train", str(recipe), "--photos", str(flukes), "--out", str(tmp_path / "three"),
                    "--start", str(tmp_path / "part.pth")]) == 1  # fmt: skip


@pytest.mark.parametrize("option", ["--table", "--boxes", "--finder"])
def test_a_recipe_of_the_engine_refuses_what_it_has_no_use_for(
    flukes: Path, tmp_path: Path, option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["train", "humpback-lite0", "--photos", flukes, "--out", tmp_path / "out", option, flukes / "train.csv"]
    assert cli.run([str(word) for word in arguments]) == 1
    assert f"takes no {option}" in capsys.readouterr().err


def test_members_of_other_whales_have_no_mean_of_outputs(ensemble: Package, tmp_path: Path) -> None:
    one = read_package(members_of(ensemble) / MEMBERS[1])
    other = tmp_path / "other"
    shutil.copytree(one.folder, other)
    manifest = json.loads((other / "manifest.json").read_text(encoding="utf-8"))
    manifest |= {"name": "other", "classes": ["a", "b", "c", "d", "e"]}
    (other / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    said = {**ensemble.manifest, "members": [one.label, "other 1"]}
    both = tmp_path / "both"
    both.mkdir()
    (both / "manifest.json").write_text(json.dumps(said), encoding="utf-8")
    with pytest.raises(WhaleIdError, match="trained on different whales"):
        load_engine("cpu", named([one.folder, other, both]))
