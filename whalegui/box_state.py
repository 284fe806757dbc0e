"""What Boxes says where there is no photo to show: nothing yet, waiting, done, or a file that can't be read."""

from __future__ import annotations

from dataclasses import dataclass

from whalegui.actions import key_of
from whalegui.widgets.wording import many
from whaleid_core.catalogue import Catalogue, PhotoFilter, PhotoStatus

_COPYING_HELPS = ("ends early", "is empty", "is damaged")


@dataclass(frozen=True, slots=True)
class BoxState:
    """A sentence that says what next, and the button that does it.

    Attributes:
        deed: "find" to look for tails, "sheet" to look over the sure crops; empty where a key in the sentence says it.
    """

    icon: str
    sentence: str
    button: str = ""
    deed: str = ""


def read_state(catalogue: Catalogue, sure: int) -> BoxState:
    """The state of a catalogue in which no photo waits to be checked.

    Args:
        sure: how many photos have just one box, of which the detector is sure, and that nobody accepted yet.
    """
    counts = catalogue.counts()
    searched = len(catalogue.photo_ids(PhotoFilter(role="new", searched=True)))
    if counts.waiting_search and not searched:
        waits = "1 photo waits" if counts.waiting_search == 1 else f"{counts.waiting_search:,} photos wait"
        return BoxState("scan", f"{waits} to be searched for tails.", "Find tails", "find")
    if not searched:
        return BoxState("image-plus", f"Nothing to check. Add photos: {key_of('app.add')}.")
    tails = counts.to_match + counts.decided
    without = counts.by_status.get(PhotoStatus.NO_TAIL, 0)
    looked_at = f"{many(searched - sure, 'photo') if searched > sure else 'No photo'} checked"
    if sure:
        looked_at += f"; {many(sure, 'sure one')} not looked at"
    checked = f"{looked_at}: {many(tails, 'tail')}, {many(without, 'photo')} without."
    if sure:
        return BoxState(
            "check",
            f"{checked} Matches: {key_of('app.show_matches')}.",
            f"Look over {many(sure, 'sure crop')} ({key_of('boxes.sheet')})",
            "sheet",
        )
    return BoxState("check", f"{checked} Matches: {key_of('app.show_matches')}.")


def problem_state(problem: str) -> BoxState:
    """A photo that can't be shown, and what helps."""
    copying = any(words in problem for words in _COPYING_HELPS)
    return BoxState(
        "circle-alert",
        f"{problem} {'Copy it again, then' if copying else 'Put that right, then'} press {key_of('app.refresh')}.",
    )
