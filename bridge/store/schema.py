"""Says whether the database's tables are those this program needs; never loads Alembic: it is asked often."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import Connection, inspect, text

from bridge.errors import SchemaOutdated
from bridge.store.constraints import missing
from bridge.store.engine import Store

HEAD = "0033"  # the newest revision; they are four digits, counted up


class SchemaState(StrEnum):
    """How the database's tables stand to those this program knows."""

    CURRENT = "current"
    OUTDATED = "outdated"
    NEWER = "newer"
    EMPTY = "empty"


def require_current(store: Store) -> None:
    """Raise SchemaOutdated, saying what to do, unless the database is as this program needs it.

    That is also without a constraint, which somebody must have removed by hand: nothing else would keep two
    callers from one time.
    """
    revision = revision_of(store)
    match compare(revision, HEAD):
        case SchemaState.NEWER:
            raise newer(revision, HEAD)
        case SchemaState.EMPTY:
            raise SchemaOutdated("the database has no tables yet: run `bridge migrate`")
        case SchemaState.OUTDATED:
            raise SchemaOutdated(
                f"the database is at revision {revision}, this program needs {HEAD}: run `bridge migrate`"
            )
        case SchemaState.CURRENT:
            with store.read() as connection:
                absent = missing(connection)
            if absent:
                raise SchemaOutdated(
                    f"the database lacks {', '.join(sorted(absent))}, by which no time is booked twice:"
                    " stop every bridge that uses it and run `bridge migrate`, which adds what is missing"
                )


def compare(revision: str | None, wanted: str) -> SchemaState:
    """Return how a database at `revision` (None: without tables) stands to the wanted one."""
    if revision is None:
        return SchemaState.EMPTY
    if revision == wanted:
        return SchemaState.CURRENT
    # Four digits compare as text as they do as numbers.
    return SchemaState.NEWER if revision > wanted else SchemaState.OUTDATED


def newer(revision: str | None, wanted: str) -> SchemaOutdated:
    """Return the error for a database that a later version of the program has migrated."""
    return SchemaOutdated(
        f"the database is at revision {revision}, this program knows only {wanted}:"
        " run the newer version of the bridge that migrated it"
    )


def revision_of(store: Store) -> str | None:
    """Return the database's revision, None when it has no tables or there is no SQLite file yet."""
    # Asked of the file: to connect would be refused, and that is another fault than an empty database.
    if store.file and not store.file.exists():
        return None
    with store.read() as connection:
        return read_revision(connection)


def read_revision(connection: Connection) -> str | None:
    """Return the database's revision as this transaction sees it."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return revision
