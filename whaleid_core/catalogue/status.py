"""What a photo is waiting for, computed by the database from the photo and its tails."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Subquery, and_, case, func, or_, select

from whaleid_core.catalogue.rows import PhotoStatus
from whaleid_core.catalogue.schema import photo, tail
from whaleid_core.records import Drawer

SURE = 0.5
"""A detector's box with less confidence than this should be seen by a person."""

doubtful: ColumnElement[bool] = or_(
    tail.c.drawn_by == Drawer.FRAME.value, and_(tail.c.drawn_by == Drawer.DETECTOR.value, tail.c.confidence < SURE)
)


def tail_summary(photo_ids: Collection[int] | None = None) -> Subquery:
    """For each photo that has tails: how many, how many undecided, how many doubtful, and the least confidence."""
    summary = select(
        tail.c.photo_id,
        func.count().label("tails"),
        func.sum(case((tail.c.verdict.is_(None), 1), else_=0)).label("undecided"),
        func.sum(case((doubtful, 1), else_=0)).label("doubtful"),
        func.min(tail.c.confidence).label("confidence"),
    ).group_by(tail.c.photo_id)
    if photo_ids is not None:
        summary = summary.where(tail.c.photo_id.in_(photo_ids))
    return summary.subquery("summary")


unsearched: ColumnElement[bool] = and_(photo.c.searched_by.is_(None), photo.c.checked.is_(False))
"""Nobody looked for tails: no detector, and no person said that the boxes are right as they are."""


def status_of(summary: Subquery) -> ColumnElement[Any]:
    """The photo's status, where `tail_summary` is joined to it from the outside."""
    return case(
        (photo.c.problem != "", PhotoStatus.PROBLEM.value),
        (photo.c.role == "known", PhotoStatus.KNOWN.value),
        (summary.c.undecided == 0, PhotoStatus.DECIDED.value),
        (unsearched, PhotoStatus.WAITING.value),
        (summary.c.tails.is_(None), PhotoStatus.NO_TAIL.value),
        (
            and_(photo.c.checked.is_(False), or_(summary.c.tails > 1, summary.c.doubtful > 0)),
            PhotoStatus.TO_CHECK.value,
        ),
        else_=PhotoStatus.TO_MATCH.value,
    )
