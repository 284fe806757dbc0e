"""Times, places and counts in words, and times that a person typed."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whalegui.widgets.wording import moment, read_moment

NOON = datetime(2025, 8, 12, 12, 5)


@given(st.datetimes(min_value=datetime(1000, 1, 1)).map(lambda at: at.replace(microsecond=0)))
def test_what_is_written_is_read_again(at: datetime) -> None:
    assert read_moment(moment(at, seconds=True)) == read_moment(at.isoformat()) == at


@pytest.mark.parametrize(
    "text",
    ["12.8.2025 12:05", "12. August 2025, 12:05", "2025-08-12 12:05", "2025:08:12 12:05:00", " 12 aug. 2025 12:05 "],
)
def test_people_write_times_in_many_ways(text: str) -> None:
    assert read_moment(text) == NOON


def test_a_day_alone_is_its_beginning() -> None:
    assert read_moment("12 Aug 2025") == datetime(2025, 8, 12)


@pytest.mark.parametrize("text", ["", "noon", "8/12/2025", "31 Feb 2025", "12 Foo 2025", "12 Aug", "12 Aug 2025 25:00"])
def test_what_is_no_time_is_none(text: str) -> None:
    assert read_moment(text) is None
