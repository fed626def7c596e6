"""Asks the driver itself what SQLAlchemy has written: for statements that are built once and asked in calls.

SQLAlchemy writes the SQL of both databases, and knows how values go in and come out. Its own way to execute
takes 60 to 150 µs of processor time a statement where SQLite takes 5 to 20 (measured): a third of a booking.
So a statement is compiled once for the names of its values and the lengths of its lists, and the driver is
asked. Only for constants: one that is built anew each time is compiled each time, and `connection.execute`
serves it better.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import ClauseElement, Connection, Dialect, Executable
from sqlalchemy.exc import DBAPIError

_MOST_KEPT = 1000  # there are some dozens; lists of many lengths make the rest
_LONGEST_KEPT = 100  # values of lists together: each takes 200 bytes
_Process = Callable[[Any], Any]


def ask(connection: Connection, statement: Executable, values: Mapping[str, Any]) -> list[Any]:
    """Return the rows of a constant statement, as named tuples."""
    return _answer(connection, statement, values)[0]


def changed_rows(connection: Connection, statement: Executable, values: Mapping[str, Any]) -> int:
    """Execute a constant statement; return how many rows it changed."""
    return _answer(connection, statement, values)[1]


def send(
    connection: Connection, statement: Executable, values: Mapping[str, Any] | Sequence[Mapping[str, Any]]
) -> None:
    """Execute a constant statement that returns no rows, and whose failure is as well told later.

    PostgreSQL is asked together with the next statement that is waited for, in one round trip. If it fails,
    that one does, or the commit.
    """
    rows = [values] if isinstance(values, Mapping) else values
    prepared = _prepared(connection.dialect, statement, rows[0])
    bound = [prepared.bound(row) for row in rows]
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name == "postgresql":
        driver.send(prepared.text, bound if len(bound) > 1 else bound[0])
        return
    try:
        driver.executemany(prepared.text, bound)
    except driver.Error as error:
        raise as_sqlalchemys(connection, prepared.text, error) from error


def _answer(
    connection: Connection, statement: Executable, values: Mapping[str, Any]
) -> tuple[list[Any], int]:
    dialect = connection.dialect
    prepared = _prepared(dialect, statement, values)
    driver: Any = connection.connection.driver_connection
    cursor = driver.cursor()
    ask = driver.ask if dialect.name == "postgresql" else _ask_sqlite
    try:
        ask(cursor, prepared.text, prepared.bound(values))
        # SQLite looks for rows only now, and may be broken off.
        return prepared.rows(cursor.fetchall()) if cursor.description else [], cursor.rowcount
    except driver.Error as error:
        raise as_sqlalchemys(connection, prepared.text, error) from error


def _ask_sqlite(cursor: Any, text: str, values: object) -> None:
    cursor.execute(text, values)


def as_sqlalchemys(connection: Connection, text: str, error: Exception) -> BaseException:
    """Return an error of the driver as whoever opened the transaction expects it; what broke is given up."""
    dialect, driver = connection.dialect, connection.connection
    base = dialect.loaded_dbapi.Error
    is_broken = dialect.is_disconnect(error, driver, None)  # type: ignore[arg-type] # by its protocol
    if is_broken:
        connection.invalidate(error)
    # Without parameters: they are callers' names and numbers.
    return DBAPIError.instance(
        text, None, error, base, hide_parameters=True, connection_invalidated=is_broken, dialect=dialect
    )


class _Prepared:
    """A statement as the driver takes it, for values of these names and lists of these lengths."""

    def __init__(self, compiled: Any, dialect: Dialect, lengths: Mapping[str, int | None]) -> None:
        blank = {name: None if length is None else [None] * length for name, length in lengths.items()}
        written = compiled.construct_expanded_state(blank)
        self.text: str = written.statement
        self._order: Sequence[str] | None = written.positiontup  # PostgreSQL's driver takes names
        whole = {
            bind: (name, place)
            for name, binds in written.parameter_expansion.items()
            for place, bind in enumerate(binds)
        }
        self._constant: dict[str, Any] = {}
        self._given: list[tuple[str, str, int | None, _Process | None]] = []
        for bind, value in written.parameters.items():
            name, place = whole.get(bind, (bind, None))
            process = compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect)
            if name in lengths:
                self._given.append((bind, name, place, process))
            else:
                self._constant[bind] = process(value) if process else value
        columns = compiled.statement.exported_columns
        self._as_row: Any = _row_type(tuple(column.key for column in columns))._make
        read = (column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns)
        self._read = [(place, process) for place, process in enumerate(read) if process]

    def bound(self, values: Mapping[str, Any]) -> Any:
        """Return the values as the driver takes them."""
        bound = dict(self._constant)
        for bind, name, place, process in self._given:
            value = values[name] if place is None else values[name][place]
            bound[bind] = process(value) if process else value
        return bound if self._order is None else [bound[bind] for bind in self._order]

    def rows(self, found: Iterable[Sequence[Any]]) -> list[Any]:
        """Return rows as the program takes them."""
        if self._read and found:
            # Column by column: some statements tell of hundreds of rows.
            columns = list(zip(*found, strict=True))
            for place, process in self._read:
                columns[place] = tuple(map(process, columns[place]))
            found = zip(*columns, strict=True)
        return list(map(self._as_row, found))


def _row_type(names: tuple[str, ...]) -> Any:
    return namedtuple("Row", names, rename=True)  # noqa: PYI024 - its names come at run time


def _prepared(dialect: Dialect, statement: Executable, values: Mapping[str, Any]) -> _Prepared:
    lists = _compiled(dialect, statement, tuple(values))[1]
    lengths = tuple(len(values[name]) for name in lists)
    expanded = _expanded if sum(lengths) <= _LONGEST_KEPT else _expanded.__wrapped__
    return expanded(dialect, statement, tuple(values), lengths)


@lru_cache(_MOST_KEPT)
def _compiled(dialect: Dialect, statement: Executable, names: tuple[str, ...]) -> tuple[Any, tuple[str, ...]]:
    """Return the compiled statement, and which of its values are lists."""
    assert isinstance(statement, ClauseElement)  # noqa: S101 - what can be executed is
    compiled: Any = statement.compile(dialect=dialect, column_keys=list(names))
    return compiled, tuple(
        name for name in names if name in compiled.binds and compiled.binds[name].expanding
    )


@lru_cache(_MOST_KEPT)
def _expanded(
    dialect: Dialect, statement: Executable, names: tuple[str, ...], lengths: tuple[int, ...]
) -> _Prepared:
    compiled, lists = _compiled(dialect, statement, names)
    return _Prepared(compiled, dialect, {**dict.fromkeys(names), **dict(zip(lists, lengths, strict=True))})
