"""Files from elsewhere: tables, boxes and tracks that nobody should write are refused, in bounds and row by row."""

from __future__ import annotations

import csv
import io
import json
import math
import random
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mutated import changed, memory_within
from reliability import Tried

from whaleid_core.errors import WhaleIdError
from whaleid_core.formats import box_files, known
from whaleid_core.formats.box_files import BoxesRead, PhotoBoxes, Sized
from whaleid_core.formats.boxes import FORMATS
from whaleid_core.formats.details_csv import write_details
from whaleid_core.formats.gpx import read_track
from whaleid_core.formats.kaggle import read_ids, read_submission, write_submission
from whaleid_core.formats.tables import guarded, unguarded, write_table
from whaleid_core.records import Box, Candidate, Drawer, Identification

pytestmark = pytest.mark.hard
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc to see the memory")
same_folder = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])

SECONDS, MEGABYTES = 20.0, 900
SIZE = (300, 200)
SIGNS = "=+-@\t\r\n＝＋－＠"
"""What makes a cell a formula."""


def sized(name: str) -> Sized:
    """Every name is a photo of one size."""
    return Sized(name, *SIZE)


@contextmanager
def in_bounds() -> Iterator[None]:
    begun = time.process_time()
    with memory_within(MEGABYTES):
        yield
    assert time.process_time() - begun < SECONDS


def cells(path: Path) -> list[list[str]]:
    """What a spreadsheet finds in a file."""
    text = path.read_bytes().decode()
    return list(csv.reader(io.StringIO(text, newline=""), delimiter="\t" if path.suffix == ".tsv" else ","))


texts = st.text(st.sampled_from(SIGNS + "' a1(\",;"), min_size=1, max_size=6) | st.text(min_size=1, max_size=6)


@given(texts)
def test_no_text_is_a_formula_and_each_comes_back(text: str) -> None:
    cell = guarded(text)
    assert cell[0] not in SIGNS
    assert unguarded(cell) == text
    assert cell == text or cell == f"'{text}"


FORMULAS = ["=HYPERLINK(\"http://a\").jpg", "+1.jpg", "-rf.jpg", "@SUM(A1).jpg", "'=1.jpg", "''-1.jpg", "'plain'.jpg",
            "＝1.jpg", " =1.jpg", "a=b.jpg"]  # fmt: skip


def test_no_file_that_is_written_runs_in_a_spreadsheet(tmp_path: Path, tried: Tried) -> None:
    photos = [PhotoBoxes(name, (Box(1, 2, 3, 4, Drawer.DETECTOR, 0.5),), SIZE) for name in FORMULAS]
    tail = Box(1, 2, 3, 4)
    whales = [(Candidate(name.removesuffix(".jpg"), 0.5, 0.5),) for name in FORMULAS]
    for key in ("csv", "tsv"):
        path = tmp_path / f"b.{key}"
        FORMATS[key].write(path, photos)
        assert list(FORMATS[key].read(path, None).photos) == FORMULAS
    rows = [(name, [name.removesuffix(".jpg"), "new_whale"]) for name in FORMULAS if " " not in name]
    write_submission(tmp_path / "s.csv", rows)
    assert read_submission(tmp_path / "s.csv") == rows
    assert list(read_ids(tmp_path / "s.csv")) == [name for name, _ in rows]
    write_details(tmp_path / "d.csv", [
        Identification(name, 0, tail, of_name, 0.5) for name, of_name in zip(FORMULAS, whales, strict=True)
    ])  # fmt: skip
    write_table(tmp_path / "r.csv", [["Whale", "2024"], *([name, -1] for name in FORMULAS)])
    written = sorted(tmp_path.iterdir())
    assert [path.name for path in written] == ["b.csv", "b.tsv", "d.csv", "r.csv", "s.csv"]
    for path in written:
        for row in cells(path):
            assert not any(cell[0] in SIGNS for cell in row if cell and cell != "-1"), row  # a number of ours is one
    tried("Names and ids that are formulas, in every table that is written", len(FORMULAS), "text, and read back whole")


