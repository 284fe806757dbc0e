"""Tail boxes in every form: what is written comes back, nonsense is refused by its number while the rest is read."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from whaleid_core.errors import WhaleIdError
from whaleid_core.formats.box_files import BoxesRead, Lookup, PhotoBoxes, Sized
from whaleid_core.formats.boxes import FORMATS, format_of
from whaleid_core.records import Box, Drawer

SIZE = (6000, 4000)
NAMES = (
    "IMG_0001.jpg",
    "day 2/IMG_0001.jpg",
    "고래 꼬리 1.JPG",
    'the "best", one.png',
    "a;b.tif",
    "Ü&<1>.jpeg",
    "x.y.jpg",
)
WITH_CONFIDENCE = frozenset({"csv", "coco", "yolo", "voc"})
WITH_EMPTY = WITH_CONFIDENCE
same_folder = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def lookup_of(names: tuple[str, ...], size: tuple[int, int] = SIZE) -> Lookup:
    by_stem = {PurePosixPath(name).with_suffix("").as_posix(): name for name in names} | {name: name for name in names}
    return lambda name: Sized(by_stem[name], *size) if name in by_stem else None


def place_of(folder: Path, key: str) -> Path:
    return folder / f"boxes{FORMATS[key].suffix}"


@st.composite
def box(draw: st.DrawFn) -> Box:
    left, top = (draw(st.floats(0, side - 1, allow_subnormal=False)) for side in SIZE)
    right, bottom = draw(st.floats(left + 0.01, SIZE[0])), draw(st.floats(top + 0.01, SIZE[1]))
    if draw(st.booleans()):
        return Box(left, top, right, bottom)
    return Box(left, top, right, bottom, Drawer.DETECTOR, draw(st.floats(0, 1)))


photos = st.dictionaries(st.sampled_from(NAMES), st.lists(box(), max_size=3), min_size=1, max_size=5).map(
    lambda found: [PhotoBoxes(name, tuple(boxes), SIZE) for name, boxes in found.items()]
)


def expected(key: str, written: list[PhotoBoxes]) -> dict[str, list[Box]]:
    """What of it the form can hold."""
    return {
        photo.name: [
            item if key in WITH_CONFIDENCE else Box(*item.corners)  # the study's form knows no detector
            for item in photo.boxes
        ]
        for photo in written
        if photo.boxes or key in WITH_EMPTY
    }


@pytest.mark.parametrize("key", FORMATS)
@given(written=photos)
@same_folder
def test_what_is_written_comes_back(
    tmp_path_factory: pytest.TempPathFactory, key: str, written: list[PhotoBoxes]
) -> None:
    place = place_of(tmp_path_factory.mktemp("boxes"), key)
    FORMATS[key].write(place, written)
    read = FORMATS[key].read(place, lookup_of(NAMES))
    assert read.refused == []
    wanted = expected(key, written)
    assert read.photos.keys() == wanted.keys()
    for name, boxes in wanted.items():
        assert [(item.drawn_by, item.confidence) for item in read.photos[name]] == [
            (item.drawn_by, item.confidence) for item in boxes
        ]
        corners = [value for item in boxes for value in item.corners]
        back = [value for item in read.photos[name] for value in item.corners]
        if key in ("coco", "yolo"):  # which hold widths and fractions: rounded in the last place
            assert back == pytest.approx(corners, abs=1e-9)
        else:
            assert back == corners


@pytest.mark.parametrize("key", FORMATS)
def test_without_photos_too(tmp_path: Path, key: str) -> None:
    """A form that holds names and corners needs nobody who knows the photos; none needs sizes but YOLO's."""
    photo = PhotoBoxes("IMG_1.jpg", (Box(1.25, 2, 3, 4),))
    place = place_of(tmp_path, key)
    if key == "yolo":
        with pytest.raises(WhaleIdError, match=r"The size of IMG_1\.jpg isn't known"):
            FORMATS[key].write(place, [photo])
        FORMATS[key].write(place, [PhotoBoxes("IMG_1.jpg", photo.boxes, SIZE)])
        with pytest.raises(WhaleIdError, match="its size must be known"):
            FORMATS[key].read(place, None)
        return
    FORMATS[key].write(place, [photo])
    read = FORMATS[key].read(place, None)
    assert read.photos == {"IMG_1.jpg": [Box(1.25, 2, 3, 4)]}
    assert read.listed() == [photo]


