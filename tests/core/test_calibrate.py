"""Probabilities from evidence: monotone, shifted as Bayes says, summing to what is known; a fit finds the weights."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from small_packages import CALIBRATION

from whaleid_core.calibrate import Answer, Calibration, fit, log_odds
from whaleid_core.gallery import Evidence
from whaleid_core.signs import LATER, SAYS, beyond_chance, known_signs

SHARES = st.floats(0.01, 0.99)


def evidence(seed: int, tails: int, whales: int, members: int = 2) -> Evidence:
    """Random evidence; some whales have no photo but the tail itself, some weren't compared point by point."""
    rng = np.random.default_rng(seed)
    photos = rng.integers(0, 4, (tails, whales))
    photos[:, 0] = np.maximum(photos[:, 0], 1)
    nearest = np.where(photos > 0, rng.uniform(-1, 1, (tails, whales)), -np.inf).astype(np.float32)
    networks = rng.uniform(-1, 1, (tails, whales)).astype(np.float32)
    points = rng.integers(0, 150, (tails, whales)).astype(np.float32)
    points[rng.random((tails, whales)) < 0.5] = np.nan
    votes = rng.integers(0, whales, (members, tails))
    return Evidence(nearest, networks, votes, photos, points, (photos > 0).sum(1) + rng.integers(0, 50, tails))


SOME = st.builds(evidence, st.integers(0, 2**32), st.integers(1, 5), st.integers(1, 6), st.integers(1, 3))


@given(SOME)
def test_logits_and_odds_are_what_plain_loops_add_up(found: Evidence) -> None:
    tails, whales = found.networks.shape
    detail = np.linspace(0, 1, tails)
    logits, odds = CALIBRATION.logits(found), CALIBRATION.odds(found, detail)
    for t in range(tails):
        by_hand = []
        for w in range(whales):
            if not found.photos[t, w]:
                by_hand.append(-np.inf)
                continue
            by_hand.append(
                CALIBRATION.nearest * float(found.nearest[t, w])
                + CALIBRATION.networks * float(found.networks[t, w])
                + CALIBRATION.points * beyond_chance(found.points)[t, w]
            )
        assert logits[t] == pytest.approx(by_hand, rel=1e-5, abs=1e-6)
    says = known_signs(logits, found, detail)
    by_hand = [sum(CALIBRATION.known[name] * value for name, value in zip(SAYS, row, strict=True)) for row in says]
    assert odds == pytest.approx(by_hand, rel=1e-5, abs=1e-6)


@given(SOME)
def test_a_weight_of_nothing_takes_nothing_from_a_tail_that_is_in_no_other_photo(found: Evidence) -> None:
    without = replace(CALIBRATION, nearest=0.0).logits(found)
    assert np.isfinite(without[found.photos > 0]).all()
    assert (without[found.photos == 0] == -np.inf).all()


@given(odds=st.floats(-20, 20), more=st.floats(0, 20), share=SHARES)
def test_better_odds_never_make_a_whale_less_known(odds: float, more: float, share: float) -> None:
    before, after = CALIBRATION.chance_known(np.array([odds, odds + more]), share)
    assert 0 <= before <= after <= 1


@given(odds=st.floats(-20, 20), share=SHARES)
def test_the_share_of_new_whales_shifts_as_bayes_says(odds: float, share: float) -> None:
    """Fitted where known and new weigh the same, P(known) is the likelihoods' share: likelihood ratio = p / (1 - p)."""
    even = float(CALIBRATION.chance_known(np.array([odds]), 0.5)[0])
    by_hand = even * (1 - share) / (even * (1 - share) + (1 - even) * share)
    assert CALIBRATION.chance_known(np.array([odds]), share)[0] == pytest.approx(by_hand, abs=1e-9)
    fitted_so = replace(CALIBRATION, new_share=share)
    assert fitted_so.chance_known(np.array([odds]), share)[0] == pytest.approx(even, abs=1e-9)


@given(SOME, SHARES)
def test_a_row_of_probabilities_sums_to_known_and_keeps_the_order(found: Evidence, share: float) -> None:
    known = CALIBRATION.chance_known(CALIBRATION.odds(found, np.ones(len(found.networks))), share)
    chances = CALIBRATION.probabilities(found, known)
    assert np.allclose(chances.sum(axis=1), known)
    assert ((chances >= 0) & (chances <= 1)).all()
    assert (chances[found.photos == 0] == 0).all()
    order = np.argsort(-CALIBRATION.logits(found), axis=1, kind="stable")
    assert (np.diff(np.take_along_axis(chances, order, axis=1), axis=1) <= 1e-12).all()


@given(st.floats(0.001, 0.6), st.floats(0.001, 0.6), SHARES)
def test_fewer_false_matches_take_a_higher_threshold(rate: float, other: float, share: float) -> None:
    low, high = sorted([rate, other])
    assert CALIBRATION.threshold(low, share) >= CALIBRATION.threshold(high, share)


