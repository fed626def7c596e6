"""Which service of its event type a booking is for, and what callers were told minutes ago."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bridge.store.dialects import Instant

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Bookings made before there were services are for their event type itself.
    op.add_column("bookings", sa.Column("service", sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "told_offers",
        sa.Column("contact_key", sa.Text(), nullable=False),
        sa.Column("event_type", sa.Text(), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("slots", sa.JSON(), nullable=False),
        sa.Column("told_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("contact_key", "event_type", name="pk_told_offers"),
    )
    op.create_index("ix_told_offers_told_at", "told_offers", ["told_at"])
