"""Edits of photos: taken in, taken out, turned, noted. The files themselves are never touched."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from whaleid_core.boxes import turned as turned_box
from whaleid_core.catalogue.intake import insert_or_mend, not_there, places, whale_ids, without_photo
from whaleid_core.catalogue.names import of_photos, photo_title
from whaleid_core.catalogue.recorder import Recorder
from whaleid_core.catalogue.row_writes import chunks
from whaleid_core.catalogue.schema import EDITED, encounter, photo, tail
from whaleid_core.catalogue.store import Store
from whaleid_core.catalogue.tail_boxes import box_of, corners, delete_tails, photo_size
from whaleid_core.records import Change, Photo


class PhotoEdits(Store):
    """What can be done to photos in the catalogue."""

    def add_photos(
        self,
        photos: Sequence[Photo],
        role: str = "new",
        whales: Mapping[str, str | None] | None = None,
        problems: Mapping[str, str] | None = None,
    ) -> Change:
        """Take photos in; one whose content is there already, or comes twice, is left out.

        Args:
            photos: their paths are absolute.
            role: "new", or "known" where a list says which whale they show.
            whales: content hash -> whale, for known photos; whales that aren't there are made. new_whale is none.
            problems: path -> sentence, for files that can't be read: they get a row that says why. A photo at the
                path of such a row takes its place.
        """
        given, broken = whales or {}, problems or {}
        with self.edit() as edit:
            fresh = not_there(edit, photos)
            where = places(edit, [item.path for item in fresh] + list(broken))
            named = whale_ids(edit, (given.get(item.content_hash) for item in fresh))
            shared = {"role": role, "added_at": datetime.now(UTC).isoformat()}
            rows = [
                {
                    **_photo_values(item),
                    **where[item.path],
                    **shared,
                    "known_whale_id": named.get(given.get(item.content_hash) or ""),
                }
                for item in fresh
            ]
            insert_or_mend(edit, rows)
            unread = without_photo(edit, {path: where[path] for path in broken})
            nothing = {"content_hash": None, "width": 0, "height": 0}
            edit.insert(photo, [{**nothing, "problem": broken[path], **where[path], **shared} for path in unread])
            edit.label = f"{of_photos([row['path'] for row in rows])} added"
            if unread and not rows:
                edit.label = f"{of_photos(unread)} can't be read"
        return edit.change

    def remove_photos(self, photo_ids: Collection[int]) -> Change:
        """Take photos out of the catalogue, with their tails and decisions; the files stay where they are."""
        with self.edit() as edit:
            rows = edit.by_id(photo, photo_ids)
            tails = [row["id"] for some in chunks(rows) for row in edit.rows(tail, tail.c.photo_id.in_(some))]
            delete_tails(edit, tails)
            edit.delete(photo, rows)
            delete_empty_encounters(edit, {row["encounter_id"] for row in rows.values()})
            edit.label = f"{of_photos([row['path'] for row in rows.values()])} taken out"
        return edit.change

    def turn_photo(self, photo_id: int, degrees: int) -> Change:
        """Turn a photo clockwise by 90, 180 or 270 degrees in the catalogue, and its tail boxes with it."""
        degrees %= 360
        with self.edit() as edit:
            row = edit.row(photo, photo_id)
            width, height = photo_size(row)
            edit.label = f"{photo_title(row['path'])} turned by {degrees}°"
            edit.set(photo, [photo_id], turned=(row["turned"] + degrees) % 360)
            tails = edit.rows(tail, tail.c.photo_id == photo_id)
            edit.update(tail, {item["id"]: corners(turned_box(box_of(item), width, height, degrees)) for item in tails})
        return edit.change

    def note_problem(self, photo_id: int, sentence: str) -> Change:
        """Say of a photo why it can't be read: it is no longer waiting to be searched."""
        with self.edit() as edit:
            row = edit.row(photo, photo_id)
            edit.label = f"{photo_title(row['path'])} can't be read"
            edit.set(photo, [photo_id], problem=sentence)
        return edit.change

    def set_note(self, table: str, key: int, text: str) -> Change:
        """Write a note on a photo, an encounter or a whale."""
        if table not in ("photo", "encounter", "whale"):
            raise ValueError(f"a {table} has no note")
        with self.edit() as edit:
            row = edit.row(EDITED[table], key)
            name = photo_title(row["path"]) if table == "photo" else row["name"]
            edit.label = f"Note on {name}"
            edit.set(EDITED[table], [key], note=text)
        return edit.change


def delete_empty_encounters(edit: Recorder, ids: Collection[int | None]) -> None:
    """Take those of the encounters out that no photo is in any more."""
    keys = [key for key in ids if key is not None]
    used = edit.connection.execute(select(photo.c.encounter_id).where(photo.c.encounter_id.in_(keys)).distinct())
    edit.delete(encounter, set(keys) - set(used.scalars()))


def _photo_values(item: Photo) -> dict[str, Any]:
    return {
        "content_hash": item.content_hash,
        "width": int(item.width),
        "height": int(item.height),
        "taken_at": item.taken_at.replace(tzinfo=None).isoformat() if item.taken_at else None,
        "latitude": item.latitude,
        "longitude": item.longitude,
        "camera": item.camera,
        "photographer": item.photographer,
        "problem": "",
    }
