"""What every table is registered with, and how their keys and indexes are named."""

from __future__ import annotations

from sqlalchemy import MetaData

# Named by rule, so that a migration and a broken constraint speak of the same thing on both databases.
metadata = MetaData(
    naming_convention={"ix": "ix_%(table_name)s_%(column_0_N_name)s", "pk": "pk_%(table_name)s"}
)
