"""Reads photos: upright pixels at any size, EXIF, content hash, crops, thumbnails; in words what can't be read."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import stat
import warnings
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, UnidentifiedImageError
from PIL.TiffImagePlugin import TiffImageFile

from whaleid_core import raw
from whaleid_core.boxes import scaled, widened
from whaleid_core.errors import Kind, WhaleIdError
from whaleid_core.exif import Shot, exif_of, exif_of_tiff, read_shot
from whaleid_core.photo_names import PHOTO_SUFFIXES, RAW_SUFFIXES, photo_files
from whaleid_core.records import Box, Photo

__all__ = [
    "PHOTO_SUFFIXES",
    "Pixels",
    "crop",
    "photo_files",
    "read_photo",
    "read_pixels",
    "read_size",
    "read_view",
    "thumbnail",
]

_QT_PLUGINS = {name: os.environ.get(name) for name in ("QT_QPA_PLATFORM_PLUGIN_PATH", "QT_QPA_FONTDIR")}
import cv2  # noqa: E402 - after a look at the environment, for it points Qt at plugins of its own

for _name, _value in _QT_PLUGINS.items():
    os.environ.pop(_name, None)
    if _value is not None:
        os.environ[_name] = _value

Pixels = npt.NDArray[np.uint8]

MAX_PIXELS = 400_000_000
MAX_BYTES = 2 << 30
# Pillow warns of large panoramas on stderr and stops at a size of its own; here `MAX_PIXELS` decides, in a sentence.
Image.MAX_IMAGE_PIXELS = None
# What it has to say of odd EXIF is no news to anyone who waits for a whale's name.
warnings.filterwarnings("ignore", module=r"PIL\.")

_FORMATS = ("JPEG", "PNG", "TIFF", "WEBP", "BMP")
_COPY_AGAIN = "Copy it again from the card."
_SAVE_AGAIN = "Save it as a JPEG with another program, or leave it out."


def read_photo(path: Path) -> Photo:
    """Size, time, place, camera and content hash of a photo, without decoding it.

    Raises WhaleIdError with one sentence where the file is no photo, is empty or ends early.
    """
    data = _read_bytes(path)
    width, height, shot = _header(path, data)
    return Photo(
        path=str(path),
        content_hash=hashlib.sha256(data).hexdigest(),
        width=width,
        height=height,
        taken_at=shot.taken_at,
        latitude=shot.latitude,
        longitude=shot.longitude,
        camera=shot.camera,
        photographer=shot.photographer,
    )


def read_size(path: Path) -> tuple[int, int]:
    """Upright width and height in pixels, without decoding the photo.

    Raises WhaleIdError with one sentence where the file is no photo, is empty or ends early.
    """
    width, height, _ = _header(path, _read_bytes(path))
    return width, height


def read_pixels(
    path: Path, max_side: int | None = None, grey: bool = False, turned: int = 0, enough: int | None = None
) -> Pixels:
    """A photo's pixels, upright by its EXIF orientation and then turned.

    Args:
        max_side: the longest that the longer side may be, in pixels; decoded at reduced scale where the format
            can, then resized by area; never enlarged.
        enough: a longer side that will do as well, below `max_side`: a JPEG is decoded at the least of a half, a
            quarter and an eighth that gives so many pixels, and stays so; None: at the least that gives `max_side`.
        grey: luma instead of RGB.
        turned: a person's correction, 0, 90, 180 or 270 degrees clockwise.

    Returns uint8 of shape (height, width, 3), RGB, or (height, width) where `grey`; contiguous, the caller's own.
    Raises WhaleIdError with one sentence where the file can't be read to its end.
    """
    return _pixels(path, _read_bytes(path), max_side, grey, turned, enough)


def read_view(path: Path, max_side: int, turned: int = 0, enough: int | None = None) -> tuple[Pixels, tuple[int, int]]:
    """What `read_pixels` gives, and the photo's own width and height so turned; the file is read once."""
    data = _read_bytes(path)
    width, height, _ = _header(path, data)
    pixels = _pixels(path, data, max_side, False, turned, enough)
    return pixels, (height, width) if turned % 180 else (width, height)


def _pixels(path: Path, data: bytes, max_side: int | None, grey: bool, turned: int, enough: int | None) -> Pixels:
    if turned % 90:
        raise ValueError(f"a photo is turned by quarters, not by {turned} degrees")
    image, orientation = _opened(path, data, max_side)
    try:
        if isinstance(image, TiffImageFile):
            image.load()  # Pillow turns these, and these alone, upright itself
            orientation = 1
        factor = 1.0 if max_side is None else min(1.0, max_side / max(image.size))
        size = _size(image, factor)
        share = factor if enough is None else min(factor, enough / max(image.size))
        if image.draft("L" if grey else "RGB", _size(image, share)) and max(image.size) < max(size):
            size = image.size
        pixels = _decoded(image, grey)
    except (MemoryError, cv2.error) as error:
        raise _no_memory(path) from error
    except Exception as error:  # a parser at the end of its wits: the bytes are not what the header promised
        raise _damaged(path, error) from error
    if (pixels.shape[1], pixels.shape[0]) != size:
        pixels = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
    return np.require(_turned(_upright(pixels, orientation), turned), requirements=["C", "W", "O"])


