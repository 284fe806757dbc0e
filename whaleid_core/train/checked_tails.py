"""What a tail finder learns from a catalogue: photos with one tail box that a person drew, corrected or accepted."""

from __future__ import annotations

import cv2

from whaleid_core.boxes import scaled
from whaleid_core.catalogue import Catalogue, PhotoRow, TailRow
from whaleid_core.errors import WhaleIdError
from whaleid_core.photos import read_pixels
from whaleid_core.records import Drawer
from whaleid_core.train.tail_photos import TailPhoto

SIDE = 1000
"""Longest side at which photos are kept in memory: scenes are composed much smaller."""
_QUALITY = 95


def checked_tails(catalogue: Catalogue) -> list[tuple[str, str, TailPhoto]]:
    """(image, whale, photo) in order of time, each photo upright as it is turned in the catalogue.

    A photo stands for a whale of its own where nobody knows which it shows. Photos that can't be read are passed over.

    Raises:
        WhaleIdError: there are less than two.
    """
    made = []
    for row in catalogue.photos(catalogue.photo_ids()):
        tails = catalogue.tails(row.id) if row.tails == 1 and not row.problem else []
        for tail in tails:
            if tail.box.drawn_by is Drawer.PERSON or (row.checked and tail.box.drawn_by is Drawer.DETECTOR):
                made += [(row.name, tail.whale or row.name, photo)] if (photo := _photo(row, tail)) is not None else []
    if len(made) < 2:
        sentence = f"{catalogue.name} has less than two photos to learn from."
        raise WhaleIdError(sentence, "Check tail boxes in Boxes first: those that a person saw count.")
    return made


def _photo(row: PhotoRow, tail: TailRow) -> TailPhoto | None:
    try:
        pixels = read_pixels(row.path, max_side=SIDE, turned=row.turned)
    except WhaleIdError:
        return None
    _, coded = cv2.imencode(".jpg", pixels[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    return TailPhoto(coded.tobytes(), scaled(tail.box, max(pixels.shape[:2]) / max(row.width, row.height)).corners)
