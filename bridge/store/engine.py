"""Transactions on SQLite and PostgreSQL: reading, writing, and writing one at a time.

A database that is gone, locked or full is `StoreUnavailable`; a broken constraint is the caller's to
read by name.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError

from bridge.errors import StoreUnavailable

BUSY_TIMEOUT_SECONDS = 4.0
_ADVISORY_LOCK = 7_355_408_211  # one number for "bookings are decided one at a time"


class ConstraintViolated(Exception):
    """A constraint of the database said no; `name` is the constraint's or index's name."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(name)


class Store:
    """The database with its ways to open a transaction. Safe to share between threads."""

    def __init__(self, url: str) -> None:
        self.engine = _make_engine(url)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        self._writer = threading.Lock()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a transaction that only reads. StoreUnavailable when the database cannot be had."""
        with _translated(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Open a transaction that commits at the end; on SQLite it holds the one write lock.

        ConstraintViolated and StoreUnavailable mean that nothing was written.
        """
        if not self.is_sqlite:
            with _translated(), self.engine.begin() as connection:
                yield connection
            return
        # Threads of one process queue here, in turn; SQLite's own waiting is unfair and sleeps.
        if not self._writer.acquire(timeout=BUSY_TIMEOUT_SECONDS):
            raise StoreUnavailable("the database is busy")
        try:
            with _translated(), self.engine.connect() as connection:
                connection = connection.execution_options(bridge_immediate=True)
                with connection.begin():
                    yield connection
        finally:
            self._writer.release()

    @contextmanager
    def write_alone(self) -> Iterator[Connection]:
        """Open a writing transaction that no other of this kind overlaps, in any process."""
        with self.write() as connection:
            if not self.is_sqlite:
                connection.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": _ADVISORY_LOCK})
            yield connection

    def close(self) -> None:
        """Close every pooled connection (before a fork, and at the end)."""
        self.engine.dispose()


def database_now(connection: Connection) -> datetime:
    """Return the database's clock, by which leases run."""
    if connection.dialect.name == "postgresql":
        moment: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
        return moment.astimezone(UTC)
    stamp: str = connection.exec_driver_sql("SELECT strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now')").scalar_one()
    return datetime.fromisoformat(stamp)


def _make_engine(url: str) -> Engine:
    if not url.startswith("sqlite"):
        return create_engine(
            url,
            pool_size=8,
            max_overflow=24,
            pool_timeout=BUSY_TIMEOUT_SECONDS,
            pool_pre_ping=True,
            connect_args={
                "connect_timeout": 3,
                "options": f"-c lock_timeout={int(BUSY_TIMEOUT_SECONDS * 1000)} -c statement_timeout=10000",
            },
        )
    engine = create_engine(
        url,
        pool_size=8,
        max_overflow=24,
        pool_timeout=BUSY_TIMEOUT_SECONDS,
        connect_args={"timeout": BUSY_TIMEOUT_SECONDS, "check_same_thread": False},
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver must not begin transactions behind our back
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    immediate = connection.get_execution_options().get("bridge_immediate")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        raise ConstraintViolated(_constraint_name(error)) from error
    except (DBAPIError, SQLAlchemyError) as error:
        raise StoreUnavailable(f"the database cannot be used: {_cause(error)}") from error


def _constraint_name(error: IntegrityError) -> str:
    diagnosis = getattr(error.orig, "diag", None)
    if diagnosis is not None:
        return str(diagnosis.constraint_name or "")
    # SQLite names a trigger's message, or the columns of a unique index.
    return str(error.orig)


def _cause(error: SQLAlchemyError) -> str:
    origin = getattr(error, "orig", None)
    return str(origin or type(error).__name__).strip().splitlines()[0]
