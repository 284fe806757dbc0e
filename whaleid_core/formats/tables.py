"""CSV as people's programs write it: byte order marks, semicolons, columns in any order and case."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from whaleid_core.errors import Kind, WhaleIdError

IMAGE_NAMES = ("image", "file", "filename", "file name", "file_name", "photo")
"""What a column of photos' names is called, best first."""
WHALE_NAMES = ("whale", "whale_id", "whale id", "individual", "individual_id", "individual id", "id")
"""What a column of whales' ids is called; plain "id" last, for beside a better word it numbers the rows."""


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
    refused: list[str] | None = None,
) -> list[Row]:
    """The rows of a CSV file with a header; blank lines are left out.

    Args:
        needed, optional: for each cell that the caller wants, the columns it may stand in, best first, lower-case.
        refused: takes a sentence for each row that lacks a needed cell, which is then left out instead of raised.

    Raises WhaleIdError where the file is missing, is no UTF-8 text, lacks a needed column or a needed cell.
    """
    text = _text(path)
    lines = _lines(path, text)
    header = next(lines, None)
    if header is None:
        raise WhaleIdError(f"{path.name} is empty.", f"It needs a first line with {_wanted(needed)}.")
    columns = {cell: _column(header[1], names) for cell, names in {**needed, **(optional or {})}.items()}
    missing = {cell: names for cell, names in needed.items() if columns[cell] is None}
    if missing:
        found = ", ".join(filter(None, (name.strip() for name in header[1]))) or "nothing"
        raise WhaleIdError(f"{path.name} has no column {_wanted(missing)}.", f"Its first line names {found}.")
    places = {cell: column for cell, column in columns.items() if column is not None}
    rows: list[Row] = []
    for line, values in lines:
        try:
            rows.append(_row(path, line, values, places, needed))
        except WhaleIdError as error:
            if refused is None:
                raise
            refused.append(error.sentence)
    return rows


def _row(
    path: Path, line: int, values: list[str], places: Mapping[str, int], needed: Mapping[str, Sequence[str]]
) -> Row:
    row = Row(path, line, {cell: values[place] for cell, place in places.items() if place < len(values)})
    for cell, names in needed.items():
        if cell not in row.cells:
            raise row.error(f"the column {_wanted({cell: names})} is missing")
    return row


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
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


def _lines(path: Path, text: str) -> Iterator[tuple[int, list[str]]]:
    """Line number and cells of each line that isn't blank."""
    first = text.lstrip("\r\n").splitlines()[:1]
    # Spreadsheets write semicolons where the comma is the decimal sign; tabs come from the clipboard.
    delimiter = max(",;\t", key=first[0].count) if first else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield reader.line_num, cells
    except csv.Error as error:
        raise WhaleIdError(
            f"{path.name}, line {reader.line_num}: the quotation marks don't match.", "Correct the line and try again."
        ) from error


def _column(header: Sequence[str], names: Sequence[str]) -> int | None:
    known = [name.strip().casefold() for name in header]
    return next((known.index(name) for name in names if name in known), None)


def _wanted(columns: Mapping[str, Sequence[str]]) -> str:
    return " and ".join(columns)
