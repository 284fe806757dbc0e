"""How much of a disk the field install takes, against the full set; run by `make bench`."""

from __future__ import annotations

import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest
from measured import Row, keep
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

pytestmark = pytest.mark.bench

PROJECT = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
AT_LEAST = 5


def megabytes(wanted: list[str]) -> float:
    """What the distributions and all that they need take here, as it was installed."""
    waiting = [Requirement(words) for words in wanted]
    seen: dict[str, float] = {}
    while waiting:
        one = waiting.pop()
        name = canonicalize_name(one.name)
        if name in seen or (one.marker and not one.marker.evaluate({"extra": ""})):
            continue
        try:
            found = distribution(name)
        except PackageNotFoundError:  # of another system
            continue
        paths = [Path(str(found.locate_file(file))) for file in found.files or ()]
        seen[name] = sum(path.stat().st_size for path in paths if path.is_file()) / 2**20
        waiting += [Requirement(words) for words in found.requires or ()]
    return sum(seen.values())


def test_the_field_install_is_small() -> None:
    field = megabytes(PROJECT["dependencies"])
    full = megabytes([*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["torch"]])
    assert 0 < field < full
    keep(Row("field install, against the full set", full / field, AT_LEAST, "MB", field, full, 0))
