"""The tables of those who open the pages.

sign_ins      who tried to sign in, and whether it went well; counted, shown, dropped after a month
sessions      browsers that are signed in, by the hash of what their cookie says
invitations   one-time links by which a colleague connects their own accounts, by the hash of the link's token
"""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Index, Integer, Table, Text

from bridge.store.dialects import Instant
from bridge.store.tables.metadata import metadata

sign_ins = Table(
    "sign_ins",
    metadata,
    Column("id", Text, primary_key=True),
    Column("tried_at", Instant, nullable=False),
    Column("address", Text, nullable=False),
    # The hash of what a browser keeps that signed in before; NULL for a stranger.
    Column("browser", Text),
    Column("was_right", Boolean, nullable=False),
    # Whose one-time code was used, by its period: unique, so that one seen by others is worth nothing.
    Column("code_period", Integer),
    Index(None, "tried_at"),
    Index(None, "address", "tried_at"),
    Index(None, "browser", "tried_at"),
    Index("uq_sign_ins_code_period", "code_period", unique=True),
)

# Hashes, in both: who can read the database can neither take over a session nor use a link.
sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", Text, primary_key=True),
    Column("password_mark", Text, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("address", Text, nullable=False),
    Index(None, "started_at"),
)

invitations = Table(
    "invitations",
    metadata,
    Column("token_hash", Text, primary_key=True),
    Column("host", Text, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    # [provider, account] of what is still to be connected by it; an empty list is a link used up.
    Column("accounts", JSON, nullable=False),
    Index(None, "expires_at"),
)
