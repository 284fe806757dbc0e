"""Probabilities from scores: monotone, shifted as Bayes says, summing to what is known; a fit finds what was drawn."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from whaleid_core.calibrate import Calibration, best_and_gap, fit, log_odds

USUAL = Calibration(temperature=0.05, bias=-3.0, best=5.0, gap=8.0)
SHARES = st.floats(0.01, 0.99)
SCORES = st.integers(1, 6).flatmap(
    lambda whales: arrays(
        np.float32, st.tuples(st.integers(1, 5), st.just(whales)), elements=st.floats(-1, 1, width=32)
    )
)


@given(SCORES)
def test_best_and_gap_are_those_of_the_sorted_row(scores: NDArray[np.float32]) -> None:
    best, gap = best_and_gap(scores)
    for row, of_best, of_gap in zip(scores.astype(np.float64), best, gap, strict=True):
        ordered = sorted(row, reverse=True)
        assert of_best == ordered[0]
        assert of_gap == (ordered[0] - ordered[1] if len(ordered) > 1 else 0.0)


@given(first=st.floats(-1, 1), more=st.floats(0, 1), second=st.floats(-1, 1), share=SHARES)
def test_a_better_best_score_never_makes_a_whale_less_known(
    first: float, more: float, second: float, share: float
) -> None:
    assume(second <= first)
    rows = np.array([[first, second], [first + more, second]])
    before, after = USUAL.known(rows, share)
    assert 0 <= before <= after <= 1


@given(scores=SCORES, share=SHARES)
def test_the_share_of_new_whales_shifts_as_bayes_says(scores: NDArray[np.float32], share: float) -> None:
    """Fitted where known and new weigh the same, P(known) is the likelihoods' share: likelihood ratio = p / (1 - p)."""
    even = USUAL.known(scores, 0.5)
    by_hand = even * (1 - share) / (even * (1 - share) + (1 - even) * share)
    assert np.allclose(USUAL.known(scores, share), by_hand, atol=1e-9)


@given(scores=SCORES, fitted=SHARES)
def test_the_share_of_the_fit_changes_nothing(scores: NDArray[np.float32], fitted: float) -> None:
    calibration = Calibration(0.05, -1.0, 2.0, 3.0, new_share=fitted)
    best, gap = best_and_gap(scores)
    assert np.allclose(calibration.known(scores, fitted), 1 / (1 + np.exp(1.0 - 2.0 * best - 3.0 * gap)))


@given(scores=SCORES, share=st.sampled_from([0.0, 0.3, 1.0]))
def test_a_row_of_probabilities_sums_to_known_and_keeps_the_order(scores: NDArray[np.float32], share: float) -> None:
    known = USUAL.known(scores, share)
    chances = USUAL.probabilities(scores, known)
    assert np.allclose(chances.sum(axis=1), known)
    assert ((chances >= 0) & (chances <= 1)).all()
    order = np.argsort(-scores, axis=1, kind="stable")
    assert (np.diff(np.take_along_axis(chances, order, axis=1), axis=1) <= 1e-12).all()


def test_scores_of_any_size_give_probabilities() -> None:
    steep = Calibration(1e-3, 0.0, 1e6, 1e6)
    known = steep.known(np.array([[1.0, -1.0], [-1.0, -1.0]], np.float32))
    assert known == pytest.approx([1.0, 0.0], abs=1e-12)


def test_log_odds_stay_finite() -> None:
    assert log_odds(0.5) == 0.0
    assert np.isfinite([log_odds(0.0), log_odds(1.0)]).all()
    assert log_odds(0.9) == pytest.approx(-log_odds(0.1)) == pytest.approx(np.log(9))


def test_a_calibration_travels_as_a_dict() -> None:
    assert Calibration.of(USUAL.as_dict()) == USUAL
    assert Calibration.of({**USUAL.as_dict(), "made": "yesterday"}) == USUAL
    with pytest.raises(TypeError):
        Calibration.of({"temperature": 1.0})


def simulated(rng: np.random.Generator, tails: int) -> tuple[NDArray[np.float32], NDArray[np.intp]]:
    """Scores of 20 whales, and whose each tail is by a logistic in the best score: none, or one by the softmax."""
    scores = rng.normal(0.2, 0.15, (tails, 20)).astype(np.float32)
    best, gap = best_and_gap(scores)
    truth = Calibration(temperature=0.1, bias=-6.0, best=10.0, gap=4.0)
    known = rng.random(tails) < 1 / (1 + np.exp(-(truth.bias + truth.best * best + truth.gap * gap)))
    chances = truth.probabilities(scores, np.ones(tails))
    whales = np.array([rng.choice(20, p=row / row.sum()) for row in chances])
    return scores, np.where(known, whales, -1)


def test_the_fit_finds_the_logistic_and_the_temperature_that_were_drawn() -> None:
    scores, whales = simulated(np.random.default_rng(3), 20_000)
    fitted = fit(scores, whales)
    assert fitted.temperature == pytest.approx(0.1, rel=0.05)
    assert fitted.best == pytest.approx(10.0, rel=0.1)
    assert fitted.gap == pytest.approx(4.0, rel=0.25)
    # Known and new weigh the same in the fit: with the true share it gives the true frequencies back.
    chances = fitted.known(scores, new_share=float((whales < 0).mean()))
    for low in np.arange(0.2, 0.8, 0.2):
        some = (chances >= low) & (chances < low + 0.2)
        assert (whales[some] >= 0).mean() == pytest.approx(chances[some].mean(), abs=0.03)
