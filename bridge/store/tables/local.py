"""The tables of the embedded calendars.

local_events   what the bridge wrote into them, cancelled ones too
local_series   what was imported into them, single or recurring, as iCalendar text
uploads        files that somebody put in on the page, until they are read; then what came of it
feed_renewals  how often a feed's secret address was renewed; none: never
"""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Index, Integer, Table, Text

from bridge.store.dialects import Instant
from bridge.store.tables.metadata import metadata

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
    # The revision of the last change, by which readers of changes ask.
    Column("changed", Integer, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Index(None, "calendar", "ends_at"),
    Index(None, "calendar", "changed"),
    Index(None, "changed"),
    Index(None, "booking_id", "calendar"),
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
    Index(None, "calendar", "changed"),
)

uploads = Table(
    "uploads",
    metadata,
    Column("id", Text, primary_key=True),
    Column("calendar", Text, nullable=False),
    Column("uploaded_at", Instant, nullable=False),
    # Packed, as letters; "" once it is read: nobody needs the file any more.
    Column("content", Text, nullable=False),
    Column("result", JSON, nullable=False),
    Index(None, "calendar", "uploaded_at"),
)

feed_renewals = Table(
    "feed_renewals",
    metadata,
    Column("calendar", Text, primary_key=True),
    Column("number", Integer, nullable=False),
)
