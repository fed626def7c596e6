"""The tables of what is remembered of callers for minutes.

asked_back   a caller who was asked to spell something, until it is forgotten
"""

from __future__ import annotations

from sqlalchemy import Column, Index, Table, Text

from bridge.store.dialects import Instant
from bridge.store.tables.metadata import metadata

asked_back = Table(
    "asked_back",
    metadata,
    Column("caller", Text, primary_key=True),
    Column("asked_at", Instant, nullable=False),
    Index(None, "asked_at"),
)
