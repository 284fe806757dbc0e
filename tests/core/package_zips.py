"""Makes package files as they are and as nobody should make them, and sees that a refusal leaves nothing behind."""

from __future__ import annotations

import json
import shutil
import warnings
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from whaleid_core.errors import Kind, WhaleIdError
from whaleid_core.package_files import install, pack
from whaleid_core.packages import MANIFEST, Package

Entry = tuple[str | zipfile.ZipInfo, bytes]


def entries(file: Path) -> list[Entry]:
    with zipfile.ZipFile(file) as archive:
        return [(name, archive.read(name)) for name in archive.namelist()]


def zipped(file: Path, content: Iterable[Entry]) -> Path:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a name that is there twice is what some test wants
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in content:
                archive.writestr(name, data, zipfile.ZIP_DEFLATED)
    return file


def altered(package: Package, folder: Path, **change: Any) -> Path:
    """A package like it, with something else in its manifest."""
    shutil.copytree(package.folder, folder)
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8")) | change
    (folder / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    return folder


def version_of(package: Package, version: str, folder: Path, **change: Any) -> Path:
    """Its package file in another version."""
    file = folder.with_suffix(".zip")
    pack(altered(package, folder, version=version, **change), file)
    return file


def refusal(file: Path, home: Path) -> str:
    """The sentence with which a file is refused; nothing is left of it."""
    before = sorted(home.rglob("*"))
    with pytest.raises(WhaleIdError) as refused:
        install(file)
    assert refused.value.hint
    assert refused.value.kind in (Kind.INPUT, Kind.ENVIRONMENT)
    assert "\n" not in refused.value.sentence
    assert refused.value.sentence.endswith(".")
    assert sorted(home.rglob("*")) == before
    return refused.value.sentence