def test_the_threshold_of_a_kept_rate_is_that_of_its_odds() -> None:
    assert CALIBRATION.threshold(0.05, 0.5) == pytest.approx(1 / (1 + np.exp(-2.0)))
    assert 2.0 < log_odds(CALIBRATION.threshold(0.02, 0.5)) < 3.0
    assert log_odds(CALIBRATION.threshold(1e-6, 0.5)) == pytest.approx(3.0)


@pytest.mark.parametrize(
    ("known", "best", "rate", "answer"),
    [
        (0.99, 0.98, 0.05, Answer.KNOWN),
        (0.90, 0.88, 0.05, Answer.KNOWN),
        (0.90, 0.88, 0.01, Answer.UNSURE),  # e^3 to 1 are asked for
        (0.99, 0.40, 0.05, Answer.UNSURE),  # it is known, but which one it is isn't
        (0.26, 0.25, 0.05, Answer.UNSURE),
        (0.25, 0.24, 0.05, Answer.NEW),
        (0.00, 0.00, 0.50, Answer.NEW),
    ],
)
def test_the_answer_in_a_word(known: float, best: float, rate: float, answer: Answer) -> None:
    assert CALIBRATION.answer(known, best, rate, new_share=0.5) is answer


def test_log_odds_stay_finite() -> None:
    assert log_odds(0.5) == 0.0
    assert np.isfinite([log_odds(0.0), log_odds(1.0)]).all()
    assert log_odds(0.9) == pytest.approx(-log_odds(0.1)) == pytest.approx(np.log(9))


def test_a_calibration_travels_as_a_dict() -> None:
    assert Calibration.of(CALIBRATION.as_dict()) == CALIBRATION
    assert Calibration.of({**CALIBRATION.as_dict(), "made": "yesterday"}) == CALIBRATION


def test_an_older_calibration_does_not_weigh_what_came_later_and_one_without_an_old_sign_is_refused() -> None:
    raw = CALIBRATION.as_dict()
    older = {**raw, "known": {name: weight for name, weight in raw["known"].items() if name not in LATER}}
    assert Calibration.of(older).known == {**raw["known"], **dict.fromkeys(LATER, 0.0)}
    del older["known"]["lead"]
    with pytest.raises(KeyError):
        Calibration.of(older)


@given(SOME, st.integers(1, 1000))
def test_many_whales_ask_for_more_where_the_weight_is_below_zero(found: Evidence, more: int) -> None:
    weighed = replace(CALIBRATION, known={**CALIBRATION.known, "whales": -0.5})
    among = np.maximum(found.among, 1)
    few, many = (
        weighed.odds(replace(found, among=among * times), np.ones(len(among))) for times in (1, more)
    )  # the logarithm of a gallery so many times as large
    assert few - many == pytest.approx(np.full(len(among), 0.5 * np.log(more)))


def simulated(seed: int, tails: int, whales: int = 15) -> tuple[Evidence, NDArray[np.intp], NDArray[np.float64]]:
    """Evidence, and whose each tail is as `CALIBRATION` has it: none, or one by the softmax of the logits."""
    rng = np.random.default_rng(seed)
    found = evidence(seed, tails, whales)
    found = replace(found, photos=np.maximum(found.photos, 1), nearest=rng.normal(0.2, 0.15, (tails, whales)))
    found = replace(found, networks=rng.normal(0.2, 0.15, (tails, whales)))
    detail = rng.uniform(0, 1, tails)
    known = rng.random(tails) < CALIBRATION.chance_known(CALIBRATION.odds(found, detail), 0.5)
    chances = CALIBRATION.probabilities(found, np.ones(tails))
    own = np.array([rng.choice(whales, p=row / row.sum()) for row in chances])
    return found, np.where(known, own, -1), detail


def test_the_fit_finds_the_weights_that_were_drawn() -> None:
    found, own, detail = simulated(3, 20_000)
    fitted = fit(found, own, detail)
    for name in ("nearest", "networks", "points"):
        assert getattr(fitted, name) == pytest.approx(getattr(CALIBRATION, name), rel=0.1)
    # Known and new weigh the same in the fit: with the true share it gives the true frequencies back.
    chances = fitted.chance_known(fitted.odds(found, detail), new_share=float((own < 0).mean()))
    for low in np.arange(0.0, 1.0, 0.2):
        some = (chances >= low) & (chances < low + 0.2)
        if some.sum() > 500:
            assert (own[some] >= 0).mean() == pytest.approx(chances[some].mean(), abs=0.04)


def test_the_fit_keeps_the_odds_that_so_many_new_whales_reach() -> None:
    found, own, detail = simulated(4, 5_000)
    fitted = fit(found, own, detail)
    odds = fitted.odds(found, detail)[own < 0]
    for rate, kept in fitted.false_match.items():
        assert (odds >= kept).mean() == pytest.approx(float(rate), abs=0.005)
