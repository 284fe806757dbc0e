"""The table of a folder of flukes and the crops that are cut from it."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whaleid_core.errors import WhaleIdError
from whaleid_core.photos import crop, read_pixels
from whaleid_core.records import Box
from whaleid_core.train.crops import COLUMNS, held_out_whales, identified, read_crops, read_table

HEADER = ",".join(COLUMNS)


def folder_of(path: Path, *rows: str, header: str = HEADER) -> Path:
    (path / "photos.csv").write_text("\n".join((header, *rows)) + "\n", encoding="utf-8")
    return path


def test_only_the_rows_of_the_splits_are_read_in_order(tmp_path):
    folder = folder_of(
        tmp_path, "b.jpg,w1,train,1,2,3,4", "c.jpg,w2,test,1,2,3,4", "a.jpg,w1,train,5,6,7,8", "d.jpg,w3,new,1,2,3,4"
    )
    assert read_table(folder, ["train"])["image"].tolist() == ["b.jpg", "a.jpg"]
    assert read_table(folder, ["train", "new"])["image"].tolist() == ["b.jpg", "a.jpg", "d.jpg"]
    assert read_table(folder, ["unseen"]).empty


def test_names_stay_text_whatever_they_look_like(tmp_path):
    folder = folder_of(tmp_path, "0012,007,train,1,2,3,4", "NA,NA,train,1,2,3,4", "x.jpg,,train,1,2,3,4")
    table = read_table(folder, ["train"])
    assert table["image"].tolist() == ["0012", "NA", "x.jpg"]
    assert table["whale"].tolist()[:2] == ["007", "NA"]
    assert table["whale"].isna().tolist() == [False, False, True]


def test_a_table_that_a_spreadsheet_marked_as_utf8_is_read(tmp_path):
    (tmp_path / "photos.csv").write_bytes(b"\xef\xbb\xbf" + f"{HEADER}\na.jpg,w1,train,1,2,3,4\n".encode())
    assert read_table(tmp_path, ["train"])["image"].tolist() == ["a.jpg"]


def test_commas_at_the_end_of_each_row_shift_nothing(tmp_path):
    table = read_table(folder_of(tmp_path, "a.jpg,w1,train,1,2,3,4,", "b.jpg,w2,train,5,6,7,8,"), ["train"])
    assert table["image"].tolist() == ["a.jpg", "b.jpg"]
    assert table["ymax"].tolist() == [4, 8]


def test_a_folder_without_a_table_is_refused(tmp_path):
    with pytest.raises(WhaleIdError, match=r"holds no photos\.csv"):
        read_table(tmp_path, ["train"])


@pytest.mark.parametrize("column", COLUMNS)
def test_a_table_that_lacks_a_column_says_which(tmp_path, column):
    header = ",".join(name for name in COLUMNS if name != column)
    with pytest.raises(WhaleIdError, match=f"lacks the column {column}") as error:
        read_table(folder_of(tmp_path, header=header), ["train"])
    assert HEADER.replace(",", ", ") in error.value.hint


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe\x00\x01", f"{HEADER}\na,w1,train,1,2,3,4\nb,w1,train,1,2,3,4,5\n".encode(), b'"']
)
def test_a_table_that_can_not_be_read_is_refused_in_one_sentence(tmp_path, content):
    (tmp_path / "photos.csv").write_bytes(content)
    with pytest.raises(WhaleIdError) as error:
        read_table(tmp_path, ["train"])
    assert "photos.csv" in error.value.sentence
    assert "\n" not in error.value.sentence


def test_rows_without_a_whale_or_a_box_and_new_whales_teach_nothing(tmp_path):
    folder = folder_of(
        tmp_path,
        "a.jpg,w1,train,1,2,3,4",
        "b.jpg,,train,1,2,3,4",
        "c.jpg,new_whale,train,1,2,3,4",
        "d.jpg,w1,train,,,,",
        "e.jpg,w2,train,1,2,3,4",
    )
    table = identified(read_table(folder, ["train"]))
    assert table["image"].tolist() == ["a.jpg", "e.jpg"]
    assert table.index.tolist() == [0, 1]


@settings(max_examples=30, deadline=None)
@given(counts=st.lists(st.integers(1, 4), max_size=12), share=st.floats(0, 1), seed=st.integers(0, 50), data=st.data())
def test_whole_whales_are_held_out_and_the_order_of_rows_does_not_matter(counts, share, seed, data):
    whales = [f"w{i}" for i, count in enumerate(counts) for _ in range(count)]
    held_out = held_out_whales(pd.DataFrame({"whale": pd.Series(whales, dtype=object)}), share, seed)
    assert held_out <= set(whales)
    assert len(held_out) == round(share * len(counts))
    shuffled = pd.DataFrame({"whale": pd.Series(data.draw(st.permutations(whales)), dtype=object)})
    assert held_out_whales(shuffled, share, seed) == held_out


def test_another_seed_holds_out_others():
    table = pd.DataFrame({"whale": [f"w{i}" for i in range(200)]})
    first, other = held_out_whales(table, 0.1, 1), held_out_whales(table, 0.1, 2)
    assert len(first) == len(other) == 20
    assert first != other


def painted(folder: Path, name: str, level: int) -> None:
    """A colour photo, 120 x 80, with a block of the level at 30..90 x 20..60, its left half darker."""
    pixels = np.full((80, 120, 3), 90, np.uint8)
    pixels[20:60, 30:90] = level
    pixels[20:60, 30:60] = level // 2
    (folder / "photos").mkdir(exist_ok=True)
    (folder / "photos" / name).write_bytes(cv2.imencode(".png", pixels)[1].tobytes())


def test_crops_are_the_tail_boxes_with_their_margin(tmp_path):
    painted(tmp_path, "a.png", 240)
    painted(tmp_path, "고래 1.png", 180)
    folder = folder_of(tmp_path, "a.png,w1,train,30,20,90,60", "고래 1.png,w2,train,30,20,90,60")
    crops = read_crops(folder, read_table(folder, ["train"]), 60, 40, 0.0)
    assert len(crops) == 2
    assert (crops.images, crops.whales) == (("a.png", "고래 1.png"), ("w1", "w2"))
    assert crops.pixels.shape == (2, 40, 60)
    assert crops.pixels.dtype == np.uint8
    for pixels, level in zip(crops.pixels, (240, 180), strict=True):
        assert (pixels[:, 1:29] == level // 2).all()
        assert (pixels[:, 31:] == level).all()
    wide = read_crops(folder, read_table(folder, ["train"]), 72, 48, 0.1)
    expected = crop(read_pixels(folder / "photos" / "a.png", grey=True), Box(30, 20, 90, 60), 72, 48, 0.1)
    assert np.array_equal(wide.pixels[0], expected)
    assert abs(int(wide.pixels[0][0, 0]) - 90) <= 1, "the margin shows the sea"


@pytest.mark.parametrize("box", ["30,20,30,60", "90,60,30,20", "30,x,90,60", "30,,90,60"])
def test_a_box_that_can_not_be_names_its_photo(tmp_path, box):
    painted(tmp_path, "a.png", 200)
    folder = folder_of(tmp_path, f"a.png,w1,train,{box}")
    with pytest.raises(WhaleIdError, match=r"tail box of a\.png"):
        read_crops(folder, read_table(folder, ["train"]), 60, 40, 0.0)


def test_a_photo_that_is_gone_is_named(tmp_path):
    folder = folder_of(tmp_path, "gone.jpg,w1,train,1,2,30,40")
    with pytest.raises(WhaleIdError, match=r"gone\.jpg"):
        read_crops(folder, read_table(folder, ["train"]), 60, 40, 0.0)


def test_no_rows_give_no_crops(tmp_path):
    folder = folder_of(tmp_path)
    crops = read_crops(folder, read_table(folder, ["train"]), 60, 40, 0.0)
    assert len(crops) == 0
    assert crops.pixels.shape == (0, 40, 60)
