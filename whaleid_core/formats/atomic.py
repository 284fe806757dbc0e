"""Writes a file aside and then renames it, so that nobody ever finds half a file under its name."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TextIO

from whaleid_core.errors import Kind, WhaleIdError
from whaleid_core.spared import KIND, spared

_HINTS = {
    errno.ENOSPC: "Free some space on that disk, or choose another one.",
    errno.EDQUOT: "Free some space on that disk, or choose another one.",
    errno.ENOENT: "Make its folder first, or choose another one.",
    errno.EISDIR: "A folder has that name: choose another one.",
    errno.EIO: "See that its disk is connected, or choose another one.",
    errno.ENODEV: "See that its disk is connected, or choose another one.",
}
_HINT = "Close the file in other programs, or choose a folder that you may write to."


@contextlib.contextmanager
def atomic_write(path: Path) -> Iterator[TextIO]:
    """A UTF-8 text file, opened for writing, that takes the place of `path` once the block ends well.

    Where the block or the disk fails, `path` is as it was and nothing is left beside it. Line ends are written as they
    come, which is what the csv module wants. A link is followed: the file that it points to is replaced.

    Raises WhaleIdError where a file is there that is no text, and of kind environment where the disk, the folder or its
    permissions stand in the way.
    """
    target = spared(path)
    aside = _beside(target)
    try:
        with _opened(aside) as file:
            yield file
        _take_its_place(aside, target)
    except OSError as error:
        raise _told(path, error) from error
    finally:
        _gone(aside)


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file that is no text; otherwise as `atomic_write`. One of its kind is replaced, too."""
    target = spared(path, content[:KIND])
    aside = _beside(target)
    try:
        with open(aside, "xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        _take_its_place(aside, target)
    except OSError as error:
        raise _told(path, error) from error
    finally:
        _gone(aside)


def write_all(files: Iterable[tuple[Path, str]]) -> None:
    """Write text files, and the folders that they want, so that all appear or none.

    Each is written aside, and only when all are there they take their places.

    Raises WhaleIdError as `atomic_write` does; folders that were made for it are gone then, too.
    """
    waiting: list[tuple[Path, Path]] = []
    made: list[Path] = []
    path = Path()
    try:
        for path, text in files:
            made += _made(path.parent)
            target = spared(path)
            waiting.append((_beside(target), target))
            with _opened(waiting[-1][0]) as file:
                file.write(text)
        for aside, path in waiting:
            _take_its_place(aside, path)
        made.clear()
    except OSError as error:
        raise _told(path, error) from error
    finally:
        for aside, _ in waiting:
            _gone(aside)
        for folder in reversed(made):
            with contextlib.suppress(OSError):
                folder.rmdir()


def _made(folder: Path) -> list[Path]:
    """Make a folder; gives those that weren't there, outermost first."""
    lacking = [one for one in (folder, *folder.parents) if not one.exists()][::-1]
    folder.mkdir(parents=True, exist_ok=True)
    return lacking


def _beside(target: Path) -> Path:
    return target.with_name(f".{secrets.token_hex(8)}.part")


@contextlib.contextmanager
def _opened(aside: Path) -> Iterator[TextIO]:
    # "x": where by some miracle the name is taken, somebody else's file is left alone.
    # Names that are no UTF-8 on the disk are written with the bytes they have there.
    with open(aside, "x", encoding="utf-8", errors="surrogateescape", newline="") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


def _take_its_place(aside: Path, target: Path) -> None:
    if target.exists():
        shutil.copymode(target, aside)
    os.replace(aside, target)


def _gone(aside: Path) -> None:
    with contextlib.suppress(OSError):
        aside.unlink()


def _told(path: Path, error: OSError) -> WhaleIdError:
    reason, hint = error.strerror or str(error), _HINTS.get(error.errno or 0, _HINT)
    return WhaleIdError(f"{path.name} couldn't be written to {path.parent}: {reason}.", hint, Kind.ENVIRONMENT)
