"""Kept busy time, which calls read.

What was imported before is worked out by the background work when the bridge starts; until then nobody knows
when those calendars are busy, so their hosts are not offered.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

INSTANT = sa.BigInteger().with_variant(postgresql.TIMESTAMP(timezone=True), "postgresql")
NOT_YET = """
INSERT INTO busy_spans (calendar, starts_at, ends_at, zone, as_of)
SELECT 'local:' || calendar, min(changed_at), min(changed_at), '', min(changed_at)
FROM local_series GROUP BY calendar
"""


def upgrade() -> None:
    op.create_table(
        "busy_spans",
        sa.Column("calendar", sa.Text(), nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("as_of", INSTANT, nullable=False),
        sa.Column("problem", sa.Text()),
        sa.PrimaryKeyConstraint("calendar", name="pk_busy_spans"),
    )
    op.create_table(
        "busy_times",
        sa.Column("calendar", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.Column("ical_uid", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("all_day", sa.Boolean(), nullable=False),
        sa.Column("floating", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("calendar", "starts_at", "event_id", name="pk_busy_times"),
    )
    op.execute(NOT_YET)
