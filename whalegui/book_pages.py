"""The fluke book: the whales of a catalogue on pages, a fluke each, as HTML or PDF."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPdfWriter
from PySide6.QtWidgets import QWidget

from whalegui.page_files import a4_pdf, ask_page, made_by
from whalegui.session import Session
from whalegui.widgets.wording import many
from whaleid_core.errors import Cancelled, WhaleIdError

if TYPE_CHECKING:
    from whaleid_core.fluke_book import Book, BookWhale
    from whaleid_core.identify import Watch

COLUMNS, ROWS = 3, 5
"""Of whales on a page."""
_DOTS_A_MM = 8
_GAP, _HEAD = 4.0, 11.0
"""Millimetres: between whales, and what a page's head takes."""
_LINE = 4.2
_INK, _SECOND, _GROUND = QColor("#1c1c1c"), QColor("#4f4f4f"), QColor("#f0f0f0")


def save_book(session: Session, whale_ids: Sequence[int], parent: QWidget) -> None:
    """Asks for a file and writes the book on a lane."""
    suggested = Path(session.catalogue.folder).parent / f"{session.catalogue.name} flukes.pdf"
    if (path := ask_page(parent, "Fluke book", suggested)) is not None:
        write_book(session, whale_ids, path)


def write_book(session: Session, whale_ids: Sequence[int], path: Path) -> None:
    """Writes the book of some whales to a file; its ending says in which form."""
    made = made_by(session.who)

    def work(watch: Watch) -> int:
        from whaleid_core import fluke_book

        book = fluke_book.book_of(session.catalogue, whale_ids, made)
        (write_pdf if path.suffix.lower() == ".pdf" else fluke_book.write_book)(book, path, watch)
        return len(book.whales)

    session.jobs.start(
        "Writing a fluke book", "files", work,
        lambda count: session.say(f"{many(count, 'whale')} written to {path}."),
        lambda error: session.say(error.sentence),
    )  # fmt: skip


def write_pdf(book: Book, path: Path, watch: Watch) -> None:
    """Writes the pages as PDF, whole or not at all.

    Raises:
        WhaleIdError: the file can't be written.
        Cancelled: the watch asked for it.
    """
    with a4_pdf(path, round(_DOTS_A_MM * 25.4)) as writer:
        writer.setTitle(book.title)
        painter = QPainter(writer)
        try:
            pages = _Pages(writer, painter, book)
            for number, whale in enumerate(book.whales):
                if watch.cancel():
                    raise Cancelled
                pages.add(number, whale)
                watch.progress(number + 1, len(book.whales))
            if not book.whales:
                pages.head(1)
        finally:
            painter.end()


class _Pages:
    """Draws whales one after the other, a new page wherever one is full."""

    def __init__(self, writer: QPdfWriter, painter: QPainter, book: Book) -> None:
        self._writer, self._painter, self._book = writer, painter, book
        # The painter's units are millimetres, so that sizes are what they say at any resolution.
        mm = writer.resolution() / 25.4
        self._size = QSizeF(writer.width() / mm, writer.height() / mm)
        painter.scale(mm, mm)
        self._cell = QSizeF(
            (self._size.width() - (COLUMNS - 1) * _GAP) / COLUMNS, (self._size.height() - _HEAD + _GAP) / ROWS - _GAP
        )

    def add(self, number: int, whale: BookWhale) -> None:
        """The whale that has this number, from 0."""
        page, place = divmod(number, COLUMNS * ROWS)
        if not place:
            if page:
                self._writer.newPage()
            self.head(page + 1)
        row, column = divmod(place, COLUMNS)
        left, top = column * (self._cell.width() + _GAP), _HEAD + row * (self._cell.height() + _GAP)
        picture = QRectF(left, top, self._cell.width(), self._cell.width() / 2)
        self._picture(whale, picture)
        place_of_line = picture.bottom() + _LINE
        for line, words in enumerate((whale.name, *whale.lines)):
            if place_of_line + line * _LINE > top + self._cell.height() + _GAP / 2:
                break
            self._write(words, QPointF(left, place_of_line + line * _LINE), self._cell.width(), bold=not line)

    def head(self, page: int) -> None:
        """What stands above a page's whales."""
        whole = self._size.width()
        self._write(self._book.title, QPointF(0, 4), 0.7 * whole, bold=True, size=4.6)
        self._write(f"{self._book.about}, page {page}", QPointF(0, 8.4), whole)

    def _picture(self, whale: BookWhale, place: QRectF) -> None:
        from whaleid_core.tail_pictures import SHARP, cut

        self._painter.fillRect(place, _GROUND)
        problem = "No photo."
        if whale.picture is not None:
            try:
                pixels = cut(whale.picture, round(SHARP * _DOTS_A_MM / 2 * place.width()))
            except WhaleIdError as error:
                problem = error.sentence
            else:
                height, width = pixels.shape[:2]
                image = QImage(pixels.data, width, height, 3 * width, QImage.Format.Format_RGB888)
                self._painter.drawImage(place, image)
                return
        self._write(problem, QPointF(place.left() + 2, place.center().y()), place.width() - 4)

    def _write(self, words: str, at: QPointF, width: float, bold: bool = False, size: float = 3.2) -> None:
        """A line of text, cut where it is too wide; its letters are `size` millimetres high."""
        font = QFont()
        font.setBold(bold)
        # Letters of whole pixels would be far too coarse in millimetres: they are set in hundredths and scaled down.
        font.setPixelSize(round(100 * size))
        self._painter.save()
        self._painter.translate(at)
        self._painter.scale(0.01, 0.01)
        self._painter.setFont(font)
        self._painter.setPen(_INK if bold else _SECOND)
        shown = QFontMetricsF(font).elidedText(words, Qt.TextElideMode.ElideRight, 100 * width)
        self._painter.drawText(QPointF(0, 0), shown)
        self._painter.restore()