def test_what_was_read_is_written_as_it_was(tmp_path: Path) -> None:
    photos = [PhotoBoxes("a.jpg", (Box(1, 2, 3, 4), Box(5, 6, 7, 8)), SIZE), PhotoBoxes("b.jpg", (), (30, 20))]
    FORMATS["coco"].write(tmp_path / "b.json", photos)
    assert FORMATS["coco"].read(tmp_path / "b.json", None).listed() == photos


def test_the_study_s_form_is_as_the_study_wrote_it(tmp_path: Path) -> None:
    FORMATS["tsv"].write(tmp_path / "b.tsv", [PhotoBoxes("a b.jpg", (Box(14.5, 27.75, 294, 134),))])
    assert (tmp_path / "b.tsv").read_text() == "fn\tbbox\na b.jpg\t27.75 14.5 134 294\n"


def test_yolo_as_its_programs_read_it(tmp_path: Path) -> None:
    FORMATS["yolo"].write(
        tmp_path,
        [PhotoBoxes("a.jpg", (Box(0, 0, 3000, 1000, Drawer.DETECTOR, 0.5),), SIZE), PhotoBoxes("b.jpg", (), SIZE)],
    )
    found = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert found == {"classes.txt": "tail\n", "a.txt": "0 0.25 0.125 0.5 0.25 0.5\n", "b.txt": ""}


def text(tmp_path: Path, name: str, content: str | bytes) -> Path:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def read_csv(tmp_path: Path, corners: str) -> BoxesRead:
    first, second = "a.jpg,1,2,3,4,", "b.jpg,5,6,7,8,"
    path = text(tmp_path, "b.csv", f"image,xmin,ymin,xmax,ymax,confidence\n{first}\na.jpg,{corners}\n{second}\n")
    return FORMATS["csv"].read(path, lookup_of(("a.jpg", "b.jpg"), (100, 50)))


def read_tsv(tmp_path: Path, corners: str) -> BoxesRead:
    xmin, ymin, xmax, ymax, *_ = corners.split(",")
    path = text(tmp_path, "b.tsv", f"fn\tbbox\na.jpg\t2 1 4 3\na.jpg\t{ymin} {xmin} {ymax} {xmax}\nb.jpg\t6 5 8 7\n")
    return FORMATS["tsv"].read(path, lookup_of(("a.jpg", "b.jpg"), (100, 50)))


def read_coco(tmp_path: Path, corners: str) -> BoxesRead:
    xmin, ymin, xmax, ymax, sure = corners.split(",")
    try:
        bbox = json.dumps([float(xmin), float(ymin), float(xmax) - float(xmin), float(ymax) - float(ymin)])
    except ValueError:
        bbox = json.dumps([xmin, ymin, xmax, ymax])
    score = f', "score": {sure}' if sure else ""
    images = '[{"id": 1, "file_name": "a.jpg"}, {"id": "x", "file_name": "b.jpg", "width": 100, "height": 50}]'
    annotations = (
        '{"image_id": 1, "bbox": [1, 2, 2, 2]},'
        f'{{"image_id": 1, "bbox": {bbox}{score}}},'
        '{"image_id": "x", "bbox": [5, 6, 2, 2]}'
    )
    path = text(tmp_path, "b.json", f'{{"images": {images}, "annotations": [{annotations}]}}')
    return FORMATS["coco"].read(path, lookup_of(("a.jpg", "b.jpg"), (100, 50)))


