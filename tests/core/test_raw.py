"""RAW files, drawn by hand as digital negatives: developed, or shown by their preview, always upright."""

from __future__ import annotations

import io
import struct
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from whaleid_core.photos import read_photo, read_pixels

pytest.importorskip("rawpy")

ROTATE, MAKE, MODEL, DATE = 0x112, 0x10F, 0x110, 0x132
Value = tuple[int, bytes]  # TIFF's number for the type, and the bytes


def scene(width: int = 90, height: int = 60) -> np.ndarray:
    """A smooth photo of which no two corners are alike."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    return np.stack([x * 255 / width, y * 255 / height, 255 - x * 200 / width], axis=-1).astype(np.uint8)


def difference(a: np.ndarray, b: np.ndarray) -> float:
    assert a.shape == b.shape
    return float(np.abs(a.astype(float) - b.astype(float)).mean())


def short(*values: int) -> Value:
    return 3, struct.pack(f"<{len(values)}H", *values)


def long(*values: int) -> Value:
    return 4, struct.pack(f"<{len(values)}I", *values)


def text(value: str) -> Value:
    return 2, value.encode() + b"\0"


def rationals(*values: float) -> Value:
    return 10, b"".join(struct.pack("<ii", round(value * 10000), 10000) for value in values)


def table(tags: dict[int, Value], at: int) -> bytes:
    """A TIFF directory that begins at a place in the file, with its longer values behind it."""
    size = {1: 1, 2: 1, 3: 2, 4: 4, 10: 8}
    head, tail = struct.pack("<H", len(tags)), b""
    behind = at + 2 + 12 * len(tags) + 4
    for tag, (kind, value) in sorted(tags.items()):
        count = len(value) // size[kind]
        cell = value.ljust(4, b"\0")
        if len(value) > 4:
            cell = struct.pack("<I", behind + len(tail))
            tail += value + b"\0" * (len(value) % 2)
        head += struct.pack("<HHI", tag, kind, count) + cell
    return head + struct.pack("<I", 0) + tail


def dng(preview: bytes = b"", width: int = 96, height: int = 64, orientation: int = 1) -> bytes:
    """A digital negative of an even grey, with a camera's name, and a JPEG preview if one is given."""
    sensor = np.full((height, width), 20000, "<u2").tobytes()

    raw_tags = {
        254: long(0), 256: long(width), 257: long(height), 258: short(16), 259: short(1), 262: short(32803),
        273: long(8), 277: short(1), 278: long(height), 279: long(len(sensor)), 0x828D: short(2, 2),
        0x828E: (1, bytes([0, 1, 1, 2])), 0xC61A: long(0), 0xC61D: long(65535),
    }  # fmt: skip
    common = {
        ROTATE: short(orientation), MAKE: text("Ricoh"), MODEL: text("Ricoh GR"), DATE: text("2024:07:01 10:20:30"),
        0xC612: (1, bytes([1, 4, 0, 0])), 0xC614: text("Ricoh GR"),
        0xC621: rationals(1, 0, 0, 0, 1, 0, 0, 0, 1), 0xC628: rationals(1, 1, 1), 0xC65A: short(21),
    }  # fmt: skip
    start = 8 + len(sensor) + len(preview)
    if not preview:
        return b"II*\0" + struct.pack("<I", start) + sensor + table(raw_tags | common, start)
    size = Image.open(io.BytesIO(preview)).size
    preview_tags = {
        254: long(1), 256: long(size[0]), 257: long(size[1]), 258: short(8, 8, 8), 259: short(7), 262: short(6),
        273: long(8 + len(sensor)), 277: short(3), 278: long(size[1]), 279: long(len(preview)),
    }  # fmt: skip
    inner = table(raw_tags, start)
    outer = table(preview_tags | common | {330: long(start)}, start + len(inner))
    return b"II*\0" + struct.pack("<I", start + len(inner)) + sensor + preview + inner + outer


@pytest.mark.parametrize(("orientation", "size"), [(1, (96, 64)), (6, (64, 96))])
def test_raw_without_a_preview_is_developed(tmp_path: Path, orientation: int, size: tuple[int, int]) -> None:
    path = tmp_path / "a.dng"
    path.write_bytes(dng(orientation=orientation))
    photo, pixels = read_photo(path), read_pixels(path)
    assert (photo.width, photo.height) == size == pixels.shape[1::-1]
    assert (photo.camera, photo.taken_at) == ("Ricoh GR", datetime(2024, 7, 1, 10, 20, 30))
    assert pixels.std() < 3
    assert max(read_pixels(path, max_side=40).shape) == 40


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_raw_shows_its_preview_where_that_is_large_enough(tmp_path: Path, orientation: int) -> None:
    buffer = io.BytesIO()
    Image.fromarray(scene(96, 64)).save(buffer, "JPEG", quality=95)
    path = tmp_path / "a.dng"
    path.write_bytes(dng(buffer.getvalue(), orientation=orientation))
    wanted = np.rot90(scene(96, 64), {1: 0, 3: 2, 6: -1, 8: 1}[orientation])
    photo, pixels = read_photo(path), read_pixels(path)
    assert (photo.height, photo.width) == wanted.shape[:2]
    assert difference(pixels, wanted) < 4


def test_raw_with_a_small_preview_is_developed_for_large_views_only(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    Image.fromarray(scene(48, 32)).save(buffer, "JPEG", quality=95)
    path = tmp_path / "a.dng"
    path.write_bytes(dng(buffer.getvalue()))
    assert read_photo(path).width == 96
    assert read_pixels(path).std() < 3
    assert difference(read_pixels(path, max_side=48), scene(48, 32)) < 4
