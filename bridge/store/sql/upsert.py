"""Adds a row or changes the one that is there, as one statement.

Update first and insert if nothing was there is two statements, and two processes can both find nothing;
`INSERT ... ON CONFLICT` is how both databases say it at once.
https://www.sqlite.org/lang_upsert.html, https://www.postgresql.org/docs/current/sql-insert.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Table
from sqlalchemy.dialects import postgresql, sqlite


def upsert(
    connection: Connection,
    table: Table,
    values: Mapping[str, Any],
    *,
    then: Mapping[str, Any],
    where: ColumnElement[bool] | None = None,
) -> Row[Any] | None:
    """Insert a row; if its primary key is there already, set `then` on the one it belongs to instead.

    Returns the row as it is now; None when the present one isn't as `where` says, and was left alone.
    """
    # One class for each database with the same method: SQLAlchemy has no common one.
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = insert(table).values(**values)
    changed = statement.on_conflict_do_update(index_elements=table.primary_key, set_=then, where=where)
    return connection.execute(changed.returning(*table.columns)).one_or_none()
