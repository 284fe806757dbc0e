"""From evidence to probabilities: that the whale is in the gallery at all, which it is, and what to answer."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from whaleid_core.classify import Probabilities, softmax
from whaleid_core.gallery import Evidence
from whaleid_core.signs import LATER, SAYS, beyond_chance, known_signs

Logits = NDArray[np.float64]

NEW_SHARE = 0.3
"""The share of new whales that is expected where nobody says otherwise: about what Kaggle's challenge had (28 %)."""
FALSE_MATCH_RATE = 0.05
"""The share of new whales that may be called known where nobody says otherwise."""
SURELY_NEW = 0.75
"""Probability that a whale is new from which the answer says so."""
RATES = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5)
"""The false-match rates whose odds are kept; those between are interpolated."""


class Answer(StrEnum):
    """What the program says of a tail."""

    KNOWN = "known"
    UNSURE = "unsure"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Calibration:
    """Fitted on whales that took part in no training; travels in a package's manifest.

    Attributes:
        nearest, networks, points: a whale's logit is their sum, each times its evidence: similarity to the nearest
            photo, to the mean vector, `beyond_chance` of the matching points. The probabilities among known whales are
            the softmax of the logits (a conditional logit, McFadden 1974).
        known: weights by the names of `SAYS`: the log odds that the tail's whale is in the gallery (logistic
            regression).
        false_match: rate -> log odds that this share of the new whales reaches.
        new_share: the share of new whales that the odds of the fit stand for; known and new weigh the same in it.
    """

    nearest: float
    networks: float
    points: float
    known: Mapping[str, float]
    false_match: Mapping[str, float]
    new_share: float = 0.5

    @classmethod
    def of(cls, raw: Mapping[str, Any]) -> Calibration:
        """From a manifest's `calibration`; KeyError, TypeError or ValueError where it can't be used."""
        numbers = {name: _finite(raw[name]) for name in ("nearest", "networks", "points", "new_share")}
        said = {**dict.fromkeys(LATER, 0.0), **raw["known"]}
        known = {name: _finite(said[name]) for name in SAYS}
        rates = {str(_finite(rate)): _finite(odds) for rate, odds in raw["false_match"].items()}
        if not rates:
            raise ValueError("no false-match rate is kept")
        return cls(**numbers, known=known, false_match=rates)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    def logits(self, evidence: Evidence) -> Logits:
        """The logit of each whale for each tail, (tails, whales); whales whose points weren't sought count as having
        none."""
        there = evidence.photos > 0
        logits = (
            self.nearest * np.where(there, evidence.nearest, 0.0).astype(np.float64)
            + self.networks * np.asarray(evidence.networks, np.float64)
            + self.points * beyond_chance(evidence.points)
        )
        return np.where(there, logits, -np.inf)

    def odds(self, evidence: Evidence, detail: NDArray[np.floating]) -> Logits:
        """The log odds that each tail's whale is in the gallery, where new whales are as frequent as known ones.

        Args:
            detail: (tails,) from 0 to 1: see `detail_of`.
        """
        weights = np.array([self.known[name] for name in SAYS])
        return np.asarray(known_signs(self.logits(evidence), evidence, detail) @ weights)

    def chance_known(self, odds: Logits, new_share: float = NEW_SHARE) -> NDArray[np.float64]:
        """The probability that each tail's whale is in the gallery, (tails,).

        Args:
            odds: of `odds`.
            new_share: the share of new whales that one expects: shifts the odds.
        """
        shifted = odds + log_odds(1 - new_share) - log_odds(1 - self.new_share)
        return np.asarray(1 / (1 + np.exp(-np.clip(shifted, -50, 50))))

    def probabilities(self, evidence: Evidence, known: NDArray[np.float64]) -> Probabilities:
        """The probability of each whale for each tail, (tails, whales); a row sums to the tail's `known`."""
        return softmax(self.logits(evidence), 1.0) * known[:, None]

    def threshold(self, false_match_rate: float, new_share: float = NEW_SHARE) -> float:
        """The probability of being known that no more than that share of the new whales reaches."""
        rates = np.array(sorted(float(rate) for rate in self.false_match))
        reached = np.array([self.false_match[str(rate)] for rate in rates])
        odds = np.interp(np.log(max(false_match_rate, 1e-9)), np.log(rates), reached)
        return float(self.chance_known(np.array([odds]), new_share)[0])

    def answer(
        self, known: float, best: float, false_match_rate: float = FALSE_MATCH_RATE, new_share: float = NEW_SHARE
    ) -> Answer:
        """Known, unsure or new.

        Args:
            known: the probability that the whale is in the gallery.
            best: the probability of the best whale; known is only said where it holds more than half of `known`.
            false_match_rate: the share of new whales that one accepts to see called known.
            new_share: that `known` was made with.
        """
        if known >= self.threshold(false_match_rate, new_share) and best > known / 2:
            return Answer.KNOWN
        return Answer.NEW if 1 - known >= SURELY_NEW else Answer.UNSURE


