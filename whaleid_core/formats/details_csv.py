"""Everything behind a submission, as CSV: each tail's candidates with their scores and probabilities."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path

from whaleid_core.formats.tables import Cell, write_table
from whaleid_core.records import Identification

_HEADER = "Image", "tail", "rank", "Id", "score", "probability"


def write_details(path: Path, identifications: Iterable[Identification]) -> None:
    """Writes Image,tail,rank,Id,score,probability: a row for each candidate of each tail.

    Tails count from 0 and ranks from 1. new_whale has no score. A photo without a tail has no rows.
    Raises WhaleIdError where the file can't be written.
    """
    write_table(path, chain([_HEADER], _rows(identifications)))


def _rows(identifications: Iterable[Identification]) -> Iterator[Sequence[Cell]]:
    for found in identifications:
        for rank, candidate in enumerate(found.candidates, start=1):
            score = None if math.isnan(candidate.score) else f"{candidate.score:.6f}"
            yield found.photo, found.tail, rank, candidate.whale, score, f"{candidate.probability:.6f}"