def valid(folder: Path) -> dict[str, bytes]:
    """A file of each form, by its name."""
    boxes = (Box(1.5, 2, 30, 40.25, Drawer.DETECTOR, 0.75), Box(50, 60, 100, 120))
    photos = [PhotoBoxes(f"IMG_{number}.jpg", boxes, SIZE) for number in range(3)] + [PhotoBoxes("b.jpg", (), SIZE)]
    for key, form in FORMATS.items():
        form.write(folder / f"{key}{form.suffix}", photos)
    write_submission(folder / "train.csv", [(photo.name, [f"w_{n}"]) for n, photo in enumerate(photos)])
    point = '<trkpt lat="69.{0}" lon="18.{0}"><time>2025-08-12T07:0{0}:00Z</time></trkpt>'
    fixes = "".join(point.format(number) for number in range(9))
    gpx = f'<?xml version="1.0"?><gpx version="1.1" creator="x"><trk><trkseg>{fixes}</trkseg></trk></gpx>'
    files = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    return files | {"voc.xml": (folder / "voc/IMG_1.xml").read_bytes(), "track.gpx": gpx.encode(),
                    "yolo.txt": (folder / "yolo/IMG_1.txt").read_bytes()}  # fmt: skip


def boxes_of(key: str) -> Callable[[Path], BoxesRead]:
    return lambda path: FORMATS[key].read(path, sized)


READERS: dict[str, Callable[[Path], object]] = {
    "csv.csv": boxes_of("csv"), "tsv.tsv": boxes_of("tsv"), "coco.json": boxes_of("coco"), "voc.xml": boxes_of("voc"),
    "yolo.txt": boxes_of("yolo"), "train.csv": read_ids, "track.gpx": lambda path: read_track([path]),
}  # fmt: skip


def read_or_refused(read: Callable[[Path], object], path: Path) -> bool:
    """Whether a file is read; what isn't, is said in sentences, and no box is outside of its photo."""
    found: object = None
    refused: WhaleIdError | None = None
    try:
        found = read(path)
    except WhaleIdError as error:
        refused = error
    if refused is not None:
        assert refused.hint
        assert_sentence(refused.sentence)
    if isinstance(found, BoxesRead):
        for sentence in found.refused:
            assert_sentence(sentence)
        for box in (box for boxes in found.photos.values() for box in boxes):
            assert 0 <= box.xmin < box.xmax <= SIZE[0]
            assert 0 <= box.ymin < box.ymax <= SIZE[1]
            assert 0 <= box.confidence <= 1
    return refused is None


def assert_sentence(text: str) -> None:
    assert text.endswith(".")
    assert len(text.splitlines()) == 1
    assert len(text) <= 1100


@pytest.mark.parametrize(("seed", "count"), [(1, 150), pytest.param(2, 6000, marks=pytest.mark.soak)])
@pytest.mark.parametrize("name", READERS)
def test_mutated_files(name: str, seed: int, count: int, tmp_path: Path, tried: Tried) -> None:
    """Bytes are changed, and pieces that programs stumble over are put in anywhere."""
    whole, draw, read = valid(tmp_path)[name], random.Random(seed), 0
    path = tmp_path / f"IMG_1{Path(name).suffix}"
    odd = [b"\0", b"\xff", b"-1", b"nan", b"inf", b"1e999", b"9" * 400, b'"', b"'", b",,", b"\r", b"\xef\xbb\xbf",
           b"&x;", b"<!DOCTYPE x>", b"{}", b"[]", b"null", b"\xe2\x80\xae", b"\xed\xa0\x80", b"../"]  # fmt: skip
    for number in range(count):
        content = changed(draw, whole)
        if number % 2:
            at = draw.randrange(len(whole) + 1)
            content = whole[:at] + draw.choice(odd) + whole[at + draw.choice((0, 0, 1, 4)) :]
        path.write_bytes(content)
        read += read_or_refused(READERS[name], path)
    assert read
    tried(
        f"Mutated {name.split('.')[-1].upper()} ({name})", count, f"{read:,} still read, the rest refused in a sentence"
    )


