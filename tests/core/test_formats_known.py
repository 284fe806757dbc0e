"""Which whale a known photo shows, said by a list, by folders or by the file names."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from whaleid_core.errors import WhaleIdError
from whaleid_core.formats.known import KnownPhotos, from_csv, from_folders, from_pattern


def folder_with(tmp_path: Path, *names: str) -> Path:
    folder = tmp_path / "known photos"
    folder.mkdir()
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    return folder


def said(known: KnownPhotos, folder: Path) -> dict[str, str | None]:
    return {photo.path.relative_to(folder).as_posix(): photo.whale for photo in known}


def listed(tmp_path: Path, text: str) -> Path:
    (tmp_path / "train.csv").write_text(text, encoding="utf-8")
    return tmp_path / "train.csv"


def test_list(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, "b.jpg", "a.jpg", "고래 1.jpg", "not listed.jpg", "c.jpg", "d.jpg")
    csv = listed(tmp_path, "Image,Id\nb.jpg,w_1\na.jpg,new_whale\n고래 1.jpg,w_2\nc.jpg,\ngone.jpg,w_1\nd.jpg,w_1\n")
    known = from_csv(csv, folder)
    assert said(known, folder) == {"b.jpg": "w_1", "a.jpg": None, "고래 1.jpg": "w_2", "c.jpg": None, "d.jpg": "w_1"}
    assert known.missing == ("gone.jpg",)
    assert known.whales == {"w_1", "w_2"}
    assert len(known) == 5
    assert known[0].path == folder / "b.jpg"
    assert [photo.whale for photo in known[:2]] == ["w_1", None]


def test_list_with_names_a_little_off(tmp_path: Path) -> None:
    apart = unicodedata.normalize("NFD", "고래.jpg")
    folder = folder_with(tmp_path, "IMG_1.JPG", "IMG_2.jpg", "two.jpg", "two.png", "2019/IMG_3.jpg", apart)
    csv = listed(tmp_path, "Image,Id\nimg_1.jpg,a\nIMG_2,b\ntwo,c\n2019\\IMG_3.jpg,d\n고래.jpg,e\n")
    known = from_csv(csv, folder)
    assert said(known, folder) == {"IMG_1.JPG": "a", "IMG_2.jpg": "b", "2019/IMG_3.jpg": "d", apart: "e"}
    assert known.missing == ("two",)


def test_list_that_calls_one_photo_two_whales_says_nothing_certain(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, "a.jpg")
    csv = listed(tmp_path, "Image,Id\na.jpg,w_1\na,w_2\n")
    assert said(from_csv(csv, folder), folder) == {"a.jpg": None}


def test_list_with_names_that_no_file_can_have(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, "a.jpg")
    long = "x" * 5000
    assert from_csv(listed(tmp_path, f"Image,Id\n{long},w_1\n"), folder).missing == (long,)


def test_folders(tmp_path: Path) -> None:
    folder = folder_with(
        tmp_path, "HW 1/a.jpg", "HW 1/left/b.PNG", "new_whale/c.jpg", "고래/d.jpg", "loose.jpg", "HW 1/notes.txt"
    )
    known = from_folders(folder)
    assert said(known, folder) == {
        "HW 1/a.jpg": "HW 1",
        "HW 1/left/b.PNG": "HW 1",
        "new_whale/c.jpg": None,
        "고래/d.jpg": "고래",
        "loose.jpg": None,
    }
    with pytest.raises(WhaleIdError, match="no folder"):
        from_folders(tmp_path / "gone")


@pytest.mark.parametrize(
    ("pattern", "name", "whale"),
    [
        ("{whale}_*.jpg", "HW0452_1.jpg", "HW0452"),
        ("{whale}_*.jpg", "HW0452_1.JPG", "HW0452"),
        ("{whale}_*.jpg", "A_1.jpg", "A"),
        ("*_{whale}", "1_A.jpg", "A"),
        ("{whale}{*}.jpg", "A.jpg", "A"),
        ("{whale}_{*}.jpg", "HW0452_1.jpg", "HW0452"),
        ("{whale}_*.jpg", "HW_0452_1.jpg", None),
        ("{whale}_*_*.jpg", "HW0452_2019_1.jpg", "HW0452"),
        ("{whale}_*.jpg", "HW0452_1.png", None),
        ("{whale}_*.jpg", "_1.jpg", None),
        ("{whale}_*.jpg", " _1.jpg", None),
        ("{whale}_*.jpg", "new_whale.jpg", "new"),
        ("{whale}-*", "new_whale-1.jpg", None),
        ("*-{whale}.jpg", "2019-HW0452.jpg", "HW0452"),
        ("*-{whale}.jpg", "2019-07-HW0452.jpg", None),
        ("*-{whale}", "2019-HW0452.tiff", "HW0452"),
        ("{whale}", "고래 7.jpg", "고래 7"),
        ("{whale}.*", "HW1.jpg", "HW1"),
        ("ID[{whale}](*)", "ID[HW1](x).jpg", "HW1"),
        ("{whale} (*", "Tom (1).jpg", "Tom"),
        (r"re:(?P<whale>HW\d+)", "2019_HW0452_x.jpg", "HW0452"),
        (r"re:(?P<whale>HW\d+)", "2019.jpg", None),
        (r"re:x(?P<whale>\d+)?", "x.jpg", None),
        (r"^(?P<whale>[^_]+)_", "HW1_a_b.jpg", "HW1"),
    ],
)
def test_pattern(tmp_path: Path, pattern: str, name: str, whale: str | None) -> None:
    folder = folder_with(tmp_path, name)
    assert said(from_pattern(folder, pattern), folder) == {name: whale}


def test_pattern_in_subfolders_and_over_them(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, "2019/HW1_a.jpg", "HW2_b.jpg")
    assert said(from_pattern(folder, "{whale}_*.jpg"), folder) == {"2019/HW1_a.jpg": "HW1", "HW2_b.jpg": "HW2"}
    assert said(from_pattern(folder, "*/{whale}_*.jpg"), folder) == {"2019/HW1_a.jpg": "HW1", "HW2_b.jpg": None}


def test_whale_is_the_same_however_its_name_was_typed(tmp_path: Path) -> None:
    apart, together = (unicodedata.normalize(form, "고래é") for form in ("NFD", "NFC"))
    folder = folder_with(tmp_path, f"{apart}_1.jpg", f"{together}_2.jpg")
    assert from_pattern(folder, "{whale}_*.jpg").whales == {together}


@pytest.mark.parametrize(
    "pattern", ["", "*.jpg", "{whale}_{whale}.jpg", "re:(", "re:[a-z]+", r"re:(?P<id>x)", "(?P<whale>x"]
)
def test_pattern_that_is_none(tmp_path: Path, pattern: str) -> None:
    with pytest.raises(WhaleIdError) as caught:
        from_pattern(folder_with(tmp_path), pattern)
    assert "whale" in caught.value.hint
