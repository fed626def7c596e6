"""The tables of the outbox.

follow_ups         what somebody shall be told of a booking, written in the transaction of its change; or who
                   shall be called, written with the alert that says so
webhook_invitees   what each webhook was last told of a booking
"""

from __future__ import annotations

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, Table, Text

from bridge.store.dialects import Instant
from bridge.store.tables.metadata import metadata

follow_ups = Table(
    "follow_ups",
    metadata,
    Column("id", Text, primary_key=True),
    Column("booking_id", Text, ForeignKey("bookings.id", ondelete="CASCADE")),
    # The booking's at the change: what was told later covers what still waits from before.
    Column("version", Integer, nullable=False),
    Column("change", Text, nullable=False),
    Column("receiver", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("planned_at", Instant, nullable=False),
    Column("done_at", Instant),
    Column("due_at", Instant, nullable=False),
    Column("begun_at", Instant),
    Column("reference", Text, nullable=False, server_default=""),
    Column("note", Text, nullable=False, server_default=""),
    Column("alert_key", Text, ForeignKey("alerts.key", ondelete="CASCADE")),
    Index(None, "booking_id"),
    Index(None, "alert_key"),
    Index(None, "state", "planned_at"),
    Index(None, "receiver", "state", "due_at"),
    Index(None, "receiver", "reference"),
)

# The invitee as it was told: a move ends the one and begins another, and the end bears what the first said.
webhook_invitees = Table(
    "webhook_invitees",
    metadata,
    Column("booking_id", Text, ForeignKey("bookings.id", ondelete="CASCADE"), primary_key=True),
    Column("webhook", Text, primary_key=True),
    Column("number", Integer, nullable=False),
    Column("invitee", JSON, nullable=False),
)
