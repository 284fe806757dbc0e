"""The rules of the house that no other tool holds: sizes, first lines, words left over, what is in the repository."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

from whaleid_core.resources import resource

ROOT = Path(__file__).parents[1]
SOURCES = sorted(path for folder in ("whaleid_core", "whalegui", "tests") for path in (ROOT / folder).rglob("*.py"))
OURS = [path for path in SOURCES if path.relative_to(ROOT).parts[0] != "tests"]

FILE_LINES, CLASS_LINES, FUNCTION_LINES = 500, 300, 60
LARGEST_FILE, LARGEST_RESOURCES = 30 * 2**20, 100 * 10**6
TOP_LEVEL = {
    ".ci", ".gitignore", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "Makefile", "README.md", "docs",
    "pyproject.toml", "resources", "tests", "whalegui", "whaleid_core",
}  # fmt: skip
LEFT_OVER = re.compile(r"\b(TODO|FIXME|XXX|NotImplementedError|placeholder|stub|mock)\b", re.IGNORECASE)
# Each call lets any event in, in the middle of something else.
LETS_EVENTS_IN = re.compile(r"\bprocessEvents\b")
RUNS_FILES = re.compile(
    r"((pickle|cPickle|dill|cloudpickle|marshal|shelve|joblib)\.\w+|\w*\.?(load_pickle|read_pickle)|eval|exec|yaml\.load"
    r"|torch\.(hub|jit)\.\w+|os\.(system|popen)|\w+\.extractall)"
)
# Alembic reads its versions as single files.
NO_PACKAGES = {"versions"}


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def long_things(path: Path) -> list[str]:
    """Functions and classes of a file that are longer than they may be."""
    found = []
    for node in ast.walk(ast.parse(text(path))):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        assert node.end_lineno is not None
        lines = node.end_lineno - node.lineno + 1
        limit = CLASS_LINES if isinstance(node, ast.ClassDef) else FUNCTION_LINES
        if lines > limit:
            found.append(f"{name(path)}: {node.name} has {lines} lines, {limit} at most")
    return found


def test_files_are_short() -> None:
    counted = {name(path): len(text(path).splitlines()) for path in SOURCES}
    assert {path: lines for path, lines in counted.items() if lines > FILE_LINES} == {}


def test_functions_and_classes_are_short() -> None:
    # A class of tests is a heading, not a thing.
    assert [found for path in OURS for found in long_things(path)] == []


def test_a_file_says_in_its_first_line_what_it_is_for() -> None:
    def says(path: Path) -> bool:
        first = text(path).split("\n", 1)[0]
        return bool(re.fullmatch(r'"""[^"].*[.?!]"""', first))

    assert [name(path) for path in SOURCES if not says(path)] == []


def test_every_folder_of_code_is_a_package() -> None:
    """Import-linter and mypy pass by a folder without an __init__.py."""
    folders = {path.parent for path in OURS} - {path.parent for path in OURS if path.name == "__init__.py"}
    assert sorted(name(folder) for folder in folders if folder.name not in NO_PACKAGES) == []


@pytest.mark.parametrize("pattern", [LEFT_OVER, LETS_EVENTS_IN], ids=["left-over words", "events let in"])
def test_nothing_half_done_is_left(pattern: re.Pattern[str]) -> None:
    found = [
        f"{name(path)}:{number}: {line.strip()}"
        for path in SOURCES
        if path != Path(__file__)
        for number, line in enumerate(text(path).splitlines(), start=1)
        if pattern.search(line)
    ]
    assert found == []


def unsafe_calls(path: Path) -> list[str]:
    """Calls in a file that run what a file from elsewhere wants, or would where they were called otherwise."""
    safe = {"torch.load": ("weights_only", True), "np.load": ("allow_pickle", False)}
    found = []
    for node in ast.walk(ast.parse(text(path))):
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        given = {keyword.arg: getattr(keyword.value, "value", None) for keyword in node.keywords}
        if called in safe and given.get(safe[called][0]) is safe[called][1]:
            continue
        if called in safe or RUNS_FILES.fullmatch(called):
            found.append(f"{name(path)}:{node.lineno}: {called}")
    return found


def test_nothing_is_unpickled_or_run() -> None:
    """Files of torch are read as safetensors or with weights_only=True; arrays without pickles."""
    assert [found for path in OURS for found in unsafe_calls(path)] == []


def test_no_test_module_has_the_name_of_another() -> None:
    names = [path.name for path in SOURCES if path.name.startswith("test_")]
    assert sorted(names) == sorted(set(names))


def tracked() -> list[Path]:
    """What git keeps; in a source tree without git, the files of the house."""
    try:
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        folders = ("resources", "docs", "tests")
        return [path for folder in folders for path in (ROOT / folder).rglob("*") if path.is_file()]
    return [path for path in (ROOT / part for part in listed.split("\0") if part) if path.is_file()]


def test_the_top_level_holds_what_it_should_and_nothing_that_a_run_left_there() -> None:
    top = {path.relative_to(ROOT).parts[0] for path in tracked()}
    assert top <= TOP_LEVEL


def test_no_file_is_too_large_to_keep() -> None:
    assert [name(path) for path in tracked() if path.stat().st_size > LARGEST_FILE] == []


def test_what_is_bundled_fits_into_100_mb() -> None:
    assert sum(path.stat().st_size for path in resource().rglob("*") if path.is_file()) <= LARGEST_RESOURCES


def test_every_bundled_package_and_icon_has_its_licence() -> None:
    assert resource("icons", "LICENSE.txt").is_file()
    assert {path.name for path in resource("licences").iterdir()} >= {"AGPL-3.0.txt", "Apache-2.0.txt", "README.md"}


def test_no_photograph_ships() -> None:
    photographs = {".jpg", ".jpeg", ".heic", ".heif", ".tif", ".tiff", ".cr2", ".nef", ".arw", ".dng"}
    assert [name(path) for path in tracked() if path.suffix.lower() in photographs] == []
