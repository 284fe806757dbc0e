"""Times, places and counts as the window writes them."""

from __future__ import annotations

import re
from datetime import datetime

from PySide6.QtCore import QDate, QDateTime, QLocale, QTime

_MAY_BREAK = re.compile(r"[-_.,+]+|[^-_.,+\s]{12}")
_ENGLISH = QLocale(QLocale.Language.English, QLocale.Country.UnitedKingdom)


def moment(at: datetime | None, seconds: bool = False) -> str:
    """A time of day and its date, e.g. "12 Aug 2025, 09:14"; a dash where it isn't known."""
    return _write(at, "d MMM yyyy, HH:mm" + (":ss" if seconds else ""))


def day(at: datetime | None) -> str:
    """A date, e.g. "12 Aug 2025"; a dash where it isn't known."""
    return _write(at, "d MMM yyyy")


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


def _write(at: datetime | None, pattern: str) -> str:
    if at is None:
        return "–"
    clock = QTime(at.hour, at.minute, at.second)
    return _ENGLISH.toString(QDateTime(QDate(at.year, at.month, at.day), clock), pattern)
