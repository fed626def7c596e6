"""The tables of the page Days off.

day_changes    one row for each time that somebody set days; none is ever rewritten, but undone
└─ set_days    the days that were set by it, host by host; of several the latest that is not undone holds
"""

from __future__ import annotations

from sqlalchemy import JSON, Column, Index, Integer, Table, Text

from bridge.store.dialects import Instant
from bridge.store.tables.metadata import metadata

day_changes = Table(
    "day_changes",
    metadata,
    # The revision of set days that it made: numbers appear in their order, in all processes.
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("made_at", Instant, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("note", Text, nullable=False),
    # The revision that undoing it made; NULL while it holds.
    Column("undone", Integer),
    Column("undone_at", Instant),
    Column("undone_by", Text),
)

set_days = Table(
    "set_days",
    metadata,
    Column("host", Text, primary_key=True),
    # As 2026-12-24, in the host's own zone.
    Column("day", Text, primary_key=True),
    Column("change", Integer, primary_key=True, autoincrement=False),
    # [[start, end, place], ...] in minutes of the day, [] for a closed day; NULL: as the configuration says.
    Column("hours", JSON(none_as_null=True)),
    Index(None, "day"),
    Index(None, "change"),
)
