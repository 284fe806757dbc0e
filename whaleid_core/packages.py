"""Model packages: folders with a manifest, weights and an ONNX file; checked before they are used, never unpickled."""

from __future__ import annotations

import hashlib
import json
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from whaleid_core.errors import Kind, WhaleIdError
from whaleid_core.resources import packages_folder, user_packages_folder

_log = logging.getLogger(__name__)

MANIFEST = "manifest.json"
WEIGHTS = "weights.safetensors"
ONNX = "model.onnx"
JUDGE = "judge.npy"
"""A detector's second opinion; see judge.py."""
TASKS = ("detect", "embed", "classify", "ensemble")
COMPARES = ("embed", "classify")
"""What networks do that say whose a tail is: give it a vector, or choose among the whales they were trained on."""
LARGEST_MANIFEST = 1 << 20
"""Bytes; the class ids of a trained head are the most of it."""
DEEPEST = 16
"""Levels of lists and objects in a manifest: what shows it calls itself for each."""
LONGEST = 16384
"""Numbers that an embedding has at most, and whales that a trained head knows."""


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

    @property
    def classes(self) -> tuple[str, ...]:
        """The whales of a trained head, one an output, new_whale among them or not; none for other networks."""
        return tuple(self.manifest.get("classes", ()))

    @property
    def members(self) -> tuple[str, ...]:
        """The labels of the packages that an ensemble is made of; none for a network."""
        return tuple(self.manifest.get("members", ()))


def read_package(folder: Path) -> Package:
    """Read and check a model package.

    Raises:
        WhaleIdError: no manifest, one that can't be used, or a file that isn't the one it names.
    """
    try:
        with (folder / MANIFEST).open("rb") as file:
            text = file.read(LARGEST_MANIFEST + 1)
        manifest: Any = json.loads(text.decode("utf-8")) if len(text) <= LARGEST_MANIFEST else None
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
    if not _flat(manifest, DEEPEST):
        return "its manifest is nested too deeply"
    network = () if manifest.get("task") == "ensemble" else ("architecture", "input")
    if missing := [key for key in ("name", "version", "task", "files", *network) if key not in manifest]:
        return f"its manifest lacks {missing[0]!r}"
    if manifest["task"] not in TASKS:
        return f"its task {manifest['task']!r} is not known to this version"
    if not isinstance(manifest["files"], dict):
        return "its manifest names no files"
    if manifest["task"] == "ensemble":
        members = manifest.get("members")
        named = isinstance(members, list) and members and all(isinstance(member, str) for member in members)
        return "" if named else "it names no members"
    sides = manifest["input"]
    if not isinstance(sides, dict) or sides.get("colour") not in ("grey", "rgb"):
        return "its manifest doesn't say whether its input is grey or rgb"
    if not all(_whole(sides.get(side)) and 0 < sides[side] <= 4096 for side in ("width", "height")):
        return "the size of its input is not possible"
    if ONNX not in manifest["files"]:
        return f"its manifest names no {ONNX}"
    return _misfit(manifest)


def _flat(value: Any, depth: int) -> bool:
    """Whether something out of a manifest holds others within so many levels."""
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return not inside or (depth > 0 and all(_flat(part, depth - 1) for part in inside))


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
    metrics = manifest.get("metrics", {})
    sure: Any = metrics.get("confidence", 0.5) if isinstance(metrics, dict) else None
    if not _numbers([sure], 1) or not 0 <= sure <= 1:
        return "what was measured of it is not possible"
    length: Any = manifest.get("length")
    if manifest["task"] == "embed" and not (_whole(length) and 0 < length <= LONGEST):
        return "the length of its embeddings is not possible"
    if manifest["task"] == "classify" and not _whales(manifest.get("classes")):
        return "it doesn't say which whales it was trained on"
    return ""


def _whales(classes: Any) -> bool:
    """Whether these can be the whales of a trained head: distinct names."""
    if not isinstance(classes, list) or not 0 < len(classes) <= LONGEST:
        return False
    return all(isinstance(name, str) and name for name in classes) and len(set(classes)) == len(classes)


