"""What Matches says about a tail, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from whalegui.actions import key_of
from whalegui.judging import Judge, S, Suggested
from whalegui.widgets.wording import many
from whaleid_core.records import NEW_WHALE, Verdict

CLOSE = 0.25
"""Two probabilities that differ by less are too close to call."""

CANDIDATES = 10


class Finding(StrEnum):
    """What the program makes of a tail."""

    KNOWN = "known"
    UNSURE = "unsure"
    NEW = "new"
    POOR = "poor"  # a person said so
    WAITING = "waiting"  # not searched yet
    NO_GALLERY = "no gallery"  # nothing to search
    NOTHING_FITS = "nothing fits"  # nothing to search, by the filter


@dataclass(frozen=True, slots=True)
class Searched:
    """What a tail was compared with.

    Attributes:
        whales, photos: how many.
        of: how many whales there are.
        words: the filter, e.g. "Tonga, 2015-2025"; empty where all are searched.
    """

    whales: int
    photos: int
    of: int = 0
    words: str = ""

    def sentence(self, model: str = "", tails: int = 1) -> str:
        """What was searched, with which model, and with how many tails together."""
        way = (f", with {model}" if model else "") + (f", from {tails} tails together" if tails > 1 else "")
        if self.words:
            return f"Filter: {self.words}. Searched {self.whales:,} of {many(self.of, 'whale')}{way}."
        return f"Searched {many(self.whales, 'whale')}, {many(self.photos, 'photo')}, all years{way}."

    @property
    def record(self) -> str:
        """What is written into the decision: nothing where everything was searched."""
        return f"{self.words}: {self.whales:,} of {many(self.of, 'whale')}" if self.words else ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the program makes of a tail.

    Attributes:
        finding: known, unsure, new, or why there is none.
        sentence: the same in words.
        call: how sure that is, a second sentence; empty where there is nothing to add.
        pick: True where the first candidate may be picked for the person: only where the whale is known.
    """

    finding: Finding
    sentence: str
    call: str = ""

    @property
    def pick(self) -> bool:
        return self.finding is Finding.KNOWN


def answer(suggestions: Sequence[Suggested], searched: Searched, photo: str, judge: Judge) -> Answer:
    """The answer for one tail.

    Args:
        suggestions: best first, the new whale among them; empty where it has not been searched.
        searched: the gallery as it is now.
        photo: the photo's name without its ending, as the person calls it.
        judge: that the suggestions were shifted by.
    """
    whales = candidates(suggestions)
    if not whales and not searched.whales and searched.words:
        return Answer(Finding.NOTHING_FITS, "No whale fits the filter, so none is proposed.")
    if not whales and not searched.whales:
        name = f"Name the first with {key_of('matches.new')}, or import known whales."
        return Answer(Finding.NO_GALLERY, f"No whale is known yet. {name}")
    if not suggestions:
        return Answer(Finding.WAITING, f"{photo} has not been searched yet.")
    new = new_probability(suggestions)
    said = Finding(judge.answer(suggestions[0].known, whales[0].probability)) if whales else Finding.NEW
    if said is Finding.NEW:
        of = (
            f"none of the {searched.whales:,}{' searched' if searched.words else ''} is this whale"
            if searched.whales > 1
            else f"it is not the one {'searched' if searched.words else 'known'} whale"
        )
        return Answer(Finding.NEW, f"Probably new: {percent(new)} that {of}.")
    if said is Finding.KNOWN:
        sure = f"{whales[0].whale}, {percent(whales[0].probability)} sure."
        return Answer(Finding.KNOWN, sure, f"Known at your {judge.expected.rate} false-match rate.")
    return _unsure(whales, new, judge)


def _unsure(whales: Sequence[Suggested], new: float, judge: Judge) -> Answer:
    """The two likeliest of what it may be: the first whale and the second, or one of no gallery."""
    may_be = [(row.whale, row.probability) for row in whales[:2]] + [("a new whale", new)]
    (first, share), (second, other) = sorted(may_be, key=lambda pair: -pair[1])[:2]
    close = "Too close to call" if share - other < CLOSE else "Not sure enough"
    call = f"{close} at {judge.expected.rate} false matches." if judge.calibration is not None else ""
    return Answer(Finding.UNSURE, f"Perhaps {first} ({percent(share)}) or {second} ({percent(other)}).", call)


def candidates(suggestions: Sequence[S]) -> list[S]:
    """The whales among the suggestions, ten at most, best first."""
    return [suggestion for suggestion in suggestions if suggestion.whale != NEW_WHALE][:CANDIDATES]


def new_probability(suggestions: Sequence[Suggested]) -> float:
    """That the whale is in no gallery, 0 to 1."""
    for suggestion in suggestions:
        if suggestion.whale == NEW_WHALE:
            return suggestion.probability
    return 1 - suggestions[0].known if suggestions else 0.0


def percent(probability: float) -> str:
    """ "91 %"; what isn't quite nothing or quite certain is not rounded to it."""
    if 0 < probability < 0.01:
        return "<1 %"
    if 0.99 < probability < 1:
        return ">99 %"
    return f"{100 * probability:.0f} %"


def done_sentence(verdicts: Mapping[Verdict, int]) -> str:
    """All decided, by what was decided."""
    words = {Verdict.SAME: "known", Verdict.NEW: "new", Verdict.UNSURE: "unsure", Verdict.POOR: "poor"}
    parts = ", ".join(f"{verdicts.get(verdict, 0):,} {word}" for verdict, word in words.items())
    total = sum(verdicts.values())
    all_ = f"All {total:,} decided" if total != 1 else "The one tail is decided"
    return f"{all_}: {parts}. Export: {key_of('app.export')}."


def nothing_waits(verdicts: Mapping[Verdict, int], decided: int) -> str:
    """What Matches says where no tail waits.

    Args:
        verdicts: what was concluded about the tails gone through in this sitting.
        decided: how many tails of the catalogue are decided.
    """
    if verdicts:
        return done_sentence(verdicts)
    if decided:
        return f"No tails are waiting: {many(decided, 'tail')} decided. Export: {key_of('app.export')}."
    return f"No tails are waiting. Boxes: {key_of('app.show_boxes')}."


def nothing_to_read(who: str) -> str:
    """What Matches says where a second person has read everything that others decided."""
    all_ = f"{who or 'You'} read all that others decided."
    search = key_of("app.search")
    return f"{all_} Readers, in Whales, shows what agrees. Second reading, under {search}, ends it."


def decided_answer(verdict: Verdict, whale: str | None) -> Answer:
    """What a person concluded about a tail, where it is looked at again."""
    return {
        Verdict.SAME: Answer(Finding.KNOWN, f"Decided: {whale}."),
        Verdict.NEW: Answer(Finding.NEW, f"Decided: a new whale, {whale}."),
        Verdict.UNSURE: Answer(Finding.UNSURE, "Decided: unsure."),
        Verdict.POOR: Answer(Finding.POOR, "Decided: too poor to tell."),
    }[verdict]
