"""Opens the connections to PostgreSQL, on which nothing waits longer than the work in hand can.

The server is told what is left of a deadline, so that it gives up too; a server that does not answer at all
is left at the socket. A transaction costs no question of its own for that: its beginning shows whether the
connection lives. What needs no answer travels with the next question: a database on another machine is some
milliseconds away, and it is not the statements that cost a caller time but the waiting between them.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import Future
from concurrent.futures import TimeoutError as StillConnecting
from contextlib import contextmanager, nullcontext, suppress
from typing import Any, NamedTuple

import psycopg
from psycopg.pq import TransactionStatus
from sqlalchemy import URL, Connection, Engine, create_engine, event

from bridge.store.patience import is_bounded, seconds_left, work_in_hand
from bridge.store.pools import FIRST_ANSWER_SECONDS

WRITERS = 30  # two processes stay below the server's usual 100 connections
SINGLES = 8
_KEPT_WRITERS = 10
_KEPT_SINGLES = 8
# No work takes longer without a deadline; the server is told the same, and ends first.
_STATEMENT_SECONDS = 10.0
_STATEMENT_MARGIN_SECONDS = 1.0
_CONNECT_SECONDS = 3
_ARGUMENTS = {
    "connect_timeout": _CONNECT_SECONDS,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "tcp_user_timeout": 8000,
    # Transactions begin by a statement of ours, and commit() and rollback() end them as they end any other.
    "autocommit": True,
}
_BEGIN, _COMMIT = "BEGIN", "COMMIT"
# All statements of a reading transaction see one moment, as on SQLite.
_BEGIN_READING = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
_IS_READING = "is_reading"


class _Sent(NamedTuple):
    """A statement whose answer nobody looks at, with its values: a list of them if it is done often."""

    query: str
    values: Any = None


class BoundedConnection(psycopg.Connection[Any]):
    """A connection on which no answer is waited for longer than the work in hand can wait.

    What is told to it by `send` goes with the next question, or the commit, in one round trip. If it fails,
    all that follows it fails too, the commit among it, and whoever waits for that is told why.
    """

    most_seconds: float | None = None  # for the next answer
    _sent: tuple[_Sent, ...] = ()
    _answered: object = None  # in which work

    def send(self, query: str, values: Any = None) -> None:
        """Let a statement go with the next one that is waited for."""
        self._sent += (_Sent(query, values),)

    def ask(self, cursor: psycopg.Cursor[Any], query: str, values: Any) -> None:
        """Execute what was sent and this statement, and wait for its answer."""
        with self._together() if self._sent else nullcontext():
            _execute(cursor, query, values)

    def commit(self) -> None:
        """Commit, with what was sent; nothing is waited for where nothing was begun."""
        if not self._sent:
            super().commit()
            return
        try:
            with self._together():
                self.execute(_COMMIT, prepare=False)
        except psycopg.Error:
            with suppress(psycopg.Error):
                self.rollback()  # SQLAlchemy takes a transaction that could not be committed to be over
            raise

    def rollback(self) -> None:
        """Roll back; what was sent is left."""
        self._sent = ()
        super().rollback()

    def lives(self) -> bool:
        """Tell whether it has answered to the work in hand before."""
        return is_bounded() and self._answered is work_in_hand()

    @contextmanager
    def _together(self) -> Iterator[None]:
        sent, self._sent = self._sent, ()
        with self.pipeline():
            for query, values in sent:
                _execute(self.cursor(), query, values)
            yield

    def wait(self, *arguments: Any, **_options: Any) -> Any:
        """Wait for the server. psycopg.OperationalError: it was silent, and this connection is closed."""
        limit = seconds_left(_STATEMENT_SECONDS + _STATEMENT_MARGIN_SECONDS)
        if self.most_seconds is not None:
            limit = min(limit, self.most_seconds)
        try:
            answer = super().wait(arguments[0], timeout=limit)
        except psycopg.OperationalError as error:
            if self.pgconn.transaction_status != TransactionStatus.ACTIVE:
                raise
            # What it would still answer belongs to a question that nobody asks any more.
            self.pgconn.finish()
            raise psycopg.OperationalError("the server did not answer in time") from error
        self._answered, self.most_seconds = work_in_hand(), None
        return answer


def postgres_engines(url: URL, lock_seconds: float) -> tuple[Engine, Engine, Engine]:
    """Return the engines for writing, for reading, and for single statements without a transaction."""
    writer = _engine(url, pool_size=_KEPT_WRITERS, max_overflow=WRITERS - _KEPT_WRITERS)
    event.listen(writer, "begin", _begin)
    # No rollback: a round trip, on a path that is one round trip.
    single = _engine(
        url, pool_size=_KEPT_SINGLES, max_overflow=SINGLES - _KEPT_SINGLES, pool_reset_on_return=None
    )
    event.listen(single, "begin", _not_longer_if_first)
    for engine in (writer, single):
        event.listen(engine, "do_connect", _connect)
        event.listen(engine, "connect", _configured(lock_seconds))
        event.listen(engine, "do_execute", _executed)
        event.listen(engine, "do_executemany", _executed)
    return writer, writer.execution_options(**{_IS_READING: True}), single


def _engine(url: URL, **options: Any) -> Engine:
    # Parameters are callers' names and numbers: they stay out of errors, and so out of logs.
    return create_engine(url, hide_parameters=True, pool_use_lifo=True, connect_args=_ARGUMENTS, **options)


def _begin(connection: Connection) -> None:
    begins = [_BEGIN_READING if connection.get_execution_options().get(_IS_READING) else _BEGIN]
    if is_bounded():
        # Else a statement nobody waits for would go on, with all that it locks.
        begins.append(f"SET LOCAL statement_timeout = {_milliseconds(seconds_left(_STATEMENT_SECONDS))}")
    driver = _not_longer_if_first(connection)
    if driver.lives():
        for each in begins:
            driver.send(each)
    else:
        connection.exec_driver_sql("; ".join(begins))


def _not_longer_if_first(connection: Connection) -> BoundedConnection:
    """Wait only a moment for an answer of what may have died in the pool; return the driver's connection."""
    driver = connection.connection.driver_connection
    assert isinstance(driver, BoundedConnection)  # noqa: S101 - one that is given up has none
    driver.most_seconds = None if driver.lives() else FIRST_ANSWER_SECONDS
    return driver


