"""Capture histories as program MARK reads them (.inp); RMark's `convert.inp` and the R package marked do too."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from whaleid_core.formats.atomic import atomic_write


def write_histories(path: Path, occasions: Sequence[str], whales: Iterable[tuple[str, Sequence[bool]]]) -> None:
    """Write `/* whale */ 0110 1;`, a line a whale, below a comment with the occasions.

    Args:
        whales: the name of each, and whether it was met on each occasion.

    Raises WhaleIdError where the file can't be written.
    """
    with atomic_write(path) as file:
        file.write(f"/* Occasions: {_said(' '.join(occasions))} */\n")
        for name, met in whales:
            file.write(f"/* {_said(name)} */ {''.join('1' if seen else '0' for seen in met)} 1;\n")


def _said(text: str) -> str:
    """A text inside a comment, which it must not end."""
    return " ".join(text.split()).replace("*/", "* /")
