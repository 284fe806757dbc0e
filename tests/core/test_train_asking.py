"""What each system says of tails, against galleries made and searched by hand, one tail after another."""

from __future__ import annotations

import numpy as np
import pytest
from simulated_flukes import CALIBRATION, common_points, simulated
from small_packages import Told

from whaleid_core import identify
from whaleid_core.gallery import Gallery, Queries
from whaleid_core.identify import look_up
from whaleid_core.local import Keypoints
from whaleid_core.match import PHOTOS
from whaleid_core.signs import BY_CHANCE, USUAL_CHANCE
from whaleid_core.train import asking
from whaleid_core.train.asking import DEFAULT, NEAREST, NETWORKS, OUTPUTS, PROBABILITIES, against, among, ask, spoken
from whaleid_core.train.evaluate import Seen

MEMBERS = ["one 1", "two 1"]


def unit(vector: np.ndarray) -> np.ndarray:
    return vector / max(np.linalg.norm(vector), 1e-12)


def by_hand(known: Seen, numbers: list[int], asked: Seen, query: int, whales: list[str]) -> dict[str, list[float]]:
    """The score of each whale for one tail by each system, with loops over a gallery of `numbers`."""
    names = known.whales
    scores: dict[str, list[float]] = {}
    near, mean, votes = [], [], []
    for member, matrix in enumerate(known.tails.vectors):
        vector = asked.tails.vectors[member][query]
        own = {w: [matrix[i].astype(float) for i in numbers if names[i] == w] for w in whales}
        near.append([max(float(one @ vector) for one in own[w]) for w in whales])
        mean.append([float(unit(np.sum(own[w], axis=0)) @ vector) for w in whales])
        scores[MEMBERS[member]] = [(a + b) / 2 for a, b in zip(near[-1], mean[-1], strict=True)]
        powers = [np.exp(score / asking.TEMPERATURE) for score in mean[-1]]
        votes.append([power / sum(powers) for power in powers])
    count = len(known.tails.vectors)
    scores[PROBABILITIES] = [sum(vote[i] for vote in votes) / count for i in range(len(whales))]
    scores[OUTPUTS] = [sum(one[i] for one in mean) / count for i in range(len(whales))]
    rows = {
        i: sum(float(m[i] @ asked.tails.vectors[k][query]) for k, m in enumerate(known.tails.vectors)) / count
        for i in numbers
    }
    scores[NEAREST] = [max(rows[i] for i in numbers if names[i] == w) for w in whales]
    scores[NETWORKS] = [
        CALIBRATION.nearest * a + CALIBRATION.networks * b
        for a, b in zip(scores[NEAREST], scores[OUTPUTS], strict=True)
    ]
    best = sorted(range(len(whales)), key=lambda i: -scores[NETWORKS][i])[: identify.SHORTLIST]
    points = {}
    for i in best:
        nearest = sorted((n for n in numbers if names[n] == whales[i]), key=lambda n: -rows[n])[:PHOTOS]
        points[i] = max(common_points(asked.tails.keypoints[query], known.tails.keypoints[n]) for n in nearest)
    chance = sorted(points.values())[-BY_CHANCE] if len(points) >= BY_CHANCE else USUAL_CHANCE
    scores[DEFAULT] = list(scores[NETWORKS])
    for i, number in points.items():
        scores[DEFAULT][i] += CALIBRATION.points * np.log1p(max(number - chance, 0))
    return scores


@pytest.mark.parametrize(("noise", "shortlist"), [(0.8, 20), (3.0, 20), (3.0, 4)])
def test_closed_set_agrees_with_loops(noise: float, shortlist: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identify, "SHORTLIST", shortlist)
    seen = simulated(noise)
    train, test = seen.of("train"), seen.of("test")
    watch = Told()
    said, shares = ask(against(train, test), MEMBERS, CALIBRATION, common_points, watch)
    assert watch.said[-1] == (12, 12)
    assert list(said) == [*MEMBERS, PROBABILITIES, OUTPUTS, NEAREST, NETWORKS, DEFAULT]
    whales = sorted(set(train.whales.tolist()))
    for query, whale in enumerate(test.whales.tolist()):
        for system, scores in by_hand(train, list(range(len(train.whales))), test, query, whales).items():
            own = scores[whales.index(whale)]
            assert said[system].found[query] == 1 + sum(score > own for score in scores), system
            if system != DEFAULT:
                assert said[system].sure[query] == pytest.approx(max(scores), abs=1e-4)
            else:
                powers = np.exp(np.array(scores) - max(scores))
                assert shares.own[query] == pytest.approx(powers[whales.index(whale)] / powers.sum(), rel=1e-3)
                assert shares.best[query] == pytest.approx(
                    sorted(powers / powers.sum())[: -asking.WHALES - 1 : -1], rel=1e-3
                )
    assert np.array_equal(said[DEFAULT].sure, shares.odds)


