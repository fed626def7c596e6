"""The table of health: what every calendar and account does at present.

health         one row for each ability of a calendar or an account; `error` is null while it is well
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Table, Text

from bridge.store.dialects import Instant
from bridge.store.tables.metadata import metadata

health = Table(
    "health",
    metadata,
    Column("subject", Text, primary_key=True),
    Column("ability", Text, primary_key=True),
    Column("since", Instant, nullable=False),
    Column("good_at", Instant),
    Column("kind", Text),
    Column("error", Text),
    Column("advice", Text),
    # A calendar that refuses is tried again only then, by one write: not with every caller.
    Column("not_before", Instant),
    Column("by_right", Boolean, nullable=False),
)
