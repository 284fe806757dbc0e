"""Package files: a model package as one zip, made, checked and installed into the user's folder, and removed again."""

from __future__ import annotations

import io
import json
import os
import re
import secrets
import shutil
import stat
import tempfile
import zipfile
import zlib
from pathlib import Path

import numpy as np

from whaleid_core.detect import TailFinder
from whaleid_core.engine import calibration_of
from whaleid_core.errors import Kind, WhaleIdError
from whaleid_core.network_files import problem_of_weights
from whaleid_core.packages import LARGEST_MANIFEST, MANIFEST, WEIGHTS, Found, Package, found, read_package
from whaleid_core.resources import user_packages_folder
from whaleid_core.runtime import check_bounds, open_runner
from whaleid_core.spared import spared

MOST_FILES = 16
LARGEST = 1 << 30
"""Bytes that the files of a package have at most, all together."""
_PIECE = 1 << 20
_ZIP = b"PK\x03\x04"
_LARGEST_READ = 2 * _PIECE
"""Bytes that the zip library reads at once at most; a table of contents is read at once, and is small in a package."""

# Names that are a plain file or folder on each system, and a version that can be compared.
_FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}(?<!\.)")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}")
_VERSION = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9}){0,3}")

_UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError)
"""What the zip library says of a file that is damaged, encrypted or packed in a way that it doesn't know."""


class _SmallReads(io.FileIO):
    """A file for the zip library, which makes an object of each line of the table of contents, of millions of them."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > _LARGEST_READ:
            raise zipfile.BadZipFile("its table of contents is too long")
        return super().read(size)


def pack(folder: Path, file: Path) -> Package:
    """Make a package file of a package's folder; the same folder gives the same bytes. Replaces what is there.

    Raises:
        WhaleIdError: the folder is no package, a file that is to be spared is there, or it can't be written.
    """
    package = read_package(folder)
    _check_label(package, folder.name)
    file = spared(file, _ZIP)
    aside = file.with_name(f".{secrets.token_hex(8)}.part")
    try:
        with zipfile.ZipFile(aside, "x", zipfile.ZIP_DEFLATED) as archive:
            for name in (MANIFEST, *package.manifest["files"]):
                entry = zipfile.ZipInfo(name)  # without the time, so that equal packages are equal files
                entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, (stat.S_IFREG | 0o644) << 16
                with (folder / name).open("rb") as source, archive.open(entry, "w") as packed:
                    shutil.copyfileobj(source, packed, _PIECE)
        os.replace(aside, file)
    except OSError as error:
        raise _disk(f"{file.name} couldn't be written to {file.parent}", error) from error
    finally:
        aside.unlink(missing_ok=True)
    return package


def install(file: Path) -> Package:
    """Check a package file and put it into the user's folder, as NAME-VERSION; whole, or not at all.

    Raises:
        WhaleIdError: it is no package file, holds what it shouldn't, doesn't compute, or is installed already.
    """
    folder = user_packages_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".", suffix=".part", dir=folder, ignore_cleanup_errors=True) as made:
            aside = Path(made) / (file.stem.strip(".") or "package")  # what a refusal calls it
            aside.mkdir()
            _unpack(file, aside)
            package = read_package(aside)
            _check_label(package, file.name)
            _try_out(package)
            return _put(package, folder / f"{package.name}-{package.version}")
    except OSError as error:
        raise _disk(f"{file.name} couldn't be installed in {folder}", error) from error


def remove(name: str) -> list[Found]:
    """Take a user's package away: all of its versions by its name, one by its folder's name; returns what went.

    Raises:
        WhaleIdError: there is none of that name, or it came with the program, or it can't be deleted.
    """
    named = [one for one in found() if name in _names(one)]
    own = [one for one in named if not one.bundled]
    if not named:
        raise WhaleIdError(f"No package {name} is installed.", "whaleid packages list names those that are.")
    if not own:
        raise WhaleIdError(f"{name} came with the program and stays.", "Only packages that were installed can go.")
    for one in own:
        aside = one.folder.with_name(f".{secrets.token_hex(8)}.part")
        try:
            os.replace(one.folder, aside)  # gone at once, however long deleting takes
            if aside.is_symlink():
                aside.unlink()
            else:
                shutil.rmtree(aside)
        except OSError as error:
            raise _disk(f"{one.folder} couldn't be removed", error) from error
    return own


def _names(one: Found) -> set[str]:
    of_folder = one.folder.name.rpartition("-")[0]  # the manifest of a damaged one can't say its name
    return {one.folder.name, of_folder} if one.package is None else {one.folder.name, one.package.name}


def _put(package: Package, place: Path) -> Package:
    if place.exists():
        hint = f"Remove it first: whaleid packages remove {place.name}"
        raise WhaleIdError(f"{package.label} is installed already.", hint)
    os.replace(package.folder, place)
    return Package(place, package.manifest)


def _unpack(file: Path, folder: Path) -> None:
    """Write a package file's files into a folder, after a look at what they claim to be."""
    if not file.is_file():
        raise WhaleIdError(f"There is no file {file}.", "Name a package file, which ends with .zip as a rule.")
    try:
        with _SmallReads(file) as source, zipfile.ZipFile(source) as archive:
            entries = archive.infolist()
            if problem := _suspicious(entries):
                raise _refused(file.name, problem)
            for entry in entries:
                with archive.open(entry) as packed, (folder / entry.filename).open("xb") as plain:
                    left = entry.file_size
                    # No more is taken than the entry claimed, however much it unpacks to.
                    while piece := packed.read(min(_PIECE, left + 1)):
                        left -= len(piece)
                        if left < 0:
                            raise _refused(file.name, f"{entry.filename} is larger than it says")
                        plain.write(piece)
    except _UNREADABLE as error:
        raise _refused(file.name, "it is no zip file, or a damaged one") from error
    _check_named(file.name, folder, {entry.filename for entry in entries})


