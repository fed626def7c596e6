"""What bookings take of the ways between the places where hosts work."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bridge.store.dialects import Instant

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_CLAIM = ("booking_id", "host", "pending")


def upgrade() -> None:
    op.create_table(
        "ways",
        sa.Column("booking_id", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("pending", sa.Boolean(), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("starts_at", Instant(), nullable=False),
        sa.Column("ends_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint(*_CLAIM, "way", name="pk_ways"),
        sa.ForeignKeyConstraint(
            _CLAIM,
            [f"claims.{column}" for column in _CLAIM],
            name="fk_ways_booking_id_host_pending_claims",
            ondelete="CASCADE",
            onupdate="CASCADE",
        ),
    )
    op.create_index("ix_ways_host_ends_at", "ways", ["host", "ends_at"])
