"""The tables of kept busy time: what calls read, worked out beforehand.

busy_spans   for which stretch a calendar's busy time is kept, as of when; none: the calendar needs no keeping
busy_times   the kept busy time itself
published_calendars  what became of reading each published calendar's link
last_answers   what each vendor's calendar answered last: offers are made from it while it is young
busy_changes   when a calendar was last said to have changed: what it answered to earlier questions is void
asked_for      when callers last asked for each event type: whose calendars are to be asked ahead of the next
"""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Boolean, Column, Integer, Table, Text

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

published_calendars = Table(
    "published_calendars",
    metadata,
    Column("calendar", Text, primary_key=True),
    # A digest of the link: what was read at another says nothing of this one.
    Column("source", Text, nullable=False),
    # The moment for which the kept busy time was last known to be true; NULL: never read.
    Column("good_at", Instant),
    # What the link's server called the version that was read, "" where it did not.
    Column("etag", Text, nullable=False),
    Column("last_modified", Text, nullable=False),
    # Of its content, without what changes with every answer.
    Column("digest", Text, nullable=False),
    # The kind of the last failure and its words, in English; "" since all is well.
    Column("kind", Text, nullable=False),
    Column("failure", Text, nullable=False),
)

last_answers = Table(
    "last_answers",
    metadata,
    # Its identity, so that it has one answer whatever the configuration calls it.
    Column("calendar", Text, primary_key=True),
    # How its entries were to be read: which statuses count, days without a time, the zone.
    Column("asked", Text, primary_key=True),
    Column("starts_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    # By the database's clock: when the oldest of the questions was put that it answers, and when the latest.
    Column("asked_at", Instant, nullable=False),
    Column("latest_at", Instant, nullable=False),
    # By which number of `revisions` it last began to say something else.
    Column("revision", Integer, nullable=False),
    # [start, end, start, ...] in whole seconds since 1970, outwards, merged. Text, to be read once.
    Column("times", Text, nullable=False),
)

# Apart from the answers: a question may be under way whose answer will be the first.
busy_changes = Table(
    "busy_changes",
    metadata,
    Column("calendar", Text, primary_key=True),
    Column("changed_at", Instant, nullable=False),
    Column("revision", Integer, nullable=False),
)

asked_for = Table(
    "asked_for",
    metadata,
    Column("event_type", Text, primary_key=True),
    Column("service", Text, primary_key=True),
    Column("asked_at", Instant, nullable=False),
)
