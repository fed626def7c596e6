"""The table of what calendars are, whatever the configuration calls them.

calendar_identities   which calendar a name means; names of the same identity are one calendar
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Table, Text

from bridge.store.tables.metadata import metadata

# Not certain: the name was in use before identities were kept, and its vendor has not been heard yet. Until
# then it goes by its own name, as it did before.
calendar_identities = Table(
    "calendar_identities",
    metadata,
    Column("name", Text, primary_key=True),
    Column("identity", Text, nullable=False),
    Column("is_certain", Boolean, nullable=False),
    Index(None, "identity"),
)
