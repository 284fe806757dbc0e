"""The commands that set right what cameras wrote, on a small catalogue."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from whaleid_core import cli
from whaleid_core.catalogue import Catalogue

BEGAN = datetime(2025, 8, 12, 9, 0)
UTC = BEGAN - timedelta(hours=2)
Capture = pytest.CaptureFixture[str]


def run(*arguments: object) -> int:
    return cli.run([str(argument) for argument in arguments])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A catalogue of four photos that a camera at UTC+2 took, half an hour apart."""
    (tmp_path / "card").mkdir()
    for number in range(4):
        exif = Image.Exif()
        exif[271], exif[272] = "Nikon", "Z 9"
        exif.get_ifd(0x8769)[36867] = f"{BEGAN + timedelta(minutes=30 * number):%Y:%m:%d %H:%M:%S}"
        pixels = np.full((40, 60, 3), 50 * number, np.uint8)
        Image.fromarray(pixels).save(tmp_path / "card" / f"IMG_{number}.jpg", exif=exif)
    assert run("new", tmp_path / "fjord") == 0
    assert run("add", tmp_path / "fjord", tmp_path / "card") == 0
    return tmp_path / "fjord"


def times(folder: Path) -> list[str]:
    with Catalogue.open(folder) as catalogue:
        return [f"{shot.taken_at:%H:%M}" for shot in catalogue.shots()]


def test_clock(folder: Path, capsys: Capture) -> None:
    capsys.readouterr()
    arguments = ("clock", folder, "--offset=-0:10", "--camera", "Nikon Z 9", "--from", "2025-08-12 09:30")
    assert run(*arguments, "--dry-run") == 0
    assert "IMG_1.jpg  2025-08-12 09:30:00 -> 2025-08-12 09:20:00" in capsys.readouterr().out
    assert times(folder) == ["09:00", "09:30", "10:00", "10:30"]
    assert run(*arguments) == 0
    assert "3 photos taken 10 minutes earlier." in capsys.readouterr().out
    assert times(folder) == ["09:00", "09:20", "09:50", "10:20"]


def test_what_makes_no_sense_is_refused(folder: Path, capsys: Capture) -> None:
    for arguments, sentence in (
        (("clock", folder, "--offset=soon"), "is no offset"),
        (("clock", folder, "--offset=1:00", "--camera", "R5"), "There are: Nikon Z 9."),
        (("clock", folder, "--offset=1:00", "--from", "2026-01-01 00:00"), "No photo with a time fits."),
        (("track", folder, folder / "no.gpx"), "no.gpx can't be read"),
        (("find-again", folder, folder / "no"), "There is no folder"),
    ):
        capsys.readouterr()
        assert run(*arguments) == 1
        assert sentence in capsys.readouterr().err


def test_track(folder: Path, tmp_path: Path, capsys: Capture) -> None:
    points = "".join(
        f'<trkpt lat="{69 + at / 60}" lon="18"><time>{(UTC + timedelta(minutes=at)).isoformat()}Z</time></trkpt>'
        for at in range(0, 91, 5)
    )
    (tmp_path / "day.gpx").write_text(f'<gpx version="1.1" creator="t"><trk><trkseg>{points}</trkseg></trk></gpx>')
    assert run("track", folder, tmp_path / "day.gpx") == 0
    told = capsys.readouterr().out
    assert "Cameras' clocks are at UTC+2:00:00.\nThe track has a place for 4 of 4 photos." in told
    assert "4 photos placed by day.gpx." in told
    with Catalogue.open(folder) as catalogue:
        assert [shot.latitude for shot in catalogue.shots()] == pytest.approx([69, 69.5, 70, 70.5])
    assert run("track", folder, tmp_path / "day.gpx", "--utc=+2:00", "--largest-gap", 3) == 0
    assert "a place for 0 of 4 photos" in capsys.readouterr().out


def test_encounters_and_find_again(folder: Path, tmp_path: Path, capsys: Capture) -> None:
    assert run("encounters", folder, "--hours", 0.4, "--anew", "--dry-run") == 0
    assert "4 encounters, 1 before; 3 photos moved." in capsys.readouterr().out
    assert run("encounters", folder, "--hours", 0.4, "--anew") == 0
    with Catalogue.open(folder) as catalogue:
        assert len(catalogue.encounters()) == 4
    shutil.move(tmp_path / "card", tmp_path / "disk")
    assert run("find-again", folder, tmp_path / "disk") == 0
    assert "4 photos found again, 0 are still missing." in capsys.readouterr().out
