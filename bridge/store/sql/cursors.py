"""Statements on cursors: up to where each calendar's changes by people were read."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, bindparam, func, literal, select, update

from bridge.model import CalendarName
from bridge.store.dialects import Instant, Upsert, drop_before, upsert
from bridge.store.statements import ask
from bridge.store.tables import cursors

_NONE = ""  # of a calendar whose changes could never be read


def get(connection: Connection, calendar: CalendarName) -> str | None:
    """Return up to where the calendar's changes were read, None before the first time."""
    found = ask(connection, _CURSOR, {"calendar": str(calendar)})
    return found[0].cursor or None if found else None


def read_at(connection: Connection, calendar: CalendarName) -> datetime | None:
    """Return when the calendar's changes were last read, None before the first time."""
    found = connection.execute(_READ_AT, {"calendar": str(calendar)}).scalar()
    assert found is None or isinstance(found, datetime)  # noqa: S101 - for the type alone
    return found


def put(connection: Connection, calendar: CalendarName, value: str, now: datetime) -> None:
    """Remember up to where the calendar's changes were read; they can be."""
    read = {"cursor": value, "read_at": now, "failing_since": None}
    _PUT(connection, {"calendar": str(calendar), **read})


def fail(connection: Connection, calendar: CalendarName, now: datetime) -> datetime:
    """Remember that the calendar's changes could not be read; return since when they cannot."""
    new = {"calendar": str(calendar), "cursor": _NONE, "read_at": now, "failing_since": now}
    # The first failure counts: how long it has been so decides when somebody is told.
    since = func.coalesce(cursors.c.failing_since, literal(now, Instant()))
    row = upsert(connection, cursors, new, then={"failing_since": since})
    found = now if row is None else row.failing_since
    assert isinstance(found, datetime)  # noqa: S101 - just set
    return found


def drop_unread(connection: Connection, before: datetime, *, limit: int) -> int:
    """Forget up to where calendars were read that were not since then; return how many, at most `limit`."""
    return connection.execute(_DROP_UNREAD, {"before": before, "limit": limit}).rowcount


def looked_at(connection: Connection, calendar: CalendarName) -> str:
    """Return the booking that was last looked at because the calendar's changes cannot be read."""
    last = select(cursors.c.looked_at).where(cursors.c.calendar == str(calendar))
    return connection.execute(last).scalar() or ""


def look_on_from(connection: Connection, calendar: CalendarName, booking_id: str) -> None:
    """Remember the booking that was last looked at because the calendar's changes cannot be read."""
    # Kept: when time runs out, the next turn goes on behind it, and every booking has its turn.
    here = cursors.c.calendar == str(calendar)
    connection.execute(update(cursors).where(here).values(looked_at=booking_id))


# Built once where each turn of following asks: building a statement takes longer than executing it.
_IS_IT = cursors.c.calendar == bindparam("calendar")
_CURSOR = select(cursors.c.cursor).where(_IS_IT)
_READ_AT = select(cursors.c.read_at).where(_IS_IT)
_PUT = Upsert(
    cursors,
    then=lambda row: {name: row[name] for name in ("cursor", "read_at", "failing_since")},
)
_DROP_UNREAD = drop_before(cursors, "calendar", "read_at")
