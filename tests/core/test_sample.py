"""The sample survey: what it writes, whether its truth is true, and whether its whales can be told apart."""

from __future__ import annotations

import csv
import hashlib
from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from whaleid_core.errors import WhaleIdError
from whaleid_core.records import NEW_WHALE, Box
from whaleid_core.sample import Survey, Whale, draw_photo, draw_survey, sea, signature, unlike_whales
from whaleid_core.sample.survey import KOREAN_NAME, plan

SIZE = (300, 200)


@pytest.fixture(scope="module")
def survey(tmp_path_factory: pytest.TempPathFactory) -> Survey:
    return draw_survey(tmp_path_factory.mktemp("survey"), whales=8, known=14, new=18, size=SIZE, seed=3)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _exif(path: Path) -> Image.Exif:
    with Image.open(path) as image:
        return image.getexif()


def _taken_at(path: Path) -> datetime:
    text = _exif(path).get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal]
    return datetime.strptime(text, "%Y:%m:%d %H:%M:%S")


def _place(path: Path) -> tuple[float, float]:
    gps = _exif(path).get_ifd(ExifTags.IFD.GPSInfo)

    def degrees(value: Any, sign: str) -> float:
        d, m, s = (float(part) for part in value)
        return (d + m / 60 + s / 3600) * (-1 if sign in "SW" else 1)

    return (
        degrees(gps[ExifTags.GPS.GPSLatitude], gps[ExifTags.GPS.GPSLatitudeRef]),
        degrees(gps[ExifTags.GPS.GPSLongitude], gps[ExifTags.GPS.GPSLongitudeRef]),
    )


def _broken(folder: Path) -> list[Path]:
    found = []
    for path in sorted(folder.glob("*.jpg")):
        try:
            with Image.open(path) as image:
                image.load()
        except UnidentifiedImageError:
            found.append(path)
    return found


def test_every_known_whale_has_a_photo_and_every_photo_a_row(survey: Survey) -> None:
    listed = {row["Image"]: row["Id"] for row in _rows(survey.train_csv)}
    assert set(listed) == {path.name for path in survey.known_dir.glob("*.jpg")}
    assert len(listed) == 14
    assert len(set(listed.values())) == 8
    assert all(name.startswith("w_") and len(name) == 9 for name in listed.values())
    assert len(list(survey.new_dir.iterdir())) == 18
    assert survey.photos == 32


def test_truth_names_each_photo_and_agrees_with_the_list(survey: Survey) -> None:
    truth = _rows(survey.truth_csv)
    files = {("known", p.name) for p in survey.known_dir.glob("*.jpg")} | {
        ("new", p.name) for p in survey.new_dir.iterdir()
    }
    assert {(row["folder"], row["Image"]) for row in truth} == files
    listed = {row["Image"]: row["Id"] for row in _rows(survey.train_csv)}
    assert {row["Image"]: row["Id"] for row in truth if row["folder"] == "known"} == listed
    new = [row["Id"] for row in truth if row["folder"] == "new" and row["Id"]]
    assert new.count(NEW_WHALE) == 18 // 6
    assert set(new) - {NEW_WHALE} <= set(listed.values())


def test_each_special_photo_is_there_once(survey: Survey) -> None:
    truth = [row for row in _rows(survey.truth_csv) if row["folder"] == "new"]
    tails = Counter(row["Image"] for row in truth if row["Id"])
    assert sorted(tails.values()) == [1] * 15 + [2]
    (broken,) = _broken(survey.new_dir)
    empty = {row["Image"] for row in truth if not row["Id"]}
    assert broken.name in empty
    assert len(empty) == 2
    readable = [path for path in survey.new_dir.iterdir() if path != broken]
    assert sum(_exif(path)[ExifTags.Base.Orientation] in (6, 8) for path in readable) == 1
    assert [path.name for path in readable if not path.stem.isascii()] == [KOREAN_NAME]
    assert " " in KOREAN_NAME
    assert not _broken(survey.known_dir)


