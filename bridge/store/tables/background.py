"""The tables of work behind the calls.

upkeep         what was done last to keep the bridge well, and what came of it
leases         who may do something alone for a while (one caller's requests, a token's refresh)
jobs           background work with a due time; each leased by one process at a time
revisions      counters that tell a kept answer that it is stale
alerts         what needs a person, once each until resolved
└─ alert_tellings  up to when of them each receiver was told
"""

from __future__ import annotations

from sqlalchemy import JSON, Column, Index, Integer, Table, Text

from bridge.store.dialects import Instant
from bridge.store.tables.metadata import metadata

# Rows of a table, not locks of the database: they outlive a transaction, and a vendor is asked meanwhile.
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
    # How often it was begun since it last succeeded, and how often it was planned: what was planned anew
    # while it was being done is done once more.
    Column("tries", Integer, nullable=False),
    Column("planned", Integer, nullable=False),
    Index(None, "due_at"),
)

upkeep = Table(
    "upkeep",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("result", JSON, nullable=False),
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

alert_tellings = Table(
    "alert_tellings",
    metadata,
    Column("receiver", Text, primary_key=True),
    Column("told_until", Instant, nullable=False),
)
