"""Time, place and camera as cameras write them, and as they shouldn't."""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path

import pytest
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from whaleid_core.photos import read_photo, read_pixels

MAKE, MODEL, DATE, EXIF, GPS, ORIGINAL = 0x10F, 0x110, 0x132, 0x8769, 0x8825, 0x9003


def shot(tmp_path: Path, main: dict[int, object], detail: dict[int, object], gps: dict[int, object]) -> Path:
    exif = Image.Exif()
    for directory, tags in ((exif, main), (exif.get_ifd(EXIF), detail), (exif.get_ifd(GPS), gps)):
        for tag, value in tags.items():
            directory[tag] = value
    Image.new("RGB", (90, 60), (20, 60, 90)).save(tmp_path / "a.jpg", exif=exif)
    return tmp_path / "a.jpg"


def degrees(*parts: tuple[int, int]) -> tuple[IFDRational, ...]:
    return tuple(IFDRational(*part) for part in parts)


SOUTH, WEST = degrees((41, 1), (30, 1), (36, 1)), degrees((174, 1), (15, 1), (0, 1))


def test_time_place_camera_and_hash(tmp_path: Path) -> None:
    path = shot(
        tmp_path,
        {MAKE: "NIKON CORPORATION\0\0", MODEL: "NIKON D850\0", DATE: "2025:01:01 00:00:00"},
        {ORIGINAL: "2024:07:01 10:20:30"},
        {1: "S", 2: SOUTH, 3: "W", 4: WEST},
    )
    photo = read_photo(path)
    assert photo.taken_at == datetime(2024, 7, 1, 10, 20, 30)
    assert photo.latitude == pytest.approx(-41.51)
    assert photo.longitude == pytest.approx(-174.25)
    assert photo.camera == "NIKON D850"
    assert photo.path == str(path)
    assert photo.content_hash == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2024-07-01T10:20:30", datetime(2024, 7, 1, 10, 20, 30)),
        ("2024:07:01 10:20:30.25", datetime(2024, 7, 1, 10, 20, 30)),
        ("0000:00:00 00:00:00", None),
        ("    :  :     :  :  ", None),
        ("yesterday", None),
        ("2024:02:30 10:20:30", None),
    ],
)
def test_time_is_read_or_absent(tmp_path: Path, text: str, wanted: datetime | None) -> None:
    assert read_photo(shot(tmp_path, {}, {ORIGINAL: text}, {})).taken_at == wanted


def test_time_falls_back_on_when_the_file_was_made(tmp_path: Path) -> None:
    path = shot(tmp_path, {DATE: "2024:07:01 10:20:30"}, {ORIGINAL: "0000:00:00 00:00:00"}, {})
    assert read_photo(path).taken_at == datetime(2024, 7, 1, 10, 20, 30)


@pytest.mark.parametrize(
    "gps",
    [
        {1: "S", 2: degrees((41, 0), (30, 1), (36, 1)), 3: "W", 4: WEST},
        {1: "S", 2: degrees((0, 0), (0, 0), (0, 0)), 3: "W", 4: degrees((0, 0), (0, 0), (0, 0))},
        {1: "S", 2: degrees((41, 1), (0, 0), (0, 1)), 3: "W", 4: WEST},
        {1: "S", 2: degrees((91, 1), (0, 1), (0, 1)), 3: "W", 4: WEST},
        {1: "N", 2: degrees((0, 1), (0, 1), (0, 1)), 3: "E", 4: degrees((0, 1), (0, 1), (0, 1))},
        {2: SOUTH, 4: WEST},
        {1: "S", 2: SOUTH},
    ],
)
def test_place_that_is_none_is_absent(tmp_path: Path, gps: dict[int, object]) -> None:
    photo = read_photo(shot(tmp_path, {}, {}, gps))
    assert (photo.latitude, photo.longitude) == (None, None)


def test_decimal_minutes_without_seconds(tmp_path: Path) -> None:
    gps = {1: "N", 2: degrees((60, 1), (3075, 100), (0, 0)), 3: "E", 4: degrees((5, 1), (1500, 100), (0, 0))}
    photo = read_photo(shot(tmp_path, {}, {}, gps))
    assert photo.latitude == pytest.approx(60.5125)
    assert photo.longitude == pytest.approx(5.25)


@pytest.mark.parametrize(
    ("make", "model", "wanted"),
    [("Canon", "Canon EOS R5", "Canon EOS R5"), ("SONY", "ILCE-7M4", "SONY ILCE-7M4"), ("", "X", "X"), ("X", "", "X")],
)
def test_camera_is_named_once(tmp_path: Path, make: str, model: str, wanted: str) -> None:
    assert read_photo(shot(tmp_path, {MAKE: make, MODEL: model}, {}, {})).camera == wanted


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
def test_rubbish_where_exif_should_be_costs_only_the_exif(tmp_path: Path) -> None:
    path = shot(tmp_path, {MAKE: "Canon", MODEL: "Canon EOS R5"}, {ORIGINAL: "2024:07:01 10:20:30"}, {})
    data = path.read_bytes()
    at = data.index(b"Exif\0\0") + 14
    path.write_bytes(data[:at] + b"\xee" * 40 + data[at + 40 :])
    photo = read_photo(path)
    assert (photo.width, photo.taken_at) == (90, None)
    assert read_pixels(path).shape == (60, 90, 3)
