"""What members with trained heads and with gallery heads say together, against plain calculations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from small_packages import CALIBRATION

from whaleid_core.calibrate import NEW_SHARE
from whaleid_core.classify import Heads, outputs, softmax
from whaleid_core.embed import unit
from whaleid_core.gallery import Evidence, Gallery, Queries
from whaleid_core.identify import propose
from whaleid_core.match import search
from whaleid_core.opinion import Opinion, opinion
from whaleid_core.records import NEW_WHALE
from whaleid_core.train.calibrating import UNFITTED

GALLERY = ["a", "a", "b", "c", "x"]
"""The whale of each known tail; no head was trained on x."""
CLASSES = ("a", "b", "c", "d", NEW_WHALE)
"""What the heads were trained on; d is in no gallery."""
TAILS = 4


def kept(raw: np.ndarray) -> np.ndarray:
    """As a trained head's member gives it."""
    return np.sqrt(softmax(raw, 1.0)).astype(np.float32)


def raw_outputs(seed: int, count: int = TAILS, classes: int = len(CLASSES)) -> np.ndarray:
    return 3 * np.random.default_rng(seed).normal(size=(count, classes))


def vectors(seed: int, count: int) -> np.ndarray:
    return unit(np.random.default_rng(seed).normal(size=(count, 8)).astype(np.float32))


def gallery_of(members: int, heads: Heads) -> Gallery:
    rows = [
        kept(raw_outputs(50 + m, len(GALLERY), len(heads.classes[m])))
        if heads.classes and heads.classes[m]
        else vectors(50 + m, len(GALLERY))
        for m in range(members)
    ]
    return Gallery.of(GALLERY, [""] * len(GALLERY), rows, trained=heads)


def said(gallery: Gallery, own: Sequence[np.ndarray], new_share: float = NEW_SHARE) -> tuple[Opinion, Evidence]:
    evidence = search(gallery, own)
    calibration = UNFITTED if len(gallery.trained.trained) == len(own) else CALIBRATION
    return opinion(gallery, evidence, own, calibration, np.ones(len(own[0])), new_share), evidence


def of_head(raw: np.ndarray, chosen: Sequence[int]) -> np.ndarray:
    powers = np.exp(raw[:, list(chosen)] - raw[:, list(chosen)].max(1, keepdims=True))
    return powers / powers.sum(1, keepdims=True)


def test_raw_outputs_come_back_but_for_a_constant():
    raw = raw_outputs(1)
    back = outputs(kept(raw))
    np.testing.assert_allclose(back - back[:, :1], raw - raw[:, :1], atol=1e-4)


def test_a_trained_head_votes_for_its_whales_in_the_gallery_and_for_new_whale():
    raw = raw_outputs(1)
    told, _ = said(gallery_of(1, Heads((CLASSES,))), [kept(raw)])
    expected = of_head(raw, [0, 1, 2, 4])
    np.testing.assert_allclose(told.chances[:, :3], expected[:, :3], atol=1e-5)
    np.testing.assert_array_equal(told.chances[:, 3], 0)
    np.testing.assert_allclose(told.known, 1 - expected[:, 3], atol=1e-5)


def test_the_two_modes_of_four_networks_against_plain_means():
    heads = Heads((CLASSES,) * 4)
    raw = [raw_outputs(seed) for seed in range(4)]
    own = [kept(one) for one in raw]
    by_probability, _ = said(gallery_of(4, heads), own)
    np.testing.assert_allclose(
        by_probability.chances[:, :3], np.mean([of_head(one, [0, 1, 2, 4]) for one in raw], axis=0)[:, :3], atol=1e-5
    )
    by_outputs, _ = said(gallery_of(4, replace(heads, outputs=True)), own)
    expected = of_head(np.mean(raw, axis=0), [0, 1, 2, 4])
    np.testing.assert_allclose(by_outputs.chances[:, :3], expected[:, :3], atol=1e-5)
    np.testing.assert_allclose(by_outputs.known, 1 - expected[:, 3], atol=1e-5)
    assert abs(by_outputs.chances - by_probability.chances).max() > 0.01


