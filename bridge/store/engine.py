"""Transactions on SQLite and PostgreSQL: reading, writing, and writing one at a time.

A database that is gone, locked or full is `StoreUnavailable`; a broken constraint is the caller's to
read by name.
"""

from __future__ import annotations

import hashlib
import logging
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary, WeakSet

from sqlalchemy import URL, Connection, Engine, func, select
from sqlalchemy.exc import DBAPIError

from bridge.errors import StoreUnavailable
from bridge.store.faults import ConstraintViolated, cause, may_pass, translated
from bridge.store.patience import is_bounded, seconds_left
from bridge.store.pools import FIRST_ANSWER_SECONDS, open_pools, parse_url
from bridge.store.statements import send

_log = logging.getLogger(__name__)

BUSY_TIMEOUT_SECONDS = 4.0
_ADVISORY_LOCK = 7_355_408_211  # one number for "bookings are decided one at a time"
_QUEUE = select(func.pg_advisory_xact_lock(_ADVISORY_LOCK))
_TOO_MANY = "the database cannot be used: too many connections are in use"
_REVISIONS = "SELECT name, value FROM revisions"


class Store:
    """The database with its ways to open a transaction. Safe to share between threads, and to fork.

    Nothing waits longer for a lock or a connection than the deadline of the work in hand, or else than
    `timeout_seconds` (`bridge/store/patience.py`).
    """

    def __init__(self, url: str | URL, *, timeout_seconds: float = BUSY_TIMEOUT_SECONDS) -> None:
        address = parse_url(url)
        self.is_sqlite = address.get_backend_name() == "sqlite"
        # Not the password's: a new one leaves the database what it is.
        self.name = hashlib.sha256(address.render_as_string(hide_password=True).encode()).hexdigest()[:12]
        self.file = Path(address.database or "") if self.is_sqlite else None
        self._pools = open_pools(address, timeout_seconds)
        self.engine = self._pools.writer
        self._driver_error = self.engine.dialect.loaded_dbapi.Error
        self._timeout = timeout_seconds
        self._is_away = False
        self._make_locks()
        self._inherited: tuple[object, ...] = ()
        self._idle: list[Any] = []  # SQLite connections for the next to ask; a list is safe between threads
        _living.add(self)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a transaction that only reads, all of it as of one moment.

        StoreUnavailable when the database cannot be had.
        """
        with self._begun(self._pools.reader) as connection:
            yield connection
            with translated():
                connection.commit()  # after a rollback psycopg forgets what PostgreSQL has prepared

    @contextmanager
    def look(self) -> Iterator[Connection]:
        """Read what need not be as of one moment: without the round trips of a transaction.

        StoreUnavailable, also where a kept connection has died; asked again (`repeated`) it is another one.
        Work without a deadline is not asked again: it opens a transaction, which notices that by itself.
        """
        single = self._begun(self._pools.single, self._single_places)
        with single if is_bounded() else self.read() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Open a transaction that commits at the end; on SQLite it holds the one write lock.

        ConstraintViolated means that nothing was written, StoreUnavailable too unless it `may_be_done`.
        """
        # On SQLite only one thread of each process contends for the file's one lock; half of the time is for
        # the queue of threads, the other for the queue of processes.
        waits = self._timeout / 2
        queue = _waited_for(self._writer, waits, "the database is busy") if self.is_sqlite else nullcontext()
        is_asked = False
        try:
            with queue, self._begun(self.engine) as connection:
                yield connection
                is_asked = True
                with translated():
                    connection.commit()
                committed = _after_commit.pop(connection, ())
        except StoreUnavailable as error:
            error.may_be_done |= is_asked
            raise
        for work in committed:
            work()

    @contextmanager
    def write_alone(self) -> Iterator[Connection]:
        """Open a writing transaction that no other of this kind overlaps, in any process."""
        with self.write() as connection:
            if not self.is_sqlite:
                send(connection, _QUEUE, {})
            yield connection

    def revisions(self) -> dict[str, int]:
        """Return every revision counter as it is committed now.

        For requests whose only question this is: a fraction of what a transaction costs.
        """
        return dict(self.ask(_REVISIONS))

    def ask(self, question: str, *values: int | str) -> list[tuple[Any, ...]]:
        """Return the rows of one short question, in which `?` stands for each value, past SQLAlchemy."""
        if not self.is_sqlite:
            question = question.replace("?", "%s")
        with self._watched():
            try:
                return self._answered(question, values, FIRST_ANSWER_SECONDS)
            except self._driver_error:
                # A server that restarted leaves dead connections behind; asking again does no harm.
                self._pools.single.dispose()
                self._close_idle()
            try:
                return self._answered(question, values, None)
            except self._driver_error as error:
                text = f"the database cannot be used: {cause(error)}"
                raise StoreUnavailable(text, passes=may_pass(error)) from error

    def close(self) -> None:
        """Close every pooled connection; the next transaction opens new ones."""
        for engine in self._pools.engines:
            engine.dispose()
        self._close_idle()

    def _make_locks(self) -> None:
        self._writer = threading.Lock()
        # The pools' own queue waits for a time that is set once for all; these wait as long as each can.
        self._places = threading.BoundedSemaphore(self._pools.most)
        self._single_places = threading.BoundedSemaphore(self._pools.most_single)

    @contextmanager
    def _begun(
        self, engine: Engine, places: threading.BoundedSemaphore | None = None
    ) -> Iterator[Connection]:
        with _waited_for(places or self._places, self._timeout, _TOO_MANY):
            with self._watched():
                connection = _open(engine)
            with translated(), closing(connection):  # the end of a transaction may fail, too
                yield connection

    @contextmanager
    def _watched(self) -> Iterator[None]:
        """Say once that the database is away, and once that it is back, however many ask meanwhile."""
        try:
            with translated():
                yield
        except StoreUnavailable as error:
            if not self._is_away:
                self._is_away = True
                _log.warning("the database is away, and asked again until it is back: %s", error)
            raise
        if self._is_away:
            self._is_away = False
            _log.warning("the database is back")

    def _answered(
        self, question: str, values: Sequence[int | str], most_seconds: float | None
    ) -> list[tuple[Any, ...]]:
        if not self.is_sqlite:
            with (
                _waited_for(self._single_places, self._timeout, _TOO_MANY),
                closing(self._pools.single.raw_connection()) as pooled,
            ):
                driver = pooled.driver_connection
                assert driver is not None  # noqa: S101 - only a connection given up has none
                driver.most_seconds = most_seconds
                found: list[tuple[Any, ...]] = driver.execute(question, values or None).fetchall()
                return found
        # Past SQLAlchemy's pool, which takes six times as long as the question itself (measured).
        try:
            driver = self._idle.pop()
        except IndexError:
            driver = self._taken_out()
        try:
            answer: list[tuple[Any, ...]] = driver.execute(question, values).fetchall()
        except BaseException:
            driver.close()
            raise
        self._idle.append(driver)
        return answer

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
        self._inherited = (*self._inherited, *(engine.pool for engine in self._pools.engines), self._idle)
        self._idle = []
        for engine in self._pools.engines:
            engine.dispose(close=False)
        self._make_locks()


