"""Writes a file aside and then renames it, so that nobody ever finds half a file under its name."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from whaleid_core.errors import Kind, WhaleIdError

_HINTS = {
    errno.ENOSPC: "Free some space on that disk, or choose another one.",
    errno.EDQUOT: "Free some space on that disk, or choose another one.",
    errno.ENOENT: "Make its folder first, or choose another one.",
    errno.EISDIR: "A folder has that name: choose another one.",
}
_HINT = "Close the file in other programs, or choose a folder that you may write to."


@contextlib.contextmanager
def atomic_write(path: Path) -> Iterator[TextIO]:
    """A UTF-8 text file, opened for writing, that takes the place of `path` once the block ends well.

    Where the block or the disk fails, `path` is as it was and nothing is left beside it. Line ends are written as they
    come, which is what the csv module wants. A link is followed: the file that it points to is replaced.

    Raises WhaleIdError of kind environment where the disk, the folder or its permissions stand in the way.
    """
    target = Path(os.path.realpath(path))
    aside = target.with_name(f".{secrets.token_hex(8)}.part")
    try:
        # "x": where by some miracle the name is taken, somebody else's file is left alone.
        # Names that are no UTF-8 on the disk are written with the bytes they have there.
        with open(aside, "x", encoding="utf-8", errors="surrogateescape", newline="") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            shutil.copymode(target, aside)
        os.replace(aside, target)
    except OSError as error:
        reason, hint = error.strerror or str(error), _HINTS.get(error.errno or 0, _HINT)
        raise WhaleIdError(
            f"{path.name} couldn't be written to {path.parent}: {reason}.", hint, Kind.ENVIRONMENT
        ) from error
    finally:
        with contextlib.suppress(OSError):
            aside.unlink()