def _numbers(values: Any, count: int) -> bool:
    """Whether these are so many numbers of a size that images have."""
    if not isinstance(values, list) or len(values) != count:
        return False
    return all((_whole(value) or isinstance(value, float)) and -1e6 < value < 1e6 for value in values)


def _whole(value: Any) -> bool:
    """Whether this is a whole number; to Python, true and false are some."""
    return isinstance(value, int) and not isinstance(value, bool)


def _refused(name: str, why: str) -> WhaleIdError:
    return WhaleIdError(f"The model package {name} was refused: {why}.", "Copy it again.", Kind.ENVIRONMENT)


def write_package(folder: Path, manifest: Mapping[str, Any]) -> Package:
    """Complete a folder of a package's files with their manifest and its hashes; returns the package read back."""
    files = {name: sha256(folder / name) for name in (ONNX, WEIGHTS, JUDGE) if (folder / name).is_file()}
    text = json.dumps({**manifest, "files": files}, indent=2, ensure_ascii=False)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")
    return read_package(folder)


def sha256(path: Path) -> str:
    """Hash of a file's bytes, hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@dataclass(frozen=True)
class Found:
    """A package as it lies on the disk.

    Attributes:
        folder: where it lies.
        package: what it is; None where it was refused.
        bundled: whether it came with the program; else the user installed it.
        problem: why the program doesn't use it, as a sentence or two; empty where it does.
    """

    folder: Path
    package: Package | None
    bundled: bool
    problem: str = ""


def found() -> list[Found]:
    """All packages, those that came with the program first, each by the name of its folder; used ones and others.

    A user's package takes the place of one of the same name, task and a lower version, and only then is it used.

    Raises:
        WhaleIdError: the installation has no folder of packages.
    """
    everything = [_read(path.parent, True) for path in sorted(packages_folder().glob(f"*/{MANIFEST}"))]
    everything += [_read(folder, False) for folder in _users_folders()]
    newest: dict[str, Found] = {}
    for one in everything:
        if one.package is None:
            continue
        before = newest.setdefault(one.package.name, one).package
        assert before is not None
        if one.package.task == before.task and _numbers_of(one.package.version) > _numbers_of(before.version):
            newest[one.package.name] = one
    return [_placed(one, newest) for one in everything]


def installed() -> list[Package]:
    """The packages that the program uses: those that came with it, and after them the user's.

    A user's newer package stands where the one stood that it replaces. A user's package that is damaged is left out,
    and the log says so: the program starts without it.

    Raises:
        WhaleIdError: one that came with the program is damaged, or their folder is missing.
    """
    everything = found()
    for one in everything:
        if one.package is None and one.bundled:
            read_package(one.folder)
        if one.package is None:
            _log.warning("%s", one.problem)
    used = {one.package.name: one.package for one in everything if one.package is not None and not one.problem}
    order = dict.fromkeys(one.package.name for one in everything if one.package is not None)
    return [used[name] for name in order]


def _users_folders() -> list[Path]:
    try:
        inside = sorted(user_packages_folder().iterdir())
    except OSError:
        return []  # nothing was ever installed, or it can't be read now
    return [path for path in inside if not path.name.startswith(".") and path.is_dir()]


def _read(folder: Path, bundled: bool) -> Found:
    try:
        return Found(folder, read_package(folder), bundled)
    except WhaleIdError as error:
        hint = error.hint if bundled else f"Remove it with: whaleid packages remove {folder.name}"
        return Found(folder, None, bundled, f"{error.sentence} {hint}")


def _placed(one: Found, newest: Mapping[str, Found]) -> Found:
    """Say of a package that another one is used in its place."""
    if one.package is None or newest[one.package.name] is one:
        return one
    other = newest[one.package.name]
    assert other.package is not None
    whose = "which came with the program" if other.bundled else "which you installed"
    why = "is used in its place" if other.package.task == one.package.task else "has its name and does something else"
    return replace(one, problem=f"{other.package.label}, {whose}, {why}.")


def _numbers_of(version: str) -> tuple[int, ...]:
    """A version to compare: its numbers, of nine digits at most; nothing is lower than what has none."""
    return tuple(int(number) for number in re.findall(r"[0-9]{1,9}", version))
