"""Changes the bytes of valid files, for the tests that read damaged ones, and says how much memory reading took."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from reliability import own_mb

_NEAR = 400
"""Bytes at an end of a file that are full of meaning: half of the changes are made there."""


def changed(draw: random.Random, whole: bytes, from_end: bool = False) -> bytes:
    """A file with some of its bytes changed, half of the changes near its beginning, or its end."""
    data = bytearray(whole)
    for _ in range(draw.choice((1, 1, 2, 4, 16))):
        near = draw.random() < 0.5
        skipped = data[:-_NEAR] if near and from_end else bytearray()
        part = data[len(skipped) :]
        draw.choice(_CHANGES)(draw, part, min(len(part), _NEAR) if near else len(part))
        data = skipped + part
    return bytes(data)


@contextmanager
def memory_within(megabytes: float) -> Iterator[None]:
    """Fails where this process at any moment held so much more memory of its own than before; on Linux.

    Looked at every few milliseconds: the peak that the system keeps counts libraries too, whose pages come and go.
    """
    before, most, over = own_mb(), [0.0], threading.Event()

    def look() -> None:
        while not over.wait(0.003):
            most[0] = max(most[0], own_mb())

    looker = threading.Thread(target=look)
    looker.start()
    try:
        yield
    finally:
        over.set()
        looker.join()
    assert max(most[0], own_mb()) - before < megabytes


def _flip(draw: random.Random, data: bytearray, reach: int) -> None:
    if data:
        data[draw.randrange(min(reach, len(data)))] ^= 1 << draw.randrange(8)


def _number(draw: random.Random, data: bytearray, reach: int) -> None:
    """A number that programs stumble over, in either order of bytes."""
    value = draw.choice((0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF))
    size = 4 if value > 0xFFFF else draw.choice((1, 2, 4) if value < 256 else (2, 4))
    at = draw.randrange(min(reach, len(data)) + 1)
    data[at : at + size] = value.to_bytes(size, draw.choice(("big", "little")))


def _cut(draw: random.Random, data: bytearray, reach: int) -> None:
    at = draw.randrange(min(reach, len(data)) + 1)
    del data[at : at + draw.choice((1, 4, 64, 1 << 20))]


def _double(draw: random.Random, data: bytearray, reach: int) -> None:
    at = draw.randrange(min(reach, len(data)) + 1)
    data[at:at] = data[at : at + draw.choice((1, 16, 256))]


def _noise(draw: random.Random, data: bytearray, reach: int) -> None:
    at = draw.randrange(min(reach, len(data)) + 1)
    data[at : at + 8] = draw.randbytes(8)


_CHANGES: tuple[Callable[[random.Random, bytearray, int], None], ...] = (_flip, _number, _cut, _double, _noise)
