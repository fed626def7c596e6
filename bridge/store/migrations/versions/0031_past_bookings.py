"""What is to come, and what a process left undone, is found by an index, however much is over."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

_OWNED = sa.text("owner IS NOT NULL")


def upgrade() -> None:
    op.create_index("ix_bookings_state_ends_at", "bookings", ["state", "ends_at"])
    op.create_index(
        "bookings_in_work", "bookings", ["lease_until"], sqlite_where=_OWNED, postgresql_where=_OWNED
    )
