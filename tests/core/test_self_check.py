"""The self-check of a catalogue: planted mistakes come first, what a person said holds, the trial is counted right."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whaleid_core.calibrate import Calibration
from whaleid_core.embed import unit
from whaleid_core.errors import Cancelled
from whaleid_core.gallery import Gallery
from whaleid_core.identify import Unwatched
from whaleid_core.local import Keypoints
from whaleid_core.self_check import Mistake, Proposal, SelfCheck, Trial, self_check
from whaleid_core.signs import SAYS

WHALES, TAILS = 12, 4
CALIBRATION = Calibration(
    nearest=10.0, networks=10.0, points=1.0,
    known={**dict.fromkeys(SAYS, 0.0), "lead": 10.0}, false_match={"0.05": 1.0},
)  # fmt: skip


def vectors(noise: float = 0.4) -> np.ndarray:
    """Tails of whales that all differ, in order of whale; each tail lies near its whale's middle."""
    rng = np.random.default_rng(5)
    middles = np.repeat(unit(rng.standard_normal((WHALES, 32)).astype(np.float32)), TAILS, axis=0)
    return unit(middles + noise * unit(rng.standard_normal(middles.shape).astype(np.float32)))


def names() -> list[str]:
    return [f"W{row // TAILS:02d}" for row in range(WHALES * TAILS)]


def gallery_of(labels: Sequence[str], matrix: np.ndarray | None = None) -> Gallery:
    own = vectors() if matrix is None else matrix
    return Gallery.of(labels, [f"tail {row}" for row in range(len(labels))], [own])


def check(labels: Sequence[str], **others: object) -> SelfCheck:
    gallery = gallery_of(labels)
    return self_check(gallery, np.ones(len(gallery)), CALIBRATION, **others)  # type: ignore[arg-type]


def of_kind(made: SelfCheck, mistake: Mistake) -> list[Proposal]:
    return [one for one in made.proposals if one.mistake is mistake]


def test_a_whale_with_two_ids_and_a_tail_of_another_come_first() -> None:
    labels = names()
    labels[2:4] = ["W00 again"] * 2
    labels[20] = "W09"
    made = check(labels)
    missed, false = made.proposals[:2]
    assert {missed.whale, missed.like} == {"W00", "W00 again"}
    assert (missed.mistake, false.mistake) == (Mistake.MISSED, Mistake.FALSE)
    assert (false.tail, false.whale, false.like) == ("tail 20", "W09", "W05")
    assert labels[int(false.other.removeprefix("tail "))] == "W09", "it is shown beside its own whale"
    assert made.whales == WHALES + 1
    for mistake in Mistake:
        scores = [one.score for one in of_kind(made, mistake)]
        assert scores == sorted(scores, reverse=True)


def test_what_is_known_to_be_two_or_to_be_right_is_never_proposed() -> None:
    labels = names()
    labels[2:4] = ["W00 again"] * 2
    labels[20] = "W09"
    made = check(labels, apart=[("W00 again", "W00"), ("W01", "of elsewhere")], sure=["tail 20"])
    assert not any({one.whale, one.like} == {"W00", "W00 again"} for one in of_kind(made, Mistake.MISSED))
    assert "tail 20" not in {one.tail for one in of_kind(made, Mistake.FALSE)}


def test_matching_points_decide_between_equals() -> None:
    """Two pairs of whales are about equally alike by the networks; the points know which pair is one."""
    labels = names()
    labels[2:4], labels[6:8] = ["W00 again"] * 2, ["W01 again"] * 2
    numbers = [Keypoints(np.full((1, 2), row, np.float32), np.zeros((1, 128), np.uint8)) for row in range(len(labels))]
    known = Gallery.of(labels, gallery_photos(len(labels)), [vectors()], lambda some: {n: numbers[n] for n in some})

    def count(a: Keypoints, b: Keypoints) -> int:
        return 80 if {int(a.positions[0, 0]) // TAILS, int(b.positions[0, 0]) // TAILS} == {1} else 0

    made = self_check(known, np.ones(len(known)), CALIBRATION, count=count)
    first = of_kind(made, Mistake.MISSED)[0]
    assert ({first.whale, first.like}, first.points) == ({"W01", "W01 again"}, 80)


def gallery_photos(count: int) -> list[str]:
    return [f"tail {row}" for row in range(count)]


def test_two_tails_that_are_unlike_are_one_proposal() -> None:
    labels = names()
    labels[0] = labels[4] = "A"
    assert [one.whale for one in of_kind(check(labels), Mistake.FALSE)] == ["A"]


def test_nothing_is_doubtful_in_a_clean_catalogue() -> None:
    assert check(names()).proposals == ()


@pytest.mark.parametrize("labels", [[], ["A"], ["A", "A"], ["A", "B"]])
def test_a_catalogue_of_a_few_tails(labels: list[str]) -> None:
    made = self_check(gallery_of(labels, vectors()[: len(labels)]), np.ones(len(labels)), CALIBRATION)
    assert made.whales == len(set(labels))
    assert of_kind(made, Mistake.FALSE) == []
    assert len(of_kind(made, Mistake.MISSED)) == (1 if labels == ["A", "B"] else 0)


def test_the_catalogue_answers_for_itself() -> None:
    made = check(names())
    assert made.trial.of == WHALES * TAILS
    assert made.trial.within(1) == 1.0
    wrong = check([f"W{row % WHALES:02d}" for row in range(WHALES * TAILS)])
    assert wrong.trial.within(1) < 0.2


def test_it_tells_how_far_it_is_and_can_be_stopped() -> None:
    told: list[tuple[int, int]] = []

    class Told(Unwatched):
        def progress(self, done: int, total: int) -> None:
            told.append((done, total))

    class Stopped(Unwatched):
        def cancel(self) -> bool:
            return True

    check(names(), watch=Told())
    assert told == sorted(told)
    assert all(0 <= done <= total for done, total in told)
    with pytest.raises(Cancelled):
        check(names(), watch=Stopped())


def trial(pairs: Sequence[tuple[float, bool]]) -> Trial:
    chance, right = np.array([one for one, _ in pairs]), np.array([was for _, was in pairs], np.bool_)
    return Trial(chance, right, np.where(right, 1, 2), len(pairs))


def test_the_calibration_of_a_handful() -> None:
    made = trial([(0.95, True), (0.95, True), (0.95, False), (0.05, False), (1.0, True)])
    assert made.steps() == [(0.05, 0.0, 1), (pytest.approx(0.9625), 0.75, 4)]
    assert made.error() == pytest.approx((0.05 + 4 * 0.2125) / 5)
    assert made.within(1) == 0.6
    assert made.within(2) == 1.0
    nothing = trial([])
    assert (nothing.steps(), np.isnan(nothing.error()), np.isnan(nothing.within(1))) == ([], True, True)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=40), st.integers(1, 12))
def test_the_calibration_by_a_slow_count(pairs: list[tuple[float, bool]], bins: int) -> None:
    steps: dict[int, list[tuple[float, bool]]] = {}
    for chance, right in pairs:
        steps.setdefault(min(int(chance * bins), bins - 1), []).append((chance, right))
    wanted = [
        (sum(c for c, _ in own) / len(own), sum(r for _, r in own) / len(own), len(own))
        for _, own in sorted(steps.items())
    ]
    made = trial(pairs)
    assert np.allclose(np.array(made.steps(bins)), np.array(wanted))
    error = sum(abs(c - r) * n for c, r, n in wanted) / len(pairs)
    assert made.error(bins) == pytest.approx(error)
