"""The catalogue's tables: what is kept of photos, tails, whales and decisions, and what is derived from them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

NEWEST = "0005"
"""The revision that this program writes; a test holds it against the migrations."""


QUALITIES = ("part_visible", "fluke_angle", "camera_angle", "sharpness", "exposure")
"""How good a tail's picture is, each 1 (best) to 5; null where nobody said (SPLASH: Calambokidis et al. 2008)."""


class Moment(TypeDecorator[datetime]):
    """A point in time, kept as UTC without a zone and given back with one."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _table(name: str, *items: Column[Any] | Index | UniqueConstraint) -> Table:
    # AUTOINCREMENT: an undone row comes back under its own id, so no id may ever be given out twice.
    return Table(name, metadata, Column("id", Integer, primary_key=True), *items, sqlite_autoincrement=True)


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False, default="", server_default="")


about = _table(
    "about",
    Column("uid", String(32), nullable=False),
    Column("name", Text, nullable=False),
    Column("made_at", Moment, nullable=False),
)

root = _table("root", Column("path", Text, nullable=False, unique=True))

encounter = _table("encounter", _text("name"), _text("note"), _text("area"))

whale = _table(
    "whale",
    Column("name", Text, nullable=False, unique=True),
    _text("nickname"),
    _text("sex"),
    _text("note"),
    # How much of the underside is dark: 1, nearly all white, to 5, nearly all black; null where nobody said.
    Column("pigmentation", Integer, nullable=True),
)

whale_name = _table(
    "whale_name",
    Column("whale_id", ForeignKey("whale.id"), nullable=False, index=True),
    Column("name", Text, nullable=False, index=True),
    # "old": an id that it had here before it was renamed or merged; "other": its id in another catalogue.
    Column("kind", String(8), nullable=False),
    _text("catalogue"),
)

photo = _table(
    "photo",
    Column("root_id", ForeignKey("root.id"), nullable=False),
    Column("path", Text, nullable=False),
    # Null where the file couldn't even be read to its end.
    Column("content_hash", String(64), nullable=True, unique=True),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("taken_at", DateTime, nullable=True),
    Column("latitude", Float, nullable=True),
    Column("longitude", Float, nullable=True),
    _text("camera"),
    Column("turned", Integer, nullable=False, default=0, server_default="0"),
    Column("encounter_id", ForeignKey("encounter.id"), nullable=True, index=True),
    Column("known_whale_id", ForeignKey("whale.id"), nullable=True, index=True),
    Column("role", String(8), nullable=False, default="new", server_default="new"),
    Column("searched_by", Text, nullable=True),
    Column("checked", Boolean, nullable=False, default=False, server_default="0"),
    _text("problem"),
    _text("note"),
    Column("added_at", Moment, nullable=False),
    _text("photographer"),
    Index(None, "root_id", "path"),
    Index(None, "taken_at"),
)

tail = _table(
    "tail",
    Column("photo_id", ForeignKey("photo.id"), nullable=False),
    Column("xmin", Float, nullable=False),
    Column("ymin", Float, nullable=False),
    Column("xmax", Float, nullable=False),
    Column("ymax", Float, nullable=False),
    Column("drawn_by", String(8), nullable=False),
    Column("confidence", Float, nullable=False),
    Column("whale_id", ForeignKey("whale.id"), nullable=True, index=True),
    Column("verdict", String(8), nullable=True),
    *(Column(name, Integer, nullable=True) for name in (*QUALITIES, "distinctiveness")),
    # The detector's looks disagree about the box.
    Column("disputed", Boolean, nullable=False, default=False, server_default="0"),
    # When a person drew the box, or corrected it last.
    Column("drawn_at", Moment, nullable=True),
    # Everything that a photo's status is made of, so that counting reads this index and not the table.
    Index("ix_tail_status", "photo_id", "verdict", "drawn_by", "confidence"),
)

decision = _table(
    "decision",
    Column("tail_id", ForeignKey("tail.id"), nullable=False, unique=True),
    Column("verdict", String(8), nullable=False),
    Column("whale_id", ForeignKey("whale.id"), nullable=True, index=True),
    _text("who"),
    Column("decided_at", Moment, nullable=False),
    _text("model"),
    Column("shown", Integer, nullable=False, default=0, server_default="0"),
    # What was searched, in words: a filter's name and what it left.
    _text("searched"),
    # Stays empty: what is said of a tail stands in its photo's note, which is searched, listed and undone, and which a
    # decision that is taken back or replaced doesn't take along.
    _text("note"),
)

reading = _table(
    "reading",
    Column("tail_id", ForeignKey("tail.id"), nullable=False),
    Column("who", Text, nullable=False),
    Column("verdict", String(8), nullable=False),
    Column("whale_id", ForeignKey("whale.id"), nullable=True, index=True),
    Column("decided_at", Moment, nullable=False),
    _text("model"),
    Column("shown", Integer, nullable=False, default=0, server_default="0"),
    Column("settled", Boolean, nullable=False, default=False, server_default="0"),
    UniqueConstraint("tail_id", "who"),
)

comparison = _table(
    "comparison",
    # Two decided tails that a person looked at side by side, the one with the smaller id first.
    Column("tail_id", ForeignKey("tail.id"), nullable=False),
    Column("other_id", ForeignKey("tail.id"), nullable=False, index=True),
    # "same" or "different" whales.
    Column("verdict", String(16), nullable=False),
    _text("who"),
    Column("at", Moment, nullable=False),
    UniqueConstraint("tail_id", "other_id"),
)

search_filter = _table(
    "search_filter", Column("name", Text, nullable=False, unique=True), Column("definition", Text, nullable=False)
)

look = _table(
    "look",
    Column("tail_id", ForeignKey("tail.id", ondelete="CASCADE"), nullable=False),
    Column("who", Text, nullable=False),
    # Of so many candidates that person has seen so many.
    Column("shown", Integer, nullable=False),
    Column("of", Integer, nullable=False),
    Column("at", Moment, nullable=False),
    UniqueConstraint("tail_id", "who"),
)

training = _table(
    "training",
    Column("at", Moment, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("package", Text, nullable=False),
    Column("boxes", Integer, nullable=False),
)

embedding = _table(
    "embedding",
    Column("tail_id", ForeignKey("tail.id", ondelete="CASCADE"), nullable=False),
    Column("package", Text, nullable=False),
    Column("vector", LargeBinary, nullable=False),
    UniqueConstraint("tail_id", "package"),
)

keypoints = _table(
    "keypoints",
    Column("tail_id", ForeignKey("tail.id", ondelete="CASCADE"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("data", LargeBinary, nullable=False),
    UniqueConstraint("tail_id", "kind"),
)

suggestion = _table(
    "suggestion",
    Column("tail_id", ForeignKey("tail.id", ondelete="CASCADE"), nullable=False),
    Column("rank", Integer, nullable=False),
    # Null is new_whale, so a whale that goes takes its rows along instead of turning them into that.
    Column("whale_id", ForeignKey("whale.id", ondelete="CASCADE"), nullable=True, index=True),
    Column("score", Float, nullable=True),
    Column("probability", Float, nullable=False),
    Column("networks", Float, nullable=True),
    Column("nearest", Float, nullable=True),
    Column("points", Integer, nullable=True),
    Column("tail_shown_id", ForeignKey("tail.id", ondelete="SET NULL"), nullable=True, index=True),
    Column("known", Float, nullable=False),
    _text("model"),
    Column("made_at", Moment, nullable=False),
    Index(None, "tail_id", "rank"),
)

journal = _table(
    "journal",
    Column("at", Moment, nullable=False),
    _text("who"),
    _text("label"),
    Column("tables", Text, nullable=False),
    Column("change", Text, nullable=False),
    # The entry that this one takes back; where that took one back itself, this one makes it again.
    Column("undoes", Integer, nullable=True),
)

EDITED: dict[str, Table] = {
    table.name: table
    for table in (root, encounter, whale, whale_name, photo, tail, decision, reading, comparison, search_filter)
}
"""The tables whose rows are in a Change: what a person did, and what can't be computed again."""
