"""What is known of each tail that was identified, with its photo and encounter: for tables that leave the catalogue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Select, and_, case, exists, func, literal, null, or_, select

from whaleid_core.catalogue.schema import QUALITIES, decision, encounter, photo, root, tail, whale
from whaleid_core.catalogue.store import Store

GRADES = (*QUALITIES, "distinctiveness")
BY_LIST = "list"
"""The verdict of a photo whose whale a list named."""


@dataclass(frozen=True, slots=True)
class IdentifiedRow:
    """A tail that was decided, or a photo whose whale a list named.

    Attributes:
        path: of the photo.
        tail: its number among the photo's tails, from 0; None where the list's whale is in no tail.
        whale: empty where the decision names none.
        verdict: of the decision, or `BY_LIST`.
        who, decided_at: of the decision.
        taken_at: by the camera's clock.
        grades: by the names of `GRADES`, 1 (best) to 5; None where nobody said.
    """

    path: Path
    tail: int | None
    whale: str
    verdict: str
    who: str
    decided_at: datetime | None
    taken_at: datetime | None
    latitude: float | None
    longitude: float | None
    encounter: str
    area: str
    camera: str
    photographer: str
    grades: tuple[int | None, ...]
    note: str


class SightingQueries(Store):
    """What can be asked about all that was identified."""

    def identified(self) -> list[IdentifiedRow]:
        """Each tail that was decided, and each photo whose whale a list named: by time, those without one last."""
        with self.reading() as connection:
            rows = connection.execute(_query()).mappings().all()
        return [
            IdentifiedRow(
                path=Path(row["root"]) / row["path"],
                grades=tuple(row[name] for name in GRADES),
                **{name: value for name, value in row.items() if name not in ("root", "path", *GRADES)},
            )
            for row in rows
        ]


def _query() -> Select[Any]:
    place = func.row_number().over(partition_by=tail.c.photo_id, order_by=tail.c.id) - 1
    counted = select(tail.c.id, place.label("number")).subquery("counted")
    of_list = tail.c.whale_id == photo.c.known_whale_id
    by_tail = (
        select(
            photo.c.id.label("photo_id"),
            counted.c.number.label("tail"),
            tail.c.whale_id,
            case((tail.c.verdict.is_(None), literal(BY_LIST)), else_=tail.c.verdict).label("verdict"),
            func.coalesce(decision.c.who, "").label("who"),
            decision.c.decided_at,
            *(tail.c[name] for name in GRADES),
        )
        .select_from(
            tail.join(counted, counted.c.id == tail.c.id)
            .join(photo, photo.c.id == tail.c.photo_id)
            .outerjoin(decision, decision.c.tail_id == tail.c.id)
        )
        .where(or_(tail.c.verdict.is_not(None), of_list))
    )
    by_list = select(
        photo.c.id,
        null(),
        photo.c.known_whale_id,
        literal(BY_LIST),
        literal(""),
        null(),
        *(null() for _ in GRADES),
    ).where(
        photo.c.known_whale_id.is_not(None),
        ~exists().where(and_(tail.c.photo_id == photo.c.id, tail.c.whale_id == photo.c.known_whale_id)),
    )
    named = by_tail.union_all(by_list).subquery("named")
    return (
        select(
            root.c.path.label("root"),
            photo.c.path,
            named.c.tail,
            func.coalesce(whale.c.name, "").label("whale"),
            *(named.c[name] for name in ("verdict", "who", "decided_at", *GRADES)),
            *(photo.c[name] for name in ("taken_at", "latitude", "longitude", "camera", "photographer", "note")),
            func.coalesce(encounter.c.name, "").label("encounter"),
            func.coalesce(encounter.c.area, "").label("area"),
        )
        .select_from(
            named.join(photo, photo.c.id == named.c.photo_id)
            .join(root, root.c.id == photo.c.root_id)
            .outerjoin(whale, whale.c.id == named.c.whale_id)
            .outerjoin(encounter, encounter.c.id == photo.c.encounter_id)
        )
        .order_by(photo.c.taken_at.is_(None), photo.c.taken_at, photo.c.id, named.c.tail)
    )
