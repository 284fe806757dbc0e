"""A camera's clock set right afterwards: offsets as a person writes them, and what they come to."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from whaleid_core.errors import WhaleIdError

_OFFSET = re.compile(
    r"(?P<sign>[+\-−]?)\s*(?:(?P<days>\d{1,5})\s*(?:d|days?)\b\s*)?"
    r"(?:(?P<hours>\d{1,3})(?::(?P<minutes>[0-5]?\d)(?::(?P<seconds>[0-5]?\d))?|\s*h\b))?",
    re.IGNORECASE,
)
_MOMENT = re.compile(r"(\d{4})[-:.](\d{1,2})[-:.](\d{1,2})[ T]+(\d{1,2}):(\d{2})(?::(\d{2}))?")


def parse_offset(text: str) -> timedelta:
    """The offset that "+1:00", "-0:03:20", "+1 d 2:00" or "-2 h" stands for: what is added to the camera's time.

    Hours and minutes, seconds if given, days before them; without a sign it is added.

    Raises:
        WhaleIdError: it can't be read as an offset.
    """
    match = _OFFSET.fullmatch(text.strip())
    if match is None or not (match["days"] or match["hours"]):
        raise WhaleIdError(f'"{text.strip()}" is no offset.', "Write it like +1:00, -0:03:20 or +1 d 2:00.")
    days, hours, minutes, seconds = (int(match[name] or 0) for name in ("days", "hours", "minutes", "seconds"))
    offset = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    return -offset if match["sign"] in ("-", "−") else offset


def offset_text(offset: timedelta) -> str:
    """An offset as `parse_offset` reads it: "+1:00:00", "-1 d 2:00:00"."""
    seconds = round(abs(offset).total_seconds())
    days, rest = divmod(seconds, 86_400)
    clock = f"{rest // 3600}:{rest // 60 % 60:02d}:{rest % 60:02d}"
    sign = "-" if offset < timedelta(0) else "+"
    return f"{sign}{days} d {clock}" if days else f"{sign}{clock}"


def offset_words(offset: timedelta) -> str:
    """An offset in words: "1 hour later", "2 days 3 minutes 20 seconds earlier", "as it is"."""
    seconds = round(abs(offset).total_seconds())
    if not seconds:
        return "as it is"
    parts = []
    for size, name in ((86_400, "day"), (3600, "hour"), (60, "minute"), (1, "second")):
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count} {name}" if count == 1 else f"{count:,} {name}s")
    return f"{' '.join(parts)} {'later' if offset > timedelta(0) else 'earlier'}"


def parse_moment(text: str) -> datetime:
    """The local time that "2025-08-12 09:14" or "2025-08-12 09:14:05" stands for.

    Raises:
        WhaleIdError: it can't be read as a day and a time.
    """
    match = _MOMENT.fullmatch(text.strip())
    try:
        if match is not None:
            return datetime(*(int(part or 0) for part in match.groups()))  # type: ignore[arg-type]
    except ValueError:
        pass  # a 30th of February, a 25th hour
    raise WhaleIdError(f'"{text.strip()}" is no day and time.', "Write it like 2025-08-12 09:14:05.")


def shifted(taken_at: datetime, offset: timedelta) -> datetime:
    """A time with an offset added.

    Raises:
        WhaleIdError: no calendar has that year.
    """
    try:
        return taken_at + offset
    except OverflowError as error:
        raise WhaleIdError(
            f"{offset_text(offset)} from {taken_at:%Y-%m-%d} is no date.", "Check the offset."
        ) from error
