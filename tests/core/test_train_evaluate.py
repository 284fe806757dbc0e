"""Looking at a folder of flukes: the tails of each split, what was missed, a part to try with, and what is refused."""

from __future__ import annotations

import shutil
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import pytest
from drawn_flukes import draw_flukes
from hypothesis import given, settings
from hypothesis import strategies as st
from small_packages import Told

from whaleid_core.engine import Engine
from whaleid_core.errors import WhaleIdError
from whaleid_core.records import Box
from whaleid_core.train.crops import read_table
from whaleid_core.train.evaluate import MORE, WHALES, check_splits, look, some_photos


@pytest.fixture(scope="module")
def flukes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve drawn photos of the split train, one of which is of nothing, and two of new."""
    folder = draw_flukes(tmp_path_factory.mktemp("flukes") / "drawn")
    table = pd.read_csv(folder / "photos.csv")
    table.loc[table["whale"] == "w5", ["split", "whale"]] = ["new", "new_whale"]
    table.to_csv(folder / "photos.csv", index=False)
    (folder / "photos" / "1-0.png").write_bytes(b"no photo")
    return folder


def test_each_photo_is_seen_or_missed_in_the_order_of_the_table(engine: Engine, flukes: Path) -> None:
    watch = Told()
    seen = look(engine, flukes, ["train", "new"], watch)
    assert watch.said[-1] == (12, 12)
    assert "1-0.png" in seen.missed["image"].tolist()
    assert sorted([*seen.table["image"], *seen.missed["image"]]) == sorted(
        read_table(flukes, ["train", "new"])["image"]
    )
    assert seen.table["image"].is_monotonic_increasing
    assert len(seen.table) == len(seen.tails) == len(seen.tails.keypoints)
    for image, vector in zip(seen.table["image"], seen.tails.vectors[0], strict=True):
        tails = engine.tails(flukes / "photos" / image)
        surest = np.argmax([box.confidence for box in tails.boxes])
        assert tails.vectors[0][surest] @ vector > 0.999


def test_a_split_takes_its_part_and_new_photos_are_each_a_whale(engine: Engine, flukes: Path) -> None:
    seen = look(engine, flukes, ["train", "new"])
    train, new = seen.of("train"), seen.of("new")
    assert len(train.table) + len(new.table) == len(seen.table)
    assert train.whales.tolist() == train.table["whale"].tolist()
    assert train.missed_whales.tolist() == train.missed["whale"].tolist() != []
    assert new.whales.tolist() == new.table["image"].tolist()
    for part in (train, new):
        for image, vector in zip(part.table["image"], part.tails.vectors[0], strict=True):
            assert np.array_equal(vector, seen.tails.vectors[0][seen.table["image"].tolist().index(image)])


def test_photos_without_a_tail_stand_in_whole_and_are_not_asked_about(
    engine: Engine, flukes: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(flukes, tmp_path / "flukes")
    empty = np.full((160, 320, 3), 120, np.uint8)
    assert cv2.imwrite(str(folder / "photos" / "2-0.png"), empty)
    seen = look(engine, folder, ["train", "new"], whole=True)
    framed = seen.table["image"].iloc[list(seen.framed)].tolist()
    assert "2-0.png" in framed
    assert "1-0.png" not in framed  # it can't be read
    assert {*framed, "1-0.png"} == set(seen.missed["image"])
    plain, train = look(engine, folder, ["train", "new"]), seen.of("train")
    assert plain.table.equals(seen.to_ask.table)
    assert train.to_ask.whales.tolist() == plain.of("train").whales.tolist()
    assert sorted([*train.to_ask.whales, *train.missed_whales]) == sorted(read_table(folder, ["train"])["whale"])
    tail = seen.table["image"].tolist().index("2-0.png")
    vector = engine.tails(folder / "photos" / "2-0.png", [Box(0, 0, 320, 160)]).vectors[0][0]
    assert seen.tails.vectors[0][tail] @ vector > 0.999


def test_a_photo_that_is_named_but_missing_is_told_at_once(engine: Engine, flukes: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(flukes, tmp_path / "part")
    (folder / "photos" / "2-1.png").unlink()
    with pytest.raises(WhaleIdError, match=r"1 photos that photos.csv names .* 2-1.png is the first"):
        look(engine, folder, ["train"])


def test_photos_without_any_tail_can_not_be_measured(engine: Engine, flukes: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(flukes, tmp_path / "nothing")
    for photo in (folder / "photos").iterdir():
        photo.write_bytes(b"no photo")
    with pytest.raises(WhaleIdError, match="show no tail"):
        look(engine, folder, ["train"])


def listed(test: int, new: int, unseen: list[int], train: list[int]) -> pd.DataFrame:
    """Rows of photos.csv: the first whales of train are met again in test; numbers are photos of each whale."""
    rows = [("train", f"w{i}") for i, count in enumerate(train) for _ in range(count)]
    rows += [("test", f"w{i}") for i in range(test)] + [("new", "new_whale")] * new
    rows += [("unseen", f"u{i}") for i, count in enumerate(unseen) for _ in range(count)]
    table = pd.DataFrame(rows, columns=["split", "whale"])
    return table.assign(image=[f"{i}.jpg" for i in range(len(rows))])


@settings(max_examples=25)
@given(
    test=st.integers(1, 12),
    new=st.integers(1, 12),
    unseen=st.lists(st.integers(1, 4), min_size=4, max_size=20),
    train=st.lists(st.integers(1, 4), min_size=12, max_size=30),
    count=st.integers(1, 20),
)
def test_a_part_to_try_with_asks_about_so_many_and_can_be_answered(test, new, unseen, train, count):
    table = listed(test, new, unseen, train)
    part = some_photos(table, count)
    assert part["image"].is_unique
    assert part["image"].isin(table["image"]).all()
    of = {split: part[part["split"] == split] for split in ("train", "test", "unseen", "new")}
    assert len(of["test"]) == min(test, count)
    assert len(of["new"]) == min(new, count)
    several = (of["unseen"]["whale"].value_counts() > 1).sum()
    assert len(of["unseen"]) >= min(count, sum(unseen))
    assert several >= min(WHALES, sum(photos > 1 for photos in unseen))
    assert len(of["unseen"]) < count + max(unseen) or several <= WHALES
    whole = table.groupby(["split", "whale"])["image"].nunique()
    for whale in of["test"]["whale"]:
        assert (of["train"]["whale"] == whale).sum() == whole["train", whale]
    for whale, photos in of["unseen"]["whale"].value_counts().items():
        assert photos == whole["unseen", whale]
    own = of["train"]["whale"].isin(of["test"]["whale"]).sum()
    assert len(of["train"]) - own == min(MORE * count, sum(train) - own)


@pytest.mark.parametrize("split", ["train", "test", "unseen", "new"])
def test_a_split_that_is_missing_is_named(split):
    table = listed(2, 2, [2, 2, 2, 2], [1, 1])
    check_splits(table)
    with pytest.raises(WhaleIdError, match=f"split '{split}'"):
        check_splits(table[table["split"] != split])


def test_an_unseen_catalogue_that_can_not_be_halved_is_refused():
    with pytest.raises(WhaleIdError, match="4 whales"):
        check_splits(listed(2, 2, [2, 2, 2, 1, 1], [1, 1]))
