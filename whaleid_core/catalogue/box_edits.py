"""Edits of tail boxes: found, drawn, moved, deleted, accepted."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from whaleid_core.boxes import iou_matrix
from whaleid_core.catalogue.names import of_photos, photo_title
from whaleid_core.catalogue.recorder import Recorder
from whaleid_core.catalogue.schema import photo, tail
from whaleid_core.catalogue.store import Store
from whaleid_core.catalogue.tail_boxes import (
    SAME_TAIL,
    Renewal,
    add_tails,
    box_of,
    clipped,
    columns,
    delete_tails,
    inside,
    pairs_of,
    renewal,
)
from whaleid_core.records import Box, Change


class BoxEdits(Store):
    """What can be done to the tail boxes of photos."""

    def add_boxes(self, photo_id: int, boxes: Sequence[Box], searched_by: str | None = None) -> Change:
        """Add the boxes that a detector found, or a file gave, to those that the photo has.

        A box about a tail that has one already is left out, so that nobody's work is overwritten. Of a photo whose
        whale a list names only the most confident box is kept, and is that whale.

        Args:
            searched_by: the detector's package; None where no detector looked.
        """
        with self.edit() as edit:
            row = edit.row(photo, photo_id)
            present = [box_of(item) for item in edit.rows(tail, tail.c.photo_id == photo_id)]
            kept = [box for box in clipped(row, boxes) if not present or iou_matrix([box], present).max() < SAME_TAIL]
            if row["known_whale_id"] is not None:
                kept = [] if present else sorted(kept, key=lambda box: -box.confidence)[:1]
            add_tails(edit, row, kept)
            if searched_by is not None:
                edit.set(photo, [photo_id], searched_by=searched_by)
            found = {0: "No tail", 1: "1 tail"}.get(len(boxes), f"{len(boxes)} tails")
            edit.label = f"{found} found on {photo_title(row['path'])}"
        return edit.change

    def renewal(self, photo_id: int, boxes: Sequence[Box]) -> Renewal:
        """What `renew_boxes` would do to a photo; nothing is changed.

        Raises:
            WhaleIdError: the photo isn't there (any more).
        """
        with self.reading() as connection:
            edit = Recorder(connection)
            return renewal(edit.row(photo, photo_id), edit.rows(tail, tail.c.photo_id == photo_id), boxes)

    def renew_boxes(self, found: Mapping[int, Sequence[Box]], searched_by: str) -> Change:
        """Put what a detector finds now in the place of what it found before.

        What a person drew, corrected, accepted or concluded stays, also what came since the detector looked.

        Args:
            found: the boxes by photo; photos that are gone are passed over.
            searched_by: the detector's package.
        """
        with self.edit() as edit:
            rows = edit.by_id(photo, found)
            for key, row in rows.items():
                tails = edit.rows(tail, tail.c.photo_id == key)
                new = renewal(row, tails, found[key])
                delete_tails(edit, new.deleted)
                before = {item["id"]: item for item in tails}
                edit.update(tail, {at: columns(box, before[at]) for at, box in new.moved.items()})
                add_tails(edit, row, new.added)
            edit.set(photo, rows, searched_by=searched_by)
            edit.label = f"Boxes of {of_photos([row['path'] for row in rows.values()])} found again"
        return edit.change

    def draw_box(self, photo_id: int, box: Box) -> Change:
        """Add a box that a person drew."""
        with self.edit() as edit:
            row = edit.row(photo, photo_id)
            edit.label = f"Box drawn on {photo_title(row['path'])}"
            add_tails(edit, row, [inside(box, row)])
        return edit.change

    def move_box(self, tail_id: int, box: Box) -> Change:
        """Give a tail another box; its decision stays, what was computed from the old box goes."""
        with self.edit() as edit:
            before = edit.row(tail, tail_id)
            row = edit.row(photo, before["photo_id"])
            edit.label = f"Box moved on {photo_title(row['path'])}"
            edit.update(tail, {tail_id: columns(inside(box, row), before)})
        return edit.change

    def delete_box(self, tail_id: int) -> Change:
        """Take a tail out, with its decision."""
        with self.edit() as edit:
            row = edit.row(photo, edit.row(tail, tail_id)["photo_id"])
            edit.label = f"Box deleted on {photo_title(row['path'])}"
            delete_tails(edit, [tail_id])
        return edit.change

    def set_boxes(self, photo_id: int, boxes: Sequence[Box]) -> Change:
        """Put these boxes in the place of all that the photo has.

        A new box about the same tail as an old one moves that one, so that its decision stays.
        """
        with self.edit() as edit:
            row = edit.row(photo, photo_id)
            edit.label = f"Boxes set on {photo_title(row['path'])}"
            wanted = clipped(row, boxes)
            present = edit.rows(tail, tail.c.photo_id == photo_id)
            pairs = pairs_of([box_of(item) for item in present], wanted)
            delete_tails(edit, [item["id"] for index, item in enumerate(present) if index not in pairs])
            edit.update(tail, {present[old]["id"]: columns(wanted[new], present[old]) for old, new in pairs.items()})
            add_tails(edit, row, [box for index, box in enumerate(wanted) if index not in pairs.values()])
        return edit.change

    def accept_boxes(self, photo_ids: Collection[int]) -> Change:
        """Say that the boxes of these photos are right as they are, or that there is rightly none."""
        with self.edit() as edit:
            rows = edit.by_id(photo, photo_ids)
            edit.label = f"Boxes of {of_photos([row['path'] for row in rows.values()])} accepted"
            edit.set(photo, rows, checked=True)
        return edit.change

    def no_tail(self, photo_id: int) -> Change:
        """Say that there is no tail on a photo: its boxes go."""
        with self.edit() as edit:
            row = edit.row(photo, photo_id)
            edit.label = f"No tail on {photo_title(row['path'])}"
            delete_tails(edit, [item["id"] for item in edit.rows(tail, tail.c.photo_id == photo_id)])
            edit.set(photo, [photo_id], checked=True)
        return edit.change