def _size(image: Image.Image, factor: float) -> tuple[int, int]:
    return max(1, round(image.width * factor)), max(1, round(image.height * factor))


def thumbnail(path: Path, side: int, turned: int = 0) -> Pixels:
    """A photo small enough for a square of `side` pixels: RGB uint8, upright, never enlarged."""
    return read_pixels(path, max_side=side, turned=turned)


def crop(pixels: Pixels, box: Box, width: int, height: int, margin: float = 0.05, scale: float = 1.0) -> Pixels:
    """A tail at a network's input size; what lies outside of the photo repeats the photo's edge.

    Args:
        pixels: uint8 of shape (h, w, 3) or (h, w), upright.
        box: in pixels of the photo; times `scale` it is in coordinates of `pixels`.
        width, height: of the crop, in pixels; the box's shape is not kept.
        margin: how much the box is widened first on each side, as a part of its extent.
    """
    wide = scaled(widened(box, margin), scale)
    left, top = round(wide.xmin), round(wide.ymin)
    right, bottom = max(left + 1, round(wide.xmax)), max(top + 1, round(wide.ymax))
    rows, columns = pixels.shape[:2]
    if left >= 0 and top >= 0 and right <= columns and bottom <= rows:
        part = pixels[top:bottom, left:right]
    else:
        part = pixels.take(np.arange(top, bottom).clip(0, rows - 1), axis=0)
        part = part.take(np.arange(left, right).clip(0, columns - 1), axis=1)
    shrinks = part.shape[1] >= width and part.shape[0] >= height
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(np.ascontiguousarray(part), (width, height), interpolation=how), np.uint8)


def _read_bytes(path: Path) -> bytes:
    name = path.name
    try:
        if path.is_dir():
            raise WhaleIdError(f"{name} is a folder, not a photo.", "Leave it out, or add the photos inside it.")
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):  # reading from a pipe waits for ever, and a device may have no end
            raise WhaleIdError(f"{name} is a pipe or a device, not a photo.", "Leave it out.")
        if status.st_size > MAX_BYTES:
            size = status.st_size / 2**30
            raise WhaleIdError(f"{name} is a file of {size:.1f} GB, which is no photo.", "Leave it out.")
        data = path.read_bytes()
    except FileNotFoundError as error:
        if path.is_symlink():
            raise _leads_nowhere(path) from error
        raise WhaleIdError(
            f"{name} isn't in {path.parent} any more.", "Put it back, or say where the photos lie now."
        ) from error
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise _leads_nowhere(path) from error
        raise WhaleIdError(
            f"{name} can't be read: {error.strerror}.", "Check the disk and that you may open it.", Kind.ENVIRONMENT
        ) from error
    except MemoryError as error:
        raise _no_memory(path) from error
    if not data:
        raise WhaleIdError(f"{name} is empty, so it can't be searched.", _COPY_AGAIN)
    if _ends_early(data):
        raise _cut_short(path)
    return data


def _ends_early(data: bytes) -> bool:
    """Whether the end of a JPEG, PNG or WebP file is missing: decoders differ in whether they say so."""
    if data.startswith(b"\xff\xd8\xff"):
        return data.rfind(b"\xff\xd9", _scan_start(data)) < 0  # from the end, where it stands in nearly every file
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return b"IEND" not in data[-1024:] and b"IEND" not in data
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return int.from_bytes(data[4:8], "little") + 8 > len(data)
    return False


def _scan_start(data: bytes) -> int:
    """Where a JPEG's pixels begin: the thumbnail in its header has an end marker too, which doesn't count."""
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xDA:
            return at
        # Fill bytes and markers without a length stand alone.
        alone = marker == 0xFF or marker == 0x01 or 0xD0 <= marker <= 0xD8
        at += (1 if marker == 0xFF else 2) if alone else 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return at


