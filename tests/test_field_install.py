"""The field install: the whole main job in an environment that has no torch."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
import time
import tomllib
import venv
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
ABSENT = ("torch", "torchvision", "timm", "ultralytics", "albumentations", "pretrainedmodels", "onnx", "safetensors")
SURVEY = ("--whales", "4", "--known", "8", "--new", "10", "--size", "900x600")
_LIMIT_S = 600


class Field:
    """A field install: its Python, and a folder to work in."""

    def __init__(self, python: Path, folder: Path) -> None:
        self.python = python
        self.folder = folder

    def run(self, *arguments: str, **more: str) -> str:
        """Run its Python; what it printed. Exit status other than 0 fails the test."""
        environment = {**os.environ, "PYTHONFAULTHANDLER": "1", **more}
        environment.pop("PYTHONPATH", None)
        done = subprocess.run(
            [str(self.python), *arguments],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=_LIMIT_S,
        )
        assert done.returncode == 0, f"{arguments}: {done.stdout}\n{done.stderr}"
        return done.stdout

    def whaleid(self, *arguments: str) -> str:
        return self.run("-m", "whaleid_core.cli", *arguments)


def _python_of(folder: Path) -> Path:
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def _site_packages(python: Path) -> Path:
    asked = [str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    return Path(subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip())


def field_requirements() -> set[str]:
    """Names of the distributions that the field install brings, all the way down."""
    found: set[str] = set()
    waiting: list[str] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    while waiting:
        wanted = Requirement(waiting.pop())
        name = canonicalize_name(wanted.name)
        if name in found or (wanted.marker and not wanted.marker.evaluate({"extra": ""})):
            continue
        found.add(name)
        waiting += distribution(name).requires or ()
    return found


def _link(name: str, site: Path) -> None:
    """Put what a distribution installed into another environment, without a copy where links may be made."""
    home = distribution(name)
    tops = {file.parts[0] for file in home.files or () if file.parts[0] not in {"..", "__pycache__"}}
    for top in tops:
        source, target = Path(str(home.locate_file(top))), site / top
        if target.exists():  # two distributions may write one folder: OpenCV's do
            continue
        try:
            target.symlink_to(source, target_is_directory=source.is_dir())
        except OSError:  # Windows lets only some users make links
            (shutil.copytree if source.is_dir() else shutil.copy2)(source, target)


def _put_together(folder: Path) -> Path:
    """An environment of what the field install asks for and nothing else, out of the environment of the tests."""
    venv.create(folder, with_pip=False)
    python = _python_of(folder)
    site = _site_packages(python)
    for name in sorted(field_requirements()):
        _link(name, site)
    (site / "whalegui.pth").write_text(f"{ROOT}\n", encoding="utf-8")
    return python


def _installed(folder: Path, outside: dict[str, str]) -> Path:
    """An environment made from nothing, as a user makes it."""
    begun = time.monotonic()
    venv.create(folder, with_pip=True)
    python = _python_of(folder)
    subprocess.run([str(python), "-m", "pip", "install", "-q", "-e", str(ROOT)], env=outside, check=True, timeout=1800)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    print(f"\nThe field install takes {size / 1e9:.2f} GB and {time.monotonic() - begun:.0f} s.")
    return python


@pytest.fixture(scope="module", params=["put together", pytest.param("installed", marks=pytest.mark.field)])
def field(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, outside: dict[str, str]
) -> Iterator[Field]:
    folder = tmp_path_factory.mktemp("field")
    made = _put_together(folder / "venv") if request.param == "put together" else _installed(folder / "venv", outside)
    yield Field(made, folder)
    shutil.rmtree(folder / "venv", ignore_errors=True)  # a gigabyte where pip made it


def test_nothing_of_torch_is_there(field: Field) -> None:
    ask = f"from importlib.util import find_spec; print([name for name in {ABSENT!r} if find_spec(name)])"
    assert field.run("-c", ask).strip() == "[]"


def test_the_main_job_runs_without_torch(field: Field) -> None:
    field.whaleid("sample", "survey", *SURVEY)
    known, new = ("--known", "survey/known/train.csv", "--known-photos", "survey/known"), ("--new-photos", "survey/new")
    field.whaleid("identify", *known, *new, "--out", "submission.csv", "--details", "details.csv")
    photos = sorted(path.name for path in (field.folder / "survey/new").iterdir())
    rows = _rows(field.folder / "submission.csv")
    assert [row["Image"] for row in rows] == photos
    assert all(1 <= len(row["Id"].split()) <= 5 for row in rows)
    assert _rows(field.folder / "details.csv")

    catalogue = "survey/catalogue"
    field.whaleid("new", catalogue, "--known-csv", "survey/known/train.csv", "--known-photos", "survey/known")
    field.whaleid("add", catalogue, "survey/new")
    field.whaleid("find-tails", catalogue)
    field.whaleid("match", catalogue)
    field.whaleid("export", catalogue, "--out", "export.csv")
    assert _rows(field.folder / "export.csv")

    field.run("-m", "whalegui", catalogue, "--pictures", "pictures", QT_QPA_PLATFORM="offscreen")
    assert list((field.folder / "pictures").glob("*.png"))


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.parametrize("module", ["whalegui.main_window", "whaleid_core.cli", "whaleid_core.workflow"])
def test_the_window_and_the_commands_start_without_torch(module: str) -> None:
    """Even where torch is installed: it alone would take longer than all the rest."""
    ask = f"import sys, {module}; print([name for name in {ABSENT!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", ask], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
