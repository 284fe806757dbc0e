"""Tails that a person takes for one whale, and how far people have looked: small rules of Matches, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from whaleid_core.catalogue import LookRow, PhotoRow, TailRow


class Ticks:
    """The ticked tails of an encounter; the tail in view always goes with them.

    Attributes:
        ids: of the ticked tails.
    """

    def __init__(self) -> None:
        self.ids: set[int] = set()

    def toggle(self, tail_id: int) -> None:
        self.ids ^= {tail_id}

    def group(self, current: int) -> tuple[int, ...]:
        """The tails that one decision holds for, the one in view first; empty where that is alone."""
        others = sorted(self.ids - {current})
        return (current, *others) if others else ()


def conflict(group: Sequence[int], shown: Sequence[tuple[TailRow, PhotoRow]]) -> str:
    """Why these tails can't be one whale, as a sentence; empty where nothing speaks against it."""
    photos = Counter(photo.title for tail, photo in shown if tail.id in group)
    twice = next((title for title, count in photos.items() if count > 1), "")
    return f"{twice} shows two tails, which can't be one whale. Untick one." if twice else ""


def looks_sentence(looks: Sequence[LookRow], who: str, seen: int, of: int) -> str:
    """ "Ana saw all 10, Ben none." The person who works comes first, with what was seen just now.

    Args:
        looks: as they were kept.
        who: works now; may have no name.
        seen, of: how many of how many candidates that person has seen by now.
    """
    if not of:
        return ""
    own = next((look for look in looks if look.who == who), LookRow(who, 0, 0))
    rows = [LookRow(who, min(max(own.shown, seen), of), of), *(look for look in looks if look.who != who)]
    return ", ".join(_look(row, first=number == 0) for number, row in enumerate(rows)) + "."


def _look(row: LookRow, first: bool) -> str:
    much = "none" if not row.shown else f"all {row.of}" if row.shown >= row.of else f"{row.shown} of {row.of}"
    return f"{row.who or ('You' if first else 'Somebody')}{' saw' if first else ''} {much}"
