"""What the self-check shows of the catalogue, read on a worker: proposals with their tails, and what became of each."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from whalegui.match_details import Shown, read_tails
from whaleid_core.catalogue.rows import WhaleRow
from whaleid_core.self_check import Mistake, Proposal

if TYPE_CHECKING:
    from whaleid_core.catalogue import Catalogue

Word = str
"""What was said of a proposal: "same", "different", "unsure", or nothing yet."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A proposal as it is now.

    Attributes:
        id: its place in the list.
        one, other: the two tails; the second is what the first is compared with.
        left, right: their whales; of a tail that may be false both are its own.
        like: what else the tail may be, by name; empty where that whale is gone.
        word: what was said of it.
    """

    id: int
    proposal: Proposal
    one: Shown
    other: Shown
    left: WhaleRow
    right: WhaleRow
    like: str
    word: Word

    @property
    def missed(self) -> bool:
        return self.proposal.mistake is Mistake.MISSED

    @property
    def sentence(self) -> str:
        """What is doubtful, as a sentence."""
        points = f" {self.proposal.points} points agree." if self.proposal.points else ""
        if self.word == "same" and self.missed:
            return f"One whale now, {self.left.name}."
        if self.missed:
            return f"{self.left.name} and {self.right.name} may be one whale.{points}"
        title = self.one[1].title
        if self.word == "different":
            return f"{title} is {self.left.name} now."
        instead = f" It is more like {self.like}." if self.like else ""
        return f"{title} may not be {self.left.name}.{instead}"


def read_doubts(catalogue: Catalogue, proposals: Sequence[Proposal], unsure: Collection[int]) -> list[Doubt]:
    """The proposals whose tails are still there and decided, in order."""
    keys = {int(key) for proposal in proposals for key in (proposal.tail, proposal.other)}
    shown = {tail.id: (tail, photo) for tail, photo in read_tails(catalogue, sorted(keys))}
    whales = {row.id: row for row in catalogue.whales()}
    names = {row.name for row in whales.values()}
    compared = catalogue.compared_tails()
    found = []
    for number, proposal in enumerate(proposals):
        one, other = shown.get(int(proposal.tail)), shown.get(int(proposal.other))
        left = whales.get(one[0].whale_id or -1) if one is not None else None
        right = whales.get(other[0].whale_id or -1) if other is not None else None
        if one is None or other is None or left is None or right is None:
            continue
        first, second = sorted((one[0].id, other[0].id))
        word = _word(proposal.mistake, left.id == right.id, compared.get((first, second)))
        if not word and number in unsure:
            word = "unsure"
        like = proposal.like if proposal.like in names else ""
        found.append(Doubt(number, proposal, one, other, left, right, like, word))
    return found


def _word(mistake: Mistake, one_whale: bool, said: bool | None) -> Word:
    """What became of two tails, by whether they are one whale now and what was said of them."""
    if mistake is Mistake.MISSED:
        return "same" if one_whale else "different" if said is False else ""
    return "different" if not one_whale else "same" if said is True else ""
