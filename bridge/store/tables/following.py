"""The tables of calendars whose changes by people are followed.

cursors        up to where a calendar's changes were read
channels       open push channels: which calendar a vendor's notification is about
"""

from __future__ import annotations

from sqlalchemy import Column, Index, Table, Text

from bridge.store.tables.metadata import metadata
from bridge.store.types import Instant

cursors = Table(
    "cursors",
    metadata,
    Column("calendar", Text, primary_key=True),
    Column("cursor", Text, nullable=False),
    Column("read_at", Instant, nullable=False),
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
