"""Starts the window: arguments, log, a sentence where there is no display, and the application."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from whaleid_core import __version__

_NO_DISPLAY = (
    "There is no display to open a window on.",
    "Log in on a desktop, use `ssh -X`, or do the same with the command `whaleid`.",
)
_PACKAGES = {"libEGL": "libegl1", "libGL": "libgl1", "libxkbcommon": "libxkbcommon0", "libdbus": "libdbus-1-3"}


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="whalegui", description="Recognise humpback whales by their tails.")
    parser.add_argument("catalogue", nargs="?", type=Path, metavar="CATALOGUE", help="folder of a catalogue")
    parser.add_argument("--pictures", type=Path, metavar="DIR", help="save pictures of every workspace there, and end")
    parser.add_argument("--scheme", choices=("system", "light", "dark"), help="colours, for this time")
    parser.add_argument("--version", action="version", version=f"WhaleGUI {__version__}")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Open the window; exit status 0, or 1 with a sentence and a hint on stderr."""
    options = parse(sys.argv[1:] if arguments is None else arguments)
    if options.pictures is not None:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    elif not has_display(os.environ, sys.platform):
        return _refuse(*_NO_DISPLAY)
    # OpenCV sets this to its own Qt plugins, which don't fit our Qt.
    os.environ.pop("QT_QPA_PLATFORM_PLUGIN_PATH", None)
    try:
        from whalegui import application
    except ImportError as error:
        sentence = missing_library(error)
        if sentence is None:
            raise
        return _refuse(*sentence)
    return application.run(options.catalogue, options.pictures, options.scheme)


def has_display(environment: os._Environ[str] | dict[str, str], platform: str) -> bool:
    """Whether a window can be opened; Qt itself would abort the process where it can't."""
    if not platform.startswith("linux") or environment.get("QT_QPA_PLATFORM"):
        return True
    return bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))


def missing_library(error: ImportError) -> tuple[str, str] | None:
    """A sentence and a hint where Qt lacks a library of the system; None for any other import error."""
    text = str(error)
    for library, package in _PACKAGES.items():
        if f"{library}.so" in text or f"{library}-" in text:
            return (
                f"Qt lacks the system's {library}, so no window can be opened.",
                f"On Debian and Ubuntu: sudo apt install {package}",
            )
    return None


def _refuse(sentence: str, hint: str) -> int:
    print(f"{sentence}\n{hint}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
