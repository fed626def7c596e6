"""Opens the connections of a store: what a connection is set to, how many are kept, how one begins.

Nothing here creates a SQLite file: a missing one is an error until `migrate` has made it.
"""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, OperationalError

from bridge.errors import StoreUnavailable

_POLL_SECONDS = 0.001
# The server gives up on a client that stopped in the middle of a transaction, and so frees its locks.
_IDLE_IN_TRANSACTION = "10s"
_STATEMENT_TIMEOUT = "10s"


class Pools(NamedTuple):
    """Engines of one database. `single` begins no transaction: each statement stands for itself."""

    writer: Engine
    reader: Engine
    single: Engine


def parse_url(url: str | URL) -> URL:
    """Return the address of the database, a SQLite file's path made absolute."""
    try:
        parsed = make_url(url)
        name = parsed.get_dialect().name
    except (ArgumentError, NoSuchModuleError, ImportError) as error:
        raise StoreUnavailable("the database's address is not understood") from error
    if name not in ("sqlite", "postgresql"):
        raise StoreUnavailable("the database must be SQLite or PostgreSQL")
    if name == "sqlite":
        if not parsed.database or parsed.database == ":memory:":
            raise StoreUnavailable("a SQLite database must be a file")
        return parsed.set(database=str(Path(parsed.database).absolute()))
    return parsed


def open_pools(url: URL, timeout_seconds: float) -> Pools:
    """Make the engines of a database; nothing is connected yet."""
    if url.get_backend_name() == "sqlite":
        return _sqlite_pools(url, timeout_seconds)
    return _postgres_pools(url, timeout_seconds)


def existing_file(path: str, access: str = "rw") -> str:
    """Return SQLite's address of a file that must exist already."""
    return f"file:{quote(path)}?mode={access}"


def _sqlite_pools(url: URL, timeout_seconds: float) -> Pools:
    file = existing_file(url.database or "")

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(
            file, uri=True, timeout=timeout_seconds, isolation_level=None, check_same_thread=False
        )

    # Parameters are callers' names and numbers: they stay out of errors, and so out of logs.
    # One writer at a time is all that SQLite allows, so one connection is kept for it.
    writer = create_engine(
        "sqlite+pysqlite:///x", creator=connect, hide_parameters=True, pool_size=1, max_overflow=4
    )
    reader = create_engine(
        "sqlite+pysqlite:///x",
        creator=connect,
        hide_parameters=True,
        pool_size=16,
        max_overflow=48,
        pool_timeout=timeout_seconds,
        pool_use_lifo=True,
    )

    # Not by SQLite's own waiting: it sleeps up to 0.1 s between two looks, so a process whose threads
    # write one after another starves the other processes (measured: 180 ms against 40 ms).
    event.listen(writer, "connect", _prepared("busy_timeout=0"))
    event.listen(writer, "begin", lambda connection: _begin_writing(connection, timeout_seconds / 2))
    # A write outside a writing transaction would be rolled back unnoticed; now it is refused.
    event.listen(reader, "connect", _prepared("query_only=ON"))
    event.listen(reader, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    return Pools(writer, reader, reader)


def _prepared(last: str) -> Any:
    def prepare(connection: Any, _record: object) -> None:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", last):
            connection.execute(f"PRAGMA {pragma}")

    return prepare


def _begin_writing(connection: Connection, seconds: float) -> None:
    looks = max(1, int(seconds / _POLL_SECONDS))
    for look in range(looks):
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        except OperationalError as error:
            if not _is_busy(error) or look == looks - 1:
                raise
            time.sleep(_POLL_SECONDS)
        else:
            return


def _is_busy(error: OperationalError) -> bool:
    return getattr(error.orig, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY


def _postgres_pools(url: URL, timeout_seconds: float) -> Pools:
    # Two processes stay below the server's usual 100 connections.
    arguments = {
        "connect_timeout": 3,
        "keepalives_idle": 5,
        "keepalives_interval": 2,
        "tcp_user_timeout": 8000,
    }
    writer = create_engine(
        url,
        hide_parameters=True,
        pool_size=10,
        max_overflow=20,
        pool_timeout=timeout_seconds,
        pool_pre_ping=True,
        pool_use_lifo=True,
        connect_args=arguments,
    )
    # No ping and no rollback: a round trip each, on a path that is one round trip.
    single = create_engine(
        url,
        hide_parameters=True,
        pool_size=4,
        max_overflow=4,
        pool_timeout=timeout_seconds,
        pool_use_lifo=True,
        pool_reset_on_return=None,
        isolation_level="AUTOCOMMIT",
        connect_args=arguments,
    )
    for engine in (writer, single):
        event.listen(engine, "connect", _configured(timeout_seconds))
    # All statements of a reading transaction see one moment, as on SQLite.
    reader = writer.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    return Pools(writer, reader, single)


def _configured(timeout_seconds: float) -> Any:
    settings = {
        "timezone": "UTC",  # psycopg cannot read year 1 or 9999 in a zone where it is year 0 or 10000
        "lock_timeout": f"{int(timeout_seconds * 1000)}ms",
        "statement_timeout": _STATEMENT_TIMEOUT,
        "idle_in_transaction_session_timeout": _IDLE_IN_TRANSACTION,
    }
    # By SQL, not by the `options` of the connection: poolers refuse those.
    query = "SELECT " + ", ".join("set_config(%s, %s, false)" for _ in settings)
    values = [text for pair in settings.items() for text in pair]

    def configure(connection: Any, _record: object) -> None:
        was = connection.autocommit
        connection.autocommit = True
        connection.execute(query, values)
        connection.autocommit = was

    return configure