def _header(path: Path, data: bytes) -> tuple[int, int, Shot]:
    """Upright width and height in pixels, and what the camera wrote."""
    if path.suffix.lower() in RAW_SUFFIXES:
        try:
            width, height = raw.upright_size(data)
        except Exception as error:  # LibRaw's errors have their own class, which would need the slow import
            raise _damaged(path, error) from error
        return width, height, read_shot(exif_of_tiff(data))
    image = _open_image(path, data)
    shot = read_shot(exif_of(image))
    # Some versions of Pillow give a TIFF's size upright: its own tags are as stored.
    width, height = (image.tag_v2[256], image.tag_v2[257]) if isinstance(image, TiffImageFile) else image.size
    return (height, width, shot) if shot.orientation >= 5 else (width, height, shot)


def _opened(path: Path, data: bytes, max_side: int | None) -> tuple[Image.Image, int]:
    """The photo, its header read, and the EXIF orientation that is still to be applied."""
    if path.suffix.lower() in RAW_SUFFIXES:
        try:
            return raw.picture(data, max_side)
        except MemoryError as error:
            raise _no_memory(path) from error
        except Exception as error:  # as in `_header`
            raise _damaged(path, error) from error
    image = _open_image(path, data)
    return image, read_shot(exif_of(image)).orientation


def _open_image(path: Path, data: bytes) -> Image.Image:
    formats: tuple[str, ...] = _FORMATS
    if data[4:8] == b"ftyp":  # by content: telephones name HEIC files .jpg when they share them
        _learn_heif()
        formats = ("HEIF",)
    try:
        image = Image.open(io.BytesIO(data), formats=formats)
        if image.format == "PNG":
            Image.open(io.BytesIO(data)).verify()  # the checksums, which decoding passes over
    except UnidentifiedImageError as error:
        raise WhaleIdError(f"{path.name} can't be read: it isn't a photo of a kind known here.", _SAVE_AGAIN) from error
    except Exception as error:  # as in `read_pixels`
        raise _damaged(path, error) from error
    if image.width * image.height > MAX_PIXELS:
        raise WhaleIdError(
            f"{path.name} has {image.width} x {image.height} pixels, too many to open "
            f"(the limit is {MAX_PIXELS // 1_000_000} million).",
            "Save a smaller copy, or leave it out.",
        )
    return image


@cache
def _learn_heif() -> None:
    import pillow_heif

    pillow_heif.register_heif_opener()


def _decoded(image: Image.Image, grey: bool) -> Pixels:
    """All the kinds of pixels that files have, as uint8 RGB or luma."""
    image.load()
    if image.mode.startswith(("I", "F")):
        luma = _eight_bits(np.asarray(image))
        return luma if grey else np.asarray(cv2.cvtColor(luma, cv2.COLOR_GRAY2RGB), np.uint8)
    if image.mode == "P":
        image = image.convert("RGBA")  # else Pillow warns of transparency that is dropped on purpose
    wanted = "L" if grey else "RGB"
    return np.asarray(image if image.mode == wanted else image.convert("RGB").convert(wanted), np.uint8)


def _eight_bits(deep: npt.NDArray[np.generic]) -> Pixels:
    """16-bit and float luma (0 to 1, or 0 to 255) in eight bits."""
    values = np.nan_to_num(deep.astype(np.float32))
    if np.issubdtype(deep.dtype, np.integer):
        values /= 257.0
    elif values.max() <= 1.0:
        values *= 255.0
    return values.round().clip(0, 255).astype(np.uint8)


def _upright(pixels: Pixels, orientation: int) -> Pixels:
    """EXIF's eight orientations: a mirroring or not, then quarters."""
    match orientation:
        case 2:
            return pixels[:, ::-1]
        case 3:
            return pixels[::-1, ::-1]
        case 4:
            return pixels[::-1]
        case 5:
            return pixels.swapaxes(0, 1)
        case 6:
            return np.rot90(pixels, -1)
        case 7:
            return pixels[::-1, ::-1].swapaxes(0, 1)
        case 8:
            return np.rot90(pixels)
    return pixels


def _turned(pixels: Pixels, degrees: int) -> Pixels:
    return np.rot90(pixels, -(degrees // 90))


def _leads_nowhere(path: Path) -> WhaleIdError:
    return WhaleIdError(f"{path.name} is a link that leads to no photo.", "Leave it out, or copy the photo itself.")


def _cut_short(path: Path) -> WhaleIdError:
    return WhaleIdError(f"{path.name} ends early, so it can't be searched.", _COPY_AGAIN)


def _damaged(path: Path, error: Exception) -> WhaleIdError:
    if isinstance(error, OSError) and "truncated" in str(error).lower():
        return _cut_short(path)
    return WhaleIdError(f"{path.name} is damaged, so it can't be searched.", _COPY_AGAIN)


def _no_memory(path: Path) -> WhaleIdError:
    return WhaleIdError(
        f"There is not enough memory to open {path.name}.",
        "Close other programs, or save a smaller copy.",
        Kind.ENVIRONMENT,
    )
