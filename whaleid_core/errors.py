"""The one error that reaches a user: a sentence, a hint and whose fault it is."""

from __future__ import annotations

import errno
import re
from enum import StrEnum

# Control signs, line and paragraph separators, and the marks that turn the direction of what follows.
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def one_line(text: str) -> str:
    """A text from elsewhere, a file's name say, as it can stand in a sentence: what can't be seen becomes U+FFFD.

    A name may hold line ends, signs that a terminal obeys, marks that turn what follows, and bytes that are no text.
    """
    return _UNSEEN.sub("\N{REPLACEMENT CHARACTER}", text)


LONGEST = 1000
"""Signs of a sentence: a name or a cell from elsewhere can be of millions."""


def short(text: str) -> str:
    """A text that may stand in a window: of a long one the beginning and the end."""
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 201]}…{text[-200:]}"


class Kind(StrEnum):
    """Whose move it is: the user's disk or network, the user's input, or ours."""

    ENVIRONMENT = "environment"
    INPUT = "input"
    BUG = "bug"


class WhaleIdError(Exception):
    """Something a user can read and act on.

    Args:
        sentence: what happened and what it means for the work, one sentence.
        hint: what to do about it; may be empty.
        kind: environment (disk, network, missing package), input (a file or an argument) or bug.
    """

    def __init__(self, sentence: str, hint: str = "", kind: Kind = Kind.INPUT) -> None:
        self.sentence = one_line(short(sentence))
        self.hint = one_line(short(hint))
        super().__init__(self.sentence)
        self.kind = kind

    def __str__(self) -> str:
        return f"{self.sentence} {self.hint}".strip()


def of_the_disk(error: OSError) -> WhaleIdError:
    """What an error of the system means that nobody foresaw."""
    if error.errno == errno.ENOSPC:
        return WhaleIdError("The disk is full: this isn't saved.", "Free 50 MB and try again.", Kind.ENVIRONMENT)
    name = f"{error.filename}: " if error.filename else ""
    return WhaleIdError(f"{name}{error.strerror or error}.", "Check the disk and try again.", Kind.ENVIRONMENT)


class Cancelled(Exception):  # noqa: N818 - not an error: the user asked for it
    """Raised inside long work after the user asked for it to stop."""
