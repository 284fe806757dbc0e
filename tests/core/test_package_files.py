"""Package files: what was packed is installed as it was; other zips are refused and leave nothing behind."""

from __future__ import annotations

import os
import shutil
import stat
import struct
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from package_zips import Entry, altered, entries, refusal, version_of, zipped

from whaleid_core import cli, package_files, resources
from whaleid_core.engine import load_engine
from whaleid_core.errors import Kind, WhaleIdError
from whaleid_core.package_files import install, pack, remove
from whaleid_core.packages import (
    MANIFEST,
    ONNX,
    WEIGHTS,
    Package,
    found,
    installed,
    read_package,
    sha256,
    write_package,
)

Capture = pytest.CaptureFixture[str]

FINDER = read_package(resources.packages_folder() / "tail-finder").label


def test_what_was_packed_is_installed_as_it_was(small_package: Package, packed: Path, home: Path) -> None:
    package = install(packed)
    assert package.folder == home / "small-1"
    assert package.manifest == small_package.manifest
    names = {path.name for path in package.folder.iterdir()}
    assert names == {MANIFEST, ONNX, WEIGHTS}
    for name in names:
        assert sha256(package.folder / name) == sha256(small_package.folder / name)
    assert [path.name for path in home.iterdir()] == ["small-1"]
    assert package.label in [one.label for one in installed()]


