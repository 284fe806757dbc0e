"""Tail boxes as files see them, in the pixels of a photo's file turned upright; and boxes that a file brings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import or_, select

from whaleid_core.boxes import turned
from whaleid_core.catalogue.names import of_photos
from whaleid_core.catalogue.schema import photo, root, tail
from whaleid_core.catalogue.store import Store
from whaleid_core.catalogue.tail_boxes import add_tails, box_of, clipped, columns, delete_tails, pairs_of
from whaleid_core.records import Box, Change, Drawer

_UNMOVED = 0.01
"""A corner that is off by so little of a pixel was rounded by a file, not moved by anybody."""


@dataclass(frozen=True, slots=True)
class PhotoPlace:
    """A photo that can be read: where it should lie, and upright width and height as its file has them."""

    id: int
    path: Path
    width: int
    height: int


class BoxExchange(Store):
    """Boxes out and in. Files know nothing of a photo's turn in the catalogue, so it is taken out, and put in again."""

    def photo_places(self) -> list[PhotoPlace]:
        """All photos that can be read, in order of path."""
        query = (
            select(photo.c.id, root.c.path.label("root"), photo.c.path, photo.c.width, photo.c.height)
            .join(root)
            .where(photo.c.problem == "", photo.c.width > 0)
            .order_by(root.c.path, photo.c.path, photo.c.id)
        )
        with self.reading() as connection:
            return [
                PhotoPlace(key, Path(folder) / path, width, height)
                for key, folder, path, width, height in connection.execute(query)
            ]

    def boxes_by_photo(self) -> dict[int, list[Box]]:
        """The tail boxes of each photo in which somebody looked for tails, in the pixels of its file turned upright.

        A whole frame that stands in for a tail is no box of one.
        """
        boxes = tail.c.drawn_by != Drawer.FRAME.value
        looked = or_(photo.c.searched_by.is_not(None), photo.c.checked, tail.c.id.is_not(None))
        found: dict[int, list[Box]] = {}
        query = (
            select(photo.c.id.label("key"), photo.c.width, photo.c.height, photo.c.turned, tail)
            .select_from(photo.outerjoin(tail, (tail.c.photo_id == photo.c.id) & boxes))
            .where(photo.c.problem == "", looked)
            .order_by(photo.c.id, tail.c.id)
        )
        with self.reading() as connection:
            for row in connection.execute(query).mappings():
                of_photo = found.setdefault(row["key"], [])
                if row["id"] is not None:
                    size = (row["width"], row["height"]) if row["turned"] % 180 == 0 else (row["height"], row["width"])
                    of_photo.append(turned(box_of(row), *size, -row["turned"]))
        return found

    def import_boxes(self, boxes: Mapping[int, Sequence[Box]], replace: bool = False) -> Change:
        """Take boxes from a file, by photo, in the pixels of the photo's file turned upright.

        A box about a tail that has one already takes the place of a detector's, so that the tail's decision stays; a
        person's stays as it is.

        Args:
            replace: they take the place of all that these photos have, a person's too; a photo with none has no tail.
        """
        with self.edit() as edit:
            rows = edit.by_id(photo, boxes)
            touched = []
            for key, row in rows.items():
                before = len(edit.change.rows)
                wanted = clipped(row, [turned(box, row["width"], row["height"], row["turned"]) for box in boxes[key]])
                present = edit.rows(tail, tail.c.photo_id == key)
                pairs = pairs_of([box_of(item) for item in present], wanted)
                if replace:
                    delete_tails(edit, [item["id"] for index, item in enumerate(present) if index not in pairs])
                for old, new in pairs.items():
                    item = present[old]
                    if (replace or item["drawn_by"] != Drawer.PERSON.value) and _moved(box_of(item), wanted[new]):
                        edit.update(tail, {item["id"]: columns(wanted[new])})
                add_tails(edit, row, [box for index, box in enumerate(wanted) if index not in pairs.values()])
                if replace and not wanted:
                    edit.set(photo, [key], checked=True)
                if len(edit.change.rows) > before:
                    touched.append(row["path"])
            edit.label = f"Boxes of {of_photos(touched)} taken from a file" if touched else "No box taken from a file"
        return edit.change


def _moved(old: Box, new: Box) -> bool:
    """Whether a file says something else of a box than the catalogue does."""
    apart = max(abs(a - b) for a, b in zip(old.corners, new.corners, strict=True))
    return apart > _UNMOVED or old.drawn_by is not new.drawn_by
