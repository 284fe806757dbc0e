"""Everything behind a submission, as CSV: each tail's candidates with their scores and probabilities."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable
from pathlib import Path

from whaleid_core.formats.atomic import atomic_write
from whaleid_core.formats.tables import guarded
from whaleid_core.records import Identification


def write_details(path: Path, identifications: Iterable[Identification]) -> None:
    """Writes Image,tail,rank,Id,score,probability: a row for each candidate of each tail.

    Tails count from 0 and ranks from 1. new_whale has no score. A photo without a tail has no rows.
    Raises WhaleIdError where the file can't be written.
    """
    with atomic_write(path) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["Image", "tail", "rank", "Id", "score", "probability"])
        for found in identifications:
            for rank, candidate in enumerate(found.candidates, start=1):
                score = "" if math.isnan(candidate.score) else f"{candidate.score:.6f}"
                photo, whale = guarded(found.photo), guarded(candidate.whale)
                writer.writerow([photo, found.tail, rank, whale, score, f"{candidate.probability:.6f}"])
