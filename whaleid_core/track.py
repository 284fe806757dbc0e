"""A GPS receiver's track: where one was at each moment, and so where each photo was taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt

Place = tuple[float, float]
"""Latitude and longitude, degrees (WGS 84)."""

ZONES = tuple(timedelta(minutes=minutes) for minutes in range(-12 * 60, 14 * 60 + 1, 15))
"""The offsets from UTC that clocks on earth are set to, in quarters of an hour."""


@dataclass(frozen=True, eq=False)
class Track:
    """Fixes in order of time, each moment once.

    Attributes:
        times: seconds since 1970, UTC, float64, shape (n,), strictly rising.
        latitudes, longitudes: degrees, float64, shape (n,).
    """

    times: npt.NDArray[np.float64]
    latitudes: npt.NDArray[np.float64]
    longitudes: npt.NDArray[np.float64]

    @classmethod
    def of(cls, fixes: Sequence[tuple[datetime, float, float]]) -> Track:
        """From (time, latitude, longitude) in any order; a time without a zone is UTC, as GPX has it."""
        table = np.array([(_seconds(at), latitude, longitude) for at, latitude, longitude in fixes], np.float64)
        table = table.reshape(-1, 3)
        times, first = np.unique(table[:, 0], return_index=True)
        return cls(times, table[first, 1], table[first, 2])

    def __len__(self) -> int:
        return len(self.times)

    @property
    def span(self) -> tuple[datetime, datetime] | None:
        """First and last moment, UTC; None without a fix."""
        if not len(self):
            return None
        return datetime.fromtimestamp(self.times[0], UTC), datetime.fromtimestamp(self.times[-1], UTC)

    def places(
        self, taken_at: Sequence[datetime | None], clock: timedelta, largest_gap: timedelta
    ) -> list[Place | None]:
        """Where photos were taken, by interpolation in time between the fix before and the fix after.

        Args:
            taken_at: cameras' local times, without a zone; None where a photo has none.
            clock: what the cameras' clocks are ahead of UTC, e.g. 2 h for UTC+2.
            largest_gap: between fixes that are further apart nothing is known; at a fix itself the place is.

        Returns one place a photo; None outside the track, within too large a gap, and for a photo without a time.
        """
        known = _by_utc(taken_at, clock)
        if not len(self):
            return [None] * len(known)
        before, after, good = self._around(known, largest_gap)
        gap = self.times[after] - self.times[before]
        share = np.divide(known - self.times[before], gap, out=np.zeros_like(known), where=good & (gap > 0))
        latitude = self.latitudes[before] + share * (self.latitudes[after] - self.latitudes[before])
        # The short way round, also where the track crosses 180 degrees.
        way = (self.longitudes[after] - self.longitudes[before] + 180.0) % 360.0 - 180.0
        turned = (self.longitudes[before] + share * way + 180.0) % 360.0 - 180.0
        longitude = np.where(before == after, self.longitudes[after], turned)
        return [
            (float(north), float(east)) if ok else None
            for north, east, ok in zip(latitude, longitude, good, strict=True)
        ]

    def _around(
        self, known: npt.NDArray[np.float64], largest_gap: timedelta
    ) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], npt.NDArray[np.bool_]]:
        """The fix before each moment, the fix after it (twice the same where one is met), and whether both will do."""
        after = np.searchsorted(self.times, known, side="left").clip(0, len(self) - 1)
        exact = self.times[after] == known
        before = np.where(exact, after, (after - 1).clip(0))
        inside = (known >= self.times[0]) & (known <= self.times[-1])  # False for NaN
        near = self.times[after] - self.times[before] <= largest_gap.total_seconds()
        return before, after, inside & (exact | near)

    def likely_clock(
        self, taken_at: Sequence[datetime | None], largest_gap: timedelta, usual: timedelta = timedelta(0)
    ) -> timedelta:
        """The time zone under which the most photos get a place; of equals, the nearest to `usual`."""
        if not len(self):
            return usual
        known = _by_utc(taken_at, timedelta(0))

        def worth(zone: timedelta) -> tuple[int, float]:
            _, _, good = self._around(known - zone.total_seconds(), largest_gap)
            return int(good.sum()), -abs((zone - usual).total_seconds())

        return max(ZONES, key=worth)


def _by_utc(taken_at: Sequence[datetime | None], clock: timedelta) -> npt.NDArray[np.float64]:
    """Cameras' local times as seconds since 1970, UTC; NaN for none."""
    ahead = clock.total_seconds()
    return np.array([np.nan if at is None else _seconds(at) - ahead for at in taken_at], np.float64)


def _seconds(at: datetime) -> float:
    return (at if at.tzinfo is not None else at.replace(tzinfo=UTC)).timestamp()
