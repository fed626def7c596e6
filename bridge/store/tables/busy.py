"""The tables of kept busy time: what calls read, worked out beforehand.

busy_spans   for which stretch a calendar's busy time is kept, as of when; none: the calendar needs no keeping
busy_times   the kept busy time itself
"""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Boolean, Column, Table, Text

from bridge.store.dialects import Instant
from bridge.store.tables.metadata import metadata

# Calendars of vendors may join: they go by their whole names, such as "local:anna".
busy_spans = Table(
    "busy_spans",
    metadata,
    Column("calendar", Text, primary_key=True),
    Column("starts_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    # The zone in which days without a time were read, "" where none was needed.
    Column("zone", Text, nullable=False),
    Column("as_of", Instant, nullable=False),
    # Why nothing is known, in English; NULL when all is well.
    Column("problem", Text),
    # [status, all_day, floating, [start, end, start, ...]] of the times of one kind, run together: what most
    # calls read. NULL: of an earlier version, to be worked out again.
    Column("runs", JSON),
)

# Whole seconds since 1970, outwards: a call reads thousands, and an instant takes ten times as long to make.
busy_times = Table(
    "busy_times",
    metadata,
    Column("calendar", Text, primary_key=True),
    Column("starts_at", BigInteger, primary_key=True, autoincrement=False),
    Column("event_id", Text, primary_key=True),
    Column("ends_at", BigInteger, nullable=False),
    Column("ical_uid", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("all_day", Boolean, nullable=False),
    Column("floating", Boolean, nullable=False),
)
