"""Transactions on SQLite and PostgreSQL: reading, writing, and writing one at a time.

A database that is gone, locked or full is `StoreUnavailable`; a broken constraint is the caller's to
read by name.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any
from weakref import WeakSet

from sqlalchemy import URL, Connection, text

from bridge.errors import StoreUnavailable
from bridge.store.faults import ConstraintViolated, cause, translated
from bridge.store.pools import open_pools, parse_url

BUSY_TIMEOUT_SECONDS = 4.0
_ADVISORY_LOCK = 7_355_408_211  # one number for "bookings are decided one at a time"
_REVISIONS = "SELECT name, value FROM revisions"


class Store:
    """The database with its ways to open a transaction. Safe to share between threads, and to fork.

    Nothing waits longer than `timeout_seconds` for a lock or a connection.
    """

    def __init__(self, url: str | URL, *, timeout_seconds: float = BUSY_TIMEOUT_SECONDS) -> None:
        address = parse_url(url)
        self.is_sqlite = address.get_backend_name() == "sqlite"
        self.file = Path(address.database or "") if self.is_sqlite else None
        self._pools = open_pools(address, timeout_seconds)
        self.engine = self._pools.writer
        self._driver_error = self.engine.dialect.loaded_dbapi.Error
        # One half of the time for the threads' queue, the other for the queue of processes.
        self._patience = timeout_seconds / 2
        self._writer = threading.Lock()
        self._inherited: tuple[object, ...] = ()
        self._idle: list[Any] = []  # SQLite connections for the next to ask; a list is safe between threads
        _living.add(self)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a transaction that only reads, all of it as of one moment.

        StoreUnavailable when the database cannot be had.
        """
        with translated(), self._pools.reader.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Open a transaction that commits at the end; on SQLite it holds the one write lock.

        ConstraintViolated and StoreUnavailable mean that nothing was written.
        """
        if not self.is_sqlite:
            with translated(), self.engine.begin() as connection:
                yield connection
            return
        # Threads of one process queue here, so that only one of each process contends for SQLite's lock.
        lock = self._writer
        if not lock.acquire(timeout=self._patience):
            raise StoreUnavailable("the database is busy")
        try:
            with translated(), self.engine.begin() as connection:
                yield connection
        finally:
            lock.release()

    @contextmanager
    def write_alone(self) -> Iterator[Connection]:
        """Open a writing transaction that no other of this kind overlaps, in any process."""
        with self.write() as connection:
            if not self.is_sqlite:
                connection.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": _ADVISORY_LOCK})
            yield connection

    def revisions(self) -> dict[str, int]:
        """Return every revision counter as it is committed now.

        For requests whose only question this is: a fraction of what a transaction costs.
        """
        with translated():
            try:
                return self._asked_revisions()
            except self._driver_error:
                # A server that restarted leaves dead connections behind; asking again does no harm.
                self._pools.single.dispose()
                self._close_idle()
            try:
                return self._asked_revisions()
            except self._driver_error as error:
                raise StoreUnavailable(f"the database cannot be used: {cause(error)}") from error

    def close(self) -> None:
        """Close every pooled connection; the next transaction opens new ones."""
        for engine in self._pools:
            engine.dispose()
        self._close_idle()

    def _asked_revisions(self) -> dict[str, int]:
        if self.is_sqlite:
            return self._asked_file()
        with closing(self._pools.single.raw_connection()) as pooled:
            driver = pooled.driver_connection
            assert driver is not None  # noqa: S101 - only a connection given up has none
            return dict(driver.execute(_REVISIONS).fetchall())

    def _asked_file(self) -> dict[str, int]:
        # Past SQLAlchemy's pool, which takes six times as long as the question itself (measured).
        try:
            driver = self._idle.pop()
        except IndexError:
            driver = self._taken_out()
        try:
            answer = driver.execute(_REVISIONS).fetchall()
        except BaseException:
            driver.close()
            raise
        self._idle.append(driver)
        return dict(answer)

    def _taken_out(self) -> Any:
        """Return a prepared connection that the pool does not count any more."""
        pooled = self._pools.single.raw_connection()
        driver = pooled.driver_connection
        pooled.detach()
        return driver

    def _close_idle(self) -> None:
        while self._idle:
            with suppress(IndexError):  # another thread took the last one
                self._idle.pop().close()

    def _start_anew(self) -> None:
        # Connections that other threads had in use are the parent's: neither used nor closed here, for
        # closing one would end the parent's transaction, or its locks.
        self._inherited = (*self._inherited, *(engine.pool for engine in self._pools), self._idle)
        self._idle = []
        for engine in self._pools:
            engine.dispose(close=False)
        self._writer = threading.Lock()


_living: WeakSet[Store] = WeakSet()


def _before_fork() -> None:
    # SQLite remembers per process which locks it holds on a file. A child that inherits this memory
    # without the locks can corrupt the file, so no open connection may be carried across.
    for store in tuple(_living):
        store.close()


def _in_child() -> None:
    for store in tuple(_living):
        store._start_anew()  # noqa: SLF001 - one module


os.register_at_fork(before=_before_fork, after_in_child=_in_child)

__all__ = ["BUSY_TIMEOUT_SECONDS", "ConstraintViolated", "Store"]