def test_boxes_lie_in_the_upright_photo(survey: Survey) -> None:
    for row in _rows(survey.truth_csv):
        if not row["Id"]:
            continue
        with Image.open(survey.folder / row["folder"] / row["Image"]) as image:
            assert ImageOps.exif_transpose(image).size == SIZE
        box = Box(*(float(row[name]) for name in ("xmin", "ymin", "xmax", "ymax")))
        assert box.xmin >= 0
        assert box.ymin >= 0
        assert box.xmax <= SIZE[0]
        assert box.ymax <= SIZE[1]
        assert 0.12 * SIZE[0] < box.width <= 0.95 * SIZE[0]


def test_a_photo_on_its_side_shows_its_whale_when_turned(survey: Survey) -> None:
    (turned,) = (
        path
        for path in survey.new_dir.iterdir()
        if path not in _broken(survey.new_dir) and _exif(path)[ExifTags.Base.Orientation] != 1
    )
    shots = plan(8, 14, 18, 3)
    number, shot = next((k, shot) for k, shot in enumerate(shots) if shot.name == turned.name)
    drawn = draw_photo(shot.whales, SIZE, np.random.default_rng([3, 2, number]), shot.light).pixels
    with Image.open(turned) as image:
        assert image.size == SIZE[::-1]
        upright = np.asarray(ImageOps.exif_transpose(image))
    assert np.abs(upright.astype(int) - drawn).mean() < 6


def test_photos_come_in_encounters(survey: Survey) -> None:
    broken = _broken(survey.new_dir)
    photos = [path for path in [*survey.known_dir.glob("*.jpg"), *survey.new_dir.iterdir()] if path not in broken]
    photos.sort(key=_taken_at)
    encounters = [[photos[0]]]
    for before, path in pairwise(photos):
        if _taken_at(path) - _taken_at(before) > timedelta(hours=1):
            encounters.append([])
        encounters[-1].append(path)
    assert len(encounters) == 6
    for group in encounters:
        assert _taken_at(group[-1]) - _taken_at(group[0]) < timedelta(minutes=20)
        places = np.array([_place(path) for path in group])
        assert np.ptp(places, axis=0).max() < 0.01
        assert len({path.parent for path in group}) == 1
    centres = np.array([_place(group[0]) for group in encounters])
    assert np.ptp(centres, axis=0).max() > 0.05
    exif = _exif(photos[0])
    assert exif[ExifTags.Base.Make]
    assert exif[ExifTags.Base.Model]


