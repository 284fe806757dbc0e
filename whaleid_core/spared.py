"""What is never written over, whatever name a person typed: photographs, catalogues, models and all else but texts."""

from __future__ import annotations

import os
from pathlib import Path

from whaleid_core.errors import WhaleIdError

KIND = 4
"""Bytes that tell one kind of file from another."""
_LOOKED_AT = 4096
"""Bytes that tell a text from other files, which have a zero among them."""


def spared(path: Path, kind: bytes = b"") -> Path:
    """The file that would be written under a name, links followed.

    Args:
        kind: the first bytes of what is to be written where that is no text: a file of that kind may be replaced, too.

    Raises WhaleIdError where another kind of file is there.
    """
    target = Path(os.path.realpath(path))
    if not target.is_file():  # reading from a pipe would wait for ever
        return target
    try:
        with target.open("rb") as file:
            begins = file.read(_LOOKED_AT)
    except OSError:  # writing will tell
        return target
    if b"\0" in begins and not (kind and begins.startswith(kind)):
        sentence = f"{path.name} is a photograph, a catalogue or another file that is no text, so it stays as it is."
        raise WhaleIdError(sentence, "Choose another name.")
    return target
