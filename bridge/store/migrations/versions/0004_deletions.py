"""Deletions by people that rest, wait or have cancelled; feeds that cannot be read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

INSTANT = sa.BigInteger().with_variant(postgresql.TIMESTAMP(timezone=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "deletions",
        sa.Column("booking_id", sa.Text(), nullable=False),
        sa.Column("calendar", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("is_reported", sa.Boolean(), nullable=False),
        sa.Column("seen_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("booking_id", name="pk_deletions"),
    )
    op.create_index("ix_deletions_calendar_state", "deletions", ["calendar", "state"])
    op.add_column("cursors", sa.Column("failing_since", INSTANT))
    # With a default: there are rows already, and both databases refuse NOT NULL without one.
    op.add_column("cursors", sa.Column("looked_at", sa.Text(), nullable=False, server_default=""))
    op.create_index("ix_local_events_changed", "local_events", ["changed"])
