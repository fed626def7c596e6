"""Found by an index: a booking's event, who was moved from a start, which entries changed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

_MOVED = sa.text("moved_from IS NOT NULL")


def upgrade() -> None:
    op.create_index(
        "bookings_moved", "bookings", ["moved_from"], sqlite_where=_MOVED, postgresql_where=_MOVED
    )
    op.drop_index("ix_bookings_state_ends_at", "bookings")
    op.create_index("ix_bookings_state_ends_at_calendar", "bookings", ["state", "ends_at", "calendar"])
    op.drop_index("ix_local_events_booking_id", "local_events")
    op.create_index("ix_local_events_booking_id_calendar", "local_events", ["booking_id", "calendar"])
    op.create_index("ix_local_series_calendar_changed", "local_series", ["calendar", "changed"])
