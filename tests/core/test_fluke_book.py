"""The fluke book holds each whale that has a photo once, with its best tail and what is known of it."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from datetime import datetime
from html import unescape
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from whaleid_core import cli
from whaleid_core.catalogue import Catalogue
from whaleid_core.errors import Cancelled
from whaleid_core.fluke_book import WIDTH, book_of, write_book
from whaleid_core.identify import Unwatched
from whaleid_core.photos import read_photo
from whaleid_core.records import Box, Verdict
from whaleid_core.tail_pictures import SHARP, Picture, cut

RED, BLUE, GREEN = (200, 30, 30), (30, 30, 200), (30, 200, 30)


def draw(path: Path, colour: tuple[int, int, int], box: Box) -> Path:
    """A grey photo with a coloured tail."""
    pixels = np.full((600, 900, 3), 128, np.uint8)
    pixels[int(box.ymin) : int(box.ymax), int(box.xmin) : int(box.xmax)] = colour
    Image.fromarray(pixels).save(path, quality=95)
    return path


SMALL, LARGE = Box(100, 100, 200, 160), Box(200, 150, 800, 450)


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    """Salt on two photos, best on the second one; a whale with markup in its name; one that has no photo any more."""
    files = [draw(tmp_path / f"IMG_{n}.jpg", colour, box) for n, colour, box in
             [(1, BLUE, SMALL), (2, RED, LARGE), (3, BLUE, LARGE), (4, GREEN, SMALL)]]  # fmt: skip
    with Catalogue.create(tmp_path / "fjord", "Kvænangen <2024>") as made:
        made.add_photos([read_photo(file) for file in files])
        for key, box in enumerate((SMALL, LARGE, LARGE, SMALL), start=1):
            made.draw_box(key, box)
        for key, whale in ((1, "Salt"), (3, "<b>&"), (4, "Gone")):
            made.decide(made.tails(key)[0].id, Verdict.NEW, whale)
        made.decide(made.tails(2)[0].id, Verdict.SAME, "Salt")
        made.delete_box(made.tails(4)[0].id)
        made.set_time([1], datetime(2019, 7, 1))
        made.set_time([2], datetime(2024, 7, 1))
        salt = made.whale_id("Salt") or 0
        made.set_whale(salt, nickname="Old Salt", sex="F")
        made.set_pigmentation(salt, 3)
        made.add_other_name(salt, "NA1234", "Happywhale")
        yield made


def test_each_whale_has_its_best_tail_and_what_is_known_of_it(catalogue: Catalogue) -> None:
    book = book_of(catalogue, made="Ana")
    assert (book.title, book.about) == ("Kvænangen <2024>", "2 whales, Ana")
    plain, salt = book.whales
    assert (plain.name, salt.name) == ("<b>&", "Salt")
    assert plain.lines == ("1 photo",)
    assert salt.lines == (
        "\u201cOld Salt\u201d", "female, pigmentation 3", "2019 to 2024, 2 photos", "NA1234 in Happywhale",
    )  # fmt: skip
    assert salt.picture is not None
    assert salt.picture.path.name == "IMG_2.jpg"


def test_some_of_the_whales(catalogue: Catalogue) -> None:
    book = book_of(catalogue, [catalogue.whale_id("Salt") or 0])
    assert [whale.name for whale in book.whales] == ["Salt"]
    assert book.about == "1 whale"


def test_the_page_holds_its_pictures_and_no_markup_of_names(catalogue: Catalogue, tmp_path: Path) -> None:
    write_book(book_of(catalogue), tmp_path / "book.html")
    html = (tmp_path / "book.html").read_text(encoding="utf-8")
    assert "<b>" not in html
    assert "http" not in html
    assert "<b>&" in unescape(html)
    pictures = re.findall(r'src="data:image/jpeg;base64,([^"]+)"', html)
    assert len(pictures) == 2
    salt = cv2.imdecode(np.frombuffer(base64.b64decode(pictures[1]), np.uint8), cv2.IMREAD_COLOR_RGB)
    assert salt.shape == (SHARP * WIDTH // 2, SHARP * WIDTH, 3)
    assert np.abs(salt[40:180, 60:380].astype(int) - RED).max() < 30, "the tail that is larger"


@pytest.mark.parametrize("turned", [0, 90, 180, 270])
def test_a_tail_is_cut_in_its_own_shape_however_its_photo_is_turned(tmp_path: Path, turned: int) -> None:
    path = draw(tmp_path / "a.jpg", RED, Box(300, 200, 500, 300))
    box, size = {
        0: (Box(300, 200, 500, 300), (900, 600)), 90: (Box(300, 300, 400, 500), (600, 900)),
        180: (Box(400, 300, 600, 400), (900, 600)), 270: (Box(200, 400, 300, 600), (600, 900)),
    }[turned]  # fmt: skip
    pixels = cut(Picture(path, box, *size, turned), 400)
    assert pixels.shape == (200, 400, 3)
    reds = (np.abs(pixels.astype(int) - RED).max(2) < 40)[100]
    # The margin of the crop around it, on both sides; upright tails leave the ground's sides free.
    assert abs(reds.mean() - (0.91 if turned % 180 == 0 else 0.23)) < 0.03
    assert np.abs(pixels[0, 0].astype(int) - (128 if turned % 180 == 0 else 240)).max() < 5


def test_a_photo_that_is_gone_is_told_in_words_and_the_rest_is_there(catalogue: Catalogue, tmp_path: Path) -> None:
    (tmp_path / "IMG_2.jpg").unlink()
    write_book(book_of(catalogue), tmp_path / "book.html")
    html = unescape((tmp_path / "book.html").read_text(encoding="utf-8"))
    assert "IMG_2.jpg isn't in" in html
    assert html.count("<img") == 1


def test_stopped_it_leaves_no_file(catalogue: Catalogue, tmp_path: Path) -> None:
    class AfterOne(Unwatched):
        done = 0

        def progress(self, done: int, total: int) -> None:
            self.done = done

        def cancel(self) -> bool:
            return self.done > 0

    with pytest.raises(Cancelled):
        write_book(book_of(catalogue), tmp_path / "book.html", AfterOne())
    assert not [path for path in tmp_path.iterdir() if path.suffix in (".html", ".part")]


def test_the_command_line_writes_it(catalogue: Catalogue, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    catalogue.close()
    out = tmp_path / "book.html"
    assert cli.run(["book", str(catalogue.folder), "--out", str(out)]) == 0
    assert capsys.readouterr().out == f"2 whales written to {out}.\n"
    assert out.read_text(encoding="utf-8").count("class='name'") == 2