def read_yolo(tmp_path: Path, corners: str) -> BoxesRead:
    def line(xmin: float, ymin: float, xmax: float, ymax: float) -> str:
        return f"0 {(xmin + xmax) / 200} {(ymin + ymax) / 100} {(xmax - xmin) / 100} {(ymax - ymin) / 50}"

    *sides, sure = corners.split(",")
    try:
        middle = f"{line(*map(float, sides))} {sure}"
    except ValueError:
        middle = f"0 {' '.join(sides)} {sure}"
    text(tmp_path, "labels/a.txt", f"{line(1, 2, 3, 4)}\n{middle}\n")
    text(tmp_path, "labels/b.txt", line(5, 6, 7, 8))
    return FORMATS["yolo"].read(tmp_path / "labels", lookup_of(("a.jpg", "b.jpg"), (100, 50)))


def read_voc(tmp_path: Path, corners: str) -> BoxesRead:
    def item(xmin: str, ymin: str, xmax: str, ymax: str, sure: str = "") -> str:
        sides = f"<xmin>{xmin}</xmin><ymin>{ymin}</ymin><xmax>{xmax}</xmax><ymax>{ymax}</ymax>"
        return f"<object><name>tail</name><score>{sure}</score><bndbox>{sides}</bndbox></object>"

    page = "<annotation><folder>x</folder><filename>{}</filename>{}</annotation>"
    text(tmp_path, "voc/a.xml", page.format("a.jpg", item("1", "2", "3", "4") + item(*corners.split(","))))
    text(tmp_path, "voc/b.xml", page.format("b.jpg", item("5", "6", "7", "8")))
    return FORMATS["voc"].read(
        tmp_path / "voc", lambda name: lookup_of(("a.jpg", "b.jpg"), (100, 50))(name.removeprefix("x/"))
    )


READERS: dict[str, tuple[Callable[[Path, str], BoxesRead], str]] = {
    "csv": (read_csv, "b.csv, line 3"),
    "tsv": (read_tsv, "b.tsv, line 3"),
    "coco": (read_coco, "b.json, annotation 2"),
    "yolo": (read_yolo, "a.txt, line 2"),
    "voc": (read_voc, "a.xml, object 2"),
}
NONSENSE = {
    "no number": ("10,10,left,30,", "not a number"),
    "nan": ("10,10,nan,30,", "not a number"),
    "infinite": ("10,10,inf,30,", "not a number"),
    "reversed": ("30,10,20,30,", "has no area"),
    "upside down": ("10,30,20,10,", "has no area"),
    "a line": ("10,10,10,30,", "has no area"),
    "right of the photo": ("110,10,120,30,", "outside of a.jpg"),
    "left of the photo": ("-20,10,-10,30,", "outside of a.jpg"),
    "sure beyond measure": ("10,10,20,30,7", "not from 0 to 1"),
    "nul": ("10,10,2\0,30,", ""),
}


@pytest.mark.parametrize("key", READERS)
@pytest.mark.parametrize("case", NONSENSE)
def test_a_row_that_makes_no_sense_is_refused_and_the_rest_is_read(tmp_path: Path, key: str, case: str) -> None:
    read, where = READERS[key]
    corners, what = NONSENSE[case]
    if key == "tsv" and "sure" in case:
        pytest.skip("the study's form has no confidence")
    found = read(tmp_path, corners)
    if key == "voc" and case == "nul":  # which XML can't hold, so that the whole file is none
        assert found.refused == ["a.xml, line 1: that is no XML."]
        assert found.photos == {"b.jpg": [Box(5, 6, 7, 8)]}
        return
    assert len(found.refused) == 1
    assert found.refused[0].startswith(f"{where}: ")
    assert what in found.refused[0]
    assert found.refused[0].endswith(".")
    corners_read = {name: [item.corners for item in boxes] for name, boxes in found.photos.items()}
    assert corners_read == {"a.jpg": [pytest.approx((1, 2, 3, 4))], "b.jpg": [pytest.approx((5, 6, 7, 8))]}


@pytest.mark.parametrize("key", READERS)
def test_a_box_over_the_edge_is_cut_there(tmp_path: Path, key: str) -> None:
    found = READERS[key][0](tmp_path, "-5,-5,20,30,")
    assert found.refused == []
    assert found.photos["a.jpg"][1].corners == pytest.approx((0, 0, 20, 30))


