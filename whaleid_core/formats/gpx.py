"""GPX, which every GPS receiver writes: the fixes of its tracks, with their times."""

from __future__ import annotations

import codecs
import math
import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from whaleid_core.errors import Kind, WhaleIdError
from whaleid_core.track import Track

if TYPE_CHECKING:
    from gpxpy.gpx import GPX

MAX_BYTES = 64 << 20
_NO_DTD = re.compile(r"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)


def read_track(files: Iterable[Path]) -> Track:
    """All fixes that have a time, of all tracks of all files.

    Raises:
        WhaleIdError: a file is no GPX, or none of them has a fix with a time.
    """
    fixes = []
    names = []
    for file in files:
        names.append(file.name)
        fixes += [
            (point.time, point.latitude, point.longitude)
            for track in _parsed(file).tracks
            for segment in track.segments
            for point in segment.points
            if point.time is not None and _on_earth(point.latitude, point.longitude)
        ]
    if not fixes:
        raise WhaleIdError(
            f"{' and '.join(names) or 'Nothing'} has no track points with times, so it can't place photos.",
            "Save the track itself with its times: routes and way points have none.",
        )
    return Track.of(fixes)


def _parsed(file: Path) -> GPX:
    import gpxpy  # here, so that a start stays fast
    from gpxpy.gpx import GPXException

    text = _text(file)
    # Entities can be made to grow without end, or to read other files. GPX has no use for them: none is let in.
    if _NO_DTD.search(text):
        raise WhaleIdError(
            f"{file.name} defines entities, which no GPX file needs, so it isn't read.", "Export it anew."
        )
    try:
        return gpxpy.parse(text)
    except (GPXException, ValueError, TypeError, AttributeError, ArithmeticError, RecursionError) as error:
        raise WhaleIdError(f"{file.name} can't be read as GPX.", "Export the track anew, as GPX 1.1.") from error


def _text(file: Path) -> str:
    try:
        if file.stat().st_size > MAX_BYTES:
            raise WhaleIdError(
                f"{file.name} is larger than {MAX_BYTES >> 20} MB.", "Export the days of the survey only."
            )
        data = file.read_bytes()
    except OSError as error:
        raise WhaleIdError(
            f"{file.name} can't be read: {error.strerror}.",
            "Check its name and that you may open it.",
            Kind.ENVIRONMENT,
        ) from error
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    # A NUL stands in no XML: what was written so wide without saying so is no text for the look at entities above.
    text = data.decode("utf-16" if wide else "utf-8-sig", "replace")
    if "\0" in text:
        raise WhaleIdError(f"{file.name} can't be read as GPX.", "Export the track anew, as GPX 1.1.")
    return re.sub(r"^\s*<\?xml[^>]*\?>", "", text)  # it is text now, whatever encoding its first line names


def _on_earth(latitude: float | None, longitude: float | None) -> bool:
    if latitude is None or longitude is None or not (math.isfinite(latitude) and math.isfinite(longitude)):
        return False
    return abs(latitude) <= 90 and abs(longitude) <= 180
