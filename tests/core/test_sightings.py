"""The discovery curve and the resighting table, by hand and against a slow count."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whaleid_core.catalogue.rows import SightingRow
from whaleid_core.formats.tables import write_table
from whaleid_core.sightings import Period, discovery_curve, meetings, resightings

NOON = datetime(2023, 8, 12, 12)


def seen(whale: int, photo: int, days: int | None, encounter: int | None = None, name: str = "") -> SightingRow:
    at = None if days is None else NOON + timedelta(days=days, minutes=photo)
    return SightingRow(whale, f"HW{whale:04d}", photo, at, 60.0, 5.0, encounter, name)


SEEN = [
    seen(1, 1, 0, 7, "Morning"),
    seen(1, 2, 0, 7, "Morning"),
    seen(2, 3, 0, 7, "Morning"),
    seen(1, 4, 400, 8, "Bay"),
    seen(3, 5, 400, 8, "Bay"),
    seen(2, 6, 30),
    seen(2, 7, 30),
    seen(1, 8, None),
]


def test_the_curve_counts_a_whale_once_an_encounter_and_once_in_all() -> None:
    points = discovery_curve(reversed(SEEN))
    told = [(point.name, point.encounters, point.identifications, point.whales, point.new) for point in points]
    assert told == [("Morning", 1, 2, 2, 2), ("2023-09-11", 2, 3, 2, 0), ("Bay", 3, 5, 3, 1), ("no date", 4, 6, 3, 0)]
    assert points[0].began == NOON + timedelta(minutes=1)
    assert points[-1].began is None
    assert discovery_curve([]) == []


def test_encounters_have_the_mean_of_their_places() -> None:
    rows = [seen(1, 1, 0, 7, "Morning"), replace(seen(1, 2, 0, 7, "Morning"), latitude=62.0, longitude=7.0)]
    rows += [replace(seen(1, 3, 9), latitude=None, longitude=None), seen(2, 1, 0, 7, "Morning")]
    first, second = meetings(rows)
    assert (first.name, first.photos) == ("Morning", 2)
    assert (first.latitude, first.longitude) == (pytest.approx(182 / 3), pytest.approx(17 / 3))
    assert (second.name, second.latitude, second.photos) == ("2023-08-21", None, 1)


def test_whales_against_years_count_encounters() -> None:
    table = resightings(SEEN, Period.YEAR)
    assert table.columns == ("2023", "2024", "no date")
    assert table.whales == ("HW0001", "HW0002", "HW0003")
    assert table.ids == (1, 2, 3)
    assert table.counts == ((1, 1, 1), (2, 0, 0), (0, 1, 0))


def test_whales_against_encounters_count_photos() -> None:
    table = resightings(SEEN, Period.ENCOUNTER)
    assert table.columns == ("Morning", "2023-09-11", "Bay", "no date")
    assert table.counts == ((2, 0, 1, 1), (1, 2, 0, 0), (0, 0, 1, 0))
    again = [*SEEN, seen(1, 9, 500, 9, "Bay")]
    assert resightings(again, Period.ENCOUNTER).columns == ("Morning", "2023-09-11", "Bay", "Bay (2)", "no date")


def test_the_table_is_written_as_csv(tmp_path: Path) -> None:
    write_table(tmp_path / "out.csv", resightings(SEEN, Period.YEAR).lines)
    with (tmp_path / "out.csv").open(newline="", encoding="utf-8") as file:
        lines = list(csv.reader(file))
    assert lines[0] == ["whale", "2023", "2024", "no date", "all", "periods"]
    assert lines[1] == ["HW0001", "1", "1", "1", "3", "3"]
    assert lines[2] == ["HW0002", "2", "0", "0", "2", "1"]


ROWS = st.builds(
    seen,
    st.integers(1, 5),
    st.integers(1, 10**6),
    st.none() | st.integers(0, 2000),
    st.none() | st.integers(1, 4),
    st.sampled_from(["", "Bay"]),
)


def occasion(row: SightingRow) -> object:
    if row.encounter_id is not None:
        return row.encounter_id
    return row.taken_at.date() if row.taken_at is not None else ("photo", row.photo_id)


@settings(max_examples=80, deadline=None)
@given(st.lists(ROWS, max_size=25, unique_by=lambda row: (row.whale_id, row.photo_id)))
def test_by_a_slow_count(rows: list[SightingRow]) -> None:
    points = discovery_curve(rows)
    meetings = {occasion(row) for row in rows}
    assert len(points) == len(meetings)
    assert [point.encounters for point in points] == list(range(1, len(meetings) + 1))
    assert sum(point.new for point in points) == len({row.whale_id for row in rows})
    pairs = {(occasion(row), row.whale_id) for row in rows}
    assert (points[-1].identifications if points else 0) == len(pairs)
    times = [point.began for point in points if point.began is not None]
    assert times == sorted(times)
    years = resightings(rows, Period.YEAR)
    assert sum(map(sum, years.counts)) == len(pairs)
    encounters = resightings(rows, Period.ENCOUNTER)
    assert sum(map(sum, encounters.counts)) == len(rows)
    assert len(set(encounters.columns)) == len(encounters.columns) == len(meetings)
