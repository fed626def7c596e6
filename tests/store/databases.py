"""Makes databases for tests, each of its own, copied from one that is migrated already."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
from sqlalchemy import URL, make_url

from bridge.store.migrate import migrate

FIRST = "0001"


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

    def execute(self, *statements: str, database: str | None = None) -> None:
        """Run statements outside any transaction."""
        url = self._url.set(drivername="postgresql", database=database or self._url.database)
        with closing(psycopg.connect(url.render_as_string(hide_password=False), autocommit=True)) as driver:
            for statement in statements:
                driver.execute(statement.encode())

    @contextmanager
    def database(self, template: str | None = None) -> Iterator[str]:
        """Make a database, empty or a copy of another one's address, and drop it at the end."""
        name = f"bridge_test_{os.getpid()}_{secrets.token_hex(4)}"
        source = make_url(template).database if template else "template0"
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{source}"')
        try:
            yield self._url.set(database=name).render_as_string(hide_password=False)
        finally:
            self.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
