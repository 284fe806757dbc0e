"""Times, places and counts as the window writes them."""

from __future__ import annotations

import re
from datetime import datetime

_MAY_BREAK = re.compile(r"[-_.,+]+|[^-_.,+\s]{12}")
_CLOCK = r"(?:[,T\s]\s*(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?)?"
_TYPED = (
    re.compile(r"(?P<year>\d{4})[-:](?P<month>\d{1,2})[-:](?P<day>\d{1,2})" + _CLOCK),
    re.compile(r"(?P<day>\d{1,2})(?:\.\s*|\s+)(?P<month>\d{1,2}\.|[A-Za-z]{3,9}\.?)\s*(?P<year>\d{4})" + _CLOCK),
)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def moment(at: datetime | None, seconds: bool = False) -> str:
    """A time of day and its date, e.g. "12 Aug 2025, 09:14"; a dash where it isn't known."""
    if at is None:
        return "–"
    # Not by strftime, which is ten times as slow, and lists of encounters have thousands of these.
    clock = f"{at.hour:02d}:{at.minute:02d}"
    return f"{day(at)}, {clock}:{at.second:02d}" if seconds else f"{day(at)}, {clock}"


def read_moment(text: str) -> datetime | None:
    """A time that a person typed: "12 Aug 2025, 09:14", "2025-08-12 09:14:30", "12.8.2025"; None where it is none.

    Without a time of day it is the day's beginning. Dates with slashes are none: their order is told by nobody.
    """
    found = next((match for form in _TYPED if (match := form.fullmatch(text.strip()))), None)
    if found is None:
        return None
    hour, minute, second = (int(found[name] or 0) for name in ("hour", "minute", "second"))
    month = _month(found["month"].rstrip(".").lower())
    try:
        return datetime(int(found["year"]), month, int(found["day"]), hour, minute, second)
    except ValueError:  # no such day
        return None


def _month(text: str) -> int:
    """A month's number; 0 where it is none."""
    if text.isdigit():
        return int(text)
    return next((number for number, name in enumerate(_MONTHS, 1) if text.startswith(name.lower())), 0)


def day(at: datetime | None) -> str:
    """A date, e.g. "12 Aug 2025"; a dash where it isn't known."""
    return "–" if at is None else f"{at.day} {_MONTHS[at.month - 1]} {at.year}"


def span(first: datetime, last: datetime) -> str:
    """From when to when, e.g. "12 Aug 2025, 09:14 to 17:20", "12 Aug 2025 to 14 Aug 2025"."""
    if first.date() == last.date():
        return moment(first) if first == last else f"{moment(first)} to {last:%H:%M}"
    return f"{day(first)} to {day(last)}"


def place(latitude: float | None, longitude: float | None) -> str:
    """A position in degrees with its letters, e.g. "69.6520° N, 18.9560° E"; a dash where it isn't known."""
    if latitude is None or longitude is None:
        return "–"
    return (
        f"{abs(latitude):.4f}° {'N' if latitude >= 0 else 'S'}, {abs(longitude):.4f}° {'E' if longitude >= 0 else 'W'}"
    )


def many(count: int, noun: str, plural: str = "") -> str:
    """A count with its noun, e.g. "1 photo", "2,931 photos"."""
    word = noun if count == 1 else plural or f"{noun}s"
    return f"{count:,} {word}"


def breakable(name: str) -> str:
    """A file's name that a label can wrap: after a sign between words, or else after twelve letters."""
    return _MAY_BREAK.sub("\\g<0>\N{ZERO WIDTH SPACE}", name)
