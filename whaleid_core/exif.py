"""What the camera wrote beside the pixels: orientation, time, place and name; rubbish counts as absent."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from PIL import Image
from PIL.ExifTags import GPS, IFD, Base

from whaleid_core.errors import one_line

_LONGEST_TEXT = 200
_YEARS = range(1900, 2200)
"""What is dated otherwise was dated by a clock that was never set."""


@dataclass(frozen=True, slots=True)
class Shot:
    """Orientation is EXIF's 1 to 8; time is the camera's local time; place in degrees (WGS 84), both or neither."""

    orientation: int = 1
    taken_at: datetime | None = None
    latitude: float | None = None
    longitude: float | None = None
    camera: str = ""
    photographer: str = ""


def read_shot(exif: Image.Exif) -> Shot:
    """What is usable of a photo's EXIF. Never raises."""
    main, detail, place = dict(exif), _directory(exif, IFD.Exif), _directory(exif, IFD.GPSInfo)
    latitude, longitude = _place(place)
    return Shot(
        orientation=_orientation(main.get(Base.Orientation)),
        taken_at=_time(detail.get(Base.DateTimeOriginal))
        or _time(detail.get(Base.DateTimeDigitized))
        or _time(main.get(Base.DateTime)),
        latitude=latitude,
        longitude=longitude,
        camera=_camera(_text(main.get(Base.Make)), _text(main.get(Base.Model))),
        photographer=_text(main.get(Base.Artist)),
    )


def exif_of(image: Image.Image) -> Image.Exif:
    """An opened photo's EXIF, empty where it can't be parsed."""
    try:
        return image.getexif()
    except Exception:  # Pillow's parser fails in many ways on what cameras and editors have written
        return Image.Exif()


def exif_of_tiff(data: bytes) -> Image.Exif:
    """The EXIF of a RAW file, nearly all of which are TIFF files inside; empty where it can't be parsed."""
    # Olympus and Panasonic write their own letters where TIFF has its version.
    order = {b"IIRO": b"II*\0", b"IIRS": b"II*\0", b"MMOR": b"MM\0*", b"IIU\0": b"II*\0"}
    exif = Image.Exif()
    try:
        exif.load(order.get(data[:4], data[:4]) + data[4:])
    except Exception:  # as above
        return Image.Exif()
    return exif


def _directory(exif: Image.Exif, which: int) -> dict[int, Any]:
    try:
        return dict(exif.get_ifd(which))
    except Exception:  # a pointer to nowhere: the photo itself may still be whole
        return {}


def _orientation(value: object) -> int:
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _text(value: object) -> str:
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    # What follows the first NUL is left over from a longer text.
    text = value.strip("\0 ").split("\0")[0].strip() if isinstance(value, str) else ""
    return one_line(text[:_LONGEST_TEXT])


def _time(value: object) -> datetime | None:
    text = _text(value)[:19].replace("-", ":").replace("T", " ")
    try:
        found = datetime.strptime(text, "%Y:%m:%d %H:%M:%S")
    except ValueError:
        return None  # "0000:00:00 00:00:00" is how a camera says that its clock was never set
    return found if found.year in _YEARS else None


def _camera(make: str, model: str) -> str:
    if not model or not make:
        return model or make
    # "Canon" and "Canon EOS R5", "NIKON CORPORATION" and "NIKON D850": one mention is enough.
    return model if model.lower().startswith(make.split()[0].lower()) else f"{make} {model}"


def _place(gps: dict[int, Any]) -> tuple[float | None, float | None]:
    latitude = _degrees(gps.get(GPS.GPSLatitude), _text(gps.get(GPS.GPSLatitudeRef)), "NS", 90.0)
    longitude = _degrees(gps.get(GPS.GPSLongitude), _text(gps.get(GPS.GPSLongitudeRef)), "EW", 180.0)
    # Exactly 0, 0 is what a receiver without satellites writes, not a place where anyone photographs whales.
    if latitude is None or longitude is None or (latitude == 0.0 and longitude == 0.0):
        return None, None
    return latitude, longitude


def _degrees(value: object, side: str, sides: str, limit: float) -> float | None:
    """Degrees, minutes and seconds as a signed number; None where the side is missing or a number is unusable."""
    side = side.upper()[:1]
    if not isinstance(value, tuple | list) or not value or not side or side not in sides:
        return None
    parts = [_number(part) for part in value[:3]]
    # Receivers that write decimal minutes leave the seconds as 0/0.
    if len(parts) == 3 and math.isnan(parts[2]):
        parts[2] = 0.0
    degrees = math.fsum(part / unit for part, unit in zip(parts, (1.0, 60.0, 3600.0), strict=False))
    if not math.isfinite(degrees) or any(part < 0 for part in parts) or degrees > limit:
        return None
    return -degrees if side == sides[1] else degrees


def _number(value: Any) -> float:
    """A rational as a float: 0/0 is NaN, as is anything else that is no number."""
    try:
        return float(value)
    except (TypeError, ValueError, ArithmeticError):
        return math.nan
