"""What a report of a bug says: versions, device, traceback, the last edits; no names of people, no paths of yours."""

from __future__ import annotations

import getpass
import platform
import re
import sys
import traceback
from collections.abc import Collection, Iterable
from contextlib import suppress
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from whaleid_core import __version__

if TYPE_CHECKING:
    from whaleid_core.catalogue import Catalogue
    from whaleid_core.engine import Engine

EDITS = 12
"""So many of the newest lines of the journal stand in a report."""
_LIBRARIES = ("PySide6-Essentials", "numpy", "opencv-python", "openvino", "SQLAlchemy", "torch")
_SOMEBODY = "(somebody)"
_A_PATH = "(a path)"
_QUOTED_PATH = re.compile(r"""(?P<quote>['"])(?:(?!(?P=quote)).)*[/\\](?:(?!(?P=quote)).)*(?P=quote)""")
# From a root, a drive, a share or a home to where the sentence goes on: names of folders may hold spaces.
_BARE_PATH = re.compile(r"""(?<![\w.)])(?:[A-Za-z]:[\\/]|\\\\|~?/)[^\s/](?:[^\n"':;,()]|(?<=\w)'(?=\w))*""")


def versions() -> list[str]:
    """What runs here: the program, the system, Python and the libraries that matter."""
    lines = [f"WhaleGUI {__version__}", platform.platform(), f"Python {platform.python_version()}"]
    for name in _LIBRARIES:
        with suppress(metadata.PackageNotFoundError):
            lines.append(f"{name} {metadata.version(name)}")
    return lines


def device_of(engine: Engine | None) -> str:
    """What computes, in words."""
    return "Networks not loaded" if engine is None else f"{engine.name} on {engine.device} {engine.precision}"


def trace_of(error: BaseException) -> str:
    """The traceback of an error, with what caused it; files are called as they are imported, not as they lie."""
    told = traceback.TracebackException.from_exception(error)
    seen: traceback.TracebackException | None = told
    while seen is not None:
        for frame in seen.stack:
            frame.filename = _as_imported(frame.filename)
        seen = seen.__cause__ or seen.__context__
    return "".join(told.format()).rstrip()


def _as_imported(filename: str) -> str:
    roots = sorted((entry for entry in sys.path if entry), key=len, reverse=True)
    for root in (Path(entry) for entry in roots):
        with suppress(ValueError):
            return Path(filename).relative_to(root).as_posix()
    return Path(filename).name


def last_edits(catalogue: Catalogue, people: Iterable[str] = ()) -> tuple[str, ...]:
    """The newest lines of a catalogue's journal, newest first, without who made them; for a worker thread."""
    rows = catalogue.journal(EDITS)
    names = {*people, *(row.who for row in rows), *(source.name for source in catalogue.photographers())}
    return tuple(
        cleaned(f"{row.id} {row.at:%Y-%m-%d %H:%M:%S} {row.label} [{', '.join(sorted(row.tables))}]", names)
        for row in rows
    )


def report(sentence: str, trace: str, device: str, edits: Collection[str], people: Iterable[str] = ()) -> str:
    """The report as text that can be sent to somebody."""
    names = {*people, _account()}
    parts = [
        cleaned(sentence, names),
        "\n".join([*versions(), device]),
        cleaned(trace, names),
        "\n".join(["Last edits:", *edits]) if edits else "",
    ]
    return "\n\n".join(part for part in parts if part)


def cleaned(text: str, names: Collection[str]) -> str:
    """A text without these names of people, and without paths but those of Python's own files in a traceback."""
    return "\n".join(_cleaned_line(line, names) for line in text.splitlines())


def _cleaned_line(line: str, names: Collection[str]) -> str:
    if re.match(r'\s*File "[^"]*", line \d+', line):  # `trace_of` named these files
        return line
    line = _BARE_PATH.sub(_A_PATH, _QUOTED_PATH.sub(_A_PATH, line))
    for name in sorted((name.strip() for name in names), key=len, reverse=True):
        if name:
            line = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", _SOMEBODY, line, flags=re.IGNORECASE)
    return line


def _account() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # an account without a name
        return ""
