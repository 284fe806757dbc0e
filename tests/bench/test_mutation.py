"""Mutation: boxes.py and the formats are changed in small ways, of which their tests notice four in five at least."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from reliability import Tried

pytestmark = [pytest.mark.soak, pytest.mark.skipif(os.name != "posix", reason="mutmut forks")]

ROOT = Path(__file__).parents[2]
KILLED = 0.8
WHOLE = "MUTATE_ALL" in os.environ
FIFTH = ["*__mutmut_*3", "*__mutmut_*8"]
"""Of the formats every fifth change is tried, those whose number in its function ends so: all of them take hours."""
SHARED = ("conftest.py", "reliability.py", "core/mutated.py")
PARTS = {
    "boxes.py": (["whaleid_core/boxes.py"], ["test_boxes.py"], []),
    "formats": (
        ["whaleid_core/formats/*.py"],
        ["test_formats_atomic.py", "test_formats_boxes.py", "test_formats_known.py", "test_formats_tables.py",
         "test_formats_written.py", "test_hostile_tables.py", "test_sighting_files.py", "test_track.py"],
        [] if WHOLE else FIFTH,
    ),
}  # fmt: skip
"""What is changed, the tests that should notice, and which of the changes are tried; all, where nothing is said."""
# Without the window's plug-in, which ends the process in its own way; what takes long says little about one line.
CONFIG = """
[tool.mutmut]
source_paths = ["whaleid_core"]
only_mutate = {changed}
pytest_add_cli_args = ["-p", "no:pytest-qt", "-p", "no:cov", "-k", "not mutated and not 500_mb and not long_or_deep"]
pytest_add_cli_args_test_selection = {tests}
use_git_change_detection = false

[tool.pytest.ini_options]
addopts = "-q"
markers = ["hard: as in the project", "soak: as in the project"]
"""


@pytest.mark.parametrize("part", PARTS)
def test_the_tests_notice_small_changes(part: str, tmp_path: Path, outside: dict[str, str], tried: Tried) -> None:
    changed, tests, which = PARTS[part]
    shutil.copytree(ROOT / "whaleid_core", tmp_path / "whaleid_core", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "tests").mkdir()
    for name in (*SHARED, *(f"core/{test}" for test in tests)):
        shutil.copy(ROOT / "tests" / name, tmp_path / "tests")
    settings = CONFIG.format(changed=changed, tests=[f"tests/{name}" for name in tests])
    (tmp_path / "pyproject.toml").write_text(settings, encoding="utf-8")
    environment = {name: value for name, value in outside.items() if name != "PYTHONPATH"}
    for command in (["run", "--max-children", str(os.cpu_count() or 1), *which], ["export-cicd-stats"]):
        mutmut = [sys.executable, "-m", "mutmut", *command]
        ran = subprocess.run(mutmut, cwd=tmp_path, env=environment, capture_output=True, text=True)
        assert ran.returncode == 0, ran.stdout[-5000:] + ran.stderr[-5000:]
    found = json.loads((tmp_path / "mutants" / "mutmut-cicd-stats.json").read_text(encoding="utf-8"))
    killed = found["killed"] + found["timeout"]
    count = killed + sum(found[kind] for kind in ("survived", "no_tests", "suspicious", "segfault"))
    listed = [sys.executable, "-m", "mutmut", "results"]
    survived = subprocess.run(listed, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True).stdout
    assert killed >= KILLED * count, survived
    sample = f", of {found['total']:,} those whose number ends in 3 or 8" if which else ""
    tried(f"Small changes to {part}{sample}", count, f"{killed:,} were noticed by the tests, {killed / count:.0%}")
