"""Days that are set on a page, over those of the configuration."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bridge.store.dialects import Instant

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "day_changes",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("undone", sa.Integer()),
        sa.Column("undone_at", Instant()),
        sa.Column("undone_by", sa.Text()),
        sa.PrimaryKeyConstraint("number", name="pk_day_changes"),
    )
    op.create_table(
        "set_days",
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("change", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("hours", sa.JSON()),
        sa.PrimaryKeyConstraint("host", "day", "change", name="pk_set_days"),
    )
    op.create_index("ix_set_days_day", "set_days", ["day"])
    op.create_index("ix_set_days_change", "set_days", ["change"])
