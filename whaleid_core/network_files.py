"""Looks into a package's network files before a library does: weights that are code, an ONNX that reads other files."""

from __future__ import annotations

import json
import mmap
import struct
from collections.abc import Iterator
from pathlib import Path

_LONGEST_HEADER = 16 << 20
"""Bytes; the header of safetensors lists the tensors of a network, some hundred."""

# What of ONNX's protobuf leads to a tensor: message -> number of a field -> message inside.
_INSIDE: dict[str, dict[int, str]] = {
    "model": {7: "graph", 20: "training", 25: "function"},
    "training": {1: "graph", 2: "graph"},
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "function": {7: "node"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
    "sparse": {1: "tensor", 2: "tensor"},
}
_EXTERNAL_DATA, _DATA_LOCATION = 13, 14
_VARINT, _EIGHT_BYTES, _LENGTH, _FOUR_BYTES = 0, 1, 2, 5


def problem_of_weights(file: Path) -> str:
    """Why a file is no safetensors, as the end of a sentence; empty where it is one.

    A pickle, which runs whatever its maker wants when it is read, fails here, whatever it is called.
    """
    size = file.stat().st_size
    with file.open("rb") as source:
        length = int.from_bytes(source.read(8), "little")
        if not 2 <= length <= min(size - 8, _LONGEST_HEADER):
            return f"{file.name} holds something else than weights"
        try:
            header = json.loads(source.read(length).decode("utf-8"))
            tensors = [entry for name, entry in header.items() if name != "__metadata__"]
            fits = all(_within(entry["data_offsets"], size - 8 - length) for entry in tensors)
        except (ValueError, RecursionError, TypeError, KeyError, AttributeError):
            fits = False
    return "" if fits else f"{file.name} holds something else than weights"


def _within(offsets: object, size: int) -> bool:
    match offsets:
        case [int(begin), int(end)]:
            return 0 <= begin <= end <= size
    return False


def problem_of_onnx(file: Path) -> str:
    """Why an ONNX file may not be loaded, as the end of a sentence; empty where it may.

    Its tensors can name other files, by any path, which the library would read; one that is damaged is refused too.
    """
    if not file.stat().st_size:
        return f"{file.name} is empty"
    with file.open("rb") as source, mmap.mmap(source.fileno(), 0, access=mmap.ACCESS_READ) as content:
        try:
            outside = _reads_other_files(content)
        except (ValueError, IndexError, struct.error):
            return f"{file.name} is damaged"
    return f"{file.name} wants to read other files" if outside else ""


def _reads_other_files(content: mmap.mmap) -> bool:
    # A list in place of calls: messages can be nested deeper than functions.
    waiting = [("model", 0, len(content))]
    while waiting:
        message, begin, end = waiting.pop()
        for field, kind, start, stop in _fields(content, begin, end):
            if message == "tensor" and (field == _EXTERNAL_DATA or (field == _DATA_LOCATION and stop)):
                return True
            inside = _INSIDE.get(message, {}).get(field)
            if inside and kind == _LENGTH:
                waiting.append((inside, start, stop))
    return False


def _fields(content: mmap.mmap, at: int, end: int) -> Iterator[tuple[int, int, int, int]]:
    """Of each field in a message: its number, its kind and where it lies; for a number 0 and the number.

    Raises ValueError or IndexError where the bytes are no message.
    """
    while at < end:
        key, at = _varint(content, at)
        field, kind = key >> 3, key & 7
        if kind == _VARINT:
            value, at = _varint(content, at)
            yield field, kind, 0, value
            continue
        if kind == _LENGTH:
            length, at = _varint(content, at)
        elif kind in (_EIGHT_BYTES, _FOUR_BYTES):
            length = 8 if kind == _EIGHT_BYTES else 4
        else:
            raise ValueError("groups are no part of ONNX")
        if at + length > end:
            raise ValueError("a field ends behind its message")
        yield field, kind, at, at + length
        at += length


def _varint(content: mmap.mmap, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        byte = content[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
    raise ValueError("a number has no end")