def test_a_photo_whose_boxes_were_all_refused_is_not_said_to_have_none(tmp_path: Path) -> None:
    path = text(tmp_path, "b.csv", "image,xmin,ymin,xmax,ymax\na.jpg,9,9,1,1\nb.jpg,,,,\n")
    found = FORMATS["csv"].read(path, None)
    assert found.photos == {"b.jpg": []}
    assert found.refused == ["b.csv, line 2: the box has no area."]
    path = text(tmp_path, "b.csv", "image,xmin,ymin,xmax,ymax\na.jpg,9,9\nb.jpg,1,1,2,2\n")
    assert FORMATS["csv"].read(path, None).refused == ["b.csv, line 2: the column xmax is missing."]


def test_a_photo_of_another_size_is_refused(tmp_path: Path) -> None:
    """Boxes that were drawn on the photo as it lies in the file, not turned upright, would be elsewhere."""
    FORMATS["coco"].write(tmp_path / "b.json", [PhotoBoxes("a.jpg", (Box(1, 2, 3, 4),), (50, 100))])
    found = FORMATS["coco"].read(tmp_path / "b.json", lookup_of(("a.jpg",), (100, 50)))
    assert found.refused[0] == "b.json, image 1: a.jpg is 100 x 50 pixels large, not 50 x 100."
    assert found.photos == {}


def test_boxes_of_other_things_are_refused(tmp_path: Path) -> None:
    find = lookup_of(("a.jpg",), (100, 50))
    text(tmp_path, "yolo/classes.txt", "boat\nfluke\n")
    text(tmp_path, "yolo/a.txt", "0 0.5 0.5 0.1 0.1\n1 0.5 0.5 0.2 0.2\n7 0.5 0.5 0.2 0.2\n")
    found = FORMATS["yolo"].read(tmp_path / "yolo", find)
    assert found.refused == ['a.txt, line 1: "boat" isn\'t a tail.', "a.txt, line 3: the class 7 isn't the tails'."]
    assert len(found.photos["a.jpg"]) == 1
    content = {
        "images": [{"id": 1, "file_name": "a.jpg"}],
        "annotations": [{"image_id": 1, "category_id": n, "bbox": [1, 1, n, n]} for n in (1, 2, 3)],
        "categories": [{"id": 1, "name": "whale tail"}, {"id": 2, "name": "boat"}],
    }
    found = FORMATS["coco"].read(text(tmp_path, "b.json", json.dumps(content)), find)
    assert found.photos == {"a.jpg": [Box(1, 1, 2, 2)]}
    assert found.refused == ['b.json, annotation 2: "boat" isn\'t a tail.', 'b.json, annotation 3: "3" isn\'t a tail.']


BOMB = """<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<annotation><filename>&b;.jpg</filename></annotation>"""
FETCHES = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><annotation><filename>&a;</filename></annotation>'


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("b.xml", BOMB, "holds a document type"),
        ("b.xml", FETCHES, "holds a document type"),
        ("b.xml", BOMB.encode("utf-16"), "UTF-8"),
        ("b.xml", "<annotation><filename>", "no XML"),
        ("b.xml", "<html></html>", "isn't in Pascal VOC's form"),
        ("b.xml", "<annotation></annotation>", "the photo has no name"),
        ("b.xml", "<annotation>" * 100_000, "no XML"),
        ("b.xml", b"\0\0\0", "no XML"),
    ],
)
def test_hostile_xml_is_one_sentence(tmp_path: Path, name: str, content: str | bytes, said: str) -> None:
    found = FORMATS["voc"].read(text(tmp_path, name, content), None)
    assert found.photos == {}
    assert len(found.refused) == 1
    assert said in found.refused[0]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("b.json", "[" * 100_000, "no JSON"),
        ("b.json", b"\0", "no JSON"),
        ("b.json", "[]", "isn't in COCO's form"),
        ("b.json", '{"images": []}', "no list of annotations"),
        ("b.json", b"\xff\xfe", "UTF-8"),
        ("b.csv", b"\xff\xfe", "UTF-8"),
        ("b.tsv", "fn,bbox2\n", "no column bbox"),
        ("b.tsv", "", "is empty"),
    ],
)
def test_what_is_no_such_file_is_one_sentence(tmp_path: Path, name: str, content: str | bytes, said: str) -> None:
    path = text(tmp_path, name, content)
    with pytest.raises(WhaleIdError, match=said) as caught:
        format_of(path).read(path, None)
    assert caught.value.hint


