"""Every table of the bridge.

bookings ─┬─ booking_hosts   who attends, organiser first; stays for ever
          ├─ claims          time taken; there only while the booking is live
          └─ writes          every event made or perhaps made, committed before the request
leases         who may do something alone for a while (one caller's requests, a token's refresh)
jobs           background work with a due time; each leased by one process at a time
revisions      counters that tell a kept answer that it is stale
alerts         what needs a person, once each until resolved
host_joins     when a host first appeared in an event type
cursors        up to where a calendar's changes by people were read
channels       open push channels of calendars
local_events   what the bridge wrote into its embedded calendars, cancelled ones too
local_series   what was imported into them, single or recurring, as iCalendar text
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    text,
)

from bridge.store.types import Instant

metadata = MetaData(
    naming_convention={"ix": "ix_%(table_name)s_%(column_0_N_name)s", "pk": "pk_%(table_name)s"}
)

LIVE = ("held", "confirmed")
_LIVE_OF_A_CONTACT = text("state IN ('held', 'confirmed') AND contact_key IS NOT NULL")

bookings = Table(
    "bookings",
    metadata,
    Column("id", Text, primary_key=True),
    Column("event_type", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("starts_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("calendar", Text, nullable=False),
    Column("contact_key", Text),
    Column("contact_id", Text, nullable=False),
    Column("external_contact_id", Text, nullable=False),
    Column("attendee", JSON, nullable=False),
    Column("source", Text, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("owner", Text),
    Column("lease_until", Instant),
    Column("moved_from", Instant),
    Column("moved_at", Instant),
    Column("by_person", Boolean, nullable=False),
    Column("link", Text, nullable=False),
    Column("location", Text, nullable=False),
    Column("decision", JSON, nullable=False),
    Index(
        "bookings_one_live_per_contact",
        "contact_key",
        "event_type",
        "starts_at",
        unique=True,
        sqlite_where=_LIVE_OF_A_CONTACT,
        postgresql_where=_LIVE_OF_A_CONTACT,
    ),
    Index(None, "state", "starts_at"),
    Index(None, "event_type", "made_at"),
)

booking_hosts = Table(
    "booking_hosts",
    metadata,
    Column("booking_id", Text, ForeignKey("bookings.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("host", Text, nullable=False),
    Index(None, "host"),
)

# No two claims of one host and different bookings overlap: constraints.py makes the database see to it.
claims = Table(
    "claims",
    metadata,
    Column("booking_id", Text, ForeignKey("bookings.id", ondelete="CASCADE"), primary_key=True),
    Column("host", Text, primary_key=True),
    Column("pending", Boolean, primary_key=True),
    Column("starts_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("calendar", Text, nullable=False),
    # By their end: what is asked for is to come, and past claims stay with their bookings.
    Index(None, "host", "ends_at"),
    Index(None, "calendar", "ends_at"),
)

writes = Table(
    "writes",
    metadata,
    Column("booking_id", Text, ForeignKey("bookings.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("calendar", Text, nullable=False),
    Column("event_key", Text, nullable=False),
    Column("event_id", Text),
    Column("etag", Text),
    Column("ical_uid", Text),
    Column("state", Text, nullable=False),
    Column("is_move", Boolean, nullable=False),
    Column("draft", JSON, nullable=False),
    Column("made_at", Instant, nullable=False),
    Index(None, "state"),
    Index(None, "calendar", "event_id"),
)

leases = Table(
    "leases",
    metadata,
    Column("name", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("until", Instant, nullable=False),
)

jobs = Table(
    "jobs",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("due_at", Instant, nullable=False),
    Column("owner", Text),
    Column("lease_until", Instant),
    Column("tries", Integer, nullable=False),
    Column("planned", Integer, nullable=False),
    Index(None, "due_at"),
)

revisions = Table(
    "revisions",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Integer, nullable=False),
)

alerts = Table(
    "alerts",
    metadata,
    Column("key", Text, primary_key=True),
    Column("text", Text, nullable=False),
    Column("raised_at", Instant, nullable=False),
    Column("resolved_at", Instant),
)

host_joins = Table(
    "host_joins",
    metadata,
    Column("event_type", Text, primary_key=True),
    Column("host", Text, primary_key=True),
    Column("joined_at", Instant, nullable=False),
)

cursors = Table(
    "cursors",
    metadata,
    Column("calendar", Text, primary_key=True),
    Column("cursor", Text, nullable=False),
    Column("read_at", Instant, nullable=False),
)

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

local_events = Table(
    "local_events",
    metadata,
    Column("calendar", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("ical_uid", Text, nullable=False),
    Column("starts_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("content", JSON, nullable=False),
    Column("cancelled", Boolean, nullable=False),
    Column("booking_id", Text),
    Column("version", Integer, nullable=False),
    Column("changed", Integer, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Index(None, "calendar", "ends_at"),
    Index(None, "calendar", "changed"),
    Index(None, "booking_id"),
)

# From the first start to the last end, NULL when there is none; days and floating times as if in UTC.
local_series = Table(
    "local_series",
    metadata,
    Column("calendar", Text, primary_key=True),
    Column("ical_uid", Text, primary_key=True),
    Column("ical", Text, nullable=False),
    Column("starts_at", Instant, nullable=False),
    Column("ends_at", Instant),
    Column("changed", Integer, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Index(None, "calendar", "starts_at"),
)
