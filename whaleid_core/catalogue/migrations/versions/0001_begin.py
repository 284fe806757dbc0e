"""The first tables: photos, tails, whales, encounters, decisions, embeddings, suggestions and the journal."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision: str | None = None
branch_labels = None
depends_on = None


def _table(name: str, *items: sa.schema.SchemaItem) -> None:
    op.create_table(
        name,
        sa.Column("id", sa.Integer, nullable=False),
        *items,
        sa.PrimaryKeyConstraint("id", name=f"pk_{name}"),
        sqlite_autoincrement=True,
    )


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, server_default="")


def _link(table: str, column: str, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    other = {"tail_shown_id": "tail", "known_whale_id": "whale"}.get(column, column.removesuffix("_id"))
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=f"fk_{table}_{column}", ondelete=ondelete)


def upgrade() -> None:
    _tables_of_whales()
    _table_of_photos()
    _tables_of_tails()
    _derived_tables()
    _table(
        "journal",
        sa.Column("at", sa.DateTime, nullable=False),
        _text("who"),
        _text("label"),
        sa.Column("tables", sa.Text, nullable=False),
        sa.Column("change", sa.Text, nullable=False),
    )


def _tables_of_whales() -> None:
    _table(
        "about",
        sa.Column("uid", sa.String(32), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
    )
    _table("root", sa.Column("path", sa.Text, nullable=False), sa.UniqueConstraint("path", name="uq_root_path"))
    _table("encounter", _text("name"), _text("note"))
    _table(
        "whale",
        sa.Column("name", sa.Text, nullable=False),
        _text("nickname"),
        _text("sex"),
        _text("note"),
        sa.UniqueConstraint("name", name="uq_whale_name"),
    )


def _table_of_photos() -> None:
    _table(
        "photo",
        sa.Column("root_id", sa.Integer, nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("content_hash", sa.String(64), nullable=True),
        sa.Column("width", sa.Integer, nullable=False),
        sa.Column("height", sa.Integer, nullable=False),
        sa.Column("taken_at", sa.DateTime, nullable=True),
        sa.Column("latitude", sa.Float, nullable=True),
        sa.Column("longitude", sa.Float, nullable=True),
        _text("camera"),
        sa.Column("turned", sa.Integer, nullable=False, server_default="0"),
        sa.Column("encounter_id", sa.Integer, nullable=True),
        sa.Column("known_whale_id", sa.Integer, nullable=True),
        sa.Column("role", sa.String(8), nullable=False, server_default="new"),
        sa.Column("searched_by", sa.Text, nullable=True),
        sa.Column("checked", sa.Boolean, nullable=False, server_default="0"),
        _text("problem"),
        _text("note"),
        sa.Column("added_at", sa.DateTime, nullable=False),
        _link("photo", "root_id"),
        _link("photo", "encounter_id"),
        _link("photo", "known_whale_id"),
        sa.UniqueConstraint("content_hash", name="uq_photo_content_hash"),
    )
    op.create_index("ix_photo_root_id_path", "photo", ["root_id", "path"])
    for column in ("taken_at", "encounter_id", "known_whale_id"):
        op.create_index(f"ix_photo_{column}", "photo", [column])


def _tables_of_tails() -> None:
    _table(
        "tail",
        sa.Column("photo_id", sa.Integer, nullable=False),
        *(sa.Column(edge, sa.Float, nullable=False) for edge in ("xmin", "ymin", "xmax", "ymax")),
        sa.Column("drawn_by", sa.String(8), nullable=False),
        sa.Column("confidence", sa.Float, nullable=False),
        sa.Column("whale_id", sa.Integer, nullable=True),
        sa.Column("verdict", sa.String(8), nullable=True),
        _link("tail", "photo_id"),
        _link("tail", "whale_id"),
    )
    op.create_index("ix_tail_status", "tail", ["photo_id", "verdict", "drawn_by", "confidence"])
    op.create_index("ix_tail_whale_id", "tail", ["whale_id"])
    _table(
        "decision",
        sa.Column("tail_id", sa.Integer, nullable=False),
        sa.Column("verdict", sa.String(8), nullable=False),
        sa.Column("whale_id", sa.Integer, nullable=True),
        _text("who"),
        sa.Column("decided_at", sa.DateTime, nullable=False),
        _text("model"),
        sa.Column("shown", sa.Integer, nullable=False, server_default="0"),
        _link("decision", "tail_id"),
        _link("decision", "whale_id"),
        sa.UniqueConstraint("tail_id", name="uq_decision_tail_id"),
    )
    op.create_index("ix_decision_whale_id", "decision", ["whale_id"])


def _derived_tables() -> None:
    _table(
        "embedding",
        sa.Column("tail_id", sa.Integer, nullable=False),
        sa.Column("package", sa.Text, nullable=False),
        sa.Column("vector", sa.LargeBinary, nullable=False),
        _link("embedding", "tail_id", ondelete="CASCADE"),
        sa.UniqueConstraint("tail_id", "package", name="uq_embedding_tail_id_package"),
    )
    _table(
        "suggestion",
        sa.Column("tail_id", sa.Integer, nullable=False),
        sa.Column("rank", sa.Integer, nullable=False),
        sa.Column("whale_id", sa.Integer, nullable=True),
        sa.Column("score", sa.Float, nullable=True),
        sa.Column("probability", sa.Float, nullable=False),
        sa.Column("networks", sa.Float, nullable=True),
        sa.Column("nearest", sa.Float, nullable=True),
        sa.Column("points", sa.Integer, nullable=True),
        sa.Column("tail_shown_id", sa.Integer, nullable=True),
        sa.Column("known", sa.Float, nullable=False),
        _text("model"),
        sa.Column("made_at", sa.DateTime, nullable=False),
        _link("suggestion", "tail_id", ondelete="CASCADE"),
        _link("suggestion", "whale_id", ondelete="CASCADE"),
        _link("suggestion", "tail_shown_id", ondelete="SET NULL"),
    )
    op.create_index("ix_suggestion_tail_id_rank", "suggestion", ["tail_id", "rank"])
    for column in ("whale_id", "tail_shown_id"):
        op.create_index(f"ix_suggestion_{column}", "suggestion", [column])
