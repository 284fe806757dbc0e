"""A table for the points by which two tails are compared one by one, derived from tails as embeddings are."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision: str | None = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "keypoints",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("tail_id", sa.Integer, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_keypoints"),
        sa.ForeignKeyConstraint(["tail_id"], ["tail.id"], name="fk_keypoints_tail_id", ondelete="CASCADE"),
        sa.UniqueConstraint("tail_id", "kind", name="uq_keypoints_tail_id_kind"),
        sqlite_autoincrement=True,
    )
