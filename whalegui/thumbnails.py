"""Thumbnails of photos and tails, made on the thumbnail lane and kept in memory and in the catalogue's folder."""

from __future__ import annotations

import contextlib
import hashlib
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage, QPixmap, QPixmapCache

from whaleid_core.errors import WhaleIdError
from whaleid_core.records import Box

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from whalegui.jobs import Job, Jobs, Watch
    from whaleid_core.catalogue.rows import PhotoRow, TailRow

_STORED_SIDES = (320, 640)
_MOST_WAITING = 400
_CACHE_KB = 256 * 1024
MARGIN = 0.05
"""What is seen around a tail box on each side, as a share of its extent."""
_QUALITY = 88


class Thumbnails(QObject):
    """Asks come on the UI thread and are answered at once: with a pixmap, or with None and `ready` later.

    All sizes are in device pixels: ask for the size times `devicePixelRatio()`, and set the ratio on a copy of what
    comes.
    """

    ready = Signal(str)
    """A key: what `photo` or `tail` answered None for can be had now, or failed (see `problem`)."""

    def __init__(self, jobs: Jobs, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._folder = folder
        self._waiting: OrderedDict[str, Job] = OrderedDict()
        self._problems: dict[str, str] = {}
        QPixmapCache.setCacheLimit(_CACHE_KB)

    def key_photo(self, photo_id: int, side: int) -> str:
        """The key that `ready` tells for a photo: the same for all sides that share a stored size."""
        return f"photo {photo_id} {_stored(side)}"

    def key_tail(self, tail_id: int, width: int, height: int, margin: float = MARGIN) -> str:
        """The key that `ready` tells for a tail."""
        return f"tail {tail_id} {width} {height} {margin}"

    def photo(self, row: PhotoRow, side: int) -> QPixmap | None:
        """A photo, upright, longer side 320 or 640: the smaller that is enough for `side`. Scale it when painting."""
        key = self.key_photo(row.id, side)
        stored = _stored(side)
        name = _file_name("photo", row, stored)
        return self._pixmap(key, name, lambda: self._load(name, lambda: _photo_pixels(row, stored)))

    def tail(self, tail: TailRow, photo: PhotoRow, width: int, height: int, margin: float = MARGIN) -> QPixmap | None:
        """A tail's box in the shape asked for and then widened by the margin, exactly `width` x `height`."""
        key = self.key_tail(tail.id, width, height, margin)
        name = _file_name("tail", photo, tail.box.corners, width, height, *([margin] if margin != MARGIN else []))
        keep = width <= max(_STORED_SIDES)
        return self._pixmap(
            key,
            name,
            lambda: self._load(name if keep else "", lambda: _tail_pixels(tail, photo, width, height, margin)),
        )

    def big(
        self,
        row: PhotoRow,
        max_side: int,
        then: Callable[[QImage], object],
        failed: Callable[[WhaleIdError], object] | None = None,
    ) -> Job:
        """Load a large picture of a photo, longer side at most `max_side`; `then` gets a QImage on the UI thread.

        Cancel the returned job when it isn't wanted any more: `then` isn't called.
        """
        return self._jobs.start(
            "", "thumbnails", lambda watch: _image(_photo_pixels(row, max_side)), then, failed, newest_first=True
        )

    def problem(self, key: str) -> str:
        """Why a thumbnail can't be made, as a sentence; empty while it may still come."""
        return self._problems.get(key, "")

    def forget_problems(self) -> None:
        """Let what failed be tried again (F5: a card was put back)."""
        self._problems.clear()

    def _pixmap(self, key: str, name: str, load: Callable[[], QImage]) -> QPixmap | None:
        found = QPixmap()
        if QPixmapCache.find(name, found):
            return found
        if key in self._problems:
            return None
        if key in self._waiting:
            self._waiting.move_to_end(key)
            return None

        def work(watch: Watch) -> QImage:
            return load()

        def done(image: QImage) -> None:
            self._waiting.pop(key, None)
            QPixmapCache.insert(name, QPixmap.fromImage(image))
            self.ready.emit(key)

        def failed(error: WhaleIdError) -> None:
            self._waiting.pop(key, None)
            self._problems[key] = error.sentence
            self.ready.emit(key)

        self._waiting[key] = self._jobs.start("", "thumbnails", work, done, failed, newest_first=True)
        while len(self._waiting) > _MOST_WAITING:
            _, old = self._waiting.popitem(last=False)
            old.cancel()
        return None

    def _load(self, name: str, make: Callable[[], npt.NDArray[np.uint8]]) -> QImage:
        """On the lane: the stored thumbnail, or a new one, stored for the next time."""
        if not name:
            return _image(make())
        file = self._folder / name[:2] / f"{name}.jpg"
        pixels = _read(file)
        if pixels is None:
            pixels = make()
            _store(pixels, file)
        return _image(pixels)


def _file_name(kind: str, photo: PhotoRow, *what: object) -> str:
    """By the photo's content: what was kept is found again after the photos were moved to another place."""
    parts = (kind, photo.content_hash or photo.path, photo.turned, *what)
    return hashlib.sha1("|".join(str(part) for part in parts).encode(), usedforsecurity=False).hexdigest()


def _stored(side: int) -> int:
    return next((stored for stored in _STORED_SIDES if side <= stored), _STORED_SIDES[-1])


def _photo_pixels(row: PhotoRow, max_side: int) -> npt.NDArray[np.uint8]:
    from whaleid_core import photos

    return photos.read_pixels(row.path, max_side=max_side, turned=row.turned)


def _tail_pixels(tail: TailRow, photo: PhotoRow, width: int, height: int, margin: float) -> npt.NDArray[np.uint8]:
    """A crop in the shape asked for, read at the smallest scale that is sharp enough."""
    from whaleid_core import photos

    box = tail.box
    need = width / (box.width * (1 + 2 * margin))
    max_side = max(64, round(max(photo.width, photo.height) * min(1.0, need * 1.2)))
    pixels = photos.read_pixels(photo.path, max_side=max_side, turned=photo.turned)
    return photos.crop(pixels, shaped(box, width / height), width, height, margin, pixels.shape[1] / photo.width)


def shaped(box: Box, aspect: float) -> Box:
    """The box, widened or heightened around its middle to an aspect (width by height)."""
    width = max(box.width, box.height * aspect)
    height = max(box.height, box.width / aspect)
    x, y = (box.xmin + box.xmax) / 2, (box.ymin + box.ymax) / 2
    return Box(x - width / 2, y - height / 2, x + width / 2, y + height / 2, box.drawn_by, box.confidence)


def _image(pixels: npt.NDArray[np.uint8]) -> QImage:
    """In the format that paints fastest, and with memory of its own: numpy frees the pixels."""
    height, width = pixels.shape[:2]
    pixels = pixels if pixels.flags["C_CONTIGUOUS"] else pixels.copy()
    shared = QImage(pixels.data, width, height, 3 * width, QImage.Format.Format_RGB888)
    return shared.convertToFormat(QImage.Format.Format_RGB32)


# Pillow reads and writes the stored files: Qt's JPEG plugin crashed when two threads met in its first use.


def _read(file: Path) -> npt.NDArray[np.uint8] | None:
    """A stored thumbnail; None where there is none, or it is damaged."""
    from whaleid_core import photos

    try:
        return photos.read_pixels(file) if file.is_file() else None
    except WhaleIdError:
        return None


def _store(pixels: npt.NDArray[np.uint8], file: Path) -> None:
    """A full disk costs the thumbnail's place on it, not the thumbnail."""
    from PIL import Image

    part = file.with_suffix(f".{id(pixels)}.part")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(part, "JPEG", quality=_QUALITY)
        part.replace(file)
    except OSError:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
