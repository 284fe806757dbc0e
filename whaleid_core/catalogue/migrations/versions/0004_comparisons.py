"""Room for what people say of two tails that they looked at side by side."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision: str | None = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "comparison",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("tail_id", sa.Integer, nullable=False),
        sa.Column("other_id", sa.Integer, nullable=False),
        sa.Column("verdict", sa.String(16), nullable=False),
        sa.Column("who", sa.Text, nullable=False, server_default=""),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_comparison"),
        sa.ForeignKeyConstraint(["tail_id"], ["tail.id"], name="fk_comparison_tail_id"),
        sa.ForeignKeyConstraint(["other_id"], ["tail.id"], name="fk_comparison_other_id"),
        sa.UniqueConstraint("tail_id", "other_id", name="uq_comparison_tail_id_other_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_comparison_other_id", "comparison", ["other_id"])
