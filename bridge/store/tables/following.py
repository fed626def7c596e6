"""The tables of calendars whose changes by people are followed.

cursors        up to where a calendar's changes were read, and since when they cannot be
deletions      events of bookings that people deleted, or seem to have: what waits, and what was decided
channels       open push channels: which calendar a vendor's notification is about
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Table, Text

from bridge.store.dialects import Instant
from bridge.store.tables.metadata import metadata

cursors = Table(
    "cursors",
    metadata,
    Column("calendar", Text, primary_key=True),
    Column("cursor", Text, nullable=False),
    Column("read_at", Instant, nullable=False),
    # Since when the feed could not be read, and the booking that was last looked at in its stead.
    Column("failing_since", Instant),
    Column("looked_at", Text, nullable=False, server_default=""),
)

# Rows, not the memory of a process: whichever sees the fourth deletion stops all that still rest.
deletions = Table(
    "deletions",
    metadata,
    Column("booking_id", Text, ForeignKey("bookings.id", ondelete="CASCADE"), primary_key=True),
    Column("calendar", Text, nullable=False),
    Column("state", Text, nullable=False),
    # The calendar itself said that the event was deleted; else it was only not to be found.
    Column("is_reported", Boolean, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Index(None, "calendar", "state"),
)

# `token` is the secret that the vendor repeats in each notification: without it anybody could send them.
channels = Table(
    "channels",
    metadata,
    Column("id", Text, primary_key=True),
    Column("calendar", Text, nullable=False),
    Column("resource", Text, nullable=False),
    Column("token", Text, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Index(None, "calendar"),
)
