"""Opens the connections of a store: what a connection is set to, how many are kept, how one begins.

Nothing here creates a SQLite file: a missing one is an error until `migrate` has made it.
"""

from __future__ import annotations

import sqlite3
import time
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from bridge.errors import StoreUnavailable
from bridge.store.patience import is_over, seconds_left
from bridge.store.statements import as_sqlalchemys

# A kept connection may have died unseen: so long its first answer is waited for, then another one is opened.
FIRST_ANSWER_SECONDS = 1.0
_POLL_SECONDS = 0.001
_READERS = 64
_KEPT_READERS = 16
_STEPS_BETWEEN_LOOKS = 200_000  # of SQLite's machine, some milliseconds


class Pools(NamedTuple):
    """Engines of one database. `single` begins no transaction: each statement stands for itself.

    `most` is how many transactions may be open at once, `most_single` how many single statements.
    """

    writer: Engine
    reader: Engine
    single: Engine
    most: int
    most_single: int

    @property
    def engines(self) -> tuple[Engine, Engine, Engine]:
        """Return every engine."""
        return self.writer, self.reader, self.single


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
    # Its driver takes 9 MB, which a process on SQLite need not have.
    from bridge.store.postgres import SINGLES, WRITERS, postgres_engines

    return Pools(*postgres_engines(url, timeout_seconds), most=WRITERS, most_single=SINGLES)


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
        pool_size=_KEPT_READERS,
        max_overflow=_READERS - _KEPT_READERS,
        pool_use_lifo=True,
    )

    # Not by SQLite's own waiting: it sleeps up to 0.1 s between two looks, so a process whose threads
    # write one after another starves the other processes (measured: 180 ms against 40 ms).
    event.listen(writer, "connect", _prepared("busy_timeout=0"))
    event.listen(writer, "begin", partial(_begin_writing, seconds=timeout_seconds / 2))
    # A write outside a writing transaction would be rolled back unnoticed; now it is refused.
    event.listen(reader, "connect", _prepared("query_only=ON"))
    event.listen(reader, "begin", partial(_begin_reading, seconds=timeout_seconds))
    return Pools(writer, reader, reader, most=_READERS, most_single=_READERS)


def _prepared(last: str) -> Any:
    def prepare(connection: Any, _record: object) -> None:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", last):
            connection.execute(f"PRAGMA {pragma}")
        connection.create_function("time_ns", 0, time.time_ns)
        connection.set_progress_handler(is_over, _STEPS_BETWEEN_LOOKS)  # true ends the statement

    return prepare


# Past SQLAlchemy, which takes twenty times as long as these statements; but its errors, for what it begins.
def _begin_reading(connection: Connection, seconds: float) -> None:
    # A reader waits only where somebody has the whole file to himself, as while its log is recovered.
    driver: Any = connection.connection.driver_connection
    try:
        driver.execute(f"PRAGMA busy_timeout = {round(seconds_left(seconds) * 1000)}")
        driver.execute("BEGIN")
    except sqlite3.Error as error:
        raise as_sqlalchemys(connection, "BEGIN", error) from error


def _begin_writing(connection: Connection, seconds: float) -> None:
    driver: Any = connection.connection.driver_connection
    looks = max(1, int(seconds_left(seconds) / _POLL_SECONDS))
    for look in range(looks):
        try:
            driver.execute("BEGIN IMMEDIATE")
        except sqlite3.Error as error:
            is_busy = getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY
            # By the clock too: each look takes longer than its pause.
            if not is_busy or look == looks - 1 or is_over():
                raise as_sqlalchemys(connection, "BEGIN IMMEDIATE", error) from error
            time.sleep(_POLL_SECONDS)
        else:
            return
