"""A tail and its candidates on one page, for a colleague who has no program: HTML with the pictures inside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from whaleid_core import tail_pictures
from whaleid_core.formats.atomic import atomic_write
from whaleid_core.tail_pictures import Picture, second

TAIL_WIDTH, CANDIDATE_WIDTH, WORDS_WIDTH = 620, 200, 128
"""Pixels: of the pictures as they are shown, twice as wide as high, and of the words beside one. A tail and its ten
candidates fill a page of A4."""


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One candidate: what stands beside its picture, a line each kind of evidence."""

    whale: str
    probability: str
    evidence: Sequence[str]
    seen: str
    picture: Picture | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the page says.

    Attributes:
        title: which photo.
        about: when and where it was taken.
        answer: what the program makes of it.
        searched: what it was compared with.
        made: who made the page, when.
    """

    title: str
    about: str
    answer: str
    searched: str
    made: str
    picture: Picture
    rows: Sequence[SheetRow]


_STYLE = """
body { font: 10pt sans-serif; margin: 1.2em; color: #1c1c1c; background: #ffffff; }
h1 { font-size: 15pt; margin: 0 0 0.2em 0; }
p { margin: 0.2em 0; }
.second { color: #4f4f4f; }
table { border-spacing: 4px; }
td { vertical-align: top; }
.whale { font-weight: 600; }
"""


def as_html(sheet: Sheet) -> str:
    """The page as HTML, with each picture in it: nothing is fetched. A photo that can't be read is told in words."""
    cells = [_cell(number, row) for number, row in enumerate(sheet.rows, start=1)]
    pairs = ["".join(cells[start : start + 2]) for start in range(0, len(cells), 2)]
    rows = "".join(f"<tr>{pair}</tr>" for pair in pairs)
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{escape(sheet.title)}</title>'
        f"<style>{_STYLE}</style></head><body>"
        f"<h1>{escape(sheet.title)}</h1><p class='second'>{escape(sheet.about)}</p>"
        f"<p>{tail_pictures.as_html(sheet.picture, TAIL_WIDTH, sheet.title)}</p>"
        f"<p class='whale'>{escape(sheet.answer)}</p><p class='second'>{escape(sheet.searched)}</p>"
        f"<table cellpadding='2'>{rows}</table><p class='second'>{escape(sheet.made)}</p></body></html>\n"
    )


def write_sheet(sheet: Sheet, path: Path) -> None:
    """Write the page as an HTML file, whole or not at all.

    Raises:
        WhaleIdError: the file can't be written.
    """
    with atomic_write(path) as file:
        file.write(as_html(sheet))


def _cell(number: int, row: SheetRow) -> str:
    chance = escape(row.probability.replace(" ", "\N{NO-BREAK SPACE}"))
    evidence = "<br>".join(map(escape, row.evidence))
    shown = row.picture
    picture = tail_pictures.as_html(shown, CANDIDATE_WIDTH, row.whale) if shown is not None else second("No photo.")
    return (
        f"<td width='{CANDIDATE_WIDTH}'>{picture}</td>"
        f"<td width='{WORDS_WIDTH}'><p><span class='whale'>{number}. {escape(row.whale)}</span> {chance}</p>"
        f"<p class='second'>{evidence}<br>{escape(row.seen)}</p></td>"
    )
