"""CSV: read as people's programs write it, with byte order marks, semicolons, columns in any order; written plainly."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from whaleid_core.errors import Kind, WhaleIdError
from whaleid_core.formats.atomic import atomic_write

Cell = str | int | float | None

IMAGE_NAMES = ("image", "file", "filename", "file name", "file_name", "photo")
"""What a column of photos' names is called, best first."""
LARGEST = 64 << 20
"""Bytes of a table or a file of boxes at most: some 500,000 boxes."""
_SHOWN = 12
"""Columns that a sentence names at most."""
# What makes a spreadsheet take a cell for a formula, in Japanese and Chinese writing too.
_FORMULA = re.compile("'*[=+@\t\r\n\uff1d\uff0b\uff20\uff0d-]")
WHALE_NAMES = ("whale", "whale_id", "whale id", "individual", "individual_id", "individual id", "id")
"""What a column of whales' ids is called; plain "id" last, for beside a better word it numbers the rows."""


def guarded(text: str) -> str:
    """A text as the cell of a table: what a spreadsheet would run as a formula gets an apostrophe in front.

    `read_table` takes the apostrophe away again, so that a photo called "=1.jpg" comes back as it was.
    """
    return f"'{text}" if _FORMULA.match(text) else text


def unguarded(cell: str) -> str:
    """The text that a cell was made of, see `guarded`."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def write_table(path: Path, lines: Iterable[Sequence[Cell]]) -> None:
    """Write the lines of a table, the header first; texts are guarded, None is an empty cell.

    Raises WhaleIdError where the file can't be written.
    """
    with atomic_write(path) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([guarded(cell) if isinstance(cell, str) else cell for cell in line] for line in lines)


@dataclass(frozen=True, slots=True)
class Row:
    """One row: where it stands, and its cells by the names that were asked for; optional columns may be absent."""

    path: Path
    line: int
    cells: Mapping[str, str]

    def error(self, what: str, hint: str = "Correct it and try again.") -> WhaleIdError:
        return WhaleIdError(f"{self.path.name}, line {self.line}: {what}.", hint)


def read_table(
    path: Path,
    needed: Mapping[str, Sequence[str]],
    optional: Mapping[str, Sequence[str]] | None = None,
    refuse: Callable[[str], None] | None = None,
) -> Iterator[Row]:
    """The rows of a CSV file with a header; blank lines are left out.

    Args:
        needed, optional: for each cell that the caller wants, the columns it may stand in, best first, lower-case.
        refuse: takes a sentence for each row that lacks a needed cell, which is then left out instead of raised.

    Raises WhaleIdError where the file is missing, too large, no UTF-8 text, lacks a needed column or a needed cell.
    """
    lines = _lines(path, _content(path))
    header = next(lines, None)
    if header is None:
        raise WhaleIdError(f"{path.name} is empty.", f"It needs a first line with {_wanted(needed)}.")
    columns = {cell: _column(header[1], names) for cell, names in {**needed, **(optional or {})}.items()}
    missing = {cell: names for cell, names in needed.items() if columns[cell] is None}
    if missing:
        named = list(filter(None, (name.strip() for name in header[1])))
        found = ", ".join(named[:_SHOWN]) + (" and more" if len(named) > _SHOWN else "") if named else "nothing"
        raise WhaleIdError(f"{path.name} has no column {_wanted(missing)}.", f"Its first line names {found}.")
    places = {cell: column for cell, column in columns.items() if column is not None}
    for line, values in lines:
        try:
            row = _row(path, line, values, places, needed)
        except WhaleIdError as error:
            if refuse is None:
                raise
            refuse(error.sentence)
        else:
            yield row


def _row(
    path: Path, line: int, values: list[str], places: Mapping[str, int], needed: Mapping[str, Sequence[str]]
) -> Row:
    row = Row(path, line, {cell: unguarded(values[place]) for cell, place in places.items() if place < len(values)})
    for cell, names in needed.items():
        if cell not in row.cells:
            raise row.error(f"the column {_wanted({cell: names})} is missing")
    return row


def _content(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST:
            raise WhaleIdError(f"{path.name} is larger than {LARGEST >> 20} MB.", "Split it.")
        content = path.read_bytes()
        content.decode("utf-8")  # all of it now: a file is read as a whole or refused as a whole
        return content
    except UnicodeDecodeError as error:
        raise WhaleIdError(
            f"{path.name} isn't a text file in UTF-8.", 'In a spreadsheet, save it as "CSV UTF-8".'
        ) from error
    except FileNotFoundError as error:
        raise WhaleIdError(f"There is no file {path}.", "Check the name.") from error
    except OSError as error:
        raise WhaleIdError(
            f"{path.name} can't be read: {error.strerror}.",
            "Check that it is a file that you may open.",
            Kind.ENVIRONMENT,
        ) from error


def _lines(path: Path, content: bytes) -> Iterator[tuple[int, list[str]]]:
    """Line number and cells of each line that isn't blank."""
    first = re.match(rb"(?:\xef\xbb\xbf)?[\r\n]*([^\r\n]*)", content)
    # Spreadsheets write semicolons where the comma is the decimal sign; tabs come from the clipboard.
    delimiter = max(",;\t", key=lambda sign: first[1].count(sign.encode()) if first else 0)
    text = io.TextIOWrapper(io.BytesIO(content), "utf-8-sig", newline="")
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield reader.line_num, cells
    except csv.Error as error:
        what = "a cell is too long" if "limit" in str(error) else "the quotation marks don't match"
        sentence = f"{path.name}, line {reader.line_num}: {what}."
        raise WhaleIdError(sentence, "Correct the line and try again.") from error


def _column(header: Sequence[str], names: Sequence[str]) -> int | None:
    known = [name.strip().casefold() for name in header]
    return next((known.index(name) for name in names if name in known), None)


def _wanted(columns: Mapping[str, Sequence[str]]) -> str:
    return " and ".join(columns)
