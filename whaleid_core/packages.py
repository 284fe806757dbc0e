"""Model packages: folders with a manifest, weights and an ONNX file; checked before they are used, never unpickled."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from whaleid_core.errors import Kind, WhaleIdError
from whaleid_core.resources import packages_folder

MANIFEST = "manifest.json"
WEIGHTS = "weights.safetensors"
ONNX = "model.onnx"
TASKS = ("detect", "embed")
LONGEST = 16384
"""Numbers that an embedding has at most."""


@dataclass(frozen=True)
class Package:
    """A model package whose files are what its manifest says.

    Attributes:
        folder: where it lies.
        manifest: the manifest as written; see docs in CONTRIBUTING.md.
    """

    folder: Path
    manifest: Mapping[str, Any]

    @property
    def name(self) -> str:
        return str(self.manifest["name"])

    @property
    def version(self) -> str:
        return str(self.manifest["version"])

    @property
    def label(self) -> str:
        """Name and version: what embeddings and suggestions are filed under."""
        return f"{self.name} {self.version}"

    @property
    def task(self) -> str:
        return str(self.manifest["task"])

    @property
    def width(self) -> int:
        return int(self.manifest["input"]["width"])

    @property
    def height(self) -> int:
        return int(self.manifest["input"]["height"])

    @property
    def grey(self) -> bool:
        return bool(self.manifest["input"]["colour"] == "grey")

    @property
    def margin(self) -> float:
        """Share of the tail box that a crop takes in beyond each side."""
        return float(self.manifest.get("margin", 0.05))

    @property
    def length(self) -> int:
        """Numbers in an embedding; 0 for a detector."""
        return int(self.manifest.get("length", 0))


def read_package(folder: Path) -> Package:
    """Read and check a model package.

    Raises:
        WhaleIdError: no manifest, one that can't be used, or a file that isn't the one it names.
    """
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise _refused(folder.name, "it has no readable manifest") from error
    if problem := _problem(manifest):
        raise _refused(folder.name, problem)
    package = Package(folder, manifest)
    for name, digest in manifest["files"].items():
        if Path(name).name != name or not (folder / name).is_file():
            raise _refused(package.name, f"{name} is missing")
        try:
            whole = sha256(folder / name) == digest
        except OSError as error:
            raise _refused(package.name, f"{name} can't be read") from error
        if not whole:
            raise _refused(package.name, f"{name} doesn't match its manifest")
    return package


def _problem(manifest: Any) -> str:
    """What is wrong with a manifest, as the end of a sentence; empty where nothing is."""
    if not isinstance(manifest, dict):
        return "its manifest is not an object"
    if missing := [key for key in ("name", "version", "task", "architecture", "input", "files") if key not in manifest]:
        return f"its manifest lacks {missing[0]!r}"
    if manifest["task"] not in TASKS:
        return f"its task {manifest['task']!r} is not known to this version"
    sides = manifest["input"]
    if not isinstance(sides, dict) or sides.get("colour") not in ("grey", "rgb"):
        return "its manifest doesn't say whether its input is grey or rgb"
    if not all(isinstance(sides.get(side), int) and 0 < sides[side] <= 4096 for side in ("width", "height")):
        return "the size of its input is not possible"
    if not isinstance(manifest["files"], dict) or ONNX not in manifest["files"]:
        return f"its manifest names no {ONNX}"
    return _misfit(manifest)


def _misfit(manifest: Mapping[str, Any]) -> str:
    """What in a manifest the program couldn't compute with, as the end of a sentence; empty where nothing is."""
    sides = manifest["input"]
    channels = 1 if sides["colour"] == "grey" else 3
    for key in ("mean", "std"):
        if not _numbers(sides.get(key, [1.0] * channels), channels) or (key == "std" and 0 in sides.get(key, [])):
            return f"the {key} of its input is not possible"
    if not _numbers([manifest.get("margin", 0.0)], 1) or not 0 <= manifest.get("margin", 0.0) <= 1:
        return "its margin is not possible"
    if manifest["task"] == "detect" and (sides["width"] != sides["height"] or channels != 3):
        return "a detector's input is a square in colour"
    length = manifest.get("length")
    if manifest["task"] == "embed" and not (isinstance(length, int) and 0 < length <= LONGEST):
        return "the length of its embeddings is not possible"
    return ""


def _numbers(values: Any, count: int) -> bool:
    """Whether these are so many numbers of a size that images have."""
    if not isinstance(values, list) or len(values) != count:
        return False
    return all(isinstance(value, int | float) and -1e6 < value < 1e6 for value in values)


def _refused(name: str, why: str) -> WhaleIdError:
    return WhaleIdError(f"The model package {name} was refused: {why}.", "Copy it again.", Kind.ENVIRONMENT)


def write_package(folder: Path, manifest: Mapping[str, Any]) -> Package:
    """Complete a folder of a package's files with their manifest and its hashes; returns the package read back."""
    files = {name: sha256(folder / name) for name in (ONNX, WEIGHTS) if (folder / name).is_file()}
    text = json.dumps({**manifest, "files": files}, indent=2, ensure_ascii=False)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")
    return read_package(folder)


def sha256(path: Path) -> str:
    """Hash of a file's bytes, hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def installed() -> list[Package]:
    """The packages that came with the program, by name.

    Raises:
        WhaleIdError: one of them is damaged, or the folder is missing.
    """
    return [read_package(path.parent) for path in sorted(packages_folder().glob(f"*/{MANIFEST}"))]
