"""Writes one drawn photo as the camera would: JPEG with time, place, camera and orientation in its EXIF."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
from PIL import ExifTags, Image
from PIL.TiffImagePlugin import IFDRational

from whaleid_core.sample.noise import Bytes

_QUALITY = 88
_QUARTER_TURNS = {1: 0, 6: 1, 8: -1}  # how the pixels are stored, anticlockwise, for each EXIF orientation
_START_OF_FRAME = b"\xff\xc0"


@dataclass(frozen=True)
class Stamp:
    """What the camera notes with a photo: local time, degrees (WGS 84), its model, the EXIF orientation (1, 6 or 8)."""

    taken_at: datetime
    latitude: float
    longitude: float
    model: str
    orientation: int = 1


def _degrees(value: float) -> tuple[IFDRational, IFDRational, IFDRational]:
    thousandths = round(abs(value) * 3_600_000)
    minutes, rest = divmod(thousandths, 60_000)
    return IFDRational(minutes // 60), IFDRational(minutes % 60), IFDRational(rest, 1000)


def _exif(stamp: Stamp) -> Image.Exif:
    exif = Image.Exif()
    exif[ExifTags.Base.ImageDescription] = "A drawing for trying out WhaleGUI, not a photograph"
    exif[ExifTags.Base.Make] = "Sample"
    exif[ExifTags.Base.Model] = stamp.model
    exif[ExifTags.Base.Orientation] = stamp.orientation
    when = stamp.taken_at.strftime("%Y:%m:%d %H:%M:%S")
    exif[ExifTags.Base.DateTime] = when
    exif[ExifTags.IFD.Exif] = {ExifTags.Base.DateTimeOriginal: when, ExifTags.Base.DateTimeDigitized: when}
    exif[ExifTags.IFD.GPSInfo] = {
        ExifTags.GPS.GPSLatitudeRef: "N" if stamp.latitude >= 0 else "S",
        ExifTags.GPS.GPSLatitude: _degrees(stamp.latitude),
        ExifTags.GPS.GPSLongitudeRef: "E" if stamp.longitude >= 0 else "W",
        ExifTags.GPS.GPSLongitude: _degrees(stamp.longitude),
    }
    return exif


def write_photo(path: Path, pixels: Bytes, stamp: Stamp, broken: bool = False) -> None:
    """Writes `pixels`, (h, w, 3) RGB and upright, to `path`; stored turned where the stamp's orientation says so.

    With `broken` the file ends where its picture should begin, as after a card was pulled out too early.
    """
    turned = np.ascontiguousarray(np.rot90(pixels, _QUARTER_TURNS[stamp.orientation]))
    stream = io.BytesIO()
    Image.fromarray(turned).save(stream, "JPEG", quality=_QUALITY, optimize=True, exif=_exif(stamp))
    data = stream.getvalue()
    path.write_bytes(data[: data.index(_START_OF_FRAME)] if broken else data)