numbers = st.floats().map(str) | st.integers(-(10**30), 10**30).map(str) | st.sampled_from(
    ["", "nan", "-inf", "1e400", "٣", "0x10", "1_000", "1,5", " 7 ", "=1", "1;2"]) | st.text(max_size=4)  # fmt: skip
one_line = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=5)


@given(st.lists(st.tuples(one_line, *[numbers.map(lambda cell: " ".join(cell.split()))] * 5), max_size=8))
@same_folder
def test_each_row_is_read_or_refused_by_its_line(tmp_path: Path, rows: list[tuple[str, ...]]) -> None:
    """Whatever stands in its cells."""
    path = tmp_path / "b.csv"
    with path.open("w", encoding="utf-8", errors="replace", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(
            [("image", "xmin", "ymin", "xmax", "ymax", "confidence"), *rows]
        )
    found = FORMATS["csv"].read(path, sized)
    assert read_or_refused(boxes_of("csv"), path)
    said = [int(sentence.split(":")[0].removeprefix("b.csv, line ")) for sentence in found.refused]
    without = [line for line, row in enumerate(rows, start=2) if not any(cell.strip() for cell in row[1:5])]
    boxes = sum(map(len, found.photos.values()))
    assert said == sorted(set(said))
    assert boxes + len({*said, *without}) == len(rows)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-32", "cp1252", "mac-roman"])
@pytest.mark.parametrize("name", READERS)
def test_other_encodings_are_read_or_told(name: str, encoding: str, tmp_path: Path) -> None:
    """Letters beyond ASCII are never read as other ones."""
    whole = valid(tmp_path)[name].decode().replace("IMG_0", "ÉTÉ_0").replace("<trk>", "<trk><name>ÉTÉ</name>")
    path = tmp_path / f"IMG_1{Path(name).suffix}"
    path.write_bytes(whole.encode(encoding))
    read = read_or_refused(READERS[name], path)
    if encoding == "utf-8-sig":
        assert read
    found = READERS[name](path) if read else None
    if isinstance(found, BoxesRead) and name in ("csv.csv", "tsv.tsv", "coco.json"):
        assert "ÉTÉ_0.jpg" in found.photos


@linux
@pytest.mark.parametrize("name", READERS)
def test_a_file_of_500_mb_is_refused_unread(name: str, tmp_path: Path, tried: Tried) -> None:
    path = tmp_path / f"IMG_1{Path(name).suffix}"
    with path.open("wb") as file:
        file.write(valid(tmp_path)[name])
        file.truncate(500 << 20)
    with in_bounds():
        assert not read_or_refused(READERS[name], path) or name in ("voc.xml", "yolo.txt")
    if name in ("voc.xml", "yolo.txt"):
        found = READERS[name](path)
        assert isinstance(found, BoxesRead)
        assert "too large" in found.refused[0]
    tried("A file of 500 MB, one line", 1, "refused before it was read")


LONG: dict[str, tuple[str, Callable[[], str]]] = {
    "a million columns": ("csv.csv", lambda: ",".join(f"c{n}" for n in range(10**6))),
    "a million columns and a row": (
        "csv.csv", lambda: "image,xmin,ymin,xmax,ymax" + ",c" * 10**6 + "\na.jpg,1,2,3,4" + ",1" * 10**6),
    "a cell of 30 MB": ("csv.csv", lambda: 'image,xmin,ymin,xmax,ymax\n"' + "a" * (30 << 20) + '",1,2,3,4\n'),
    "a line of 30 MB": ("yolo.txt", lambda: "0 " + "0.5 " * (7 << 20)),
    "200,000 rows of nonsense": ("csv.csv", lambda: "image,xmin,ymin,xmax,ymax\n" + "a\n" * 200_000),
    "a name of 30 MB": ("coco.json", lambda: json.dumps(
        {"images": [{"id": 1, "file_name": "a" * (30 << 20)}], "annotations": []})),
    "20,000 classes": ("coco.json", lambda: json.dumps({
        "images": [{"id": 1, "file_name": "a.jpg"}], "categories": [{"id": n, "name": f"c{n}"} for n in range(20_000)],
        "annotations": [{"image_id": 1, "category_id": n, "bbox": [1, 1, 2, 2]} for n in range(20_000)]})),
    "20,000 kinds of things": ("voc.xml", lambda: "<annotation><filename>a.jpg</filename>" + "".join(
        f"<object><name>c{n}</name></object>" for n in range(20_000)) + "</annotation>"),
    "100,000 levels": ("voc.xml", lambda: "<annotation>" + "<object>" * 100_000),
    "100,000 levels of JSON": ("coco.json", lambda: '{"images":' * 100_000),
    "categories that are a number": (
        "coco.json", lambda: json.dumps({"images": [], "annotations": [], "categories": 7})),
    "100,000 levels of a track": ("track.gpx", lambda: '<gpx version="1.1">' + "<trk>" * 100_000),
    "a number of a million digits": ("track.gpx", lambda: '<gpx version="1.1"><trk><trkseg><trkpt lat="' + "9" * 10**6
                                     + '" lon="1"><time>2025-01-01T00:00:00Z</time></trkpt></trkseg></trk></gpx>'),
    "a year of a million digits": ("track.gpx", lambda: '<gpx version="1.1"><trk><trkseg><trkpt lat="1" lon="1"><time>'
                                   + "9" * 10**6 + "-01-01T00:00:00Z</time></trkpt></trkseg></trk></gpx>"),
    "an id of 100,000 signs": ("train.csv", lambda: "Image,Id\na.jpg," + "w" * 100_000 + "\na.jpg,w\n"),
}  # fmt: skip


@linux
@pytest.mark.parametrize("case", LONG)
def test_what_is_long_or_deep_stays_in_bounds(case: str, tmp_path: Path, tried: Tried) -> None:
    name, make = LONG[case]
    path = tmp_path / f"IMG_1{Path(name).suffix}"
    path.write_text(make(), encoding="utf-8")
    with in_bounds():
        read_or_refused(READERS[name], path)
    tried(case[0].upper() + case[1:], 1, "read or refused in bounds of time and memory")


def test_of_many_refused_rows_some_are_told_and_the_rest_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(box_files, "MOST_REFUSED", 3)
    (tmp_path / "b.csv").write_text("image,xmin,ymin,xmax,ymax\n" + "a.jpg,9,9,1,1\n" * 2500 + "b.jpg,1,1,2,2\n")
    found = FORMATS["csv"].read(tmp_path / "b.csv", None)
    assert found.refused == [f"b.csv, line {line}: the box has no area." for line in (2, 3, 4)] + [
        "2,497 more are left out, too."
    ]
    assert found.photos == {"b.jpg": [Box(1, 1, 2, 2)]}


def test_lists_of_known_photos_with_names_of_any_kind(tmp_path: Path) -> None:
    folder = tmp_path / "known"
    folder.mkdir()
    (folder / "a.jpg").write_bytes(b"")
    odd = ["\0", "a\0.jpg", "x" * 300, "/" * 300, "..", ".", "/dev/zero", "\ud7ff", "CON", "a.jpg/b.jpg"]
    path = tmp_path / "train.csv"
    path.write_text("Image,Id\n" + "".join(f"{name},w_{n}\n" for n, name in enumerate(odd)) + "a.jpg,w\n")
    found = known.from_csv(path, folder)
    assert [photo.path.name for photo in found if photo.whale == "w"] == ["a.jpg"]
    assert all(math.isfinite(photo.path.stat().st_size) for photo in found)
    assert set(found.missing) == set(odd)
