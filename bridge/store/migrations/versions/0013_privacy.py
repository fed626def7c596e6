"""Which bookings say nobody's name any more, and how often a feed's address was renewed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

INSTANT = sa.BigInteger().with_variant(postgresql.TIMESTAMP(timezone=True), "postgresql")
KEPT = sa.text("forgotten_at IS NULL")


def upgrade() -> None:
    op.add_column("bookings", sa.Column("forgotten_at", INSTANT))
    op.create_index(
        "bookings_not_forgotten", "bookings", ["ends_at"], sqlite_where=KEPT, postgresql_where=KEPT
    )
    op.create_table(
        "feed_renewals",
        sa.Column("calendar", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("calendar", name="pk_feed_renewals"),
    )
