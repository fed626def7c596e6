"""The tables of connected accounts.

connections   a consent to one account, its tokens sealed; `version` is new with every change of them
oauth_flows   a sign-in that was begun at a vendor: single use, tied to a browser's session
"""

from __future__ import annotations

from sqlalchemy import JSON, Column, Index, Integer, Table, Text

from bridge.store.dialects import Instant
from bridge.store.tables.metadata import metadata

connections = Table(
    "connections",
    metadata,
    Column("provider", Text, primary_key=True),
    Column("account", Text, primary_key=True),
    Column("state", Text, nullable=False),
    # Random, not counted: an account that was dropped and connected anew must not repeat a version.
    Column("version", Text, nullable=False),
    Column("sealed", Text, nullable=False),
    Column("scopes", JSON, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("since", Instant, nullable=False),
    Column("consented_at", Instant, nullable=False),
    Column("refreshed_at", Instant, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("retry_at", Instant),
    Index(None, "state", "expires_at"),
)

# State and session are kept as hashes: who can read the database cannot end somebody's sign-in.
oauth_flows = Table(
    "oauth_flows",
    metadata,
    Column("state_hash", Text, primary_key=True),
    Column("provider", Text, nullable=False),
    Column("session_hash", Text, nullable=False),
    Column("sealed", Text, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Index(None, "expires_at"),
)
