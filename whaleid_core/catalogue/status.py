"""What a photo is waiting for, computed by the database from the photo and its tails."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Subquery, and_, case, func, or_, select

from whaleid_core.catalogue.rows import PhotoStatus
from whaleid_core.catalogue.schema import photo, tail
from whaleid_core.records import Drawer

SURE = 0.8
"""A detector's box with less confidence than this should be seen by a person."""

doubtful: ColumnElement[bool] = or_(
    tail.c.drawn_by == Drawer.FRAME.value, and_(tail.c.drawn_by == Drawer.DETECTOR.value, tail.c.confidence < SURE)
)


unsearched: ColumnElement[bool] = and_(photo.c.searched_by.is_(None), photo.c.checked.is_(False))
"""Nobody looked for tails: no detector, and no person said that the boxes are right as they are."""


def photo_states(where: ColumnElement[bool] | None = None) -> Subquery:
    """For each photo: its status, and how many tails it has, how many undecided, how many doubtful.

    Args:
        where: a condition on the photo; all photos otherwise.
    """
    tails = func.count(tail.c.id)
    undecided = tails - func.count(tail.c.verdict)
    in_doubt = func.count(case((doubtful, tail.c.id)))
    status = case(
        (photo.c.problem != "", PhotoStatus.PROBLEM.value),
        (photo.c.role == "known", PhotoStatus.KNOWN.value),
        (and_(tails > 0, undecided == 0), PhotoStatus.DECIDED.value),
        (unsearched, PhotoStatus.WAITING.value),
        (tails == 0, PhotoStatus.NO_TAIL.value),
        (and_(photo.c.checked.is_(False), or_(tails > 1, in_doubt > 0)), PhotoStatus.TO_CHECK.value),
        else_=PhotoStatus.TO_MATCH.value,
    )
    states = select(
        photo.c.id,
        photo.c.checked,
        (photo.c.role == "new").label("is_new"),
        and_(unsearched, photo.c.problem == "").label("unsearched"),
        status.label("status"),
        tails.label("tails"),
        undecided.label("undecided"),
        in_doubt.label("doubtful"),
        func.min(tail.c.confidence).label("confidence"),
    ).select_from(photo.outerjoin(tail))
    if where is not None:
        states = states.where(where)
    # In order of the photos' ids, which both tables have an index for: nothing is sorted or kept.
    return states.group_by(photo.c.id).subquery("state")
