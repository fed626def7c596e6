"""What calendars answered last, for the pages; and calls by the time that was asked for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bridge.store.dialects import Instant

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "last_answers",
        sa.Column("calendar", sa.Text(), nullable=False),
        sa.Column("asked", sa.Text(), nullable=False),
        sa.Column("starts_at", Instant(), nullable=False),
        sa.Column("ends_at", Instant(), nullable=False),
        sa.Column("answered_at", Instant(), nullable=False),
        sa.Column("times", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("calendar", "asked", name="pk_last_answers"),
    )
    op.create_index("ix_journal_starts_at", "journal", ["starts_at"])
