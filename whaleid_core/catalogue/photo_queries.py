"""Questions about photos: how many, which, in what order, and what is known of each."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import RowMapping, Select, bindparam, func, select

from whaleid_core.catalogue.photo_filter import filtered, ordered
from whaleid_core.catalogue.row_writes import chunks
from whaleid_core.catalogue.rows import Counts, PhotoFilter, PhotoRow, PhotoSort, PhotoStatus, RootRow
from whaleid_core.catalogue.schema import encounter, photo, root, whale
from whaleid_core.catalogue.status import photo_states
from whaleid_core.catalogue.store import Store
from whaleid_core.errors import WhaleIdError


class PhotoQueries(Store):
    """What can be asked about photos."""

    def counts(self) -> Counts:
        """How much there is, and how much work waits."""
        state = photo_states()
        kinds = (state.c.status, state.c.is_new, state.c.unsearched, state.c.checked)
        by_kind = select(
            *kinds,
            func.count().label("photos"),
            func.sum(state.c.tails).label("tails"),
            func.sum(state.c.undecided).label("undecided"),
        ).group_by(*kinds)
        with self.reading() as connection:
            rows = connection.execute(by_kind).all()
            whales = connection.execute(select(func.count()).select_from(whale)).scalar_one()
            encounters = connection.execute(select(func.count()).select_from(encounter)).scalar_one()
        new = [row for row in rows if row.is_new and row.status != PhotoStatus.PROBLEM]
        to_check = (PhotoStatus.NO_TAIL, PhotoStatus.TO_CHECK)
        return Counts(
            photos=sum(row.photos for row in rows),
            tails=sum(row.tails for row in rows),
            whales=whales,
            encounters=encounters,
            waiting_search=sum(row.photos for row in rows if row.unsearched),
            to_check=sum(row.photos for row in new if row.status in to_check and not row.checked),
            to_match=sum(row.undecided for row in new),
            decided=sum(row.tails - row.undecided for row in new),
            by_status={
                kind: count for kind in PhotoStatus if (count := sum(row.photos for row in rows if row.status == kind))
            },
        )

    def photo_ids(
        self, which: PhotoFilter | None = None, sort: PhotoSort | str = PhotoSort.TIME, descending: bool = False
    ) -> list[int]:
        """The ids of the photos that fit, in order; those that lack what is sorted by come last both ways."""
        query = ordered(filtered(select(photo.c.id), which or PhotoFilter()), PhotoSort(sort), descending)
        with self.reading() as connection:
            return list(connection.execute(query).scalars())

    def photo_ids_by_encounter(self, which: PhotoFilter | None = None) -> dict[int | None, list[int]]:
        """The ids of the photos that fit, in order of time, under the encounters that they are in; None: in none."""
        query = ordered(filtered(select(photo.c.id, photo.c.encounter_id), which or PhotoFilter()), PhotoSort.TIME)
        found: dict[int | None, list[int]] = {}
        with self.reading() as connection:
            for key, into in connection.execute(query):
                found.setdefault(into, []).append(key)
        return found

    def photos(self, ids: Collection[int]) -> list[PhotoRow]:
        """The photos with these ids, in this order; those that are gone are left out."""
        found: dict[int, PhotoRow] = {}
        with self.reading() as connection:
            for some in chunks(ids):
                found |= {
                    row["id"]: _photo_row(row) for row in connection.execute(_photos_query(), {"ids": some}).mappings()
                }
        return [found[key] for key in ids if key in found]

    def photo(self, photo_id: int) -> PhotoRow:
        """One photo.

        Raises:
            WhaleIdError: it isn't there (any more).
        """
        if rows := self.photos([photo_id]):
            return rows[0]
        raise WhaleIdError("This photo isn't in the catalogue any more.", "Press F5 to see what is.")

    def roots(self) -> list[RootRow]:
        """The folders that photos lie under."""
        query = (
            select(root.c.id, root.c.path, func.count(photo.c.id))
            .select_from(root.outerjoin(photo))
            .group_by(root.c.id, root.c.path)
            .order_by(root.c.path)
        )
        with self.reading() as connection:
            return [RootRow(key, Path(path), count) for key, path, count in connection.execute(query)]


@cache
def _photos_query() -> Select[Any]:
    """What `_photo_row` reads, for the photos named by the parameter `ids`; made once, for it is asked all the time."""
    state = photo_states(photo.c.id.in_(bindparam("ids", expanding=True)))
    return select(
        photo, root.c.path.label("root_path"), whale.c.name.label("known_whale"), state.c.status, state.c.tails
    ).select_from(
        photo.join(root).outerjoin(whale, whale.c.id == photo.c.known_whale_id).join(state, state.c.id == photo.c.id)
    )


def _photo_row(row: RowMapping) -> PhotoRow:
    size = (row["width"], row["height"])
    width, height = size if row["turned"] % 180 == 0 else size[::-1]
    path = Path(row["root_path"]) / row["path"]
    return PhotoRow(
        id=row["id"],
        path=path,
        name=path.name,
        width=width,
        height=height,
        taken_at=row["taken_at"],
        latitude=row["latitude"],
        longitude=row["longitude"],
        camera=row["camera"],
        turned=row["turned"],
        encounter_id=row["encounter_id"],
        role=row["role"],
        searched=row["searched_by"] is not None,
        checked=row["checked"],
        problem=row["problem"],
        note=row["note"],
        status=PhotoStatus(row["status"]),
        tails=row["tails"],
        content_hash=row["content_hash"],
        root_id=row["root_id"],
        searched_by=row["searched_by"],
        known_whale_id=row["known_whale_id"],
        known_whale=row["known_whale"],
        photographer=row["photographer"],
        added_at=row["added_at"],
    )
