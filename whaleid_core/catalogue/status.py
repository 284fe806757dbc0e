"""What a photo is waiting for, computed by the database from the photo and its tails."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Subquery, and_, case, func, or_, select

from whaleid_core.catalogue.rows import PhotoStatus
from whaleid_core.catalogue.schema import photo, tail
from whaleid_core.records import Drawer

SURE = 0.8
"""A detector's box with less confidence than this should be seen by a person."""
BORDER = 2.0
"""A detector's box that comes this close to its photo's border, pixels, may be cut off by it."""
SHAPES = (0.8, 5.0)
"""Width by height of an ordinary fluke's box; a person should see what lies outside."""

_found: ColumnElement[bool] = tail.c.drawn_by == Drawer.DETECTOR.value
_upright: ColumnElement[bool] = photo.c.turned % 180 == 0
_right = case((_upright, photo.c.width), else_=photo.c.height) - BORDER
_bottom = case((_upright, photo.c.height), else_=photo.c.width) - BORDER
_width, _height = tail.c.xmax - tail.c.xmin, tail.c.ymax - tail.c.ymin

unsure: ColumnElement[bool] = or_(tail.c.drawn_by == Drawer.FRAME.value, and_(_found, tail.c.confidence < SURE))
at_border: ColumnElement[bool] = and_(
    _found, or_(tail.c.xmin < BORDER, tail.c.ymin < BORDER, tail.c.xmax > _right, tail.c.ymax > _bottom)
)
odd: ColumnElement[bool] = and_(_found, or_(_width < SHAPES[0] * _height, _width > SHAPES[1] * _height))
disputed: ColumnElement[bool] = and_(_found, tail.c.disputed)

unsearched: ColumnElement[bool] = and_(photo.c.searched_by.is_(None), photo.c.checked.is_(False))
"""Nobody looked for tails: no detector, and no person said that the boxes are right as they are."""


def photo_states(where: ColumnElement[bool] | None = None) -> Subquery:
    """For each photo: its status, and how many tails it has, how many undecided, and how many to doubt, and why.

    Args:
        where: a condition on the photo; all photos otherwise.
    """
    tails = func.count(tail.c.id)
    undecided = tails - func.count(tail.c.verdict)
    in_doubt = func.count(case((or_(unsure, at_border, odd, disputed), tail.c.id)))
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
        func.count(case((unsure, tail.c.id))).label("unsure"),
        func.count(case((at_border, tail.c.id))).label("at_border"),
        func.count(case((odd, tail.c.id))).label("odd"),
        in_doubt.label("doubtful"),
        func.min(tail.c.confidence).label("confidence"),
    ).select_from(photo.outerjoin(tail))
    if where is not None:
        states = states.where(where)
    # In order of the photos' ids, which both tables have an index for: nothing is sorted or kept.
    return states.group_by(photo.c.id).subquery("state")
