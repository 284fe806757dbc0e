"""Catalogues and photos for measures: 100,000 photos by bulk insert; many files of 24 megapixels of one drawing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import cv2
import numpy as np
from sqlalchemy import insert

from whaleid_core.boxes import scaled
from whaleid_core.catalogue import Catalogue, schema
from whaleid_core.photos import Pixels
from whaleid_core.records import Box, Verdict
from whaleid_core.sample import Whale, draw_photo

PHOTOS, WHALES, ENCOUNTER, BLOCK = 100_000, 4_000, 40, 10_000
_BEGAN = datetime(2005, 6, 1, 6)


def make_catalogue(folder: Path, photos: int = PHOTOS) -> Path:
    """A catalogue of photos that lie nowhere, nine in ten with a tail, three in four of those decided."""
    with Catalogue.create(folder, f"{photos:,} photos") as catalogue, catalogue.writing() as connection:
        now = datetime.now(UTC)
        connection.execute(insert(schema.root), [{"path": "/photos"}])
        connection.execute(insert(schema.whale), [{"name": f"HW{key:05d}"} for key in range(1, WHALES + 1)])
        connection.execute(
            insert(schema.encounter), [{"name": f"Encounter {key}"} for key in range(1, photos // ENCOUNTER + 2)]
        )
        for start in range(1, photos + 1, BLOCK):
            keys = range(start, min(start + BLOCK, photos + 1))
            connection.execute(insert(schema.photo), [_photo(key, now) for key in keys])
            with_tail = [key for key in keys if key % 10]
            connection.execute(insert(schema.tail), [_tail(key) for key in with_tail])
            connection.execute(
                insert(schema.decision),
                [
                    {"tail_id": key - key // 10, "verdict": "same", "whale_id": key % WHALES + 1, "decided_at": now}
                    for key in with_tail
                    if key % 4
                ],
            )
    return folder


def _photo(key: int, now: datetime) -> dict[str, object]:
    return {
        "id": key,
        "root_id": 1,
        "path": f"day {key // 1000:03d}/IMG_{key:06d}.jpg",
        "content_hash": f"{key:064x}",
        "width": 6000,
        "height": 4000,
        "taken_at": _BEGAN + timedelta(minutes=20 * key),
        "latitude": 60 + key % 1000 / 100,
        "longitude": 5.0,
        "camera": "Canon EOS R5",
        "encounter_id": key // ENCOUNTER + 1,
        "searched_by": "humpback-tails 1",
        "added_at": now,
    }


def _tail(key: int) -> dict[str, object]:
    decided = bool(key % 4)
    return {
        "id": key - key // 10,
        "photo_id": key,
        "xmin": 1000.0,
        "ymin": 1000.0,
        "xmax": 3000.0,
        "ymax": 2000.0,
        "drawn_by": "detector",
        "confidence": 0.5 + key % 50 / 100,
        "whale_id": key % WHALES + 1 if decided else None,
        "verdict": Verdict.SAME.value if decided else None,
    }


def write_photos(folder: Path, count: int, size: tuple[int, int] = (6000, 4000)) -> Path:
    """JPEGs, of 24 megapixels: one drawing, each file with a comment of its own, so that no two are the same photo."""
    folder.mkdir(parents=True)
    scene = draw_photo([Whale("w_1", 1)], size, np.random.default_rng(1))
    _write_copies(folder, "IMG", scene.pixels, count)
    return folder


def write_card(folder: Path, drawings: int, copies: int = 1) -> dict[Path, Box]:
    """JPEGs of 24 megapixels with the noise of a sensor, 7 MB each; gives the tail box of each.

    Each drawing is of another whale, drawn small and enlarged; each comes in so many files.
    """
    folder.mkdir(parents=True)
    noise = np.random.default_rng(3).normal(128, 9, (1000, 1500, 3)).astype(np.uint8)
    boxes = {}
    for number in range(drawings):
        scene = draw_photo([Whale(f"w_{number}", number)], (1500, 1000), np.random.default_rng([8, number]))
        large = cv2.resize(scene.pixels, (6000, 4000), interpolation=cv2.INTER_CUBIC)
        strewn = cv2.addWeighted(large, 1, np.tile(np.roll(noise, 37 * number, (0, 1)), (4, 4, 1)), 1, -128)
        for path in _write_copies(folder, f"IMG_{number:04d}", strewn, copies):
            boxes[path] = scaled(scene.boxes[0], 4)
    return boxes


def _write_copies(folder: Path, name: str, pixels: Pixels, count: int) -> list[Path]:
    data = cv2.imencode(".jpg", pixels[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 92])[1].tobytes()
    paths = [folder / f"{name}_{number:04d}.jpg" for number in range(count)]
    for number, path in enumerate(paths):
        words = f"photo {number:06d}".encode()
        comment = b"\xff\xfe" + (len(words) + 2).to_bytes(2, "big") + words
        path.write_bytes(data[:2] + comment + data[2:])
    return paths
