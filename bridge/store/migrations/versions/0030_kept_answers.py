"""What calendars answered last becomes what offers are made from; beside it when they changed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bridge.store.dialects import Instant

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Only what pages showed; each calendar is asked again with the first call for it.
    op.drop_table("last_answers")
    op.create_table(
        "last_answers",
        sa.Column("calendar", sa.Text(), nullable=False),
        sa.Column("asked", sa.Text(), nullable=False),
        sa.Column("starts_at", Instant(), nullable=False),
        sa.Column("ends_at", Instant(), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("latest_at", Instant(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("times", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("calendar", "asked", name="pk_last_answers"),
    )
    op.create_table(
        "busy_changes",
        sa.Column("calendar", sa.Text(), nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("calendar", name="pk_busy_changes"),
    )
    op.create_table(
        "asked_for",
        sa.Column("event_type", sa.Text(), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("event_type", "service", name="pk_asked_for"),
    )
