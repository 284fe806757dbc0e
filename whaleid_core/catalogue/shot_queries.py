"""Questions about what cameras wrote: which cameras and photographers, when and where, which files."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path, PurePosixPath

from sqlalchemy import Column, func, select

from whaleid_core.catalogue.photo_filter import IN_TIME, filtered
from whaleid_core.catalogue.row_writes import chunks
from whaleid_core.catalogue.rows import PhotoFilter, ShotRow, SourceRow
from whaleid_core.catalogue.schema import photo, root
from whaleid_core.catalogue.store import Store


class ShotQueries(Store):
    """What can be asked about the making of photos."""

    def cameras(self) -> list[SourceRow]:
        """The cameras, by name; the photos whose camera isn't known have an empty one."""
        return self._sources(photo.c.camera)

    def photographers(self) -> list[SourceRow]:
        """The photographers, by name; the photos whose photographer isn't known have an empty one."""
        return self._sources(photo.c.photographer)

    def shots(self, which: PhotoFilter | None = None) -> list[ShotRow]:
        """When and where the photos that fit were taken, in order of time."""
        chosen = filtered(select(photo.c.id), which or PhotoFilter()).subquery("chosen")
        query = (
            select(photo.c.id, photo.c.path, photo.c.taken_at, photo.c.latitude, photo.c.longitude)
            .join(chosen, chosen.c.id == photo.c.id)
            .order_by(*IN_TIME)
        )
        with self.reading() as connection:
            return [
                ShotRow(key, PurePosixPath(path).name, taken_at, latitude, longitude)
                for key, path, taken_at, latitude, longitude in connection.execute(query)
            ]

    def by_content(self, hashes: Collection[str]) -> dict[str, tuple[int, Path]]:
        """Those of the contents that the catalogue has: content hash -> photo id and where it should lie."""
        found: dict[str, tuple[int, Path]] = {}
        query = select(photo.c.content_hash, photo.c.id, root.c.path, photo.c.path).join(root)
        with self.reading() as connection:
            for some in chunks(hashes):
                rows = connection.execute(query.where(photo.c.content_hash.in_(some)))
                found |= {content: (key, Path(above) / below) for content, key, above, below in rows}
        return found

    def files(self) -> list[tuple[int, int, Path, str, str | None]]:
        """Every photo's id, its folder's id and path, its path below that, and its content hash."""
        query = (
            select(photo.c.id, root.c.id, root.c.path, photo.c.path, photo.c.content_hash)
            .select_from(photo.join(root))
            .order_by(photo.c.id)
        )
        with self.reading() as connection:
            return [
                (key, root_key, Path(above), below, content)
                for key, root_key, above, below, content in connection.execute(query)
            ]

    def _sources(self, column: Column[str]) -> list[SourceRow]:
        query = (
            select(column, func.count(), func.min(photo.c.taken_at), func.max(photo.c.taken_at))
            .where(photo.c.problem == "")
            .group_by(column)
            .order_by(column)
        )
        with self.reading() as connection:
            return [SourceRow(*row) for row in connection.execute(query)]