def _open(engine: Engine) -> Connection:
    """Return a connection with a transaction begun."""
    for may_be_stale in (True, False):
        connection = None
        try:
            connection = engine.connect()
            connection.begin()
        except BaseException as error:
            if connection is not None:
                connection.close()
            # It had died in the pool. Nothing was done yet, so another one may be asked.
            if not (may_be_stale and isinstance(error, DBAPIError) and error.connection_invalidated):
                raise
        else:
            return connection
    raise AssertionError  # the second try ends either way


@contextmanager
def _waited_for(
    lock: threading.Lock | threading.BoundedSemaphore, otherwise: float, refusal: str
) -> Iterator[None]:
    if not lock.acquire(timeout=seconds_left(otherwise)):
        raise StoreUnavailable(refusal, passes=True)
    try:
        yield
    finally:
        lock.release()


# By transaction, since each has a Connection of its own; one that is rolled back takes its work along.
_after_commit: WeakKeyDictionary[Connection, list[Callable[[], object]]] = WeakKeyDictionary()


def after_commit(connection: Connection, work: Callable[[], object]) -> None:
    """Do something once the transaction is known to have committed; SQLAlchemy's event comes before that."""
    _after_commit.setdefault(connection, []).append(work)


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

__all__ = ["BUSY_TIMEOUT_SECONDS", "ConstraintViolated", "Store", "after_commit"]
