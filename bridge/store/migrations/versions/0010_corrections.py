"""Which requests a booking has had, and when the business last changed it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

INSTANT = sa.BigInteger().with_variant(postgresql.TIMESTAMP(timezone=True), "postgresql")


def upgrade() -> None:
    op.add_column("bookings", sa.Column("staff_changed_at", INSTANT))
    op.create_table(
        "booking_requests",
        sa.Column("booking_id", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("booking_id", "fingerprint", name="pk_booking_requests"),
        sa.ForeignKeyConstraint(
            ["booking_id"],
            ["bookings.id"],
            name="fk_booking_requests_booking_id_bookings",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_booking_requests_fingerprint", "booking_requests", ["fingerprint"])
