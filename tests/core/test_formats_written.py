"""Files of boxes letter by letter, as other programs read them, and what is said of files that can't be read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from whaleid_core.errors import Kind, WhaleIdError
from whaleid_core.formats import box_files, boxes_coco, boxes_voc, tables
from whaleid_core.formats.box_files import PhotoBoxes
from whaleid_core.records import Box, Drawer

PHOTOS = [
    PhotoBoxes("day 2/IMG_0001.jpg", (Box(10, 20, 110, 70), Box(0.5, 1, 30, 9, Drawer.DETECTOR, 0.75)), (6000, 4000)),
    PhotoBoxes("IMG_0002.jpg", (), None),
    PhotoBoxes("IMG_0003.jpg", (Box(1, 2, 3, 4),), (300, 200)),
]


def test_pascal_voc_is_written_as_its_tools_expect_it(tmp_path: Path) -> None:
    boxes_voc.write(tmp_path / "voc", PHOTOS)
    assert (tmp_path / "voc" / "day 2" / "IMG_0001.xml").read_text(encoding="utf-8") == (
        "<annotation>\n  <folder>day 2</folder>\n  <filename>IMG_0001.jpg</filename>\n"
        "  <size>\n    <width>6000</width>\n    <height>4000</height>\n    <depth>3</depth>\n  </size>\n"
        "  <object>\n    <name>tail</name>\n    <pose>Unspecified</pose>\n    <truncated>0</truncated>\n"
        "    <difficult>0</difficult>\n    <bndbox>\n      <xmin>10</xmin>\n      <ymin>20</ymin>\n"
        "      <xmax>110</xmax>\n      <ymax>70</ymax>\n    </bndbox>\n  </object>\n"
        "  <object>\n    <name>tail</name>\n    <pose>Unspecified</pose>\n    <truncated>0</truncated>\n"
        "    <difficult>0</difficult>\n    <score>0.75</score>\n    <bndbox>\n      <xmin>0.5</xmin>\n"
        "      <ymin>1</ymin>\n      <xmax>30</xmax>\n      <ymax>9</ymax>\n    </bndbox>\n  </object>\n</annotation>\n"
    )
    assert (tmp_path / "voc" / "IMG_0002.xml").read_text(encoding="utf-8") == (
        "<annotation>\n  <folder />\n  <filename>IMG_0002.jpg</filename>\n</annotation>\n"
    )


def test_coco_is_written_as_its_tools_expect_it(tmp_path: Path) -> None:
    boxes_coco.write(tmp_path / "boxes.json", PHOTOS)
    text = (tmp_path / "boxes.json").read_text(encoding="utf-8")
    assert text.startswith('{\n "images": [\n  {\n   "id": 1,\n')
    whole = {"category_id": 1, "iscrowd": 0}
    assert json.loads(text) == {
        "images": [
            {"id": 1, "file_name": "day 2/IMG_0001.jpg", "width": 6000, "height": 4000},
            {"id": 2, "file_name": "IMG_0002.jpg"},
            {"id": 3, "file_name": "IMG_0003.jpg", "width": 300, "height": 200},
        ],
        "annotations": [
            {"id": 1, "image_id": 1, "bbox": [10, 20, 100, 50], "area": 5000, **whole},
            {"id": 2, "image_id": 1, "bbox": [0.5, 1, 29.5, 8], "area": 236, "score": 0.75, **whole},
            {"id": 3, "image_id": 3, "bbox": [1, 2, 2, 2], "area": 4, **whole},
        ],
        "categories": [{"id": 1, "name": "tail"}],
    }


@pytest.mark.parametrize(
    ("content", "sentence", "hint"),
    [
        (None, "There is no file {path}.", "Check the name."),
        (b"\xff\xfe", "a.csv isn't a text file in UTF-8.", "Save it as UTF-8."),
        ("folder", "a.csv can't be read: Is a directory.", "Check that it is a file that you may open."),
        (b"12345", "a.csv is too large for a file of boxes.", "Split it."),
    ],
)
def test_a_file_of_boxes_that_cant_be_read_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | str | None, sentence: str, hint: str
) -> None:
    path = tmp_path / "a.csv"
    if content == "folder":
        path.mkdir()
    elif isinstance(content, bytes):
        path.write_bytes(content)
    if content == b"12345":
        monkeypatch.setattr(box_files, "LARGEST", 4)
    with pytest.raises(WhaleIdError) as error:
        box_files.text_of(path)
    assert (error.value.sentence, error.value.hint) == (sentence.format(path=path), hint)
    assert (error.value.kind is Kind.ENVIRONMENT) == (content == "folder")


def test_a_file_of_boxes_may_be_as_large_as_is_said_and_begin_with_a_mark(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.csv").write_bytes(b"\xef\xbb\xbfa\n")
    monkeypatch.setattr(box_files, "LARGEST", 5)
    assert box_files.text_of(tmp_path / "a.csv") == "a\n"


@pytest.mark.parametrize("declared", ["<!DOCTYPE a>", "<!doctype a>", "<!ENTITY a 'b'>"])
def test_voc_with_a_document_type_or_an_entity_is_refused(tmp_path: Path, declared: str) -> None:
    (tmp_path / "a.xml").write_text(f"{declared}<annotation><filename>a.jpg</filename></annotation>", encoding="utf-8")
    (told,) = boxes_voc.read(tmp_path).refused
    assert told == "a.xml holds a document type, which files of boxes don't have."


@pytest.mark.parametrize(
    ("page", "told"),
    [
        ("<annotation>\n<a></annotation>", "a.xml, line 2: that is no XML."),
        ("<page/>", "a.xml isn't in Pascal VOC's form."),
        ("<annotation/>", "a.xml: the photo has no name."),
        (
            f"<annotation><filename>{'a' * 5000}.jpg</filename></annotation>",
            "a.xml: the photo's name is longer than a disk",
        ),
        (
            "<annotation><filename>a.jpg</filename><size><width>-5</width><height>7</height></size></annotation>",
            "a.xml: a photo can't be -5 x 7 pixels large.",
        ),
        (
            "<annotation><filename>a.jpg</filename><size><width>x</width><height>7</height></size></annotation>",
            "a.xml: width",
        ),
        (
            "<annotation><filename>a.jpg</filename><object><name>boat</name></object><object><name>tail</name></object>"
            "</annotation>",
            'a.xml, object 1: "boat" isn\'t a tail.',
        ),
    ],
)
def test_what_is_wrong_in_a_voc_file_is_said_with_its_place(tmp_path: Path, page: str, told: str) -> None:
    (tmp_path / "a.xml").write_text(page, encoding="utf-8")
    assert boxes_voc.read(tmp_path).refused[0].startswith(told)


def test_a_photo_whose_only_object_was_refused_is_not_one_without_a_tail(tmp_path: Path) -> None:
    page = "<annotation><filename>a.jpg</filename><object><name>tail</name></object></annotation>"
    (tmp_path / "a.xml").write_text(page, encoding="utf-8")
    found = boxes_voc.read(tmp_path)
    assert len(found.refused) == 1
    assert found.photos == {}


@pytest.mark.parametrize(
    ("content", "sentence", "hint"),
    [
        (None, "There is no file {path}.", "Check the name."),
        (b"\xff\xfe", "a.csv isn't a text file in UTF-8.", 'In a spreadsheet, save it as "CSV UTF-8".'),
        (b"a,b\n1,2\n", "a.csv is larger than 0 MB.", "Split it."),
        (b'a,b\n1,"2\n', "a.csv, line 2: the quotation marks don't match.", "Correct the line and try again."),
        (b"a,b\n1," + b"2" * 200_000 + b"\n", "a.csv, line 2: a cell is too long.", "Correct the line and try again."),
    ],
)
def test_a_table_that_cant_be_read_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None, sentence: str, hint: str
) -> None:
    path = tmp_path / "a.csv"
    if content is not None:
        path.write_bytes(content)
    if "larger" in sentence:
        monkeypatch.setattr(tables, "LARGEST", 4)
    with pytest.raises(WhaleIdError) as error:
        list(tables.read_table(path, {"a": ("a",), "b": ("b",)}))
    assert (error.value.sentence, error.value.hint) == (sentence.format(path=path), hint)
