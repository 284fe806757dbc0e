"""Measuring: leave-one-out against taking each tail out by hand, and the three figures on simulated embeddings."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whaleid_core.calibrate import Calibration
from whaleid_core.embed import Vectors, unit
from whaleid_core.errors import WhaleIdError
from whaleid_core.match import Gallery, search
from whaleid_core.train.evaluate import Seen, leave_one_out, measure

CALIBRATION = Calibration(temperature=0.1, bias=-3.0, best=6.0, gap=2.0)


def by_hand(matrices: list[Vectors], whales: np.ndarray) -> tuple[list[int], list[int]]:
    """A gallery without the query, searched for it, one query after another."""
    found, queries = [], []
    for query, whale in enumerate(whales):
        rest = np.arange(len(whales)) != query
        if whale not in whales[rest]:
            continue
        gallery = Gallery.of(whales[rest].tolist(), [""] * int(rest.sum()), [matrix[rest] for matrix in matrices])
        scores = search(gallery, [matrix[query : query + 1] for matrix in matrices]).scores[0]
        own = gallery.whales.index(whale)
        found.append(sum(score >= scores[own] for score in scores))
        queries.append(query)
    return found, queries


@settings(max_examples=30, deadline=None)
@given(
    whales=st.lists(st.sampled_from("abcdef"), min_size=2, max_size=14),
    members=st.integers(1, 3),
    seed=st.integers(0, 10**6),
)
def test_leave_one_out_is_taking_each_tail_out(whales, members, seed):
    rng = np.random.default_rng(seed)
    matrices = [unit(rng.normal(size=(len(whales), 6)).astype(np.float32)) for _ in range(members)]
    names = np.array([f"whale {w}" for w in whales])
    found, queries = leave_one_out(matrices, names)
    expected, expected_queries = by_hand(matrices, names)
    assert queries.tolist() == expected_queries
    assert found.tolist() == expected


def test_leave_one_out_of_single_photos_asks_nothing():
    found, queries = leave_one_out([unit(np.eye(3, dtype=np.float32))], np.array(["a", "b", "c"]))
    assert len(found) == len(queries) == 0


def seen(noise: float, left_out: str = "") -> Seen:
    """60 whales known by two photos each and met again, 30 in an unseen catalogue, 40 new ones."""
    rng = np.random.default_rng(2)
    centres = unit(rng.normal(size=(130, 32)).astype(np.float32))
    rows = [("train", i) for i in range(60) for _ in range(2)] + [("test", i) for i in range(60)]
    rows += [("unseen", i) for i in range(60, 90) for _ in range(2)] + [("new", i) for i in range(90, 130)]
    rows = [row for row in rows if row[0] != left_out]
    rng.shuffle(rows)
    splits, numbers = zip(*rows, strict=True)
    index = np.array([int(number) for number in numbers])
    vectors = unit(centres[index] + noise * unit(rng.normal(size=(len(index), 32)).astype(np.float32)))
    whales = [f"w{i}" if split != "new" else "new_whale" for split, i in zip(splits, index, strict=True)]
    table = pd.DataFrame({"image": [f"{n}.jpg" for n in range(len(rows))], "whale": whales, "split": splits})
    return Seen(table, (vectors,), 0)


def test_a_split_takes_its_rows_of_the_table_and_of_the_vectors():
    everything = seen(0.5)
    table, (vectors,) = everything.of("test")
    assert len(table) == len(vectors) == 60
    assert set(table["split"]) == {"test"}
    for name, vector in zip(table["image"], vectors, strict=True):
        assert np.array_equal(vector, everything.vectors[0][int(name.removesuffix(".jpg"))])


def test_good_embeddings_measure_well_and_bad_ones_badly():
    good, bad = measure(seen(0.5), CALIBRATION), measure(seen(6.0), CALIBRATION)
    assert good["closed_tails"] == good["unseen_tails"] == 60
    for name in ("closed", "unseen"):
        assert good[f"{name}_map5"] > 0.9 > 0.5 > bad[f"{name}_map5"]
        for figures in (good, bad):
            assert figures[f"{name}_map5_low"] <= figures[f"{name}_map5"] <= figures[f"{name}_map5_high"]
            assert figures[f"{name}_top1"] <= figures[f"{name}_map5"] <= figures[f"{name}_top5"]
            assert figures[f"{name}_top5"] <= figures[f"{name}_top10"]
    assert good["open_auroc"] > 0.95
    assert abs(bad["open_auroc"] - 0.5) < 0.25


def test_a_whale_of_the_test_that_is_not_in_the_gallery_counts_as_missed():
    everything = seen(0.1)
    stranger = everything.table.index[everything.table["split"] == "test"][0]
    everything.table.loc[stranger, "whale"] = "in no gallery"
    assert measure(everything, CALIBRATION)["closed_top10"] == pytest.approx(59 / 60)


@pytest.mark.parametrize("split", ["train", "test", "unseen", "new"])
def test_a_split_that_is_missing_is_named(split):
    with pytest.raises(WhaleIdError, match=f"split '{split}' shows a tail"):
        measure(seen(0.5, left_out=split), CALIBRATION)


def test_an_unseen_catalogue_of_single_photos_can_not_be_measured():
    everything = seen(0.5)
    unseen = everything.table["split"] == "unseen"
    everything.table.loc[unseen, "whale"] = everything.table.loc[unseen, "image"]
    with pytest.raises(WhaleIdError, match="has two tails"):
        measure(everything, CALIBRATION)
