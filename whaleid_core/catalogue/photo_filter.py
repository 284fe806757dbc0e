"""Which photos and in which order: a PhotoFilter and a PhotoSort as SQL."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select

from whaleid_core.catalogue.rows import PhotoFilter, PhotoSort, Quality
from whaleid_core.catalogue.schema import QUALITIES, encounter, photo, tail
from whaleid_core.catalogue.status import photo_states, unsearched

IN_TIME: tuple[ColumnElement[Any], ...] = (photo.c.taken_at.is_(None), photo.c.taken_at, photo.c.path, photo.c.id)

_criteria = tuple(tail.c[name] for name in QUALITIES)
_rated = or_(*(column.is_not(None) for column in _criteria))
_place_known = photo.c.latitude.is_not(None) & photo.c.longitude.is_not(None)


def filtered(query: Select[Any], which: PhotoFilter) -> Select[Any]:
    """A query of photos with the conditions of a filter."""
    if which.statuses:
        state = photo_states()
        query = query.join(state, state.c.id == photo.c.id)
        query = query.where(state.c.status.in_([status.value for status in which.statuses]))
    conditions: tuple[tuple[Any, Callable[[Any], ColumnElement[bool]]], ...] = (
        (which.role, photo.c.role.__eq__),
        (which.checked, photo.c.checked.is_),
        (which.encounter_id, photo.c.encounter_id.__eq__),
        (which.taken_from, photo.c.taken_at.__ge__),
        (which.taken_to, photo.c.taken_at.__le__),
        (which.camera, photo.c.camera.__eq__),
        (which.photographer, photo.c.photographer.__eq__),
        (which.quality, _of_quality),
        (which.placed, lambda placed: _place_known if placed else ~_place_known),
    )
    query = query.where(*(condition(value) for value, condition in conditions if value is not None))
    if which.searched is not None:
        query = query.where(photo.c.problem == "", ~unsearched if which.searched else unsearched)
    if which.whale_id is not None:
        shown = select(tail.c.photo_id).where(tail.c.whale_id == which.whale_id)
        query = query.where(or_(photo.c.known_whale_id == which.whale_id, photo.c.id.in_(shown)))
    return query.where(_holds(text)) if (text := which.text.strip()) else query


def ordered(query: Select[Any], sort: PhotoSort, descending: bool = False) -> Select[Any]:
    """A query of photos in an order, those that lack what is sorted by last, and equal ones in order of time."""
    column: ColumnElement[Any]
    lacking: ColumnElement[bool] | None = None
    match sort:
        case PhotoSort.TIME:
            column, lacking = photo.c.taken_at, photo.c.taken_at.is_(None)
        case PhotoSort.NAME:
            column = photo.c.path
        case PhotoSort.ADDED:
            column = photo.c.added_at
        case PhotoSort.PLACE:
            column, lacking = -photo.c.latitude, ~_place_known
        case PhotoSort.STATUS | PhotoSort.TAILS:
            state = photo_states().alias("sorted")
            query = query.join(state, state.c.id == photo.c.id)
            column = state.c.status if sort is PhotoSort.STATUS else state.c.tails
        case _:
            column = photo.c[sort.value]
            lacking = column == ""
    first = column.desc() if descending else column.asc()
    equal = (photo.c.id,) if sort is PhotoSort.ADDED else IN_TIME
    return query.order_by(*(() if lacking is None else (lacking,)), first, *equal)


def _holds(text: str) -> ColumnElement[bool]:
    """Whether a text stands anywhere in what is written of a photo."""
    named = select(encounter.c.id).where(
        or_(*(column.icontains(text, autoescape=True) for column in (encounter.c.name, encounter.c.area)))
    )
    columns = (photo.c.path, photo.c.note, photo.c.camera, photo.c.photographer)
    return or_(
        *(column.icontains(text, autoescape=True) for column in columns),
        photo.c.encounter_id.in_(named),
    )


def _of_quality(quality: Quality) -> ColumnElement[bool]:
    def some_tail(condition: ColumnElement[bool]) -> ColumnElement[bool]:
        return photo.c.id.in_(select(tail.c.photo_id).where(condition))

    def none_worse(worst: int) -> ColumnElement[bool]:
        return and_(_rated, *(or_(column.is_(None), column <= worst) for column in _criteria))

    match quality:
        case Quality.GOOD:
            return some_tail(none_worse(2))
        case Quality.FAIR:
            return some_tail(none_worse(3))
        case Quality.POOR:
            return some_tail(_rated) & ~some_tail(none_worse(3))
        case Quality.UNRATED:
            return some_tail(~_rated)
