"""`whaleid describe` on the sample survey and on made-up photos: its figures, tables and pictures."""

from __future__ import annotations

import csv
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from whaleid_core import cli
from whaleid_core.photos import read_pixels
from whaleid_core.records import Box
from whaleid_core.sample import Survey
from whaleid_core.train.describe import alike, describe, has_text, is_grey, tail_contrast
from whaleid_core.train.describe_pictures import PICTURES
from whaleid_core.train.study_photos import StudyPhotos


def saved(path: Path, pixels: np.ndarray, quality: int = 95) -> Path:
    Image.fromarray(pixels).save(path, quality=quality)
    return path


def sea(seed: int, width: int = 320, height: int = 200) -> np.ndarray:
    """A soft picture in colour."""
    rng = np.random.default_rng(seed)
    soft = cv2.resize(rng.integers(60, 200, (6, 9, 3), dtype=np.uint8), (width, height), interpolation=cv2.INTER_CUBIC)
    return np.ascontiguousarray(soft)


def grey_of(pixels: np.ndarray) -> np.ndarray:
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8)


def test_the_command_describes_the_sample_survey(
    survey: Survey, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "shape"
    arguments = ["describe", survey.train_csv, "--photos", survey.known_dir, "--boxes", survey.truth_csv, "--out", out]
    assert cli.run([str(word) for word in arguments]) == 0
    told = capsys.readouterr().out
    with survey.train_csv.open(newline="", encoding="utf-8") as file:
        counts = np.unique([row["Id"] for row in csv.DictReader(file)], return_counts=True)[1]
    with (out / "summary.csv").open(newline="", encoding="utf-8") as file:
        figures = {row["figure"]: row["value"] for row in csv.DictReader(file)}
    assert figures["photos"] == str(counts.sum())
    assert figures["classes"] == str(len(counts))
    assert figures["classes with fewer than 5 photos"] == f"{(counts < 5).sum()} ({(counts < 5).mean():.1%})"
    assert figures["classes with one photo"] == f"{(counts == 1).sum()} ({(counts == 1).mean():.1%})"
    assert figures["photos with a tail box"].startswith(str(counts.sum()))
    for name, value in figures.items():
        assert any(line.startswith(name) and line.endswith(value) for line in told.splitlines())
    assert len((out / "photos.csv").read_text(encoding="utf-8").splitlines()) == 1 + counts.sum()
    for name in (*PICTURES, "views.png"):
        assert read_pixels(out / name).std() > 5


def test_near_duplicates_are_found_whatever_their_size(tmp_path: Path) -> None:
    paths = [saved(tmp_path / f"{n}.jpg", sea(n)) for n in range(5)]
    small = cv2.resize(sea(2), (200, 125), interpolation=cv2.INTER_AREA)
    paths.append(saved(tmp_path / "again.jpg", small, quality=60))
    found = describe(StudyPhotos(tuple(paths), ("a", "b", "c", "c", "d", "c"), (None,) * 6))
    assert found.alike == (("2.jpg", "again.jpg"),)
    assert found.per_whale == [3, 1, 1, 1]
    assert dict(found.figures())["photos with a tail box"] == "0 (0.0%)"


def test_pairs_against_a_plain_count_of_bits() -> None:
    rng = np.random.default_rng(1)
    hashes = rng.random((70, 64)) < 0.5
    for row in range(0, 60, 6):
        hashes[row + 1] = hashes[row]
        hashes[row + 1, rng.choice(64, row // 6, replace=False)] ^= True
    plain = [(a, b) for a in range(70) for b in range(a + 1, 70) if (hashes[a] != hashes[b]).sum() <= 6]
    assert sorted(alike(hashes, block=16)) == plain
    assert len(plain) >= 7


def test_grey_photos_are_told_from_colour(tmp_path: Path) -> None:
    grey = np.repeat(grey_of(sea(1))[:, :, None], 3, 2)
    assert is_grey(read_pixels(saved(tmp_path / "grey.jpg", grey)))
    assert not is_grey(read_pixels(saved(tmp_path / "colour.jpg", sea(1))))


@pytest.mark.parametrize("shade", [0, 255])
def test_burned_in_letters_are_seen(shade: int) -> None:
    plain = sea(4, 640, 400)
    assert not has_text(grey_of(plain))
    marked = plain.copy()
    cv2.putText(marked, "HW1234 12-03-98", (20, 380), cv2.FONT_HERSHEY_SIMPLEX, 0.8, (shade,) * 3, 2)
    assert has_text(grey_of(marked))


def test_a_dark_tail_is_darker_than_its_background() -> None:
    grey = np.full((100, 200), 204, np.uint8)
    grey[20:60, 40:120] = 51
    assert tail_contrast(grey, Box(80, 40, 240, 120), 0.5) == pytest.approx(-0.6)
    assert np.isnan(tail_contrast(grey, Box(0, 0, 400, 200), 0.5))


def test_what_can_not_be_described_is_refused(
    survey: Survey, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "train.csv"
    table.write_text("Image,Id\ngone.jpg,w1\n", encoding="utf-8")
    assert cli.run(["describe", str(table), "--photos", str(survey.known_dir)]) == 1
    assert "gone.jpg" in capsys.readouterr().err
    bad = tmp_path / "photos"
    bad.mkdir()
    (bad / "gone.jpg").write_bytes(b"no photo")
    assert cli.run(["describe", str(table), "--photos", str(bad)]) == 1
    assert "None of the photos can be read" in capsys.readouterr().err
