"""Kept busy time run together, which calls read; until it is worked out again they read it one by one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("busy_spans", sa.Column("runs", sa.JSON()))
