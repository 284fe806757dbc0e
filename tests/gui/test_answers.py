"""What Matches says about a tail: known, unsure or new, in a sentence that fits the figures."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from whalegui.answers import Finding, Searched, answer
from whaleid_core.records import NEW_WHALE


@dataclass(frozen=True)
class Suggested:
    whale: str
    probability: float
    known: float


def suggested(known: float, **shares: float) -> list[Suggested]:
    rows = [Suggested(whale, share, known) for whale, share in shares.items()]
    return sorted([*rows, Suggested(NEW_WHALE, 1 - known, known)], key=lambda row: -row.probability)


@pytest.mark.parametrize(
    ("rows", "finding", "sentence"),
    [
        (suggested(0.97, HW1=0.91, HW2=0.04), Finding.KNOWN, "HW1, 91 % sure."),
        (suggested(0.9, HW1=0.54, HW2=0.31), Finding.UNSURE, "Perhaps HW1 (54 %) or HW2 (31 %). Too close to call."),
        (
            suggested(0.92, HW1=0.77, HW2=0.07),
            Finding.UNSURE,
            "Perhaps HW1 (77 %), or a new whale (8 %). Not sure enough.",
        ),
        (
            suggested(0.95, HW1=0.62, HW2=0.3),
            Finding.UNSURE,
            "Perhaps HW1 (62 %) or HW2 (30 %). Not sure enough.",
        ),
        (
            suggested(0.6, HW1=0.45, HW2=0.1),
            Finding.UNSURE,
            "Perhaps HW1 (45 %), or a new whale (40 %). Too close to call.",
        ),
        (suggested(0.12, HW1=0.1), Finding.NEW, "Probably new: 88 % that none of the 412 is this whale."),
        ([], Finding.WAITING, "IMG_1 has not been searched yet."),
    ],
)
def test_the_sentence_fits_the_figures(rows: list[Suggested], finding: Finding, sentence: str) -> None:
    made = answer(rows, Searched(412, 2931), "IMG_1")
    assert (made.finding, made.sentence) == (finding, sentence)
    assert made.pick == (finding is Finding.KNOWN)
