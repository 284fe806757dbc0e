"""Makes files that a card, a colleague or an enemy may leave in a folder of photos."""

from __future__ import annotations

import io
import os
import random
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pillow_heif
from mutated import changed
from PIL import Image

KINDS = ("jpg", "progressive.jpg", "png", "tif", "webp", "bmp", "heic")
FORMATS = {"jpg": "JPEG", "png": "PNG", "tif": "TIFF", "webp": "WEBP", "bmp": "BMP", "heic": "HEIF"}
ORIENTATION, DATE, ARTIST, EXIF, GPS = 0x112, 0x132, 0x13B, 0x8769, 0x8825


def scene(width: int = 200, height: int = 140, seed: int = 1) -> Image.Image:
    """A photo with enough noise that its file has some length."""
    noise = np.random.default_rng(seed).integers(0, 90, (height, width, 3), np.uint8)
    noise[..., 0] += np.linspace(0, 150, width, dtype=np.uint8)
    return Image.fromarray(noise)


def bytes_of(kind: str, image: Image.Image | None = None, exif: Image.Exif | None = None, **options: object) -> bytes:
    """A whole file of one of the `KINDS`, with EXIF as cameras write it."""
    ending = kind.rpartition(".")[2]
    if ending == "heic":
        pillow_heif.register_heif_opener()
    if kind == "progressive.jpg":
        options["progressive"] = True
    if ending != "bmp":
        options["exif"] = camera_exif() if exif is None else exif
    kept = io.BytesIO()
    (scene() if image is None else image).save(kept, FORMATS[ending], **options)
    return kept.getvalue()


def camera_exif(**tags: object) -> Image.Exif:
    """What a camera writes; `tags` replace: orientation, taken, artist, gps."""
    exif = Image.Exif()
    exif[ORIENTATION] = tags.get("orientation", 1)
    exif[ARTIST] = tags.get("artist", "R. Rapp")
    exif.get_ifd(EXIF)[0x9003] = tags.get("taken", "2025:07:02 10:11:12")
    gps = exif.get_ifd(GPS)
    gps.update(tags.get("gps", {1: "N", 2: (60.0, 30.0, 0.0), 3: "E", 4: (5.0, 0.0, 0.0)}))
    return exif


def chunk(kind: bytes, data: bytes) -> bytes:
    """One part of a PNG file."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_bomb(width: int, height: int) -> bytes:
    """A small file that says it is a picture of so many pixels."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def text_bomb() -> bytes:
    """A PNG whose comment unpacks to 64 MB."""
    whole = bytes_of("png")
    bomb = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(64 << 20), 9))
    at = whole.index(b"IDAT") - 4
    return whole[:at] + bomb + whole[at:]


def animated(ending: str) -> bytes:
    """Three pictures one after the other in one file."""
    kept = io.BytesIO()
    rest = [scene(seed=2), scene(seed=3)]
    scene().save(kept, FORMATS[ending], save_all=True, append_images=rest)
    return kept.getvalue()


def colours() -> Iterator[tuple[str, bytes]]:
    """Name and content of photos in every kind of pixels that a program writes; all of them can be read."""
    small = scene(60, 40)
    deep = np.linspace(0, 65535, 60 * 40).reshape(40, 60)
    for mode, ending in (("CMYK", "jpg"), ("L", "jpg"), ("P", "png"), ("1", "png"), ("LA", "png"), ("RGBA", "png"),
                         ("P", "tif"), ("CMYK", "tif"), ("YCbCr", "tif"), ("LAB", "tif"), ("RGBA", "webp"),
                         ("P", "bmp"), ("1", "bmp")):  # fmt: skip
        image = small.convert("RGB").convert(mode) if mode != "LAB" else Image.new("LAB", (60, 40), (120, 3, 9))
        yield f"{mode}.{ending}", bytes_of(ending, image)
    yield "16 bit.png", bytes_of("png", Image.fromarray(deep.astype(np.uint16)))
    yield "16 bit.tif", bytes_of("tif", Image.fromarray(deep.astype(np.uint16)))
    yield "32 bit.tif", bytes_of("tif", Image.fromarray(deep.astype(np.int32)))
    yield "float.tif", bytes_of("tif", Image.fromarray((deep / 65535).astype(np.float32)))
    hdr = deep.astype(np.float32)
    hdr[::7] = np.nan
    hdr[::5] = np.inf
    yield "float with holes.tif", bytes_of("tif", Image.fromarray(hdr))
    for ending in ("png", "tif", "webp"):
        yield f"animated.{ending}", animated(ending)
    yield "one pixel.png", bytes_of("png", scene(1, 1))
    yield "a line.png", bytes_of("png", scene(4000, 1))


