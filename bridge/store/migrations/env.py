"""Alembic's entry: runs the steps on the connection that `bridge.store.migrate` has opened."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

from bridge.store.tables import metadata


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        # SQLite cannot change a table's columns in place: batch mode makes it anew.
        render_as_batch=connection.dialect.name == "sqlite",
    )
    with context.begin_transaction():
        context.run_migrations()


_run(context.config.attributes["connection"])
