"""CSV files: what is written comes back, what people's programs write is read, mistakes are named with their line."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from whaleid_core.errors import WhaleIdError
from whaleid_core.formats.boxes_csv import read_boxes, write_boxes
from whaleid_core.formats.details_csv import write_details
from whaleid_core.formats.kaggle import read_ids, read_submission, write_submission
from whaleid_core.records import NEW_WHALE, Box, Candidate, Drawer, Identification

# Anything that a file can be called, but for control characters and what no disk can hold.
names = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=20).filter(str.strip)
awkward = st.sampled_from(["a,b.jpg", 'the "best" one.jpg', "고래 꼬리 1.jpg", "a;b.jpg", " edge .jpg", "'.jpg", '"'])
images = awkward | names
words = st.text("abcwHW0123456789_é고,\"'", min_size=1, max_size=8)
same_folder = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def text_file(tmp_path: Path, text: str, encoding: str = "utf-8") -> Path:
    path = tmp_path / "list.csv"
    path.write_bytes(text.encode(encoding))
    return path


@given(st.lists(st.tuples(images, st.lists(words, max_size=5))))
@same_folder
def test_submission_comes_back(tmp_path: Path, rows: list[tuple[str, list[str]]]) -> None:
    write_submission(tmp_path / "s.csv", rows)
    assert read_submission(tmp_path / "s.csv") == rows


def test_submission_is_what_kaggle_takes(tmp_path: Path) -> None:
    write_submission(tmp_path / "s.csv", [("고래 1.jpg", ["w_1", NEW_WHALE]), ("b,c.jpg", ["w_2"])])
    assert (tmp_path / "s.csv").read_bytes().decode() == 'Image,Id\n고래 1.jpg,w_1 new_whale\n"b,c.jpg",w_2\n'


def test_submission_writes_spaces_in_ids_as_underscores(tmp_path: Path) -> None:
    write_submission(tmp_path / "s.csv", [("a.jpg", ["Old  Tom", "w_1"])])
    assert read_submission(tmp_path / "s.csv") == [("a.jpg", ["Old_Tom", "w_1"])]
    with pytest.raises(WhaleIdError, match='"Old Tom" and "Old_Tom"'):
        write_submission(tmp_path / "t.csv", [("a.jpg", ["Old Tom", "Old_Tom"])])
    assert not (tmp_path / "t.csv").exists()


@given(st.dictionaries(images, words | st.just("")))
@same_folder
def test_ids_come_back_from_any_csv_writer(tmp_path: Path, ids: dict[str, str]) -> None:
    with open(tmp_path / "ids.csv", "w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["Id", "species", "Image"])
        writer.writerows([whale, "humpback", image] for image, whale in ids.items())
    assert read_ids(tmp_path / "ids.csv") == ids


@pytest.mark.parametrize(
    "text",
    [
        "Image,Id\na.jpg,w_1\n",
        "\ufeffid,IMAGE\r\nw_1,a.jpg\r\n",
        "filename;individual_id\na.jpg;w_1\n\n",
        "photo\tWhale\na.jpg\t w_1 \n",
        "id,image,whale\n1,a.jpg,w_1\n",
        "image,whale\na.jpg,w_1\na.jpg,w_1\n",
        "image , whale \n,\na.jpg,w_1",
    ],
)
def test_ids_in_the_ways_people_write_them(tmp_path: Path, text: str) -> None:
    assert read_ids(text_file(tmp_path, text)) == {"a.jpg": "w_1"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "list.csv is empty"),
        ("Image,Name\na.jpg,x\n", "list.csv has no column Id"),
        ("a,b\n", "list.csv has no column Image and Id"),
        ("Image,Id\na.jpg,w_1\nb.jpg,w_2\na.jpg,w_3\n", 'line 4: a.jpg is "w_3" here and "w_1" further up'),
        ("Image,Id\n ,w_1\n", "line 2: the photo has no name"),
        ("Image,Id\na.jpg\n", "line 2: the column Id is missing"),
        ('Image,Id\n"a.jpg,w_1\n', "the quotation marks don't match"),
    ],
)
def test_ids_that_are_none_are_named(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(WhaleIdError) as caught:
        read_ids(text_file(tmp_path, text))
    assert said in caught.value.sentence
    assert caught.value.hint


@pytest.mark.parametrize("read", [read_ids, read_boxes, read_submission])
def test_files_that_are_no_csv(tmp_path: Path, read: Callable[[Path], object]) -> None:
    with pytest.raises(WhaleIdError, match="no file"):
        read(tmp_path / "gone.csv")
    with pytest.raises(WhaleIdError, match="can't be read"):
        read(tmp_path)
    with pytest.raises(WhaleIdError, match="UTF-8"):
        read(text_file(tmp_path, "Image,Id\né.jpg,w\n", "latin-1"))


hundredths = st.integers(0, 1_000_000).map(lambda n: n / 100)
spans = st.integers(1, 500_000).map(lambda n: n / 100)


@st.composite
def boxes(draw: st.DrawFn) -> Box:
    left, top = draw(hundredths), draw(hundredths)
    right, bottom = round(left + draw(spans), 2), round(top + draw(spans), 2)
    if draw(st.booleans()):
        return Box(left, top, right, bottom)
    return Box(left, top, right, bottom, Drawer.DETECTOR, draw(st.integers(0, 10_000)) / 10_000)


@given(st.dictionaries(images, st.lists(boxes(), min_size=1, max_size=3), max_size=5))
@same_folder
def test_boxes_come_back(tmp_path: Path, written: dict[str, list[Box]]) -> None:
    write_boxes(tmp_path / "boxes.csv", written)
    assert read_boxes(tmp_path / "boxes.csv") == written
    write_boxes(tmp_path / "again.csv", list(written.items()))
    assert (tmp_path / "again.csv").read_bytes() == (tmp_path / "boxes.csv").read_bytes()


def test_boxes_as_written(tmp_path: Path) -> None:
    write_boxes(
        tmp_path / "b.csv", [("a.jpg", [Box(1, 2, 3, 4.5, Drawer.DETECTOR, 0.5), Box(5, 6, 7, 8)]), ("b.jpg", [])]
    )
    assert (tmp_path / "b.csv").read_text().splitlines() == [
        "image,xmin,ymin,xmax,ymax,confidence",
        "a.jpg,1,2,3,4.5,0.5",
        "a.jpg,5,6,7,8,",
    ]


def test_boxes_with_other_columns_and_none(tmp_path: Path) -> None:
    text = "ymin,xmin,image,ymax,xmax,left_x\n27.7,4,a.jpg,134,294.6,14.5\n1,2,a.jpg,3,4,5\n,,b.jpg,,,\n"
    assert read_boxes(text_file(tmp_path, text)) == {
        "a.jpg": [Box(4, 27.7, 294.6, 134), Box(2, 1, 4, 3)],
        "b.jpg": [],
    }
    decimal_commas = "image;xmin;ymin;xmax;ymax\na.jpg;1,5;2;3;4\n"
    assert read_boxes(text_file(tmp_path, decimal_commas)) == {"a.jpg": [Box(1.5, 2, 3, 4)]}


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("a.jpg,1,2,three,4,", 'line 2: xmax is "three", not a number'),
        ("a.jpg,1,2,nan,4,", 'line 2: xmax is "nan", not a number'),
        ("a.jpg,1,2,,4,", 'line 2: xmax is "", not a number'),
        ("a.jpg,1,2,1,4,", "line 2: the box has no area"),
        ("a.jpg,1,2,3,4,7", "line 2: the confidence is 7, not from 0 to 1"),
    ],
)
def test_boxes_that_are_none_are_named(tmp_path: Path, row: str, said: str) -> None:
    with pytest.raises(WhaleIdError) as caught:
        read_boxes(text_file(tmp_path, f"image,xmin,ymin,xmax,ymax,confidence\n{row}\n"))
    assert said in caught.value.sentence


def test_details(tmp_path: Path) -> None:
    candidates = (Candidate("w_1", 0.8125, 0.75, photo="k.jpg"), Candidate(NEW_WHALE, math.nan, 0.25))
    found = [
        Identification("고래, 1.jpg", 0, Box(0, 0, 1, 1), candidates, 0.75),
        Identification("고래, 1.jpg", 1, Box(0, 0, 1, 1), candidates[1:], 0.0),
        Identification("b.jpg", -1, None, problem="b.jpg ends early, so it can't be searched."),
    ]
    write_details(tmp_path / "d.csv", iter(found))
    assert (tmp_path / "d.csv").read_text(encoding="utf-8").splitlines() == [
        "Image,tail,rank,Id,score,probability",
        '"고래, 1.jpg",0,1,w_1,0.812500,0.750000',
        '"고래, 1.jpg",0,2,new_whale,,0.250000',
        '"고래, 1.jpg",1,1,new_whale,,0.250000',
    ]