def _finite(value: Any) -> float:
    try:
        number = float(value)
    except OverflowError:  # a whole number of some hundred digits
        number = math.inf
    if not math.isfinite(number):
        raise ValueError("a weight is a finite number")
    return number


def with_share(known: float, new_share: float, made_with: float = NEW_SHARE) -> float:
    """The probability that a whale is known, as it is where another share of new whales is expected.

    Args:
        known: it, made with the share `made_with`.
        new_share: the share that is expected.
    """
    likelier = np.exp(log_odds(1 - new_share) - log_odds(1 - made_with))
    return float(known * likelier / (known * likelier + 1 - known))


def log_odds(probability: float) -> float:
    """ln(p / (1 - p)), with p kept away from 0 and 1."""
    p = min(max(probability, 1e-6), 1 - 1e-6)
    return float(np.log(p / (1 - p)))


def fit(evidence: Evidence, whales: NDArray[np.intp], detail: NDArray[np.floating]) -> Calibration:
    """Fit a calibration.

    Args:
        evidence: of tails that took part in no training, with the matching points of their shortlists.
        whales: the column of each tail's whale, -1 where it is in no column.
        detail: (tails,) see `detail_of`.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    known = whales >= 0
    weights = _fit_logits(evidence, whales)
    half = Calibration(**weights, known={}, false_match={})
    features = known_signs(half.logits(evidence), evidence, detail)[:, 1:]
    scaler = StandardScaler()
    model = make_pipeline(scaler, LogisticRegression(C=1.0, class_weight="balanced")).fit(features, known)[-1]
    slopes = model.coef_[0] / scaler.scale_
    bias = float(model.intercept_[0] - slopes @ scaler.mean_)
    says = dict(zip(SAYS, [bias, *slopes.tolist()], strict=True))
    of_new = features[~known] @ slopes + bias
    reached = np.quantile(of_new, 1 - np.array(RATES))
    return Calibration(**weights, known=says, false_match=dict(zip(map(str, RATES), reached.tolist(), strict=True)))


def _fit_logits(evidence: Evidence, whales: NDArray[np.intp], ridge: float = 1e-4) -> dict[str, Any]:
    """Weights of nearest, networks and points that make the known tails' own whales likeliest."""
    from scipy.optimize import minimize

    inside = whales >= 0
    possible = evidence.photos[inside] > 0
    features = np.stack(
        [
            np.where(possible, evidence.nearest[inside], 0.0),
            evidence.networks[inside],
            beyond_chance(evidence.points[inside]),
        ],
        axis=2,
    ).astype(np.float64)
    tails, own = np.arange(int(inside.sum())), whales[inside]

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        logits = np.where(possible, features @ weights, -np.inf)
        chances = softmax(logits, 1.0)
        expected = np.einsum("tw,twf->tf", chances, features)
        slope = (expected - features[tails, own]).mean(0) + 2 * ridge * weights
        return float(-np.log(chances[tails, own] + 1e-300).mean() + ridge * weights @ weights), slope

    start = np.array([10.0, 10.0, 0.5])
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=[(0.0, None)] * len(start))
    return dict(zip(("nearest", "networks", "points"), found.x.tolist(), strict=True))
