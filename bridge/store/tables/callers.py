"""The tables of what is remembered of callers for minutes.

asked_back    a caller who was asked to spell something, until it is forgotten
told_offers   which slots a caller was told of last, of which service
"""

from __future__ import annotations

from sqlalchemy import JSON, Column, Index, Table, Text

from bridge.store.dialects import Instant
from bridge.store.tables.metadata import metadata

asked_back = Table(
    "asked_back",
    metadata,
    Column("caller", Text, primary_key=True),
    Column("asked_at", Instant, nullable=False),
    Index(None, "asked_at"),
)

told_offers = Table(
    "told_offers",
    metadata,
    Column("contact_key", Text, primary_key=True),
    Column("event_type", Text, primary_key=True),
    Column("service", Text, nullable=False),
    Column("slots", JSON, nullable=False),
    Column("told_at", Instant, nullable=False),
    Index(None, "told_at"),
)
