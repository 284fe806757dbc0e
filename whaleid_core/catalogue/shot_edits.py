"""Edits of what a camera wrote, set right in the catalogue: time, place, photographer, where the file lies."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from whaleid_core.catalogue.intake import places
from whaleid_core.catalogue.names import of_photos
from whaleid_core.catalogue.recorder import Recorder
from whaleid_core.catalogue.schema import photo, root
from whaleid_core.catalogue.store import Store
from whaleid_core.clock import offset_words, shifted
from whaleid_core.errors import WhaleIdError
from whaleid_core.records import Change


class ShotEdits(Store):
    """What can be set right of photos; the files themselves are never touched."""

    def set_clock(self, photo_ids: Collection[int], offset: timedelta) -> Change:
        """Add an offset to the times of photos; those without a time stay so.

        Raises:
            WhaleIdError: a time would leave the calendar.
        """
        with self.edit() as edit:
            rows = [row for row in edit.by_id(photo, photo_ids).values() if row["taken_at"]]
            times = {row["id"]: {"taken_at": shifted(datetime.fromisoformat(row["taken_at"]), offset)} for row in rows}
            edit.update(photo, times)
            edit.label = f"{of_photos([row['path'] for row in rows])} taken {offset_words(offset)}"
        return edit.change

    def set_time(self, photo_ids: Collection[int], taken_at: datetime | None) -> Change:
        """Write when photos were taken, by the camera's local time; None takes it away."""
        with self.edit() as edit:
            rows = edit.by_id(photo, photo_ids)
            edit.set(photo, rows, taken_at=taken_at)
            what = of_photos([row["path"] for row in rows.values()])
            edit.label = (
                f"{what} taken on {taken_at:%Y-%m-%d at %H:%M}" if taken_at else f"{what} taken at no time known"
            )
        return edit.change

    def set_places(self, found: Mapping[int, tuple[float, float]], source: str = "") -> Change:
        """Write where photos were taken.

        Args:
            found: photo id -> latitude and longitude in degrees (WGS 84).
            source: what says so, for the label: a track's name.

        Raises:
            WhaleIdError: a place isn't on the earth.
        """
        for latitude, longitude in found.values():
            if not (abs(latitude) <= 90 and abs(longitude) <= 180):
                raise WhaleIdError(f"There is no place {latitude}, {longitude}.", "Give degrees, north and east.")
        with self.edit() as edit:
            rows = edit.by_id(photo, found)
            edit.update(photo, {key: {"latitude": found[key][0], "longitude": found[key][1]} for key in rows})
            by = f" by {source}" if source else ""
            edit.label = f"{of_photos([row['path'] for row in rows.values()])} placed{by}"
        return edit.change

    def set_photographer(self, photo_ids: Collection[int], name: str) -> Change:
        """Write who took photos; an empty name takes it away."""
        with self.edit() as edit:
            rows = edit.by_id(photo, photo_ids)
            name = " ".join(name.split())
            edit.set(photo, rows, photographer=name)
            what = of_photos([row["path"] for row in rows.values()])
            edit.label = f"{what} taken by {name}" if name else f"{what} taken by nobody named"
        return edit.change

    def move_root(self, root_id: int, path: Path) -> Change:
        """Say that a folder of photos lies elsewhere now.

        Raises:
            WhaleIdError: another folder of photos of this catalogue is there.
        """
        with self.edit() as edit:
            new = str(Path(path).absolute())
            edit.row(root, root_id)
            if any(row["id"] != root_id for row in edit.rows(root, root.c.path == new)):
                raise WhaleIdError(f"{new} is a folder of this catalogue already.", "Choose where the photos went.")
            edit.label = f"Photos are now in {new}"
            edit.set(root, [root_id], path=new)
        return edit.change

    def mend_paths(self, found: Mapping[int, Path]) -> Change:
        """Say where photos lie now, each by itself: photo id -> the absolute path of the same content."""
        with self.edit() as edit:
            rows = edit.by_id(photo, found)
            where = places(edit, [str(found[key]) for key in rows])
            edit.update(photo, {key: where[str(found[key])] for key in rows})
            edit.label = f"{of_photos([row['path'] for row in rows.values()])} found again"
            _forget_empty_roots(edit, {row["root_id"] for row in rows.values()})
        return edit.change


def _forget_empty_roots(edit: Recorder, ids: Collection[int]) -> None:
    """Take those of the folders out under which no photo lies any more."""
    used = edit.connection.execute(select(photo.c.root_id).where(photo.c.root_id.in_(ids)).distinct())
    edit.delete(root, set(ids) - set(used.scalars()))
