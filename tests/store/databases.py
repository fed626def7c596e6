"""Makes databases for tests: a SQLite file for each, a PostgreSQL database for each process of them."""

from __future__ import annotations

import os
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
from sqlalchemy import URL, delete, make_url

from bridge.store.migrate import migrate
from bridge.store.tables import metadata

FIRST = "0001"
_DISCONNECT = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
_BLOCKED = (
    b"SELECT pid FROM pg_stat_activity"
    b" WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0"
)
_EMPTY = "; ".join(
    [_DISCONNECT, *(str(delete(table)) for table in reversed(metadata.sorted_tables))]
).encode()


def new_sqlite(folder: Path, template: Path | None = None) -> str:
    """Return the address of a SQLite file in the folder, a copy of the template or not yet there."""
    file = folder / "bridge.db"
    if template:
        shutil.copyfile(template, file)
    return f"sqlite:///{file}"


def sqlite_template(folder: Path) -> Path:
    """Make a migrated SQLite file to copy from."""
    migrate(new_sqlite(folder))
    return folder / "bridge.db"


class PostgresServer:
    """The PostgreSQL server that tests make databases on; its address names a role that may."""

    def __init__(self, url: str) -> None:
        self._url: URL = make_url(url).set(drivername="postgresql+psycopg")
        self._kept: dict[str, psycopg.Connection] = {}

    def execute(self, *statements: str, database: str | None = None) -> None:
        """Run statements outside any transaction."""
        with closing(self._connected(database or self._url.database)) as driver:
            for statement in statements:
                driver.execute(statement.encode())

    @contextmanager
    def database(self) -> Iterator[str]:
        """Make an empty database and drop it at the end; yields its address."""
        name = f"bridge_test_{os.getpid()}_{secrets.token_hex(4)}"
        self.execute(
            f'CREATE DATABASE "{name}" TEMPLATE template0',
            # A server's zone must not matter; in this one year 9999 ends in year 10000.
            f"ALTER DATABASE \"{name}\" SET timezone = 'Pacific/Kiritimati'",
        )
        url = self._url.set(database=name).render_as_string(hide_password=False)
        try:
            yield url
        finally:
            if url in self._kept:
                self._kept.pop(url).close()
            self.execute(f'DROP DATABASE "{name}" WITH (FORCE)')

    def empty(self, url: str) -> None:
        """Remove every row of a migrated database, and whoever is still connected to it.

        Making a database anew for each test takes up to a second when the disk is busy. The connection is
        kept: a new one has to learn what every table is, which takes ten times as long as to empty them.
        """
        try:
            self._empty(url)
        except psycopg.OperationalError:  # a test has dropped every connection
            self._kept.pop(url).close()
            self._empty(url)

    def _empty(self, url: str) -> None:
        if url not in self._kept:
            self._kept[url] = self._connected(make_url(url).database)
        self._kept[url].execute(_EMPTY)

    def _connected(self, database: str | None) -> psycopg.Connection:
        url = self._url.set(drivername="postgresql", database=database)
        return psycopg.connect(url.render_as_string(hide_password=False), autocommit=True)


def wait_until_blocked(url: str, *, unless: Callable[[], bool]) -> None:
    """Wait until a transaction of the database waits for another one's lock, or that is not to be awaited."""
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with closing(psycopg.connect(address, autocommit=True)) as driver:
        while not unless() and not driver.execute(_BLOCKED).fetchall():
            time.sleep(0.01)
