"""`whaleid evaluate` on a drawn folder, with a small network: table, CSV, JSON, pictures, page; what it refuses."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path

import cv2
import numpy as np
import pytest

from whaleid_core import cli
from whaleid_core.sample import draw_photo, unlike_whales
from whaleid_core.train.report import PICTURES, WORDS

SYSTEMS = 6
"""One member alone, the ensemble in both modes, nearest photos, and both fusions."""


@pytest.fixture(scope="module")
def flukes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four whales known and met again, four of an unseen catalogue with two photos each, four new ones."""
    folder = tmp_path_factory.mktemp("flukes")
    (folder / "photos").mkdir()
    rng = np.random.default_rng(7)
    whales = unlike_whales(12, rng, 1)
    rows = [("train", i) for i in range(4) for _ in range(1 + i % 2)] + [("test", i) for i in range(4)]
    rows += [("unseen", i) for i in range(4, 8) for _ in range(2)] + [("new", i) for i in range(8, 12)]
    lines = ["image,whale,split,xmin,ymin,xmax,ymax"]
    for number, (split, whale) in enumerate(rows):
        scene = draw_photo([whales[whale]], (200, 120), rng, share=0.7)
        coded = cv2.imencode(".png", cv2.cvtColor(scene.pixels, cv2.COLOR_RGB2BGR))[1]
        (folder / "photos" / f"{number}.png").write_bytes(coded.tobytes())
        name = "new_whale" if split == "new" else f"w{whale}"
        lines.append(",".join([f"{number}.png", name, split, *(f"{edge:.1f}" for edge in scene.boxes[0].corners)]))
    (folder / "photos.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def with_hand_boxes(flukes: Path, folder: Path) -> Path:
    """The same folder, whose first test and unseen photo were boxed by hand."""
    folder.mkdir()
    (folder / "photos").symlink_to(flukes / "photos", target_is_directory=True)
    listing = (flukes / "photos.csv").read_text(encoding="utf-8")
    (folder / "photos.csv").write_text(listing, encoding="utf-8")
    by_hand = [next(line for line in listing.splitlines() if f",{split}," in line) for split in ("test", "unseen")]
    lines = [",".join(np.array(line.split(","))[[0, 3, 4, 5, 6]]) for line in by_hand]
    text = "\n".join(["image,xmin,ymin,xmax,ymax", *lines]) + "\n"
    (folder / "hand_boxes.csv").write_text(text, encoding="utf-8")
    return folder


def test_all_is_measured_and_written(
    flukes: Path, small_program: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = with_hand_boxes(flukes, tmp_path / "boxed")
    out, page = tmp_path / "docs" / "results", tmp_path / "docs" / "results.md"
    page.parent.mkdir()
    arguments = ["evaluate", "--flukes", str(folder), "--out", str(out), "--page", str(page), "--device", "cpu"]
    assert cli.run([*arguments, "--quick", "8"]) == 0
    told = capsys.readouterr().out
    with (out / "results.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    kept = json.loads((out / "results.json").read_text(encoding="utf-8"))
    words = page.read_text(encoding="utf-8")
    _csv_is_json(rows, kept)
    assert kept["quick"] == 8
    assert kept["photos"]["test"] == kept["photos"]["new"] == 4
    systems = {row["system"] for row in rows} - {"tail finder"}
    assert len(systems) == SYSTEMS
    for part, names in (("closed", 4), ("unseen", 4), ("open", 1)):
        for system in systems:
            own = [r for r in rows if r["system"] == system and r["part"] == part and not r["group"]]
            assert len(own) >= names
    assert {row["figure"] for row in rows if row["part"] == "detector"} >= {"recall_50", "mean_iou", "recall_at_10"}
    for text in (told, words):
        for system in systems:
            assert system in text
        for figure in ("known_right", "ece_known", "map5_new", "recall_50"):
            assert WORDS[figure] in text
        assert f"{_value(rows, 'fused, the default', 'unseen', 'top1'):.3f} (" in text
        assert "Only tried on about 8 queries" in text
    for name in PICTURES:
        assert f"(results/{name})" in words
        pixels = cv2.imdecode(np.fromfile(out / name, np.uint8), cv2.IMREAD_GRAYSCALE)
        assert pixels.shape[1] > 500
        assert pixels.std() > 5


def _value(rows: list[dict[str, str]], system: str, part: str, figure: str) -> float:
    wanted = (system, part, "", figure)
    return next(float(r["value"]) for r in rows if (r["system"], r["part"], r["group"], r["figure"]) == wanted)


def _csv_is_json(rows: list[dict[str, str]], kept: dict) -> None:
    """The same figures in the same order, each with what it comes from and inside its interval."""
    assert len(rows) == len(kept["figures"])
    for row, figure in zip(rows, kept["figures"], strict=True):
        assert (row["system"], row["part"], row["group"], row["figure"]) == (
            figure["system"], figure["part"], figure["group"], figure["name"],
        )  # fmt: skip
        assert math.isclose(float(row["value"]), figure["value"], rel_tol=1e-4, abs_tol=1e-9)
        assert row["recipe"] == kept["origins"][row["system"]]["recipe"] != ""
        if row["low"] and not row["figure"].startswith("ece"):  # an error of a resample is larger, as a rule
            assert float(row["low"]) - 1e-9 <= float(row["value"]) <= float(row["high"]) + 1e-9


def test_without_boxes_drawn_by_hand_the_rest_is_measured(
    flukes: Path, small_program: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "results.md"
    assert cli.run(["evaluate", "--flukes", str(flukes), "--page", str(page), "--device", "cpu"]) == 0
    told = capsys.readouterr()
    assert "no hand_boxes.csv: the tail finder isn't measured" in told.err
    assert "fused, the default" in told.out
    words = page.read_text(encoding="utf-8")
    assert "Only tried" not in words
    assert "Tail finder, on boxes" not in words
    assert "![" not in words
    assert sorted(path.name for path in tmp_path.iterdir()) == ["resources", "results.md"]


def refusal(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    assert cli.run(["evaluate", *map(str, arguments)]) == 1
    return capsys.readouterr().err


def test_what_can_not_be_measured_or_written_is_refused_in_a_sentence(
    flukes: Path, small_program: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    part = tmp_path / "part"
    (part / "photos").mkdir(parents=True)
    listing = (flukes / "photos.csv").read_text(encoding="utf-8")
    assert "holds no photos.csv" in refusal(capsys, "--flukes", tmp_path)
    assert "is a file" in refusal(capsys, "--flukes", flukes, "--out", tmp_path / "file")
    assert "can't be written" in refusal(capsys, "--flukes", flukes, "--page", tmp_path / "nowhere" / "page.md")
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8\xff\xe0\0")
    assert "stays as it is" in refusal(capsys, "--flukes", flukes, "--page", tmp_path / "photo.jpg")
    (part / "photos.csv").write_text(listing, encoding="utf-8")
    assert "22 photos that photos.csv names are not in" in refusal(capsys, "--flukes", part, "--device", "cpu")
    (part / "photos.csv").write_text(listing.replace(",unseen,", ",elsewhere,"), encoding="utf-8")
    assert "split 'unseen'" in refusal(capsys, "--flukes", part)