def _executed(cursor: Any, query: str, values: Any, _context: Any) -> bool:
    """Execute a statement in SQLAlchemy's stead, after what was sent."""
    cursor.connection.ask(cursor, query, values)
    return True


def _execute(cursor: psycopg.Cursor[Any], query: str, values: Any) -> None:
    if isinstance(values, list):
        cursor.executemany(query, values)
    else:  # without values it sets up a transaction, by another text each time
        cursor.execute(query, values, prepare=None if values else False)


def _connect(_dialect: object, _record: object, arguments: list[Any], parameters: dict[str, Any]) -> Any:
    """Connect on a thread of its own: a name server or a handshake cannot be waited for less than seconds."""
    made: Future[BoundedConnection | None] = Future()

    def connect() -> None:
        connection, failure = None, None
        try:
            connection = BoundedConnection.connect(*arguments, **parameters)
        except BaseException as error:  # noqa: BLE001 - raised where it is waited for
            failure = error
        if made.set_running_or_notify_cancel():
            made.set_exception(failure) if failure else made.set_result(connection)
        elif connection:
            connection.close()  # nobody waits for it any more

    threading.Thread(target=connect, name="connect", daemon=True).start()
    try:
        return made.result(timeout=seconds_left(float(_CONNECT_SECONDS)))
    except StillConnecting:
        if made.cancel():
            raise psycopg.OperationalError("the server could not be connected to in time") from None
        return made.result()  # it came in this very moment


def _configured(lock_seconds: float) -> Any:
    settings = {
        "timezone": "UTC",  # psycopg cannot read year 1 or 9999 in a zone where it is year 0 or 10000
        "lock_timeout": f"{_milliseconds(lock_seconds)}ms",
        "statement_timeout": f"{_milliseconds(_STATEMENT_SECONDS)}ms",
        # The server gives up on a client that stopped in the middle of a transaction, and so frees its locks.
        "idle_in_transaction_session_timeout": "10s",
        # Only few rows are ever asked for. Among a million the server expects thousands, and takes 50 ms to
        # start helpers for what takes one (measured).
        "max_parallel_workers_per_gather": "0",
        "jit": "off",
    }
    # By SQL, not by the `options` of the connection: poolers refuse those.
    query = "SELECT " + ", ".join("set_config(%s, %s, false)" for _ in settings)
    values = [text for pair in settings.items() for text in pair]

    def configure(connection: Any, _record: object) -> None:
        connection.execute(query, values)

    return configure


def _milliseconds(seconds: float) -> int:
    return max(1, round(seconds * 1000))
