"""Large pictures of photos for the canvas: small ones first, the next photos ahead, full size when it is wanted."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from whaleid_core.errors import WhaleIdError

if TYPE_CHECKING:
    from whalegui.jobs import Job
    from whalegui.session import Session
    from whaleid_core.catalogue.rows import PhotoRow

FIRST = 1600
"""Longer side of the picture that a photo is shown with first, pixels. Each larger one has twice that."""
_KEPT_BYTES = 256 * 1024 * 1024


class _Key(NamedTuple):
    photo_id: int
    turned: int
    side: int


class PhotoPictures(QObject):
    """Decodes on the thumbnail lane and keeps what was shown last.

    Signals:
        arrived(int, QImage): a picture of a photo; larger ones may follow.
        failed(int, str): no picture of this photo can be had, and why.
    """

    arrived = Signal(int, object)
    failed = Signal(int, str)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._kept: OrderedDict[_Key, QImage] = OrderedDict()
        self._coming: dict[_Key, Job] = {}

    def ask(self, row: PhotoRow, need: int) -> None:
        """Have `arrived` tell a picture whose longer side is at least `need`, or the photo's own if that is less."""
        key = _Key(row.id, row.turned, side_for(need, max(row.width, row.height)))
        image = self._kept.get(key)
        if image is not None:
            self._kept.move_to_end(key)
            self.arrived.emit(row.id, image)
        elif key not in self._coming:
            self._coming[key] = self._session.thumbnails.big(
                row, key.side, lambda image: self._take(key, image), lambda error: self._fail(key, error)
            )

    def largest(self, row: PhotoRow) -> QImage | None:
        """The sharpest picture at hand."""
        keys = [key for key in self._kept if key[:2] == (row.id, row.turned)]
        return self._kept[max(keys)] if keys else None

    def ahead(self, rows: Iterable[PhotoRow]) -> None:
        """Have the first pictures of other photos ready, silently."""
        for row in rows:
            if not row.problem and self.largest(row) is None:
                self.ask(row, FIRST)

    def only(self, photo_ids: Iterable[int]) -> None:
        """Stop loading pictures of other photos than these."""
        wanted = set(photo_ids)
        for key in [key for key in self._coming if key.photo_id not in wanted]:
            self._coming.pop(key).cancel()

    def forget(self) -> None:
        """Read everything again: a file may have been put back or replaced."""
        self.only(())
        self._kept.clear()

    def _take(self, key: _Key, image: QImage) -> None:
        if key not in self._coming:
            return  # nobody waits for it any more
        if image.format() == QImage.Format.Format_RGB32:
            self._keep(key, image)
            return
        # The screen's own format is painted three times as fast; turning 24 megapixels into it isn't for the UI thread.
        self._coming[key] = self._session.jobs.start(
            "",
            "thumbnails",
            lambda watch: image.convertToFormat(QImage.Format.Format_RGB32),
            lambda converted: self._keep(key, converted),
            lambda error: self._fail(key, error),
            newest_first=True,
        )

    def _keep(self, key: _Key, image: QImage) -> None:
        if self._coming.pop(key, None) is None:
            return
        self._kept[key] = image
        while len(self._kept) > 1 and sum(kept.sizeInBytes() for kept in self._kept.values()) > _KEPT_BYTES:
            self._kept.popitem(last=False)
        self.arrived.emit(key.photo_id, image)

    def _fail(self, key: _Key, error: WhaleIdError) -> None:
        if self._coming.pop(key, None) is not None:
            self.failed.emit(key.photo_id, str(error))


def side_for(need: int, longer: int) -> int:
    """The longer side of the smallest picture that is at least `need` pixels: 1600, 3200, ..., or the whole photo."""
    side = FIRST
    while side < need:
        side *= 2
    return min(side, longer)
