"""Reads the database's errors: which constraint said no, and when the database cannot be had at all.

A mistake of the program (wrong SQL, a value of the wrong kind) is neither, and passes as it is.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from sqlalchemy import exc

from bridge.errors import StoreUnavailable
from bridge.store.tables import metadata

_SQLITE_UNIQUE = "UNIQUE constraint failed: "
_SQLITE_PASSING = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
# A connection broken off, a server that stops or starts, one that was primary until now, too many
# connections, a deadlock, a lock. https://www.postgresql.org/docs/current/errcodes-appendix.html
_POSTGRES_PASSING = ("08", "57P0", "25006", "53300", "40", "55P03")


# Not a BridgeError: no caller is ever told of it; who writes knows which rule of the business it stands for.
class ConstraintViolated(Exception):
    """A constraint of the database said no; `name` is the constraint's or index's name."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(name)


@contextmanager
def translated(subject: str = "the database") -> Iterator[None]:
    """Turn the database's errors into ConstraintViolated and StoreUnavailable."""
    try:
        yield
    except exc.IntegrityError as error:
        # Not `from error`: PostgreSQL quotes the row, with a caller's name and number, into every log.
        raise ConstraintViolated(constraint_name(error)) from None
    except exc.TimeoutError as error:
        raise StoreUnavailable(f"{subject} cannot be used: too many connections are in use") from error
    except exc.DBAPIError as error:
        if not is_outage(error):
            raise
        text = f"{subject} cannot be used: {cause(error)}"
        raise StoreUnavailable(text, passes=may_pass(error.orig)) from error


def is_outage(error: exc.DBAPIError) -> bool:
    """Tell whether the database failed (gone, locked, full, broken off), not the statement."""
    if isinstance(error, exc.OperationalError | exc.InterfaceError | exc.InternalError):
        return True
    # The bare class is how SQLite says "file is not a database" and "malformed".
    return type(error) is exc.DatabaseError


def may_pass(origin: BaseException | None) -> bool:
    """Tell whether a failure is one of those that pass: not a full disk, or a file that is no database."""
    code = getattr(origin, "sqlite_errorcode", None)
    if code is not None:
        return code & 0xFF in _SQLITE_PASSING
    state = getattr(origin, "sqlstate", None)
    # No state: the connection broke, or could not be made.
    return state is None or state.startswith(_POSTGRES_PASSING)


def constraint_name(error: exc.IntegrityError) -> str:
    """Return the name of the constraint, trigger or unique index that refused."""
    diagnosis = getattr(error.orig, "diag", None)
    if diagnosis is not None:
        return str(diagnosis.constraint_name or cause(error))
    # SQLite tells a trigger's own message, but of a unique index only the columns.
    message = str(error.orig)
    return _names_by_columns().get(message.removeprefix(_SQLITE_UNIQUE), message)


def cause(error: BaseException) -> str:
    """Return the first line of what the driver said; the lines below may quote rows."""
    origin = getattr(error, "orig", None) or error
    return (str(origin).strip().splitlines() or [type(origin).__name__])[0]


@cache
def _names_by_columns() -> dict[str, str]:
    names = {}
    for table in metadata.tables.values():
        names[", ".join(f"{table.name}.{column.name}" for column in table.primary_key)] = f"pk_{table.name}"
        for index in table.indexes:
            if index.unique:
                names[", ".join(f"{table.name}.{column.name}" for column in index.columns)] = str(index.name)
    return names
