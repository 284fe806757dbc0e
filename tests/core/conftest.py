"""What the tests of the engine share: a small embedder, the tail finder that ships, both loaded, and a small survey."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from whaleid_core import resources
from whaleid_core.engine import Engine, load_engine
from whaleid_core.package_files import pack
from whaleid_core.packages import Package, installed, read_package
from whaleid_core.sample import Survey, draw_survey


@pytest.fixture(scope="session")
def small_package(tmp_path_factory: pytest.TempPathFactory) -> Package:
    from small_packages import small_embedder  # which imports torch: only where it is wanted

    return small_embedder(tmp_path_factory.mktemp("packages") / "small")


@pytest.fixture(scope="session")
def tail_finder() -> Package:
    """The detector that ships."""
    return next(package for package in installed() if package.task == "detect")


@pytest.fixture(scope="session")
def engine(small_package: Package, tail_finder: Package) -> Engine:
    return load_engine("cpu", [tail_finder, small_package])


@pytest.fixture(scope="session")
def survey(tmp_path_factory: pytest.TempPathFactory) -> Survey:
    """Eight known photos of six whales, ten new ones with each special case once."""
    return draw_survey(tmp_path_factory.mktemp("survey"), whales=6, known=8, new=10, size=(480, 320))


@pytest.fixture
def small_program(
    small_package: Package, tail_finder: Package, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """The program as if it came with the small embedder; gives the folder of its packages."""
    folder = tmp_path / "resources" / "packages"
    for package in (small_package, tail_finder):
        shutil.copytree(package.folder, folder / package.name)
        assert read_package(folder / package.name).label == package.label
    monkeypatch.setattr(resources, "_PLACES", (folder.parent,))
    return folder


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's folder of packages, not made yet."""
    monkeypatch.setenv(resources.PACKAGES_VARIABLE, str(tmp_path / "home" / "packages"))
    return tmp_path / "home" / "packages"


@pytest.fixture(scope="session")
def packed(small_package: Package, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A package file."""
    file = tmp_path_factory.mktemp("packed") / "small.zip"
    pack(small_package.folder, file)
    return file
