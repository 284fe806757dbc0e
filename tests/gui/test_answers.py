"""What Matches says about a tail: known, unsure or new, in a sentence that fits the figures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from match_survey import CALIBRATION

from whalegui.answers import Finding, Searched, answer
from whalegui.judging import Expected, Judge
from whaleid_core import calibrate
from whaleid_core.records import NEW_WHALE

SHARES = st.floats(0.01, 0.95)


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
        (suggested(0.97, HW1=0.91, HW2=0.04), Finding.KNOWN, "HW1, 91 % sure. Known at your 5 % false-match rate."),
        (
            suggested(0.9, HW1=0.54, HW2=0.31),
            Finding.UNSURE,
            "Perhaps HW1 (54 %) or HW2 (31 %). Too close to call at 5 % false matches.",
        ),
        (
            suggested(0.92, HW1=0.77, HW2=0.07),
            Finding.UNSURE,
            "Perhaps HW1 (77 %) or a new whale (8 %). Not sure enough at 5 % false matches.",
        ),
        (
            suggested(0.94, HW1=0.62, HW2=0.3),
            Finding.UNSURE,
            "Perhaps HW1 (62 %) or HW2 (30 %). Not sure enough at 5 % false matches.",
        ),
        (
            suggested(0.6, HW1=0.45, HW2=0.1),
            Finding.UNSURE,
            "Perhaps HW1 (45 %) or a new whale (40 %). Too close to call at 5 % false matches.",
        ),
        (
            suggested(0.45, HW1=0.24, HW2=0.2),
            Finding.UNSURE,
            "Perhaps a new whale (55 %) or HW1 (24 %). Not sure enough at 5 % false matches.",
        ),
        (suggested(0.12, HW1=0.1), Finding.NEW, "Probably new: 88 % that none of the 412 is this whale."),
        ([], Finding.WAITING, "IMG_1 has not been searched yet."),
    ],
)
def test_the_sentence_fits_the_figures(rows: list[Suggested], finding: Finding, sentence: str) -> None:
    made = answer(rows, Searched(412, 2931), "IMG_1", Judge(CALIBRATION))
    assert (made.finding, f"{made.sentence} {made.call}".strip()) == (finding, sentence)
    assert made.pick == (finding is Finding.KNOWN)


def test_that_no_whale_fits_the_filter_is_not_that_none_is_known() -> None:
    none = answer([], Searched(0, 0, 412, "Tonga"), "IMG_1", Judge(CALIBRATION))
    assert (none.finding, none.sentence) == (Finding.NOTHING_FITS, "No whale fits the filter, so none is proposed.")
    assert answer([], Searched(0, 0), "IMG_1", Judge(CALIBRATION)).finding is Finding.NO_GALLERY


def test_the_rate_that_a_person_accepts_decides() -> None:
    rows = suggested(0.97, HW1=0.91, HW2=0.04)
    strict = answer(rows, Searched(412, 2931), "IMG_1", Judge(CALIBRATION, Expected(0.01)))
    assert (strict.finding, strict.call) == (Finding.UNSURE, "Not sure enough at 1 % false matches.")
    generous = answer(suggested(0.6, HW1=0.45), Searched(412, 2931), "IMG_1", Judge(CALIBRATION, Expected(0.5)))
    assert (generous.finding, generous.call) == (Finding.KNOWN, "Known at your 50 % false-match rate.")


def test_without_a_calibration_nothing_is_called_known_and_no_rate_is_named() -> None:
    made = answer(suggested(0.99, HW1=0.98), Searched(412, 2931), "IMG_1", Judge())
    assert (made.finding, made.sentence, made.call) == (
        Finding.UNSURE,
        "Perhaps HW1 (98 %) or a new whale (1 %).",
        "",
    )
    assert answer(suggested(0.1, HW1=0.1), Searched(412, 2931), "IMG_1", Judge()).finding is Finding.NEW


@given(odds=st.floats(-8, 8), share=SHARES, part=st.floats(0, 1))
def test_probabilities_move_as_if_they_were_made_with_the_share(odds: float, share: float, part: float) -> None:
    stored = float(CALIBRATION.chance_known(np.array([odds]))[0])
    whale, new = Judge(expected=Expected(new_share=share)).shifted(
        [Suggested("HW1", part * stored, stored), Suggested(NEW_WHALE, 1 - stored, stored)]
    )
    made = float(CALIBRATION.chance_known(np.array([odds]), share)[0])
    assert whale.known == new.known == pytest.approx(made, abs=1e-6)
    assert whale.probability == pytest.approx(part * made, abs=1e-6)
    assert new.probability == pytest.approx(1 - made, abs=1e-6)


def test_the_usual_share_and_an_empty_gallery_change_nothing() -> None:
    for rows in (suggested(0.97, HW1=0.91, HW2=0.04), suggested(0.0)):
        assert [row.probability for row in Judge().shifted(rows)] == pytest.approx([row.probability for row in rows])


def test_what_is_usual_is_the_librarys() -> None:
    assert (Expected().false_match_rate, Expected().new_share) == (calibrate.FALSE_MATCH_RATE, calibrate.NEW_SHARE)
