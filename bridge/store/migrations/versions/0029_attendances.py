"""What decides about a booking is found by an index, however many bookings there are.

Each attendance says of itself what the booking says; a booking's number stands in a column of its own.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bridge.store.dialects import Instant

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

_ADDED = (("event_type", sa.Text()), ("made_at", Instant()), ("is_live", sa.Boolean()))
_PHONES = {
    "sqlite": "UPDATE bookings SET phone = json_extract(attendee, '$.phone')",
    "postgresql": "UPDATE bookings SET phone = attendee ->> 'phone'",
}
_BACKFILL = """
    UPDATE booking_hosts SET
        event_type = (SELECT event_type FROM bookings WHERE bookings.id = booking_hosts.booking_id),
        made_at = (SELECT made_at FROM bookings WHERE bookings.id = booking_hosts.booking_id),
        is_live = (
            SELECT state IN ('held', 'confirmed') FROM bookings WHERE bookings.id = booking_hosts.booking_id
        )
"""


def upgrade() -> None:
    _phone()
    for name, kind in _ADDED:
        op.add_column("booking_hosts", sa.Column(name, kind))
    op.execute(_BACKFILL)
    with op.batch_alter_table("booking_hosts") as batch:
        for name, kind in _ADDED:
            batch.alter_column(name, existing_type=kind, nullable=False)
    op.create_index(
        "ix_booking_hosts_event_type_host_is_live_made_at",
        "booking_hosts",
        ["event_type", "host", "is_live", "made_at"],
    )


def _phone() -> None:
    op.add_column("bookings", sa.Column("phone", sa.Text()))
    op.execute(_PHONES[op.get_bind().dialect.name])
    for name in ("contact_key", "phone"):
        op.create_index(f"ix_bookings_{name}_made_at", "bookings", [name, "made_at"])