@pytest.mark.parametrize(
    "item",
    [
        '{"image_id": 1, "bbox": [1, 1, 1e999, 2]}',
        '{"image_id": 1, "bbox": [1, 1, NaN, 2]}',
        f'{{"image_id": 1, "bbox": [1, 1, {"9" * 400}, 2]}}',
        '{"image_id": 1, "bbox": [1, 1, true, 2]}',
        '{"image_id": 1, "bbox": "1 1 2 2"}',
        '{"image_id": 1}',
        '{"image_id": [1], "bbox": [1, 1, 2, 2]}',
        '{"image_id": 2, "bbox": [1, 1, 2, 2]}',
        "null",
        "7",
    ],
)
def test_annotations_of_any_shape(tmp_path: Path, item: str) -> None:
    good = '{"image_id": 1, "bbox": [5, 6, 2, 2]}'
    path = text(
        tmp_path, "b.json", f'{{"images": [{{"id": 1, "file_name": "a.jpg"}}], "annotations": [{item}, {good}]}}'
    )
    found = FORMATS["coco"].read(path, None)
    assert found.photos == {"a.jpg": [Box(5, 6, 7, 8)]}
    assert len(found.refused) == 1
    assert found.refused[0].startswith("b.json, annotation 1: ")


@pytest.mark.parametrize("key", ["yolo", "voc"])
@pytest.mark.parametrize("name", ["../../a.jpg", "a/../../b.jpg", "C:/a.jpg", ".."])
def test_no_name_leads_out_of_the_folder(tmp_path: Path, key: str, name: str) -> None:
    with pytest.raises(WhaleIdError, match="No file can be named after"):
        FORMATS[key].write(tmp_path / "in", [PhotoBoxes(name, (Box(1, 2, 3, 4),), SIZE)])
    assert not (tmp_path / "in").exists()


@pytest.mark.parametrize("key", ["yolo", "voc"])
def test_two_photos_that_would_share_a_file(tmp_path: Path, key: str) -> None:
    both = [PhotoBoxes(name, (Box(1, 2, 3, 4),), SIZE) for name in ("a.jpg", "A.png")]
    with pytest.raises(WhaleIdError, match=r"a\.jpg and A\.png would share"):
        FORMATS[key].write(tmp_path / "in", both)


def test_the_form_of_a_file_is_seen(tmp_path: Path) -> None:
    for key, form in FORMATS.items():
        form.write(
            place_of(tmp_path / key, key) if not form.suffix else place_of(tmp_path, key),
            [PhotoBoxes("a.jpg", (), SIZE)],
        )
    assert format_of(tmp_path / "boxes.csv").key == "csv"
    assert format_of(tmp_path / "boxes.tsv").key == "tsv"
    assert format_of(tmp_path / "boxes.json").key == "coco"
    assert format_of(tmp_path / "yolo").key == "yolo"
    assert format_of(tmp_path / "voc").key == "voc"
    assert format_of(text(tmp_path, "study.txt", "fn\tbbox\n")).key == "tsv"
    assert format_of(text(tmp_path, "study.txt", "\n\nFN\tbbox\na.jpg\t1 2 3 4\n")).key == "tsv"
    assert format_of(text(tmp_path, "IMG_1.txt", "0 0.5 0.5 1 1")).key == "yolo"
    assert format_of(text(tmp_path, "IMG_1.txt", "0 0.5 0.5 1 1\nfn\tbbox\n")).key == "yolo"
    assert format_of(tmp_path / "to be written.txt").key == "yolo"
    forms = "CSV, The study's TSV, COCO JSON, YOLO, Pascal VOC"
    for path in (tmp_path / "photos.zip", text(tmp_path, "none/notes.md", "").parent):
        with pytest.raises(WhaleIdError, match="boxes") as caught:
            format_of(path)
        assert caught.value.hint == f"What can be read: {forms}."