@pytest.mark.parametrize("out", [(), ("u0", "u3", "u5")])
def test_leave_one_out_is_a_gallery_without_the_tail(out: tuple[str, ...]) -> None:
    seen = simulated(1.5).of("unseen")
    inside = ~np.isin(seen.whales, out)
    asked = among(seen.whales, seen.tails, inside)
    said, _ = ask(asked, MEMBERS, CALIBRATION, common_points)
    for query, whale in enumerate(seen.whales.tolist()):
        numbers = [i for i in np.flatnonzero(inside).tolist() if i != query]
        whales = sorted({str(seen.whales[i]) for i in numbers})
        scores = by_hand(seen, numbers, seen, query, whales)
        assert (asked.own[query] >= 0) == (whale in whales)
        for system, own in scores.items():
            if whale not in whales:
                assert said[system].found[query] == np.inf
            else:
                assert said[system].found[query] == 1 + sum(one > own[whales.index(whale)] for one in own), system
            if system != DEFAULT:
                assert said[system].sure[query] == pytest.approx(max(own), abs=1e-4)


def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = simulated(1.5)
    asked = against(seen.of("train"), seen.of("test"))
    said, shares = ask(asked, MEMBERS, CALIBRATION, common_points)
    monkeypatch.setattr(asking, "BLOCK", 5)
    again, too = ask(asked, MEMBERS, CALIBRATION, common_points)
    for system in said:
        assert np.array_equal(said[system].found, again[system].found)
        assert said[system].sure == pytest.approx(again[system].sure, abs=1e-5)
    for name in ("odds", "best", "own"):
        assert getattr(shares, name) == pytest.approx(getattr(too, name), abs=1e-5)
        alone = spoken(asked, CALIBRATION, common_points)
        assert getattr(alone, name) == pytest.approx(getattr(too, name), abs=1e-5)


def test_a_whale_of_the_test_that_is_in_no_gallery_is_never_found() -> None:
    seen = simulated(0.5)
    stranger = seen.table.index[seen.table["split"] == "test"][3]
    seen.table.loc[stranger, "whale"] = "in no gallery"
    said, shares = ask(against(seen.of("train"), seen.of("test")), MEMBERS, CALIBRATION, common_points)
    for ranked in said.values():
        assert np.flatnonzero(np.isinf(ranked.found)).tolist() == [3]
    assert shares.own[3] == 0


def test_a_pair_is_compared_once() -> None:
    asked: list[tuple[Keypoints, Keypoints]] = []

    def count(a: Keypoints, b: Keypoints) -> int:
        asked.append((a, b))
        return common_points(a, b)

    seen = simulated(1.5).of("unseen")
    whole = among(seen.whales, seen.tails, np.ones(len(seen.whales), bool))
    remembered = asking.remembering(count)
    first = spoken(whole, CALIBRATION, remembered)
    compared = len(asked)
    second = spoken(whole, CALIBRATION, remembered)
    assert len(asked) == compared == len({(id(a), id(b)) for a, b in asked})
    assert np.array_equal(first.odds, second.odds)


def test_the_odds_are_those_of_what_the_program_looks_up() -> None:
    seen = simulated(1.5)
    train, new = seen.of("train"), seen.of("new")
    shares = spoken(against(train, new), CALIBRATION, common_points)
    gallery = Gallery.of(
        train.whales.tolist(),
        [""] * len(train.whales),
        train.tails.vectors,
        lambda some: {i: train.tails.keypoints[i] for i in some},
    )
    for query in range(len(new.whales)):
        one: Queries = new.tails.some(np.array([query]))
        evidence = look_up(gallery, one, CALIBRATION, common_points)
        assert shares.odds[query] == pytest.approx(CALIBRATION.odds(evidence, one.detail)[0], abs=1e-4)