def _digests(survey: Survey) -> dict[str, str]:
    files = [path for path in sorted(survey.folder.rglob("*")) if path.is_file()]
    return {str(path.relative_to(survey.folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_a_seed_gives_the_same_survey_and_another_seed_another(tmp_path: Path) -> None:
    def drawn(name: str, seed: int) -> dict[str, str]:
        return _digests(draw_survey(tmp_path / name, whales=2, known=3, new=2, size=(180, 120), seed=seed))

    first = drawn("first", 5)
    assert drawn("second", 5) == first
    assert not set(drawn("third", 6).values()) & set(first.values())


def test_progress_counts_every_photo(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    draw_survey(
        tmp_path, whales=2, known=2, new=1, size=(150, 120), progress=lambda done, total: seen.append((done, total))
    )
    assert sorted(set(seen)) == [(0, 3), (1, 3), (2, 3), (3, 3)]
    assert seen == sorted(seen)


@pytest.mark.parametrize(
    "wrong", [{"whales": 1}, {"known": 3}, {"new": -1}, {"size": (40, 40)}, {"size": (40000, 400)}], ids=str
)
def test_a_survey_that_cannot_be_is_refused_in_words(tmp_path: Path, wrong: dict[str, Any]) -> None:
    with pytest.raises(WhaleIdError, match="can't be drawn"):
        draw_survey(tmp_path, **{"whales": 4, "known": 4, "new": 0, "size": SIZE} | wrong)
    assert not list(tmp_path.iterdir())


def test_a_folder_in_use_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "known").mkdir()
    (tmp_path / "known" / "mine.jpg").write_bytes(b"mine")
    with pytest.raises(WhaleIdError, match="already holds files"):
        draw_survey(tmp_path, whales=2, known=2, new=0, size=SIZE)
    assert [path.name for path in tmp_path.rglob("*")] == ["known", "mine.jpg"]


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(WhaleIdError, match="can't be written"):
        draw_survey(tmp_path / "file" / "survey", whales=2, known=2, new=0, size=SIZE)


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    count=st.integers(1, 2),
    size=st.sampled_from([(300, 200), (200, 300), (240, 240), (420, 180)]),
)
def test_boxes_enclose_the_drawn_flukes(seed: int, count: int, size: tuple[int, int]) -> None:
    whales = [Whale(f"w_{k}", k) for k in range(count)]
    scene = draw_photo(whales, size, np.random.default_rng(seed))
    assert scene.pixels.shape == (size[1], size[0], 3)
    assert len(scene.boxes) == len(scene.masks) == count
    for box, mask in zip(scene.boxes, scene.masks, strict=True):
        rows, columns = np.nonzero(mask > 127)
        assert (columns.min(), rows.min()) == (box.xmin, box.ymin)
        assert (columns.max() + 1, rows.max() + 1) == (box.xmax, box.ymax)
        assert not mask[0].any(), "the fluke is cut off by the frame"
        assert not mask[:, [0, -1]].any()
    if count == 2:
        assert scene.boxes[0].xmax <= scene.boxes[1].xmin


def test_a_share_sets_how_large_the_tail_is() -> None:
    for share in (0.1, 0.3, 0.6, 0.9):
        widths = [
            draw_photo([Whale("w", k)], (300, 200), np.random.default_rng(k), share=share).boxes[0].width / 300
            for k in range(6)
        ]
        assert np.median(widths) == pytest.approx(share, rel=0.15)


def test_an_empty_sea_has_no_box_and_its_own_looks() -> None:
    scene = draw_photo([], SIZE, np.random.default_rng(1))
    assert scene.boxes == ()
    first, second = (sea(*SIZE, np.random.default_rng(seed)) for seed in (1, 2))
    assert first.shape == (SIZE[1], SIZE[0], 3)
    assert first.dtype == np.uint8
    assert np.abs(first.astype(int) - second).mean() > 5
    assert first.std() > 3


def _crop(whale: Whale, seed: int) -> np.ndarray:
    """The tail as a network would get it: grey, cropped to its box, small, without mean."""
    scene = draw_photo([whale], (480, 320), np.random.default_rng(seed), share=0.6)
    x0, y0, x1, y1 = (int(v) for v in scene.boxes[0].corners)
    grey = cv2.cvtColor(scene.pixels[y0:y1, x0:x1], cv2.COLOR_RGB2GRAY)
    small = cv2.GaussianBlur(cv2.resize(grey, (48, 24), interpolation=cv2.INTER_AREA).astype(np.float64), (0, 0), 1.0)
    return (small - small.mean()).ravel() / small.std()


def test_photos_of_one_whale_are_more_alike_than_photos_of_two() -> None:
    whales = unlike_whales(10, np.random.default_rng(2))
    crops = np.array([[_crop(whale, 100 * k + photo) for photo in range(3)] for k, whale in enumerate(whales)])
    flat = crops.reshape(30, -1) / np.sqrt(crops.shape[-1])
    alike = flat @ flat.T
    same = np.kron(np.eye(10, dtype=bool), np.ones((3, 3), bool)) & ~np.eye(30, dtype=bool)
    other = np.kron(~np.eye(10, dtype=bool), np.ones((3, 3), bool))
    assert alike[same].mean() > alike[other].mean() + 0.2
    np.fill_diagonal(alike, -1)
    assert (alike.argmax(1) // 3 == np.arange(30) // 3).mean() >= 0.7


def test_whales_of_a_survey_differ_and_keep_their_looks() -> None:
    whales = unlike_whales(12, np.random.default_rng(4))
    looks = np.array([signature(whale) for whale in whales])
    alike = looks @ looks.T
    np.fill_diagonal(alike, -1)
    assert alike.max() < 0.93
    assert len({whale.name for whale in whales}) == 12
    large, small = whales[0].texture(120), whales[0].texture(60)
    shrunk = cv2.resize(large.rgb, small.rgb.shape[1::-1], interpolation=cv2.INTER_AREA).astype(int)
    seen = small.alpha > 200
    assert np.abs(shrunk - small.rgb)[seen].mean() < 20
