"""Brings the database up to date.

A migration is one transaction, by one process at a time, on SQLite after a copy of the file: it succeeds
or leaves the database as it was.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import URL, Connection, NullPool, create_engine, event, inspect, text
from sqlalchemy.exc import SQLAlchemyError

from bridge.errors import StoreUnavailable
from bridge.store import constraints, sqlite_file
from bridge.store.engine import BUSY_TIMEOUT_SECONDS
from bridge.store.faults import cause, translated
from bridge.store.pools import existing_file, parse_url
from bridge.store.schema import (
    HEAD,
    SchemaState,
    compare,
    newer,
    read_revision,
)

SCRIPTS = "bridge.store:migrations"
PATIENCE_SECONDS = 60
_ADVISORY_LOCK = 7_355_408_212  # one number for "migrating"


@dataclass(frozen=True, slots=True)
class MigrationResult:
    """What a migration did; `copy` is the database file as it was before, None where none was made.

    `repaired` are constraints that somebody had removed, `double` the pairs of bookings that took one time
    without them, the earlier made first.
    """

    from_revision: str | None
    to_revision: str
    copy: Path | None = None
    repaired: frozenset[str] = frozenset()
    double: tuple[tuple[str, str], ...] = ()

    @property
    def changed(self) -> bool:
        """Tell whether there was anything to do."""
        return self.from_revision != self.to_revision


def migrate(
    url: str | URL, *, to: str = HEAD, scripts: str = SCRIPTS, repairs: bool = False
) -> MigrationResult:
    """Bring the database to a revision, making a SQLite file where there is none.

    `repairs` also adds the constraints that somebody removed; else `require_current` finds them missing.
    Several processes may call this at once: one does the work, the others find it done. `scripts` is
    where Alembic finds the steps. SchemaOutdated: the database is newer than this program.
    StoreUnavailable: it cannot be had, or the migration failed and the database is as it was.
    """
    address = parse_url(url)
    if address.get_backend_name() == "sqlite":
        return _migrate_file(address, to, scripts, repairs=repairs)
    with translated(), _postgres_transaction(address) as connection:
        done = _upgrade(connection, to, scripts)
        return _repaired(connection, done) if repairs else done


# The transaction undoes a migration that fails; the copy is for one that succeeded and proved unwanted.
def _migrate_file(address: URL, to: str, scripts: str, *, repairs: bool) -> MigrationResult:
    file = Path(address.database or "")
    sqlite_file.make(file)
    with translated(f"the database {file}"), sqlite_file.only_one(file, PATIENCE_SECONDS):
        if _is_done(file, to) and not repairs:
            return MigrationResult(to, to)
        with _file_transaction(file) as connection:
            done = _upgrade(connection, to, scripts, file)
            return _repaired(connection, done) if repairs else done


def _is_done(file: Path, to: str) -> bool:
    # Asked at every start, so without Alembic, and without the write lock that a busy server may hold.
    try:
        with closing(sqlite3.connect(existing_file(str(file)), uri=True)) as driver:
            found: tuple[str] | None = driver.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.Error:  # the migration meets it too, and says it
        return False
    return found == (to,)


def _upgrade(connection: Connection, to: str, scripts: str, file: Path | None = None) -> MigrationResult:
    before = read_revision(connection)
    state = compare(before, to)
    if state is SchemaState.NEWER:
        raise newer(before, to)
    if state is SchemaState.CURRENT:
        return MigrationResult(before, to)
    copy = None
    if file and inspect(connection).get_table_names():
        copy = file.with_name(f"{file.name}-before-{to}")
        sqlite_file.copy(file, copy)
    try:
        _run(connection, to, scripts)
    except SQLAlchemyError as error:
        raise StoreUnavailable(
            f"the migration to {to} failed and the database is as it was: {cause(error)}"
        ) from error
    return MigrationResult(before, to, copy)


def _repaired(connection: Connection, done: MigrationResult) -> MigrationResult:
    """Add the constraints that are missing."""
    absent = constraints.missing(connection)
    if not absent:
        return done
    double = constraints.release_overlapping(connection)
    constraints.enforce(connection, done.to_revision)
    return replace(done, repaired=absent, double=tuple(double))


def _run(connection: Connection, to: str, scripts: str) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    # Alembic reads its options as configparser does, for which % begins a name.
    config.set_main_option("script_location", scripts.replace("%", "%%"))
    config.attributes["connection"] = connection
    constraints.drop_triggers(connection)
    command.upgrade(config, to)
    constraints.enforce(connection, to)
    _refuse_orphans(connection, to)


def _refuse_orphans(connection: Connection, to: str) -> None:
    if connection.dialect.name != "sqlite":
        return
    # The keys were off while tables were made anew; what they would have refused is looked for now.
    orphan = connection.execute(text("PRAGMA foreign_key_check")).first()
    if orphan:
        raise StoreUnavailable(
            f"the migration to {to} failed and the database is as it was:"
            f" rows of {orphan[0]} would belong to no row of {orphan[2]}"
        )


@contextmanager
def _file_transaction(file: Path) -> Iterator[Connection]:
    def connect() -> sqlite3.Connection:
        address = existing_file(str(file))
        driver = sqlite3.connect(address, uri=True, isolation_level=None, timeout=BUSY_TIMEOUT_SECONDS)
        # Keys are off, or making a table anew (batch mode) would delete what belongs to its rows.
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=OFF"):
            driver.execute(f"PRAGMA {pragma}")
        return driver

    engine = create_engine("sqlite+pysqlite:///x", creator=connect, poolclass=NullPool)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    with engine.begin() as connection:
        yield connection


@contextmanager
def _postgres_transaction(address: URL) -> Iterator[Connection]:
    engine = create_engine(address, poolclass=NullPool, connect_args={"connect_timeout": 3})
    with engine.begin() as connection:
        connection.execute(text(f"SET LOCAL lock_timeout = '{PATIENCE_SECONDS}s'"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": _ADVISORY_LOCK})
        yield connection
