"""Bundled files are found in the source tree, and in a wheel that was built from it."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from whaleid_core.errors import Kind, WhaleIdError
from whaleid_core.resources import packages_folder, resource

ROOT = Path(__file__).parents[2]


def test_in_the_source_tree() -> None:
    assert resource() == ROOT / "resources"
    assert resource("icons", "fluke.svg").read_text(encoding="utf-8").startswith("<svg")
    assert packages_folder() == ROOT / "resources" / "packages"


def test_what_is_missing_is_said_in_a_sentence() -> None:
    with pytest.raises(WhaleIdError) as caught:
        resource("icons", "kraken.svg")
    assert caught.value.sentence == "The installation is incomplete: resources/icons/kraken.svg is missing."
    assert caught.value.kind is Kind.ENVIRONMENT


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def test_in_a_wheel(unpacked: Path) -> None:
    ask = (
        f"import sys; sys.path.insert(0, {str(unpacked)!r})\n"
        "from whaleid_core.resources import packages_folder, resource\n"
        "print(resource(), packages_folder(), resource('licences', 'README.md'), sep='\\n')"
    )
    asked = subprocess.run([sys.executable, "-c", ask], cwd=unpacked, capture_output=True, text=True, check=True)
    home = unpacked / "whaleid_core" / "_resources"
    assert [Path(line) for line in asked.stdout.splitlines()] == [home, home / "packages", home / "licences/README.md"]


def test_a_wheel_has_all_that_the_source_tree_bundles(unpacked: Path) -> None:
    def files(home: Path) -> set[str]:
        return {path.relative_to(home).as_posix() for path in home.rglob("*") if path.is_file()}

    assert files(unpacked / "whaleid_core" / "_resources") == files(resource())


def test_a_wheel_has_the_data_that_lies_beside_the_code(unpacked: Path) -> None:
    for package in ("whaleid_core", "whalegui"):
        beside = {path.relative_to(ROOT) for path in (ROOT / package).rglob("*") if path.suffix in {".py", ".toml"}}
        assert [path for path in beside if not (unpacked / path).is_file()] == []
    (information,) = unpacked.glob("*.dist-info")
    assert (information / "licenses" / "LICENSE").is_file()
