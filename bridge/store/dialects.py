"""What SQLite and PostgreSQL say differently: instants, the time of day, and "add it or change it"."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    DateTime,
    Delete,
    Dialect,
    Insert,
    Row,
    Table,
    bindparam,
    delete,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.base import ReadOnlyColumnCollection
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine

from bridge.store.statements import ask, send

# Counted in whole microseconds, as PostgreSQL does: floating seconds would lose the last digits.
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

_CLOCK_OF_POSTGRESQL = text("SELECT clock_timestamp()")
# By what each connection brings along (`bridge/store/pools.py`): SQLite's own clock drops what is less than a
# millisecond, and by it a job that was planned a moment ago is not due yet.
_CLOCK_OF_SQLITE = "time_ns() / 1000"

Columns = ReadOnlyColumnCollection[str, Any]

# Whoever asks reads the clock first, and may wait for another who reads it later and commits before them:
# what ends later than it could from here may be just that. No statement waits longer than 10 seconds.
CLOCK_SLACK = timedelta(seconds=15)


class Instant(TypeDecorator[datetime]):
    """An aware UTC datetime: `timestamptz` on PostgreSQL, microseconds since 1970 on SQLite.

    SQLite has no type for it; whole numbers compare and index as the overlap triggers need.
    """

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the column's type for this database."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(DateTime(timezone=True))
        return dialect.type_descriptor(BigInteger())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Return what is stored. ValueError refuses a naive datetime."""
        if value is None:
            return None
        # It does not say when it is, and PostgreSQL would take it without a word.
        if value.tzinfo is None:
            raise ValueError("a naive datetime cannot be stored")
        if dialect.name == "postgresql":
            return value
        return (value - _EPOCH) // _MICROSECOND

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None]:
        """Return what makes the aware UTC datetime of what was stored."""
        # Not by `process_result_value`, around which SQLAlchemy lays two calls: an offer reads thousands.
        return _in_utc if dialect.name == "postgresql" else _since_epoch


def _in_utc(stored: datetime | None) -> datetime | None:
    return None if stored is None else stored.astimezone(UTC)


@lru_cache(2**14)  # the same claims and events are read by one call after the other
def _since_epoch(microseconds: int | None) -> datetime | None:
    return None if microseconds is None else _EPOCH + timedelta(microseconds=microseconds)


def database_now(connection: Connection) -> datetime:
    """Return the database's clock, by which leases run."""
    if connection.dialect.name == "postgresql":
        moment: datetime = connection.execute(_CLOCK_OF_POSTGRESQL).scalar_one()
        return moment.astimezone(UTC)
    driver = connection.connection.driver_connection
    assert driver is not None  # noqa: S101 - only a connection given up has none
    # Past SQLAlchemy, which takes twenty times as long as the statement.
    (microseconds,) = driver.execute(f"SELECT {_CLOCK_OF_SQLITE}").fetchone()
    return _EPOCH + timedelta(microseconds=microseconds)


class DatabaseClock(FunctionElement[datetime]):
    """What `database_now` returns, for a statement that writes it down: nobody has to ask before."""

    inherit_cache = True
    type = Instant()


@compiles(DatabaseClock, "postgresql")
def _clock_of_postgresql(*_compiling: Any, **_options: Any) -> str:
    return "clock_timestamp()"


@compiles(DatabaseClock, "sqlite")
def _clock_of_sqlite(*_compiling: Any, **_options: Any) -> str:
    return _CLOCK_OF_SQLITE  # as Instant stores it


class Upsert:
    """What `upsert` does, as a statement that is built once: building it takes longer than executing it.

    `then` and `where` are told the row that was to be inserted, by its columns; what they need beside that
    are bound parameters, given with the row's values. Only `returns` is told of the row as it is now.
    """

    def __init__(
        self,
        table: Table,
        *,
        then: Callable[[Columns], Mapping[str, Any]],
        where: Callable[[Columns], ColumnElement[bool]] | None = None,
        returns: str | None = None,
    ) -> None:
        self._silent, self._telling = {}, {}
        for dialect in ("sqlite", "postgresql"):
            insert = _insert(dialect, table)
            row = insert.excluded
            self._silent[dialect] = insert.on_conflict_do_update(
                index_elements=table.primary_key, set_=then(row), where=where(row) if where else None
            )
            told = table.c[returns] if returns else next(iter(table.primary_key))
            self._telling[dialect] = self._silent[dialect].returning(told)

    def __call__(self, connection: Connection, values: Mapping[str, Any]) -> Any:
        """Return what is asked for; None when the present row isn't as `where` says, and was left alone."""
        rows = ask(connection, self._telling[connection.dialect.name], values)
        return rows[0][0] if rows else None

    def send(self, connection: Connection, values: Mapping[str, Any]) -> None:
        """Do the same where nobody needs to know what came of it."""
        send(connection, self._silent[connection.dialect.name], values)


def upsert(
    connection: Connection,
    table: Table,
    values: Mapping[str, Any],
    *,
    then: Mapping[str, Any],
    where: ColumnElement[bool] | None = None,
) -> Row[Any] | None:
    """Insert a row; if its primary key is there already, set `then` on the one it belongs to instead.

    Returns the row as it is now; None when the present one isn't as `where` says, and was left alone.
    """
    # Update first and insert if nothing was there is two statements, and two processes can both find nothing.
    # https://www.sqlite.org/lang_upsert.html, https://www.postgresql.org/docs/current/sql-insert.html
    statement = _insert(connection.dialect.name, table).values(**values)
    changed = statement.on_conflict_do_update(index_elements=table.primary_key, set_=then, where=where)
    return connection.execute(changed.returning(*table.columns)).one_or_none()


def add_up(connection: Connection, table: Table, column: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows in this order; where one's primary key is there already, add to that one's column."""
    send(connection, _adding_up(connection.dialect.name, table, column), list(rows))


def insert_new(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert those rows whose primary keys are not there yet."""
    send(connection, _inserting_new(connection.dialect.name, table), list(rows))


def drop_before(table: Table, key: str, moment: str) -> Delete:
    """Return the statement that forgets rows of `before` a moment, `limit` at most."""
    # PostgreSQL's DELETE has no LIMIT.
    old = select(table.c[key]).where(table.c[moment] < bindparam("before")).limit(bindparam("limit"))
    return delete(table).where(table.c[key].in_(old))


@cache
def _adding_up(dialect: str, table: Table, column: str) -> Insert:
    statement = _insert(dialect, table)
    summed = {column: table.c[column] + statement.excluded[column]}
    return statement.on_conflict_do_update(index_elements=table.primary_key, set_=summed)


@cache
def _inserting_new(dialect: str, table: Table) -> Insert:
    return _insert(dialect, table).on_conflict_do_nothing()


def _insert(dialect: str, table: Table) -> postgresql.Insert | sqlite.Insert:
    # One class for each database with the same methods: SQLAlchemy has no common one.
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
