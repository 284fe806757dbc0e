"""Who has a catalogue open to work in: a locked file beside it, which the system lets go when its program ends."""

from __future__ import annotations

import contextlib
import getpass
import json
import os
import platform
import sys
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

FILE = "catalogue.open"
_FAR = 1 << 30
"""Which byte is locked: one behind the text, so that others can read it on Windows too."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has a catalogue open: name, computer, process, and since when (local time, ISO)."""

    who: str
    host: str
    pid: int
    since: str

    @property
    def is_this_program(self) -> bool:
        return self.pid == os.getpid() and self.host == platform.node()

    def __str__(self) -> str:
        at = f" since {self.since[11:16]} on {self.since[:10]}" if self.since else ""
        return f"{self.who or 'Somebody'} on {self.host or 'another computer'}{at}"


class Claim:
    """A file that is locked as long as this object, or its program, lives."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self._file: int | None = None

    def take(self, who: str) -> Holder | None:
        """Take the catalogue; None, or who has it already. Where no file can be locked, nobody is kept out."""
        if self._file is not None:
            return None
        try:
            file = os.open(self._path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o666)
        except OSError:
            return None
        try:
            _lock(file)
        except BlockingIOError:
            os.close(file)
            return _read(self._path)
        except OSError:  # a share that knows no locks
            os.close(file)
            return None
        name = who or _account()
        own = Holder(name, platform.node(), os.getpid(), datetime.now().isoformat(timespec="seconds"))
        with contextlib.suppress(OSError):  # a full disk: it is locked all the same, without a name
            os.ftruncate(file, 0)
            os.write(file, json.dumps(asdict(own)).encode())
        self._file = file
        return None

    def release(self) -> None:
        """Let others have it."""
        if self._file is not None:
            with contextlib.suppress(OSError):
                os.ftruncate(self._file, 0)
            os.close(self._file)
            self._file = None


def _read(path: Path) -> Holder:
    try:
        found = json.loads(path.read_bytes())
        return Holder(str(found["who"]), str(found["host"]), int(found["pid"]), str(found["since"]))
    except (OSError, ValueError, TypeError, KeyError):
        return Holder("", "", 0, "")  # it is just being written


def _account() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""


if sys.platform == "win32":
    import msvcrt

    def _lock(file: int) -> None:
        os.lseek(file, _FAR, os.SEEK_SET)
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        except PermissionError as error:
            raise BlockingIOError from error
        finally:
            os.lseek(file, 0, os.SEEK_SET)
else:
    import fcntl

    def _lock(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