def odd_exif() -> Iterator[tuple[str, bytes]]:
    """Photos whose pixels are whole and whose EXIF makes no sense."""
    times = ("0000:00:00 00:00:00", "0000:01:01 00:00:00", "0001:01:01 00:00:00", "9999:12:31 23:59:59",
             "2025:13:45 77:88:99", "2025:02:30 10:00:00", "\0\0\0", "now", "    :  :     :  :  ")  # fmt: skip
    for number, taken in enumerate(times):
        yield f"time {number}.jpg", bytes_of("jpg", exif=camera_exif(taken=taken))
    places: tuple[dict[int, object], ...] = (
        {1: "N", 2: (91.0, 0.0, 0.0), 3: "E", 4: (5.0, 0.0, 0.0)},
        {1: "N", 2: (60.0, 0.0, 0.0), 3: "E", 4: (181.0, 0.0, 0.0)},
        {1: "N", 2: (1e9, 1e9, 1e9), 3: "W", 4: (1e9, 1e9, 1e9)},
        {1: "Q", 2: (60.0, 0.0, 0.0), 3: "", 4: (5.0, 0.0, 0.0)},
        {1: "N", 2: 60.0, 3: "E", 4: 5.0},
    )
    for number, gps in enumerate(places):
        yield f"place {number}.jpg", bytes_of("jpg", exif=camera_exif(gps=gps))
    for number, orientation in enumerate((0, 9, 65535)):
        yield f"orientation {number}.jpg", bytes_of("jpg", exif=camera_exif(orientation=orientation))
    yield "long name.jpg", bytes_of("jpg", exif=camera_exif(artist="whale " * 9000))
    whole = bytes_of("jpg")
    at = whole.index(b"Exif\0\0") + 6
    for name, put in (("loop", struct.pack(">I", 8)), ("far", b"\xff" * 4), ("nothing", bytes(4))):
        yield f"EXIF {name}.jpg", whole[: at + 4] + put + whole[at + 8 :]
    yield "EXIF noise.jpg", whole[:at] + random.Random(1).randbytes(120) + whole[at + 120 :]


def no_photos() -> Iterator[tuple[str, bytes]]:
    """Files that are called photos and are none."""
    for ending in ("jpg", "png", "tif", "webp", "bmp", "heic", "cr2", "nef", "dng", "arw", "orf", "rw2"):
        yield f"empty.{ending}", b""
        yield f"text.{ending}", b"Dear colleague, the photos are on the other card.\n" * 40
        yield f"zeros.{ending}", bytes(5000)
    yield "zip.jpg", b"PK\x03\x04" + bytes(3000)
    yield "page.jpg", b"<html><body>404 Not Found</body></html>"
    yield "drawing.png", b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>'
    yield "script.jpg", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(rm) run\n"
    yield "bomb.png", png_bomb(60_000, 60_000)
    yield "thin bomb.png", png_bomb(1, 2_000_000_000)
    yield "no pixels.png", png_bomb(0, 0)
    yield "text bomb.png", text_bomb()


STRANGE_NAMES = ("new\nline.jpg", "tab\there.jpg", "\u202egpj.elahw.jpg", "\u200fright \u2066to\u2069 left.jpg",
                 "bell\a.jpg", "[red]markup[/].jpg", "%s %n {0}.jpg", "'; DROP TABLE photo; --.jpg", '"quoted".jpg',
                 "=HYPERLINK(1).jpg", "  spaces  .jpg", "e\u0301.jpg", "\u00e9.jpg", "🐋.jpg", "高래.JPG",
                 "-rf.jpg", "a" * 251 + ".jpg")  # fmt: skip
"""Names that a disk takes; each is another one."""


def odd_entries(folder: Path) -> dict[str, Path]:
    """Puts in a folder what isn't a file there: links that lead nowhere or round, pipes, devices, sockets."""
    made = {name: folder / f"{name}.jpg" for name in ("loop", "nowhere", "itself", "pipe", "zero")}
    made["loop"].symlink_to(folder / "loop 2.jpg")
    (folder / "loop 2.jpg").symlink_to(made["loop"])
    made["nowhere"].symlink_to(folder / "gone" / "a.jpg")
    made["itself"].symlink_to(made["itself"])
    os.mkfifo(made["pipe"])
    made["zero"].symlink_to("/dev/zero")
    (folder / "round").symlink_to(folder, target_is_directory=True)
    return {**made, "loop 2": folder / "loop 2.jpg"}


def mutations(seed: int, count: int, kinds: tuple[str, ...] = KINDS) -> Iterator[tuple[str, bytes]]:
    """Name and content of `count` files, a valid one with some bytes changed, the same for the same seed."""
    draw = random.Random(seed)
    whole = {kind: bytes_of(kind, scene(64, 48)) for kind in kinds}
    for number in range(count):
        kind = kinds[number % len(kinds)]
        yield f"{number:05d}.{kind}", changed(draw, whole[kind])
