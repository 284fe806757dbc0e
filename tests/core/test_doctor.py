"""The doctor: all is well with what ships; what isn't is said, and nothing is raised."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from whaleid_core import doctor, resources
from whaleid_core.doctor import ROOM, Finding, examine
from whaleid_core.packages import ONNX
from whaleid_core.runtime import seen_gpu


def findings(folder: Path, device: str = "cpu") -> dict[str, Finding]:
    return {finding.what: finding for finding in examine(folder, device)}


def test_a_good_computer_is_ready(tmp_path: Path) -> None:
    found = findings(tmp_path)
    assert list(found) == ["Packages", "GPU", "Disk", "Networks"]
    for what in ("Packages", "GPU", "Networks"):
        assert found[what].good, found[what].sentence
    assert "tail-finder" in found["Packages"].sentence
    assert "on cpu" in found["Networks"].sentence
    free = shutil.disk_usage(tmp_path).free
    assert found["Disk"].good == (free >= ROOM)
    assert all(finding.sentence.endswith(".") for finding in found.values())


def test_the_folder_need_not_be_there(small_program: Path, tmp_path: Path) -> None:
    assert "GB are free" in findings(tmp_path / "not" / "made" / "yet")["Disk"].sentence


def test_a_full_disk_is_told(small_program: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "ROOM", 1 << 60)
    disk = findings(tmp_path)["Disk"]
    assert not disk.good
    assert "Make room" in disk.sentence


def test_a_damaged_package_is_told(small_program: Path, tmp_path: Path) -> None:
    (small_program / "small" / ONNX).write_bytes(b"cut short")
    found = findings(tmp_path)
    for what in ("Packages", "Networks"):
        assert not found[what].good
        assert f"small was refused: {ONNX} doesn't match its manifest" in found[what].sentence


def test_a_damaged_package_of_the_user_is_told_and_all_is_well(
    small_program: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(resources.PACKAGES_VARIABLE, str(tmp_path / "mine"))
    shutil.copytree(small_program / "small", tmp_path / "mine" / "other-1")
    (tmp_path / "mine" / "other-1" / ONNX).write_bytes(b"cut short")
    found = findings(tmp_path)
    assert found["Packages"].good
    assert "whole and unchanged. The model package small was refused" in found["Packages"].sentence
    assert "whaleid packages remove other-1" in found["Packages"].sentence


def test_missing_packages_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources, "_PLACES", (tmp_path,))
    found = findings(tmp_path)
    assert "The installation is incomplete" in found["Packages"].sentence
    assert not found["Packages"].good
    (tmp_path / "packages").mkdir()
    found = findings(tmp_path)
    assert not found["Packages"].good
    assert "There are none" in found["Packages"].sentence
    assert not found["Networks"].good


@pytest.mark.skipif(seen_gpu() == "cuda", reason="there is a CUDA GPU here")
def test_a_device_that_is_not_there_is_told(small_program: Path, tmp_path: Path) -> None:
    found = findings(tmp_path, "cuda")
    assert found["GPU"].good
    assert not found["Networks"].good
    assert "No cuda GPU is seen" in found["Networks"].sentence
