"""Room for boxes about which the detector's looks disagree."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision: str | None = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("tail", sa.Column("disputed", sa.Boolean, nullable=False, server_default="0"))
