"""How soon the first window is there, against an empty one of Qt's; run by `make bench`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from measured import compare

pytestmark = pytest.mark.bench

SCRIPT = Path(__file__).parents[1] / "first_window.py"
AT_MOST = 4
"""So many times as long as an empty window takes."""


def test_the_first_window_is_painted(tmp_path: Path) -> None:
    def start(*what: str) -> None:
        subprocess.run([sys.executable, str(SCRIPT), *what], cwd=SCRIPT.parents[1], check=True, capture_output=True)

    settings = str(tmp_path / "settings.ini")
    what = "start to the first window painted, against an empty window of Qt's"
    compare(what, lambda: start("ours", settings), lambda: start("empty"), 1 / AT_MOST)
