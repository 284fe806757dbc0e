"""Room for what people say: names and types of whales, quality, second readings, filters, and undo after a restart."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision: str | None = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _columns()
    _tables_of_people()
    _derived_tables()


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, server_default="")


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=True)


def _columns() -> None:
    qualities = ("part_visible", "fluke_angle", "camera_angle", "sharpness", "exposure", "distinctiveness")
    added: dict[str, list[sa.Column[Any]]] = {
        "encounter": [_text("area")],
        "whale": [_number("pigmentation")],
        "photo": [_text("photographer")],
        "tail": [*(_number(name) for name in qualities), sa.Column("drawn_at", sa.DateTime, nullable=True)],
        "decision": [_text("searched"), _text("note")],
        "journal": [_number("undoes")],
    }
    for table, columns in added.items():
        for column in columns:
            op.add_column(table, column)


def _table(name: str, *items: sa.schema.SchemaItem) -> None:
    op.create_table(
        name,
        sa.Column("id", sa.Integer, nullable=False),
        *items,
        sa.PrimaryKeyConstraint("id", name=f"pk_{name}"),
        sqlite_autoincrement=True,
    )


def _link(table: str, other: str, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([f"{other}_id"], [f"{other}.id"], name=f"fk_{table}_{other}_id", ondelete=ondelete)


def _tables_of_people() -> None:
    _table(
        "whale_name",
        sa.Column("whale_id", sa.Integer, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        _text("catalogue"),
        _link("whale_name", "whale"),
    )
    op.create_index("ix_whale_name_whale_id", "whale_name", ["whale_id"])
    op.create_index("ix_whale_name_name", "whale_name", ["name"])
    _table(
        "reading",
        sa.Column("tail_id", sa.Integer, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("verdict", sa.String(8), nullable=False),
        sa.Column("whale_id", sa.Integer, nullable=True),
        sa.Column("decided_at", sa.DateTime, nullable=False),
        _text("model"),
        sa.Column("shown", sa.Integer, nullable=False, server_default="0"),
        sa.Column("settled", sa.Boolean, nullable=False, server_default="0"),
        _link("reading", "tail"),
        _link("reading", "whale"),
        sa.UniqueConstraint("tail_id", "who", name="uq_reading_tail_id_who"),
    )
    op.create_index("ix_reading_whale_id", "reading", ["whale_id"])
    _table(
        "search_filter",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("definition", sa.Text, nullable=False),
        sa.UniqueConstraint("name", name="uq_search_filter_name"),
    )


def _derived_tables() -> None:
    _table(
        "look",
        sa.Column("tail_id", sa.Integer, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("shown", sa.Integer, nullable=False),
        sa.Column("of", sa.Integer, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        _link("look", "tail", "CASCADE"),
        sa.UniqueConstraint("tail_id", "who", name="uq_look_tail_id_who"),
    )
    _table(
        "training",
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("package", sa.Text, nullable=False),
        sa.Column("boxes", sa.Integer, nullable=False),
    )
