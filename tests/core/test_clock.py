"""Offsets of a camera's clock as people write them."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whaleid_core.clock import offset_text, offset_words, parse_moment, parse_offset, shifted
from whaleid_core.errors import WhaleIdError


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("+1:00", timedelta(hours=1)),
        ("1:00", timedelta(hours=1)),
        (" -0:03:20 ", -timedelta(minutes=3, seconds=20)),
        ("−2 h", -timedelta(hours=2)),
        ("+1 d 2:00", timedelta(days=1, hours=2)),
        ("-365 days", -timedelta(days=365)),
        ("0:00", timedelta(0)),
    ],
)
def test_an_offset_is_read_as_it_is_written(text: str, wanted: timedelta) -> None:
    assert parse_offset(text) == wanted


@pytest.mark.parametrize("text", ["", "+", "an hour", "1", "1:75", "1:00:00:00", "d", "1:0 d"])
def test_what_is_no_offset_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(WhaleIdError, match=r"is no offset\. Write it like"):
        parse_offset(text)


@given(st.integers(-10_000 * 86_400, 10_000 * 86_400))
def test_what_is_written_is_read_again(seconds: int) -> None:
    offset = timedelta(seconds=seconds)
    assert parse_offset(offset_text(offset)) == offset


def test_words() -> None:
    assert offset_words(timedelta(hours=1)) == "1 hour later"
    assert offset_words(-timedelta(days=2, minutes=3, seconds=20)) == "2 days 3 minutes 20 seconds earlier"
    assert offset_words(timedelta(0)) == "as it is"


def test_moments() -> None:
    assert parse_moment("2025-08-12 09:14") == datetime(2025, 8, 12, 9, 14)
    assert parse_moment("2025:08:12 9:14:05") == datetime(2025, 8, 12, 9, 14, 5)
    for text in ("2025-08-12", "2025-02-30 09:14", "2025-08-12 25:00", "noon"):
        with pytest.raises(WhaleIdError, match="is no day and time"):
            parse_moment(text)


def test_no_time_leaves_the_calendar() -> None:
    with pytest.raises(WhaleIdError, match="is no date"):
        shifted(datetime(9999, 12, 31), timedelta(days=2))