def test_trained_and_gallery_heads_vote_together_a_member_a_vote():
    raw, own = raw_outputs(1), vectors(2, TAILS)
    together, evidence = said(gallery_of(2, Heads(((), CLASSES))), [own, kept(raw)])
    alone, of_gallery = said(gallery_of(1, Heads()), [own])
    np.testing.assert_array_equal(evidence.scores, of_gallery.scores)
    head = of_head(raw, [0, 1, 2, 4])
    np.testing.assert_allclose(together.chances[:, :3], (alone.chances[:, :3] + head[:, :3]) / 2, atol=1e-5)
    np.testing.assert_allclose(together.chances[:, 3], alone.chances[:, 3] / 2, atol=1e-5)
    np.testing.assert_allclose(together.known, (alone.known + 1 - head[:, 3]) / 2, atol=1e-5)
    np.testing.assert_allclose(together.chances.sum(1), together.known, atol=1e-5)


def test_without_trained_heads_the_calibration_alone_speaks():
    told, evidence = said(gallery_of(1, Heads()), [vectors(2, TAILS)])
    np.testing.assert_array_equal(told.order, CALIBRATION.logits(evidence))
    np.testing.assert_array_equal(told.odds, CALIBRATION.odds(evidence, np.ones(TAILS)))


def test_a_head_that_knows_none_of_the_gallery_abstains():
    strangers = ("p", "q", NEW_WHALE)
    own, raw = vectors(2, TAILS), raw_outputs(3, classes=3)
    together, _ = said(gallery_of(2, Heads(((), strangers))), [own, kept(raw)])
    alone, _ = said(gallery_of(1, Heads()), [own])
    np.testing.assert_allclose(together.chances, alone.chances)
    nobody, _ = said(gallery_of(1, Heads((strangers,))), [kept(raw)], new_share=0.2)
    np.testing.assert_array_equal(nobody.chances, 0)
    np.testing.assert_allclose(nobody.known, 0.8)


def test_a_head_without_new_whale_leaves_that_to_the_share_that_is_expected():
    raw = raw_outputs(4, classes=3)
    told, _ = said(gallery_of(1, Heads((("a", "b", "c"),))), [kept(raw)], new_share=0.4)
    np.testing.assert_allclose(told.known, 0.6)
    np.testing.assert_allclose(told.chances[:, :3], 0.6 * of_head(raw, [0, 1, 2]), atol=1e-5)


@pytest.mark.parametrize("share", [0.1, 0.3, 0.6])
def test_the_odds_are_those_of_the_probability(share):
    told, _ = said(gallery_of(1, Heads((CLASSES,))), [kept(raw_outputs(1))], share)
    np.testing.assert_allclose(UNFITTED.chance_known(told.odds, share), told.known, atol=1e-6)


def test_the_only_photo_of_a_whale_is_no_other_photo_of_it():
    gallery = gallery_of(1, Heads((CLASSES,)))
    own = gallery.matrices[0][2:3]
    evidence = search(gallery, [own], np.array([2]))
    told = opinion(gallery, evidence, [own], UNFITTED, np.ones(1))
    assert gallery.whales[1] == "b"
    assert told.chances[0, 1] == 0
    assert np.isneginf(told.order[0, 1])


def test_the_five_best_of_a_row_are_those_of_the_mean_outputs():
    raw = [raw_outputs(seed) for seed in range(4)]
    gallery = gallery_of(4, Heads((CLASSES,) * 4, outputs=True))
    queries = Queries([kept(one) for one in raw], [None] * TAILS, np.ones(TAILS))
    mean = np.mean(raw, axis=0)
    names = np.array(CLASSES)
    possible = [0, 1, 2, 4]
    for tail, (candidates, _) in enumerate(propose(gallery, queries, UNFITTED)):
        best = names[sorted(possible, key=lambda column: -mean[tail, column])].tolist()
        assert [one.whale for one in candidates] == [*best, "x"]
        assert candidates[-1].probability == 0
