"""The whales of a catalogue on pages, a fluke each, to be printed or sent: HTML with the pictures inside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from whaleid_core import tail_pictures
from whaleid_core.catalogue import Catalogue, PhotoRow, TailRow
from whaleid_core.catalogue.rows import SEXES, NameRow, WhaleRow
from whaleid_core.catalogue.whale_names import OTHER
from whaleid_core.errors import Cancelled
from whaleid_core.formats.atomic import atomic_write
from whaleid_core.identify import Unwatched, Watch
from whaleid_core.tail_pictures import Picture, second

WIDTH = 220
"""Pixels of a picture as it is shown: three beside each other fill a page of A4."""


@dataclass(frozen=True, slots=True)
class BookWhale:
    """One whale: what stands below its picture, a line each; no picture where it has no tail."""

    name: str
    lines: tuple[str, ...]
    picture: Picture | None


@dataclass(frozen=True, slots=True)
class Book:
    """What the pages say: of which catalogue, how many whales and by whom, and the whales by name."""

    title: str
    about: str
    whales: tuple[BookWhale, ...]


def book_of(catalogue: Catalogue, whale_ids: Sequence[int] | None = None, made: str = "") -> Book:
    """The whales of a catalogue that have a photo, each with its best one.

    Args:
        whale_ids: which; all where None.
        made: who makes the book and when.
    """
    wanted = None if whale_ids is None else set(whale_ids)
    whales = [whale for whale in catalogue.whales() if whale.photos and (wanted is None or whale.id in wanted)]
    covers = [whale.cover_tail_id for whale in whales if whale.cover_tail_id is not None]
    tails = {tail.id: tail for tail in catalogue.tail_rows(covers)}
    photos = {photo.id: photo for photo in catalogue.photos(sorted({tail.photo_id for tail in tails.values()}))}
    entries = []
    for whale in whales:
        tail = tails.get(whale.cover_tail_id or 0)
        picture = _picture(tail, photos[tail.photo_id]) if tail is not None and tail.photo_id in photos else None
        entries.append(BookWhale(whale.name, _lines(whale, catalogue.whale_names(whale.id)), picture))
    count = "1 whale" if len(entries) == 1 else f"{len(entries):,} whales"
    return Book(catalogue.name, ", ".join(filter(None, (count, made))), tuple(entries))


def write_book(book: Book, path: Path, watch: Watch | None = None) -> None:
    """Write the pages as one HTML file, whole or not at all.

    Raises:
        WhaleIdError: the file can't be written.
        Cancelled: the watch asked for it.
    """
    watch = watch or Unwatched()
    with atomic_write(path) as file:
        file.write(
            f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{escape(book.title)}</title>'
            f"<style>{_STYLE}</style></head><body><h1>{escape(book.title)}</h1>{second(book.about)}<div class='book'>\n"
        )
        for number, whale in enumerate(book.whales, start=1):
            if watch.cancel():
                raise Cancelled
            file.write(_whale(whale))  # one by one, for a large catalogue's pictures would fill the memory
            watch.progress(number, len(book.whales))
        file.write("</div></body></html>\n")


_STYLE = f"""
@page {{ size: A4; margin: 10mm; }}
body {{ font: 10pt sans-serif; margin: 1.2em; color: #1c1c1c; background: #ffffff; }}
h1 {{ font-size: 15pt; margin: 0 0 0.2em 0; }}
p {{ margin: 0.1em 0; }}
.second {{ color: #4f4f4f; }}
.book {{ display: grid; grid-template-columns: repeat(auto-fill, {WIDTH}px); gap: 14px; margin-top: 1em; }}
.whale {{ break-inside: avoid; }}
.name {{ font-weight: 600; }}
.whale p {{ overflow-wrap: anywhere; }}
"""


def _whale(whale: BookWhale) -> str:
    shown = whale.picture
    picture = tail_pictures.as_html(shown, WIDTH, whale.name) if shown is not None else second("No photo.")
    lines = "".join(map(second, whale.lines))
    return f"<div class='whale'>{picture}<p class='name'>{escape(whale.name)}</p>{lines}</div>\n"


def _picture(tail: TailRow, photo: PhotoRow) -> Picture:
    return Picture(photo.path, tail.box, photo.width, photo.height, photo.turned)


def _lines(whale: WhaleRow, names: Sequence[NameRow]) -> tuple[str, ...]:
    """What is known of a whale."""
    looks = [SEXES.get(whale.sex, whale.sex), f"pigmentation {whale.pigmentation}" if whale.pigmentation else ""]
    first, last = (when.year if when else None for when in (whale.first_seen, whale.last_seen))
    years = "" if first is None else f"{first}" if first == last else f"{first} to {last}"
    met = [years, _counted(whale.encounters, "encounter"), _counted(whale.photos, "photo")]
    others = [row for row in names if row.kind == OTHER]
    elsewhere = [f"{row.name} in {row.catalogue}" if row.catalogue else row.name for row in others]
    lines = (
        f"\u201c{whale.nickname}\u201d" if whale.nickname else "",
        ", ".join(filter(None, looks)),
        ", ".join(filter(None, met)),
        "; ".join(elsewhere),
    )
    return tuple(filter(None, lines))


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}" if count else ""
