"""The figures of an evaluation on simulated tails, against loops over what the program proposes for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from simulated_flukes import CALIBRATION, common_points, simulated
from small_packages import Told

from whaleid_core.calibrate import FALSE_MATCH_RATE, Answer
from whaleid_core.errors import WhaleIdError
from whaleid_core.gallery import Gallery
from whaleid_core.identify import propose
from whaleid_core.local import NO_KEYPOINTS, Keypoints
from whaleid_core.records import NEW_WHALE
from whaleid_core.train import evaluation
from whaleid_core.train.asking import DEFAULT, against, ask, spoken
from whaleid_core.train.evaluate import Seen
from whaleid_core.train.evaluation import measure, reliability
from whaleid_core.train.measures import BANDS, RATES, Figure, Open, by_photos, open_set, ranking

MEMBERS = ["one 1", "two 1"]
MISSED = ("3.jpg", "11.jpg", "20.jpg", "31.jpg", "40.jpg", "52.jpg")


def no_points(tails: Sequence[int]) -> dict[int, Keypoints]:
    """Of tails without a point to compare."""
    return dict.fromkeys(tails, NO_KEYPOINTS)


def without_points(seen: Seen) -> Seen:
    """The same tails, of which local matching sees nothing."""
    keypoints = [NO_KEYPOINTS] * len(seen.tails)
    tails = type(seen.tails)(seen.tails.vectors, keypoints, seen.tails.detail)
    return Seen(seen.table, tails, seen.missed)


@pytest.fixture(scope="module", params=[1.0, 2.5])
def seen(request: pytest.FixtureRequest) -> Seen:
    return without_points(simulated(request.param, missed=MISSED))


@pytest.fixture(scope="module")
def figures(seen: Seen) -> dict[tuple[str, str, str, str], Figure]:
    measured = measure(seen, MEMBERS, CALIBRATION, lambda title: Told())
    assert measured.counts["test"] == 12
    assert sum(measured.counts[f"{split}_without_tail"] for split in ("train", "test", "unseen", "new")) == len(MISSED)
    return {(one.system, one.part, one.group, one.name): one for one in measured.figures}


def proposals(seen: Seen, split: str) -> list[tuple[str, list[str], Answer]]:
    """Whale, ids from the likeliest on, and answer for each photo of a split; those without a tail come last."""
    train, asked = seen.of("train"), seen.of(split)
    gallery = Gallery.of(train.whales.tolist(), [""] * len(train.whales), train.tails.vectors, no_points)
    rows = []
    for whale, (candidates, known) in zip(
        asked.whales.tolist(), propose(gallery, asked.tails, CALIBRATION), strict=True
    ):
        ids = [candidate.whale for candidate in candidates]
        best = next(candidate for candidate in candidates if candidate.whale != NEW_WHALE)
        rows.append((whale, ids, CALIBRATION.answer(known, best.probability, FALSE_MATCH_RATE)))
    return rows + [(whale, [NEW_WHALE], Answer.UNSURE) for whale in asked.missed_whales.tolist()]


def kaggle(ids: list[str], whale: str) -> float:
    return 1 / (ids.index(whale) + 1) if whale in ids[:5] else 0.0


def test_the_answers_are_those_that_the_program_gives(seen, figures):
    known, new = proposals(seen, "test"), proposals(seen, "new")
    first = [[one for one in ids if one != NEW_WHALE][:1] == [whale] for whale, ids, _ in known]
    answers = [answer for _, _, answer in known]
    expected = {
        "known_right": np.mean([a == Answer.KNOWN and f for a, f in zip(answers, first, strict=True)]),
        "known_wrong_whale": np.mean([a == Answer.KNOWN and not f for a, f in zip(answers, first, strict=True)]),
        "known_called_new": np.mean([a == Answer.NEW for a in answers]),
        "new_right": np.mean([answer == Answer.NEW for _, _, answer in new]),
        "new_called_known": np.mean([answer == Answer.KNOWN for _, _, answer in new]),
        "map5_known": np.mean([kaggle(ids, whale) for whale, ids, _ in known]),
        "map5_new": np.mean([kaggle(ids, NEW_WHALE) for _, ids, _ in new]),
    }
    expected["geometric_mean"] = np.sqrt(expected["known_right"] * expected["new_right"])
    for name, value in expected.items():
        figure = figures[DEFAULT, "open", "", name]
        assert figure.value == pytest.approx(value), name
        assert figure.low <= figure.value + 1e-9
        assert figure.high >= figure.value - 1e-9


def test_the_closed_set_counts_photos_without_a_tail_as_missed(seen, figures):
    ranks = [
        1 + [one for one in ids if one != NEW_WHALE].index(whale) if whale in ids else np.inf
        for whale, ids, _ in proposals(seen, "test")
    ]
    assert figures[DEFAULT, "closed", "", "top1"].value == pytest.approx(np.mean([rank == 1 for rank in ranks]))
    assert figures[DEFAULT, "closed", "", "top5"].value == pytest.approx(np.mean([rank <= 5 for rank in ranks]))
    mean = np.mean([1 / rank if rank <= 5 else 0 for rank in ranks])
    assert figures[DEFAULT, "closed", "", "map5"].value == pytest.approx(mean)
    assert figures[DEFAULT, "closed", "", "map5"].count == 12


def test_whole_frames_stand_in_the_gallery_and_count_as_missed():
    plain = without_points(simulated(1.0))
    split = plain.table["split"].to_numpy(str)
    first = [int(np.flatnonzero(split == name)[0]) for name in ("train", "test")]
    framed = replace(plain, framed=tuple(first), missed=plain.table.iloc[first].reset_index(drop=True))
    measured = measure(framed, MEMBERS, CALIBRATION, lambda title: Told())
    assert measured.counts["train"] == (split == "train").sum()
    assert measured.counts["train_without_tail"] == 1
    found = [
        [one for one in ids if one != NEW_WHALE][:1] == [whale] for whale, ids, _ in proposals(plain, "test")
    ]  # in the gallery of all
    top = next(one for one in measured.figures if (one.system, one.part, one.name) == (DEFAULT, "closed", "top1"))
    assert top.value == pytest.approx(np.mean([False, *found[1:]]))
    assert top.count == len(found)


def test_the_bands_are_of_the_photos_that_there_are_with_a_tail_or_without(figures):
    """w0, w3, ... have one photo, w1, w4, ... two, w2, w5, ... three."""
    assert [figures[DEFAULT, "closed", band, "top1"].count for band in list(BANDS)[:3]] == [4, 4, 4]
    assert (DEFAULT, "closed", "6 or more", "top1") not in figures
    for name in ("map5", "top1", "top5", "top10"):
        bands = [figures[DEFAULT, "closed", band, name].value for band in list(BANDS)[:3]]
        assert np.mean(bands) == pytest.approx(figures[DEFAULT, "closed", "", name].value)


def test_the_new_catalogue_asks_for_each_photo_of_a_whale_with_two(seen, figures):
    whales = np.append(seen.of("unseen").whales, seen.of("unseen").missed_whales)
    several = [whale for whale in whales.tolist() if (whales == whale).sum() > 1]
    for system in dict.fromkeys(system for system, *_ in figures):
        assert figures[system, "unseen", "", "top1"].count == len(several)
        at_most = np.isin(several, seen.of("unseen").whales).mean()
        assert figures[system, "unseen", "", "top10"].value <= at_most


def test_each_system_has_its_rows_and_they_are_in_order(figures):
    for system in dict.fromkeys(system for system, *_ in figures):
        for part in ("closed", "unseen"):
            top = [figures[system, part, "", f"top{k}"].value for k in (1, 5, 10)]
            assert top[0] <= figures[system, part, "", "map5"].value <= top[1] <= top[2]
        assert 0 <= figures[system, "open", "", "auroc"].value <= 1
    assert len(dict.fromkeys(system for system, *_ in figures)) == 7


def test_how_far_the_default_is_ahead_is_the_difference_of_the_means(figures):
    for system, part in {(system, part) for system, part, _, name in figures if name == "default_ahead"}:
        lead = figures[system, part, "", "default_ahead"]
        both = figures[DEFAULT, part, "", "map5"].value, figures[system, part, "", "map5"].value
        assert lead.value == pytest.approx(both[0] - both[1])
        assert lead.low <= lead.value + 1e-9
        assert lead.high >= lead.value - 1e-9
    assert figures[DEFAULT, "closed", "", "default_ahead"].high == 0


def test_misses_by_the_threshold_and_by_the_quantile(seen, figures):
    train, test, new = (seen.of(split) for split in ("train", "test", "new"))
    gallery = Gallery.of(train.whales.tolist(), [""] * len(train.whales), train.tails.vectors)
    for rate in RATES:
        limit = CALIBRATION.threshold(rate)
        false = [known >= limit for _, known in propose(gallery, new.tails, CALIBRATION)]
        figure = figures[DEFAULT, "open", f"{rate:.0%}", "false_match_rate"]
        assert figure.value <= sum(false) / (len(new.whales) + len(new.missed)) + 1e-9
        assert figures[DEFAULT, "open", f"{rate:.0%}", "miss_rate"].value >= len(test.missed) / 12
        assert 0 <= figures[DEFAULT, "open", f"{rate:.0%}", "miss_rate_at_quantile"].value <= 1
    misses = [figures[DEFAULT, "open", f"{rate:.0%}", "miss_rate_at_quantile"].value for rate in RATES]
    assert misses == sorted(misses, reverse=True)


def test_the_calibration_error_is_the_mean_over_random_halves(seen, figures):
    unseen = seen.of("unseen")
    errors: dict[str, list[float]] = {"ece_known": [], "ece_best": [], "new_share": []}
    for number in range(evaluation.HALVINGS):
        inside = evaluation._halves(unseen.whales, number)
        known, hit, said, best = [], [], [], []
        share = np.mean([
            not any(w == whale and inside[j] and j != i for j, w in enumerate(unseen.whales))
            for i, whale in enumerate(unseen.whales)
        ])  # fmt: skip
        for i, whale in enumerate(unseen.whales.tolist()):
            rest = [j for j in np.flatnonzero(inside).tolist() if j != i]
            gallery = Gallery.of(
                [str(unseen.whales[j]) for j in rest],
                [""] * len(rest),
                [m[rest] for m in unseen.tails.vectors],
                no_points,
            )
            candidates, chance = propose(gallery, unseen.tails.some(np.array([i])), CALIBRATION, share)[0]
            first = next(candidate for candidate in candidates if candidate.whale != NEW_WHALE)
            known.append(whale in gallery.whales)
            said.append(chance)
            best.append(first.probability)
            hit.append(first.whale == whale)
        errors["new_share"].append(share)
        for name, chances, truth in (("ece_known", said, known), ("ece_best", best, hit)):
            total = 0.0
            for part in np.array_split(np.argsort(chances, kind="stable"), evaluation.BINS):
                total += abs(sum(chances[i] - truth[i] for i in part)) / len(chances)
            errors[name].append(total)
    for name, parts in errors.items():
        assert figures[DEFAULT, "calibration", "", name].value == pytest.approx(np.mean(parts), abs=1e-4)


def test_half_of_the_whales_stay_each_with_all_its_photos():
    whales = np.array([f"w{i}" for i in range(9) for _ in range(1 + i % 3)])
    halves = [evaluation._halves(whales, seed) for seed in range(3)]
    for inside in halves:
        kept = {whale for whale, own in zip(whales.tolist(), inside, strict=True) if own}
        assert [whale in kept for whale in whales.tolist()] == inside.tolist()
        assert len(kept) == 5
    assert len({tuple(inside.tolist()) for inside in halves}) > 1


def test_good_tails_measure_well_and_bad_ones_badly():
    def auroc_and_top1(noise: float) -> tuple[float, float]:
        figures = measure(without_points(simulated(noise)), MEMBERS, CALIBRATION, lambda title: Told()).figures
        by_name = {(one.part, one.group, one.name): one.value for one in figures if one.system == DEFAULT}
        return by_name["open", "", "auroc"], by_name["unseen", "", "top1"]

    good, bad = auroc_and_top1(0.3), auroc_and_top1(8.0)
    assert min(good) > 0.9
    assert bad[0] < 0.9
    assert bad[1] < 0.5


def test_the_curves_go_from_nothing_to_all(seen):
    curves = measure(seen, MEMBERS, CALIBRATION, lambda title: Told()).curves
    for name in ("receiver", "identified"):
        assert curves[name].x[0] == 0
        assert curves[name].x[-1] == 1
        assert (np.diff(curves[name].x) >= 0).all()
        assert (np.diff(curves[name].y) >= 0).all()
    assert curves["receiver"].y[-1] == 1
    assert (curves["identified"].y <= curves["receiver"].y).all()


def test_the_reliability_of_what_comes_true_lies_on_the_diagonal():
    rng = np.random.default_rng(5)
    chances = rng.random(40_000)
    curve = reliability(chances, rng.random(40_000) < chances)
    assert curve.x == pytest.approx((np.arange(10) + 0.5) / 10, abs=0.02)
    assert curve.y == pytest.approx(curve.x, abs=0.03)


def test_local_matching_that_finds_the_whales_lifts_the_default():
    seen = simulated(3.0)
    asked = against(seen.of("train"), seen.of("test"))
    with_it, _ = ask(asked, MEMBERS, CALIBRATION, common_points)
    assert (with_it[DEFAULT].found == 1).mean() > (with_it["fused, without local matching"].found == 1).mean()


def test_without_photos_that_were_missed_the_open_set_is_of_tails_alone():
    seen = simulated(1.5)
    train, test, new = (seen.of(split) for split in ("train", "test", "new"))
    said, known = ask(against(train, test), MEMBERS, CALIBRATION, common_points)
    strange = spoken(against(train, new), CALIBRATION, common_points)
    whales = Open(test.whales, test.missed_whales, new.whales, new.missed_whales)
    figures = open_set(CALIBRATION, known, said[DEFAULT].found == 1, strange, whales)
    assert {figure.count for figure in figures} == {len(test.whales), len(new.whales), 22}


def test_bands_without_a_photo_and_rankings_of_nothing_are_left_out():
    assert ranking("one", "closed", np.zeros(0), np.zeros(0, str)) == []
    figures = by_photos("one", np.array([1.0, 2.0]), np.array(["a", "b"]), np.array([7, 0]))
    assert {figure.group for figure in figures} == {"6 or more"}


def test_tails_of_too_few_whales_are_refused():
    seen = simulated(1.0, missed=tuple(f"{i}.jpg" for i in range(0, 90, 2)))
    seen.table.loc[seen.table["split"] == "unseen", "whale"] = "u0"
    with pytest.raises(WhaleIdError, match="4 whales"):
        measure(seen, MEMBERS, CALIBRATION, lambda title: Told())
