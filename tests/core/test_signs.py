"""What evidence says, against plain loops; and what it must not depend on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_calibrate import SOME, evidence

from whaleid_core.gallery import Evidence
from whaleid_core.signs import (
    BY_CHANCE,
    MANY_POINTS,
    NEXT,
    SAYS,
    USUAL_CHANCE,
    beyond_chance,
    chance_points,
    detail_of,
    known_signs,
)


def by_chance(points: np.ndarray) -> float:
    """Of one tail."""
    compared = sorted((min(float(p), MANY_POINTS) for p in points if not np.isnan(p)), reverse=True)
    return compared[BY_CHANCE - 1] if len(compared) >= BY_CHANCE else USUAL_CHANCE


@given(st.integers(0, 2**32), st.integers(1, 4), st.integers(1, 12))
def test_points_beyond_chance_are_what_plain_loops_say(seed: int, tails: int, whales: int) -> None:
    points = evidence(seed, tails, whales).points
    assert chance_points(points) == pytest.approx([by_chance(row) for row in points])
    expected = [
        [0.0 if np.isnan(p) else np.log(1 + max(0.0, min(p, MANY_POINTS) - by_chance(row))) for p in row]
        for row in points
    ]
    assert beyond_chance(points) == pytest.approx(np.array(expected))


@given(SOME, st.floats(0.1, 3.0))
def test_signs_are_what_plain_loops_say(found: Evidence, sharpness: float) -> None:
    tails = len(found.networks)
    logits = np.where(found.photos > 0, sharpness * found.networks, -np.inf)
    signs = known_signs(logits, found, np.linspace(0, 1, tails))
    for t in range(tails):
        best = int(np.argmax(logits[t]))
        compared = [p for p in found.points[t].tolist() if not np.isnan(p)]
        chance = by_chance(found.points[t])
        of_best = chance if np.isnan(found.points[t, best]) else found.points[t, best]
        similar = sorted(
            ((a + b) / 2 for a, b, n in zip(found.nearest[t], found.networks[t], found.photos[t], strict=True) if n),
            reverse=True,
        )
        by_hand = {
            "bias": 1.0,
            "lead": similar[0] - np.mean(similar[1 : NEXT + 1]) if len(similar) > 1 else 0.0,
            "points": np.log(1 + min(of_best, MANY_POINTS)),
            "most": np.log(1 + min(max(compared, default=chance), MANY_POINTS)),
            "chance": np.log(1 + chance),
            "agreement": float(np.mean(found.votes[:, t] == best)),
            "photos": float(np.log(found.photos[t, best])),
            "whales": float(np.log(found.among[t])),
            "detail": float(np.linspace(0, 1, tails)[t]),
        }
        assert dict(zip(SAYS, signs[t].tolist(), strict=True)) == pytest.approx(by_hand, rel=1e-5, abs=1e-6)


def test_whales_that_nobody_thinks_of_say_nothing() -> None:
    """A larger gallery gives the same signs where its other whales are far away."""
    found = evidence(5, 3, NEXT + 12)
    found = replace(found, photos=np.maximum(found.photos, 1), nearest=found.networks)
    far, never = np.full((3, 200), -2.0, np.float32), np.full((3, 200), np.nan, np.float32)
    larger = replace(
        found,
        nearest=np.concatenate([found.nearest, far], 1),
        networks=np.concatenate([found.networks, far], 1),
        photos=np.concatenate([found.photos, np.ones(far.shape, np.intp)], 1),
        points=np.concatenate([found.points, never], 1),
    )
    few, many = (known_signs(10.0 * e.networks.astype(np.float64), e, np.ones(3)) for e in (found, larger))
    assert few == pytest.approx(many)


def test_a_lone_whale_that_is_the_tail_itself_gives_numbers_too() -> None:
    alone = Evidence(
        np.full((1, 1), -np.inf, np.float32), np.zeros((1, 1), np.float32),
        np.zeros((1, 1), np.intp), np.zeros((1, 1), np.intp), np.full((1, 1), np.nan, np.float32),
        np.zeros(1, np.intp),
    )  # fmt: skip
    assert np.isfinite(known_signs(np.full((1, 1), -np.inf), alone, np.ones(1))).all()


def test_a_tail_has_all_the_detail_that_the_network_can_take_or_less() -> None:
    assert [detail_of(width, 320) for width in (80, 320, 2000)] == [0.25, 1.0, 1.0]