def _suspicious(entries: list[zipfile.ZipInfo]) -> str:
    """What in a zip's table of contents no package has, as the end of a sentence; empty where all is well."""
    names = [entry.filename for entry in entries]
    if len(entries) > MOST_FILES:
        return f"it holds {len(entries)} files, and a package has {MOST_FILES} at most"
    if len({name.casefold() for name in names}) < len(names):
        return "it holds a file twice"
    for entry in entries:
        # What the file was called in the zip: the library cuts a name at a zero byte and turns its slashes.
        if not _FILE.fullmatch(entry.filename) or entry.orig_filename != entry.filename:
            return "it holds folders, or names that no package has"
        if stat.S_IFMT(entry.external_attr >> 16) not in (0, stat.S_IFREG):
            return f"{entry.filename} is a link or no plain file"
        if entry.flag_bits & 1 or entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            return "it is encrypted, or packed in an unusual way"
    if MANIFEST not in names:
        return f"it has no {MANIFEST}"
    if any(entry.file_size > LARGEST_MANIFEST for entry in entries if entry.filename == MANIFEST):
        return "its manifest is too large"
    if sum(entry.file_size for entry in entries) > LARGEST:
        return f"it unpacks to more than {LARGEST >> 20} MB"
    return ""


def _check_named(file: str, folder: Path, names: set[str]) -> None:
    """Refuse what the manifest doesn't name; what is wrong with the manifest itself, `read_package` says."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        named = set(manifest["files"])
    except (ValueError, RecursionError, TypeError, KeyError):
        return
    if more := sorted(names - named - {MANIFEST}):
        raise _refused(file, f"it holds {more[0]}, which its manifest doesn't name")


def _check_label(package: Package, file: str) -> None:
    """The name and the version become a folder's name, and versions are compared."""
    if not _NAME.fullmatch(package.name):
        raise _refused(file, f"{package.name[:60]!r} can't be a package's name: write it in letters, digits, - and _")
    if not _VERSION.fullmatch(package.version):
        raise _refused(file, f"{package.version[:60]!r} can't be its version: write it as numbers with dots")


def _try_out(package: Package) -> None:
    """Use a package once: one that can't be calibrated with, or run, or gives other numbers, is refused now.

    Once it is installed, such a package would keep the program from starting.
    """
    if package.task != "detect":
        calibration_of(package)
    if package.task == "ensemble":
        return
    if WEIGHTS in package.manifest["files"] and (problem := problem_of_weights(package.folder / WEIGHTS)):
        raise _refused(package.name, problem)
    check_bounds(package)
    shape = (1, package.height, package.width, *(() if package.grey else (3,)))
    try:
        runner = open_runner(package, "cpu")
        output = runner.run(np.zeros(shape, np.uint8))
    except (WhaleIdError, RuntimeError) as error:
        raise _refused(package.name, "its network can't be run") from error
    if package.task == "detect":
        TailFinder(package, runner)  # which refuses a judge that can't be used
    numbers = len(package.classes) or package.length
    fits = output.ndim == 3 and output.shape[1] == 5 if package.task == "detect" else output.shape == (1, numbers)
    if not fits:
        raise _refused(package.name, f"its network gives {output.shape}, which isn't what its manifest says")


def _refused(file: str, why: str) -> WhaleIdError:
    hint = "Copy it again, or make it with: whaleid packages pack FOLDER FILE"
    return WhaleIdError(f"The package file {file} was refused: {why}.", hint)


def _disk(sentence: str, error: OSError) -> WhaleIdError:
    hint = "Make room on the disk, or choose a folder that you may write to."
    return WhaleIdError(f"{sentence}: {error.strerror or error}.", hint, Kind.ENVIRONMENT)
