"""Training recipes: those that come along can be read, and others are refused in a sentence."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from whaleid_core.errors import WhaleIdError
from whaleid_core.train import recipe
from whaleid_core.train.detector_recipe import DetectorRecipe
from whaleid_core.train.embedding import CACHE_MARGIN, EmbeddingRecipe, Schedule
from whaleid_core.train.study_ensemble import EnsembleRecipe
from whaleid_core.train.study_recipe import StudyRecipe

READERS = {
    "detector": DetectorRecipe, "embedding": EmbeddingRecipe, "classifier": StudyRecipe, "siamese": StudyRecipe,
    "ensemble": EnsembleRecipe,
}  # fmt: skip
SHIPPED = recipe.find("humpback-lite0")


def test_every_recipe_that_ships_can_be_read_and_says_what_it_is():
    kinds = {}
    for name in recipe.names():
        path = recipe.find(name)
        kinds[name] = recipe.kind(path)
        assert len(recipe.first_comment(path)) > 20
        assert not recipe.first_comment(path).startswith("#")
        assert READERS[kinds[name]].read(path).name
    assert set(kinds.values()) == set(READERS) == set(recipe.KINDS)


def test_the_shipped_embedding_recipe_makes_sense():
    made = EmbeddingRecipe.read(SHIPPED)
    assert made.margin <= CACHE_MARGIN
    assert made.size_at(1.0).width == made.width
    assert made.size_at(1.0).height == made.height
    assert [size.start for size in made.sizes] == sorted(size.start for size in made.sizes)


def test_sizes_take_over_at_their_share():
    made = EmbeddingRecipe.read(SHIPPED)
    assert (made.size_at(0.0).width, made.size_at(0.5999).width, made.size_at(0.6).width) == (192, 192, 256)


def test_a_recipe_is_found_by_path_as_well(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text('# Mine.\nkind = "embedding"\n', encoding="utf-8")
    assert recipe.find(str(path)) == path
    assert recipe.kind(path) == "embedding"
    assert recipe.first_comment(path) == "Mine."


def test_an_unknown_recipe_is_refused_with_those_that_there_are():
    with pytest.raises(WhaleIdError, match="no recipe 'whale'") as error:
        recipe.find("whale")
    assert "humpback-lite0" in error.value.hint


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"kind = ", "is no recipe"),
        (b"\xff\xfe\x00", "is no recipe"),
        (b"name = 'x'\n", "doesn't say what it trains"),
        (b"kind = 'twin'\n", "doesn't say what it trains"),
    ],
)
def test_a_file_that_is_no_recipe_is_refused(tmp_path, content, why):
    path = tmp_path / "mine.toml"
    path.write_bytes(content)
    with pytest.raises(WhaleIdError, match=why):
        recipe.kind(path)


def changed(folder: Path, old: str, new: str) -> Path:
    text = SHIPPED.read_text(encoding="utf-8")
    assert old in text
    path = folder / "mine.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "name", [f.name for f in fields(EmbeddingRecipe) if f.name not in ("sizes", "batches", "sitting", "whitening")]
)
def test_a_recipe_that_lacks_something_says_what(tmp_path, name):
    path = changed(tmp_path, f"\n{name} =", f"\nx_{name} =")
    with pytest.raises(WhaleIdError, match=f"it lacks {name}"):
        EmbeddingRecipe.read(path)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("[[sizes]]\nfrom = 0.0", "[[sizes]]\nfrom = 0.1", "no size of the crops"),
        ("[[sizes]]\nfrom = 0.0", "[[sizes]]\nbegin = 0.0", "it lacks from"),
        ('start = "imagenet"', 'start = "somewhere"', "starts from 'somewhere'"),
        ("width = 192", 'width = "wide"', "invalid literal"),
        ("[[sizes]]", "[[sizes", "is no recipe"),
    ],
)
def test_a_recipe_that_can_not_be_is_refused(tmp_path, old, new, why):
    with pytest.raises(WhaleIdError, match=why):
        EmbeddingRecipe.read(changed(tmp_path, old, new))


def test_batches_can_stand_in_the_place_of_minutes(tmp_path):
    minutes = EmbeddingRecipe.read(SHIPPED).minutes
    both = EmbeddingRecipe.read(changed(tmp_path, "\nminutes =", "\nbatches = 40\nminutes ="))
    assert both.schedule == Schedule(minutes, 40)
    alone = EmbeddingRecipe.read(changed(tmp_path, f"\nminutes = {minutes}", "\nbatches = 40"))
    assert alone.schedule.share(1e9, 10) == 0.25
    for nothing in ("batches = 0", "minutes = 0", "minutes = -5"):
        with pytest.raises(WhaleIdError, match="lacks minutes or batches"):
            EmbeddingRecipe.read(changed(tmp_path, f"\nminutes = {minutes}", f"\n{nothing}"))
    with pytest.raises(WhaleIdError, match="is no recipe"):
        EmbeddingRecipe.read(changed(tmp_path, "\nminutes =", '\nbatches = "many"\nminutes ='))
