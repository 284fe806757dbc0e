"""The one error that reaches a user: a sentence, a hint and whose fault it is."""

from __future__ import annotations

from enum import StrEnum


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
        super().__init__(sentence)
        self.sentence = sentence
        self.hint = hint
        self.kind = kind

    def __str__(self) -> str:
        return f"{self.sentence} {self.hint}".strip()


class Cancelled(Exception):  # noqa: N818 - not an error: the user asked for it
    """Raised inside long work after the user asked for it to stop."""
