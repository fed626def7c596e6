"""The tables of what was asked and answered, for a week, and of figures about it, for good.

journal        one row for each call: what came of it, never who called or what they said
figures        numbers that only grow, of all processes together: what `/metrics` tells
"""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Double, Index, Table, Text

from bridge.store.dialects import Instant
from bridge.store.tables.metadata import metadata

journal = Table(
    "journal",
    metadata,
    Column("request_id", Text, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("question", Text, nullable=False),
    Column("event_type", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("signature", Text, nullable=False),
    Column("dry_run", Boolean, nullable=False),
    Column("starts_at", Instant),
    Column("told", JSON, nullable=False),
    Column("hosts", JSON, nullable=False),
    Column("booking_id", Text),
    Column("seconds", Double, nullable=False),
    Column("age_seconds", Double),
    Column("explanation", JSON, nullable=False),
    Index(None, "at"),
    Index(None, "starts_at"),
)

figures = Table(
    "figures",
    metadata,
    Column("name", Text, primary_key=True),
    Column("labels", Text, primary_key=True),
    Column("value", Double, nullable=False),
)