def test_the_same_folder_packs_to_the_same_bytes_and_only_what_the_manifest_names(
    small_package: Package, packed: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(small_package.folder, tmp_path / "other")
    (folder / "notes.txt").write_text("mine")
    os.utime(folder / ONNX, (10**9, 10**9))
    (tmp_path / "again.zip").write_bytes(b"an older one")
    pack(folder, tmp_path / "again.zip")
    assert (tmp_path / "again.zip").read_bytes() == packed.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["again.zip", "other"]


def test_what_is_no_package_is_not_packed(small_package: Package, tmp_path: Path) -> None:
    for number, (change, told) in enumerate([
        ({"name": "../small"}, "can't be a package's name"), ({"name": ""}, "can't be a package's name"),
        ({"version": "new"}, "can't be its version"), ({"version": "1.0/.."}, "can't be its version"),
        ({"version": "9" * 5000}, "can't be its version"), ({"task": "sing"}, "is not known"),
    ]):  # fmt: skip
        with pytest.raises(WhaleIdError, match=told):
            pack(altered(small_package, tmp_path / str(number), **change), tmp_path / "no.zip")
    assert not (tmp_path / "no.zip").exists()
    with pytest.raises(WhaleIdError, match="couldn't be written"):
        pack(small_package.folder, tmp_path / "no folder" / "no.zip")
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8\xff\xe0\0")
    with pytest.raises(WhaleIdError, match="stays as it is"):
        pack(small_package.folder, tmp_path / "photo.jpg")
    assert (tmp_path / "photo.jpg").read_bytes() == b"\xff\xd8\xff\xe0\0"


LINK, FOLDER, PIPE = zipfile.ZipInfo("link.onnx"), zipfile.ZipInfo("deep/"), zipfile.ZipInfo("pipe.onnx")
LINK.external_attr = (stat.S_IFLNK | 0o777) << 16
PIPE.external_attr = (stat.S_IFIFO | 0o644) << 16
HOSTILE: dict[str, tuple[Callable[[list[Entry]], list[Entry]], str]] = {
    "zip slip": (lambda own: [*own, ("../../evil.txt", b"x")], "names that no package has"),
    "absolute": (lambda own: [*own, ("/tmp/evil.txt", b"x")], "names that no package has"),
    "backslash": (lambda own: [*own, ("..\\evil.txt", b"x")], "names that no package has"),
    "drive": (lambda own: [*own, ("C:evil.txt", b"x")], "names that no package has"),
    "hidden": (lambda own: [*own, (".evil", b"x")], "names that no package has"),
    "ends with a dot": (lambda own: [*own, ("evil.", b"x")], "names that no package has"),
    "nested": (lambda own: [(f"small/{name}", data) for name, data in own], "folders"),
    "a folder": (lambda own: [*own, (FOLDER, b"")], "folders"),
    "link": (lambda own: [*own, (LINK, b"/etc/passwd")], "link.onnx is a link"),
    "pipe": (lambda own: [*own, (PIPE, b"")], "pipe.onnx is a link or no plain file"),
    "twice": (lambda own: [*own, own[1]], "a file twice"),
    "twice on Windows": (lambda own: [*own, ("MODEL.onnx", b"x")], "a file twice"),
    "many": (lambda own: [*own, *((f"{n}.bin", b"") for n in range(50))], "holds 53 files"),
    "one more": (lambda own: [*own, ("notes.txt", b"x")], "holds notes.txt, which its manifest doesn't name"),
    "one less": (lambda own: own[:-1], f"{WEIGHTS} is missing"),
    "no manifest": (lambda own: own[1:], f"has no {MANIFEST}"),
    "empty": (lambda own: [], f"has no {MANIFEST}"),
    "another byte": (lambda own: [own[0], (ONNX, own[1][1] + b"x"), own[2]], "doesn't match its manifest"),
    "huge manifest": (lambda own: [(MANIFEST, own[0][1] + b" " * (2 << 20)), *own[1:]], "manifest is too large"),
    "no JSON": (lambda own: [(MANIFEST, b"{" * 10_000), *own[1:]], "no readable manifest"),
    "endless number": (lambda own: [(MANIFEST, b'{"name": ' + b"9" * 9000 + b"}"), *own[1:]], "no readable manifest"),
}  # fmt: skip


@pytest.mark.parametrize(("change", "told"), HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_zip_is_refused(
    change: Callable[[list[Entry]], list[Entry]], told: str, packed: Path, home: Path, tmp_path: Path
) -> None:
    home.mkdir(parents=True)
    outside = sorted(tmp_path.rglob("*"))
    file = zipped(tmp_path / "hostile.zip", change(entries(packed)))
    assert told in refusal(file, home)
    assert [path for path in sorted(tmp_path.rglob("*")) if path not in outside] == [file]


ABSURD: list[dict[str, Any]] = [
    {"input": {"width": 10**9, "height": 32, "colour": "grey"}},
    {"input": {"width": 64, "height": -1, "colour": "grey"}},
    {"input": {"width": 64, "height": 32, "colour": "grey", "std": [0]}},
    {"length": 10**12},
    {"length": None},
    {"margin": 1e300},
    {"name": "small/../../evil"},
    {"name": "CON:"},
    {"name": ["small"]},
    {"version": "../1"},
    {"version": {"major": 1}},
    {"files": [ONNX, WEIGHTS]},
    {"files": {ONNX: 1, WEIGHTS: None}},
    {"files": None},
]


@pytest.mark.parametrize("change", ABSURD, ids=str)
def test_a_manifest_that_cannot_be_is_refused(
    change: dict[str, Any], small_package: Package, home: Path, tmp_path: Path
) -> None:
    folder = altered(small_package, tmp_path / "absurd", **change)
    names = (MANIFEST, ONNX, WEIGHTS)
    refusal(zipped(tmp_path / "absurd.zip", [(name, (folder / name).read_bytes()) for name in names]), home)


def test_a_bomb_is_refused_by_what_it_claims_to_hold(
    packed: Path, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(package_files, "LARGEST", 1 << 20)
    file = zipped(tmp_path / "bomb.zip", [*entries(packed), ("zeros.bin", bytes(32 << 20))])
    assert file.stat().st_size < 1 << 20
    assert "unpacks to more than 1 MB" in refusal(file, home)


def test_a_bomb_that_claims_to_be_small_is_not_unpacked_beyond_its_claim(
    packed: Path, home: Path, tmp_path: Path
) -> None:
    """Both tables of the zip are made to say ten bytes, where there are 32 million."""
    size, claimed = struct.pack("<L", 32 << 20), struct.pack("<L", 10)
    content = zipped(tmp_path / "bomb.zip", [*entries(packed), ("zeros.bin", bytes(32 << 20))]).read_bytes()
    assert content.count(size) == 2
    (tmp_path / "bomb.zip").write_bytes(content.replace(size, claimed))
    assert "damaged" in refusal(tmp_path / "bomb.zip", home)


@pytest.mark.parametrize("content", [b"", b"no zip at all", bytes(5000), b"PK\x03\x04" + bytes(100)])
def test_what_is_no_zip_is_refused(content: bytes, home: Path, tmp_path: Path) -> None:
    (tmp_path / "no.zip").write_bytes(content)
    assert "no zip file" in refusal(tmp_path / "no.zip", home)


def test_a_missing_file_and_a_folder_are_refused(small_package: Package, home: Path, tmp_path: Path) -> None:
    assert "There is no file" in refusal(tmp_path / "nowhere.zip", home)
    assert "There is no file" in refusal(small_package.folder, home)


@pytest.mark.parametrize("packing", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_zip_packed_in_an_unusual_way_is_refused(packing: int, packed: Path, home: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "other.zip", "w", packing) as archive:
        for name, data in entries(packed):
            archive.writestr(name, data)
    assert "unusual way" in refusal(tmp_path / "other.zip", home)


@settings(max_examples=40)
@given(where=st.floats(0, 1, exclude_max=True), byte=st.integers(0, 255), cut=st.booleans())
def test_a_damaged_file_is_refused_or_installed_as_it_was(
    where: float, byte: int, cut: bool, packed: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Also in the places where the zip's tables are: near the end, which half of the examples are moved to."""
    content = bytearray(packed.read_bytes())
    at = int(where * len(content)) if byte % 2 else len(content) - 1 - int(where * 300)
    content[at] = byte
    folder = tmp_path_factory.mktemp("damaged")
    (folder / "damaged.zip").write_bytes(bytes(content[:at]) if cut else bytes(content))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(resources.PACKAGES_VARIABLE, str(folder / "home"))
        try:
            label = read_package(install(folder / "damaged.zip").folder).label
        except WhaleIdError:
            label = ""
    left = [path.name for path in (folder / "home").iterdir()]
    assert (label, left) in [("", []), ("small 1", ["small-1"])]


def test_a_network_that_gives_something_else_is_refused(small_package: Package, home: Path, tmp_path: Path) -> None:
    file = version_of(small_package, "2", tmp_path / "long", length=99)
    assert "isn't what its manifest says" in refusal(file, home)
    broken = shutil.copytree(small_package.folder, tmp_path / "broken")
    (broken / ONNX).write_bytes(b"no network")
    write_package(broken, small_package.manifest)
    pack(broken, tmp_path / "broken.zip")
    assert "model.onnx is damaged" in refusal(tmp_path / "broken.zip", home)


def test_a_package_that_cannot_be_calibrated_with_is_refused(
    small_package: Package, home: Path, tmp_path: Path
) -> None:
    for number, calibration in enumerate([{}, None, 7, {"nearest": "much"}]):
        file = version_of(small_package, "2", tmp_path / f"uncalibrated {number}", calibration=calibration)
        assert "has no calibration" in refusal(file, home)
    ensemble = tmp_path / "ensemble"
    ensemble.mkdir()
    label = {"name": "all", "version": "1", "task": "ensemble", "members": [small_package.label]}
    write_package(ensemble, {**label, "calibration": small_package.manifest["calibration"]})
    pack(ensemble, tmp_path / "ensemble.zip")
    assert install(tmp_path / "ensemble.zip").members == (small_package.label,)


def test_the_same_version_is_not_installed_twice(packed: Path, home: Path) -> None:
    install(packed)
    assert "installed already" in refusal(packed, home)


def test_a_folder_that_cannot_be_written_is_told(packed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv(resources.PACKAGES_VARIABLE, str(tmp_path / "file" / "packages"))
    with pytest.raises(WhaleIdError, match="couldn't be installed") as refused:
        install(packed)
    assert refused.value.kind is Kind.ENVIRONMENT
    assert "small 1" not in [one.label for one in installed()]


def labels() -> list[str]:
    return [package.label for package in installed()]


@pytest.mark.usefixtures("home")
def test_a_newer_package_takes_the_place_of_the_bundled_one(
    small_program: Path, small_package: Package, tmp_path: Path
) -> None:
    assert labels() == ["small 1", FINDER]
    install(version_of(small_package, "1.0.10", tmp_path / "newer"))
    install(version_of(small_package, "1.0.9", tmp_path / "between"))
    install(version_of(small_package, "0.9", tmp_path / "older"))
    install(version_of(small_package, "3", tmp_path / "other", name="another"))
    assert labels() == ["small 1.0.10", FINDER, "another 3"]
    told = {one.package.label: one.problem for one in found() if one.package is not None}
    assert told["small 1.0.10"] == told["another 3"] == told[FINDER] == ""
    for label in ("small 1", "small 1.0.9", "small 0.9"):
        assert told[label] == "small 1.0.10, which you installed, is used in its place."
    assert [one.folder.name for one in remove("small-1.0.10")] == ["small-1.0.10"]
    assert labels()[0] == "small 1.0.9"
    assert len(remove("small")) == 2
    assert labels() == ["small 1", FINDER, "another 3"]


@pytest.mark.usefixtures("home")
def test_a_package_cannot_take_the_place_of_one_that_does_something_else(
    small_program: Path, small_package: Package, tmp_path: Path
) -> None:
    install(version_of(small_package, "9", tmp_path / "trick", name="tail-finder"))
    assert labels() == ["small 1", FINDER]
    (told,) = [one.problem for one in found() if one.package is not None and one.package.version == "9"]
    assert told == f"{FINDER}, which came with the program, has its name and does something else."


def test_a_damaged_package_of_the_user_is_left_out_and_told(
    small_program: Path, small_package: Package, packed: Path, home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    other = home / "other-1"
    shutil.copytree(small_package.folder, other)
    (other / ONNX).write_bytes(b"cut short")
    (home / "empty-2").mkdir()
    (home / "notes.txt").write_text("mine")
    (home / ".left.part").mkdir()
    assert labels() == ["small 1", FINDER]
    assert f"{ONNX} doesn't match its manifest" in caplog.text
    assert "empty-2 was refused: it has no readable manifest" in caplog.text
    assert "whaleid packages remove other-1" in caplog.text
    assert load_engine("cpu").members
    assert [one.folder for one in remove("other-1")] == [other]
    assert [one.folder.name for one in remove("empty")] == ["empty-2"]
    assert sorted(path.name for path in home.iterdir()) == [".left.part", "notes.txt"]


def test_a_damaged_bundled_package_is_still_an_error(small_program: Path, packed: Path, home: Path) -> None:
    install(packed)
    (small_program / "small" / ONNX).write_bytes(b"")
    with pytest.raises(WhaleIdError, match="small was refused"):
        installed()
    assert [one.bundled for one in found() if one.problem] == [True]


@pytest.mark.usefixtures("home")
def test_only_what_was_installed_can_be_removed(small_program: Path) -> None:
    with pytest.raises(WhaleIdError, match="came with the program and stays"):
        remove("small")
    for name in ("nothing", "", "..", "../packages", str(small_program)):
        with pytest.raises(WhaleIdError, match="No package"):
            remove(name)
    assert labels() == ["small 1", FINDER]


@pytest.mark.skipif(sys.platform == "win32", reason="links want rights on Windows")
def test_removing_a_link_leaves_what_it_points_to(small_package: Package, home: Path) -> None:
    home.mkdir(parents=True)
    (home / "small-1").symlink_to(small_package.folder)
    assert len(remove("small")) == 1
    assert list(home.iterdir()) == []
    assert read_package(small_package.folder).label == "small 1"


def test_the_folder_of_packages_is_the_user_s_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(resources.PACKAGES_VARIABLE, raising=False)
    assert resources.user_packages_folder().parts[-2:] == ("WhaleGUI", "packages")
    monkeypatch.setenv(resources.PACKAGES_VARIABLE, str(tmp_path))
    assert resources.user_packages_folder() == tmp_path


def run(capsys: Capture, status: int, *arguments: object) -> str:
    capsys.readouterr()
    assert cli.run([str(argument) for argument in arguments]) == status
    told = capsys.readouterr()
    assert "Traceback" not in told.out + told.err
    return told.out if status == 0 else told.err


def test_the_command_packs_installs_lists_and_removes(
    small_program: Path, small_package: Package, home: Path, tmp_path: Path, capsys: Capture
) -> None:
    folder, file = altered(small_package, tmp_path / "made", name="other", version="2.1"), tmp_path / "other.zip"
    assert "other 2.1 packed into" in run(capsys, 0, "packages", "pack", folder, file)
    assert f"other 2.1 installed in {home / 'other-2.1'}." in run(capsys, 0, "packages", "install", file)
    older = version_of(small_package, "0.5", tmp_path / "older")
    assert "It isn't used: small 1, which came" in run(capsys, 0, "packages", "install", older)
    (home / "broken-1").mkdir()
    head, *rows, last = run(capsys, 0, "packages", "list").splitlines()
    assert str(home) in last
    assert head.split() == ["NAME", "VERSION", "TASK", "MB", "FROM", "USED"]
    told = {tuple(row.split()[:3]): row for row in rows}
    assert list(told) == [
        ("small", "1", "embed"), ("tail-finder", "0.3", "detect"), ("broken-1", "?", "?"), ("other", "2.1", "embed"),
        ("small", "0.5", "embed"),
    ]  # fmt: skip
    assert told["small", "1", "embed"].endswith("  the program  yes")
    assert told["other", "2.1", "embed"].endswith("  you          yes")
    assert "no: small 1, which came with the program" in told["small", "0.5", "embed"]
    assert "broken-1 was refused" in told["broken-1", "?", "?"]
    assert run(capsys, 0, "packages", "remove", "other").strip() == "other 2.1 removed."
    assert "No package other is installed." in run(capsys, 1, "packages", "remove", "other")
    assert resources.PACKAGES_VARIABLE in run(capsys, 0, "packages", "--help")


@pytest.mark.usefixtures("home")
def test_a_package_that_no_ensemble_names_is_listed_as_unused(
    small_program: Path, small_package: Package, tmp_path: Path, capsys: Capture
) -> None:
    label = {"name": "all", "version": "1", "task": "ensemble", "members": [small_package.label]}
    (small_program / "all").mkdir()
    write_package(small_program / "all", {**label, "calibration": small_package.manifest["calibration"]})
    file = version_of(small_package, "1", tmp_path / "other", name="other")
    assert "It isn't used: The ensemble doesn't name it." in run(capsys, 0, "packages", "install", file)
    rows = run(capsys, 0, "packages", "list").splitlines()[1:-1]
    used = {row.split()[0]: row.split("  ")[-1].strip() for row in rows}
    assert used == {
        "all": "yes", "small": "yes", "tail-finder": "yes", "other": "no: The ensemble doesn't name it.",
    }  # fmt: skip
