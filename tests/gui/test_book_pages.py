"""The fluke book from the window: the ticked whales or all, as PDF or HTML, and what is drawn in the PDF."""

from __future__ import annotations

import re
import zlib
from contextlib import suppress
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit
from pytestqt.qtbot import QtBot

from whalegui.book_pages import COLUMNS, ROWS, write_pdf
from whalegui.session import Session
from whalegui.whales_page import AllWhales
from whaleid_core.errors import Cancelled
from whaleid_core.fluke_book import Book, BookWhale, book_of
from whaleid_core.identify import Unwatched


@pytest.fixture
def whales(qtbot: QtBot, matching_session: Session) -> AllWhales:
    made = AllWhales(matching_session)
    qtbot.addWidget(made)
    made.resize(1280, 716)
    with qtbot.waitExposed(made):
        made.show()
    made.activate()
    matching_session.settle()
    return made


def save_as(whales: AllWhales, path: Path) -> None:
    """Do what the menu does, and name the file in the dialog that comes."""

    def name() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, QFileDialog)
        field = dialog.findChild(QLineEdit)
        assert field is not None
        field.setText(str(path))
        dialog.accept()

    QTimer.singleShot(300, name)
    whales.actions_made["whales.book"].trigger()
    whales.session.settle()


def pages(pdf: bytes) -> tuple[int, int]:
    """Of a PDF: how many pages, and how many pictures are drawn."""
    drawn = []
    for packed in re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL):
        with suppress(zlib.error):
            drawn.append(zlib.decompress(packed))
    return len(re.findall(rb"/Type /Page\b", pdf)), len(re.findall(rb" Do\b", b"".join(drawn)))


def test_all_whales_or_those_that_are_ticked(whales: AllWhales, tmp_path: Path) -> None:
    said: list[str] = []
    whales.session.status_changed.connect(said.append)
    save_as(whales, tmp_path / "all.html")
    html = (tmp_path / "all.html").read_text(encoding="utf-8")
    assert re.findall(r"class='name'>([^<]+)", html) == ["HW0001", "HW0002", "HW0003"]
    assert said[-1] == f"3 whales written to {tmp_path / 'all.html'}."
    whales.list.toggle_tick()
    save_as(whales, tmp_path / "one.pdf")
    data = (tmp_path / "one.pdf").read_bytes()
    assert data.startswith(b"%PDF")
    assert pages(data) == (1, 1)
    assert said[-1].startswith("1 whale written")


def test_fifteen_whales_fill_a_page(matching_session: Session, tmp_path: Path) -> None:
    [one, *_] = book_of(matching_session.catalogue).whales
    full = COLUMNS * ROWS
    for count, expected in ((0, 1), (full, 1), (full + 1, 2), (3 * full, 3)):
        path = tmp_path / f"{count}.pdf"
        write_pdf(Book("Fjord", "Ana", (one,) * count), path, Unwatched())
        assert pages(path.read_bytes()) == (expected, count)


def test_long_words_and_a_photo_that_is_gone_are_no_trouble(matching_session: Session, tmp_path: Path) -> None:
    [one, *_] = book_of(matching_session.catalogue).whales
    assert one.picture is not None
    gone = BookWhale("고래 " * 40, ("x" * 300,) * 9, None)
    path = tmp_path / "book.pdf"
    write_pdf(Book("y" * 300, "z" * 300, (gone, one)), path, Unwatched())
    assert pages(path.read_bytes()) == (1, 1)


def test_stopped_it_leaves_no_file(matching_session: Session, tmp_path: Path) -> None:
    class Stopped(Unwatched):
        def cancel(self) -> bool:
            return True

    path = tmp_path / "book.pdf"
    with pytest.raises(Cancelled):
        write_pdf(book_of(matching_session.catalogue), path, Stopped())
    assert not path.exists()
