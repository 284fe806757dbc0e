"""Boxes out of a catalogue, into it and between forms: the same pixels come back, nobody's work is lost."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from whaleid_core import cli
from whaleid_core.catalogue import Catalogue
from whaleid_core.exchange import PhotoFinder, export_boxes, read_for, short_names
from whaleid_core.formats.boxes import FORMATS
from whaleid_core.photos import read_photo
from whaleid_core.records import Box, Drawer, Verdict

UPRIGHT = (60, 40)
BOX = Box(10.25, 5.5, 40.125, 30)


def draw(path: Path, orientation: int) -> Path:
    """A photo that is 60 x 40 upright, whatever way it lies in its file."""
    size = UPRIGHT if orientation < 5 else UPRIGHT[::-1]
    pixels = np.random.default_rng(orientation).integers(0, 255, (*size[::-1], 3), dtype=np.uint8)
    exif = Image.Exif()
    exif[0x0112] = orientation
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path, exif=exif)
    return path


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    """A photo of every EXIF orientation, two of them with the same name in two folders; nobody looked for tails yet."""
    paths = [draw(tmp_path / "card" / f"day {n % 2}" / f"IMG_{n // 2}.jpg", n) for n in range(1, 9)]
    with Catalogue.create(tmp_path / "fjord") as made:
        made.add_photos([read_photo(path) for path in paths])
        yield made


def state(catalogue: Catalogue) -> dict[int, list[tuple[float, ...]]]:
    return {key: [row.box.corners for row in catalogue.tails(key)] for key in catalogue.photo_ids()}


def copied(catalogue: Catalogue, to: Path) -> Catalogue:
    shutil.copytree(catalogue.folder, to)
    return Catalogue.open(to)


@pytest.mark.parametrize("key", FORMATS)
def test_boxes_come_back_at_the_same_pixels(catalogue: Catalogue, tmp_path: Path, key: str) -> None:
    """Of every EXIF orientation, and whatever way a person turned the photo in the catalogue."""
    form = FORMATS[key]
    empty = copied(catalogue, tmp_path / "elsewhere")
    for number, photo in enumerate(catalogue.photo_ids()):
        catalogue.draw_box(photo, BOX)
        for each in (catalogue, empty):
            each.turn_photo(photo, 90 * (number % 4))
    out = tmp_path / f"boxes{form.suffix}"
    assert export_boxes(catalogue, out, form) == 8
    arrival = read_for(empty, out, form)
    assert (arrival.count, arrival.strangers, arrival.refused) == (8, (), ())
    assert all(boxes[0].corners == pytest.approx(BOX.corners, abs=1e-9) for boxes in arrival.boxes.values())
    change = empty.import_boxes(arrival.boxes)
    assert change.label == "Boxes of 8 photos taken from a file"
    for photo, boxes in state(empty).items():
        assert boxes == [pytest.approx(state(catalogue)[photo][0], abs=1e-9)]
    assert not empty.import_boxes(arrival.boxes)  # the same again changes nothing
    empty.apply(change.inverse)
    assert not any(state(empty).values())
    empty.close()


def test_a_person_s_box_stays_and_a_detector_s_gives_way_with_its_decision(catalogue: Catalogue) -> None:
    photo, other, third = catalogue.photo_ids()[:3]
    catalogue.add_boxes(photo, [Box(10, 5, 40, 31, Drawer.DETECTOR, 0.5)], "finder")
    tail = catalogue.tails(photo)[0].id
    catalogue.decide(tail, Verdict.NEW, "W1")
    catalogue.draw_box(other, Box(10, 5, 40, 31))
    catalogue.import_boxes({photo: [BOX], other: [BOX, Box(45, 1, 59, 12)], third: []})
    [row] = catalogue.tails(photo)
    assert (row.id, row.box, row.whale) == (tail, BOX, "W1")
    assert state(catalogue)[other] == [(10, 5, 40, 31), (45, 1, 59, 12)]
    assert state(catalogue)[third] == []


def test_in_the_place_of_all_boxes(catalogue: Catalogue) -> None:
    photo, other = catalogue.photo_ids()[:2]
    catalogue.draw_box(photo, Box(10, 5, 40, 31))
    catalogue.draw_box(photo, Box(45, 1, 59, 12))
    catalogue.draw_box(other, BOX)
    before = state(catalogue)
    change = catalogue.import_boxes({photo: [BOX], other: []}, replace=True)
    assert state(catalogue)[photo] == [BOX.corners]
    assert state(catalogue)[other] == []
    assert catalogue.photo(other).checked
    catalogue.apply(change.inverse)
    assert state(catalogue) == before


def test_names_are_as_short_as_they_can_be() -> None:
    paths = [Path("/a/day 1/IMG_1.jpg"), Path("/a/day 2/img_1.JPG"), Path("/b/day 2/IMG_1.jpg"), Path("/a/IMG_2.jpg")]
    assert list(short_names(paths).values()) == [
        "IMG_2.jpg",
        "day 1/IMG_1.jpg",
        "a/day 2/img_1.JPG",
        "b/day 2/IMG_1.jpg",
    ]


def test_photos_are_found_by_what_files_call_them() -> None:
    paths = [Path("/sea/1/IMG_1.jpg"), Path("/sea/2/IMG_1.jpg"), Path("/sea/1/IMG_2.jpg"), Path("/sea/1/고래.jpg")]
    find = PhotoFinder(paths).find
    assert find("img_2.JPG") == find("IMG_2") == find(r"C:\elsewhere\IMG_2.jpg") == paths[2]
    assert find("IMG_1.jpg") is None
    assert find("2/IMG_1.jpg") == find("elsewhere/2/IMG_1") == paths[1]
    assert find("고래.jpg") == paths[3]
    assert find("") is find("IMG_3.jpg") is None


def run(*arguments: object) -> int:
    return cli.run([str(argument) for argument in arguments])


def test_the_command_line(catalogue: Catalogue, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    card, folder = tmp_path / "card", catalogue.folder
    photo = catalogue.photo_ids()[0]
    assert run("export", folder, "--out", tmp_path / "none.tsv", "--format", "tsv") == 1
    assert "No photo was searched" in capsys.readouterr().err
    catalogue.draw_box(photo, BOX)
    name = catalogue.photo(photo).name
    assert run("export", folder, "--out", tmp_path / "b.tsv", "--format", "tsv") == 0
    assert run("boxes", tmp_path / "b.tsv", tmp_path / "yolo", "--to", "yolo") == 1
    assert "isn't known, which YOLO's form needs" in capsys.readouterr().err
    assert run("boxes", tmp_path / "b.tsv", tmp_path / "yolo", "--to", "yolo", "--photos", card) == 0
    assert run("boxes", tmp_path / "yolo", tmp_path / "b.json", "--photos", card) == 0
    assert run("boxes", tmp_path / "b.json", tmp_path / "b.csv") == 0
    rows = (tmp_path / "b.csv").read_text().splitlines()
    assert len(rows) == 2
    (tmp_path / "b.csv").write_text("\n".join([*rows, "gone.jpg,1,1,5,5,", f"{name},9,9,1,1,"]))
    capsys.readouterr()
    assert run("import-boxes", folder, tmp_path / "b.csv", "--dry-run") == 0
    told = capsys.readouterr()
    assert "gone.jpg is no photo of this catalogue" in told.err
    assert "line 4: the box has no area" in told.err
    assert "1 boxes for 1 photos" in told.out
    assert state(catalogue)[photo] == [BOX.corners]
    assert run("import-boxes", folder, tmp_path / "b.csv", "--replace") == 0
    assert run("boxes", tmp_path / "gone.csv", tmp_path / "b.json") == 1
    assert run("export", folder, "--out", tmp_path / "b.x", "--format", "zip") == 2
