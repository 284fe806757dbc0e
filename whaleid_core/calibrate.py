"""From scores to probabilities: that the whale is in the gallery at all, and which whale it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from whaleid_core.classify import Probabilities, softmax

Scores = NDArray[np.float32]

NEW_SHARE = 0.3
"""The share of new whales that is expected where nobody says otherwise: about what Kaggle's challenge had (28 %)."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """Fitted on whales that took part in no training; travels in the package's manifest.

    Attributes:
        temperature: of the softmax over whales.
        bias, best, gap: of the logistic regression: the log odds that the whale is in the gallery are
            bias + best * (best score) + gap * (best score - second best).
        new_share: the share of new whales that the odds of the fit stand for; known and new weigh the same in it.
    """

    temperature: float
    bias: float
    best: float
    gap: float
    new_share: float = 0.5

    @classmethod
    def of(cls, raw: Mapping[str, Any]) -> Calibration:
        """From a manifest's `calibration`."""
        return cls(**{name: float(raw[name]) for name in cls.__dataclass_fields__ if name in raw})

    def as_dict(self) -> dict[str, float]:
        return asdict(self)

    def known(self, scores: Scores, new_share: float = NEW_SHARE) -> NDArray[np.float64]:
        """The probability that each tail's whale is in the gallery, (tails,).

        Args:
            scores: (tails, whales) fused scores.
            new_share: the share of new whales that one expects: shifts the odds.
        """
        best, gap = best_and_gap(scores)
        odds = self.bias + self.best * best + self.gap * gap
        odds = odds + log_odds(1 - new_share) - log_odds(1 - self.new_share)
        return np.asarray(1 / (1 + np.exp(-np.clip(odds, -50, 50))))

    def probabilities(self, scores: Scores, known: NDArray[np.float64]) -> Probabilities:
        """The probability of each whale for each tail, (tails, whales); a row sums to the tail's `known`."""
        return softmax(scores, self.temperature) * known[:, None]


def best_and_gap(scores: Scores) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Each tail's best score, and its distance to the second; with one whale in the gallery the distance is 0."""
    values = np.asarray(scores, np.float64)
    if values.shape[1] < 2:
        return values[:, 0], np.zeros(len(values))
    top = np.partition(values, -2, axis=1)[:, -2:]
    return top[:, 1], top[:, 1] - top[:, 0]


def log_odds(probability: float) -> float:
    """ln(p / (1 - p)), with p kept away from 0 and 1."""
    p = min(max(probability, 1e-6), 1 - 1e-6)
    return float(np.log(p / (1 - p)))


def fit(scores: Scores, whales: NDArray[np.intp]) -> Calibration:
    """Fit a calibration.

    Args:
        scores: (tails, whales) of tails that took part in no training.
        whales: the column of each tail's whale, -1 where it is in no column.
    """
    from scipy.optimize import minimize_scalar
    from sklearn.linear_model import LogisticRegression

    best, gap = best_and_gap(scores)
    known = whales >= 0
    model = LogisticRegression(C=100.0, class_weight="balanced").fit(np.stack([best, gap], axis=1), known)
    inside, columns = scores[known], whales[known]

    def loss(log_temperature: float) -> float:
        chances = softmax(inside, float(np.exp(log_temperature)))
        return float(-np.log(chances[np.arange(len(columns)), columns] + 1e-12).mean())

    temperature = float(np.exp(minimize_scalar(loss, bounds=(-6, 1), method="bounded").x))
    of_best, of_gap = (float(weight) for weight in model.coef_[0])
    return Calibration(temperature, float(model.intercept_[0]), of_best, of_gap)
