"""The study's schedule at each epoch, the order of its photos, and the distribution of its triplets."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.stats import chisquare

from whaleid_core.errors import WhaleIdError
from whaleid_core.train.recipe import find
from whaleid_core.train.study_ensemble import EnsembleRecipe
from whaleid_core.train.study_recipe import StudyRecipe, Triplets, batch_of_epoch, batches_an_epoch

RESNET = StudyRecipe.read(find("study-resnet50"))


def test_the_learning_rate_of_each_epoch_is_that_of_torchs_cosine_annealing():
    optimizer = torch.optim.Adam([torch.nn.Parameter(torch.zeros(1))], lr=0.001)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=28, eta_min=0)
    per_epoch = batches_an_epoch(101, RESNET)
    steps = RESNET.schedule(101, None)
    assert (steps.batches, per_epoch) == (28 * 4, 4)
    for epoch in range(28):
        for batch in range(per_epoch):
            done = steps.share(0.0, epoch * per_epoch + batch)
            assert RESNET.epoch(done) == epoch
            assert RESNET.rate(done) == pytest.approx(schedule.get_last_lr()[0], abs=1e-12)
        optimizer.step()
        schedule.step()


def test_minutes_spread_the_same_schedule_over_themselves():
    spread = RESNET.schedule(101, 14.0)
    assert RESNET.rate(spread.share(0.0, 5)) == 0.001
    assert RESNET.epoch(spread.share(30.0 * 13.5, 5)) == 13
    assert RESNET.rate(spread.share(30.0 * 14, 5)) == pytest.approx(0.0005)
    assert RESNET.epoch(spread.share(10**6, 5)) == 27


def test_what_the_study_told_stands_in_the_recipes():
    members = [StudyRecipe.read(find(f"study-efficientnet-b0-{letter}")) for letter in "abc"]
    for recipe in (RESNET, *members, StudyRecipe.read(find("study-siamese"))):
        assert (recipe.epochs, recipe.t_max, recipe.eta_min, recipe.learning_rate) == (28, 28, 0.0, 0.001)
        assert recipe.side == 256
    assert len({member.seed for member in members}) == 3
    assert {member.architecture for member in members} == {"timm/efficientnet_b0"}
    siamese = StudyRecipe.read(find("study-siamese"))
    assert (siamese.length, siamese.triplet_margin, siamese.architecture) == (512, 1.0, "torchvision/resnet50")
    ensemble = EnsembleRecipe.read(find("study-ensemble"))
    assert ensemble.vote == "outputs"
    assert list(ensemble.networks(Path("nowhere"))) == [
        "study-resnet50",
        *(f"study-efficientnet-b0-{m}" for m in "abc"),
    ]


@pytest.mark.parametrize(("photos", "sizes"), [(7, [4, 3]), (9, [4, 4]), (8, [4, 4]), (3, [3])])
def test_an_epoch_takes_each_photo_once_but_for_a_lone_last_one(photos, sizes):
    recipe = replace(RESNET, batch=4)
    batches = [batch_of_epoch(photos, recipe, number) for number in range(2 * batches_an_epoch(photos, recipe))]
    assert [len(batch) for batch in batches] == sizes * 2
    first, second = np.concatenate(batches[: len(sizes)]), np.concatenate(batches[len(sizes) :])
    assert len(set(first.tolist())) == len(first) == sum(sizes)
    assert photos < 7 or first.tolist() != second.tolist()
    np.testing.assert_array_equal(batches[0], batch_of_epoch(photos, recipe, 0))


def test_triplets_are_drawn_evenly_over_whales_not_photos():
    whales = ["a"] * 5 + ["b"] * 2 + ["c"] + ["d"] * 3
    names = np.array(whales)
    anchor, positive, negative = Triplets(whales).draw(12000, np.random.default_rng(1))
    assert (names[anchor] == names[positive]).all()
    assert (names[anchor] != names[negative]).all()
    alone = names[anchor] == "c"
    assert (anchor[alone] == positive[alone]).all()
    assert (anchor[~alone] != positive[~alone]).all(), "two photos, where there are two"
    assert chisquare(list(Counter(names[anchor].tolist()).values())).pvalue > 0.001
    assert chisquare(list(Counter(names[negative].tolist()).values())).pvalue > 0.001
    of_a = Counter(zip(anchor[names[anchor] == "a"].tolist(), positive[names[anchor] == "a"].tolist(), strict=True))
    assert len(of_a) == 20, "each ordered pair"
    assert chisquare(list(of_a.values())).pvalue > 0.001


def test_one_whale_makes_no_triplet():
    with pytest.raises(WhaleIdError, match="two whales"):
        Triplets(["a", "a"])


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("batch = 32", "batch = 0", "1 or more"),
        ("batch = 32", "bunch = 32", "nothing is known of bunch"),
        ("seed = 1", "", "it lacks seed"),
        ('start = "nothing"', 'start = "coco"', "none of nothing, imagenet"),
        ("seed = 1", "seed =", "no recipe for a network of the study"),
    ],
)
def test_a_recipe_that_can_not_be_is_refused(tmp_path, old, new, why):
    path = tmp_path / "mine.toml"
    path.write_text(find("study-resnet50").read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(WhaleIdError, match=why):
        StudyRecipe.read(path)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('vote = "outputs"', 'vote = "loudest"', "doesn't name two members"),
        ("vote", "note", "is no recipe for an ensemble"),
        ('"study-resnet50", ', '"humpback-lite0", ', "trains no classifier"),
    ],
)
def test_an_ensemble_that_can_not_be_is_refused(tmp_path, old, new, why):
    path = tmp_path / "mine.toml"
    path.write_text(find("study-ensemble").read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(WhaleIdError, match=why):
        EnsembleRecipe.read(path).networks(tmp_path)
