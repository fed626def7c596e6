"""What became of each booking; of those there are, as far as they say it themselves."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bridge.store.dialects import Instant

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_BOOKED = """
INSERT INTO booking_changes (booking_id, number, change, source, at, starts_at, hosts)
SELECT id, 1, 'booked', source, made_at, CASE WHEN moved_at IS NULL THEN starts_at END, '[]'
FROM bookings WHERE state NOT IN ('held', 'failed')
"""
_MOVED = """
INSERT INTO booking_changes (booking_id, number, change, source, at, starts_at, hosts)
SELECT id, 2, CASE WHEN by_person THEN 'moved_by_person' ELSE 'moved' END,
    CASE WHEN by_person THEN 'calendar' END,
    moved_at, starts_at, '[]'
FROM bookings WHERE state NOT IN ('held', 'failed') AND moved_at IS NOT NULL
"""


def upgrade() -> None:
    op.create_table(
        "booking_changes",
        sa.Column("booking_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("change", sa.Text(), nullable=False),
        sa.Column("source", sa.Text()),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("starts_at", Instant()),
        sa.Column("hosts", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("booking_id", "number", name="pk_booking_changes"),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["bookings.id"], name="fk_booking_changes_booking_id_bookings", ondelete="CASCADE"
        ),
    )
    op.execute(_BOOKED)
    op.execute(_MOVED)
