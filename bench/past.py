"""Fills a measured salon with bookings that took place: a quarter of an hour each, ten hosts in turn.

By a few statements over numbers: a million take a minute in SQLite, two in PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Integer,
    MetaData,
    Table,
    Text,
    bindparam,
    cast,
    create_engine,
    insert,
    literal,
    select,
    text,
    update,
)

from bench.salon import HOSTS
from bridge.booking.tidy import KEPT
from bridge.local_calendar.cursor import write_cursor
from bridge.model import CalendarName
from bridge.parts import Bridge
from bridge.store.constraints import drop_triggers, enforce
from bridge.store.dialects import Instant
from bridge.store.schema import read_revision
from bridge.store.sql import cursors
from bridge.store.sql.revisions import LOCAL
from bridge.store.sql.revisions import current as read_number
from bridge.store.tables import (
    booking_hosts,
    booking_requests,
    bookings,
    claims,
    local_events,
    revisions,
    writes,
)

_DRAFT: Mapping[str, Any] = {
    "title": "A quarter",
    "timezone": "UTC",
    "description": "Kim Example",
    "location": "",
    "attendees": [],
    "conference": None,
    "private": {},
    "start": "2020-01-01T09:00:00+00:00",
    "end": "2020-01-01T09:15:00+00:00",
}
_ATTENDEE = {"name": "Kim Example", "email": "kim@example.com", "phone": "+49301234567", "answers": []}

_past = Table(
    "past",
    MetaData(),
    Column("number", Integer, primary_key=True),
    Column("id", Text),
    Column("host", Text),
    Column("calendar", Text),
    Column("starts_at", Instant),
    Column("ends_at", Instant),
    Column("made_at", Instant),
    prefixes=["TEMPORARY"],
)


def fill(bridge: Bridge, count: int) -> None:
    """Insert so many confirmed bookings of the last weeks or years, each of another caller, with all rows."""
    # On an engine of its own: the bridge lets no statement take so long.
    engine = create_engine(bridge.config.bridge.database_url.get_secret_value())
    with engine.begin() as connection:
        _number(connection, count, bridge.context.now())
        drop_triggers(connection)  # each row would be compared with those that follow it
        for table, row in _rows().items():
            values = [_valued(table, name, value) for name, value in row.items()]
            # The oldest first, as they came.
            taken = select(*values).order_by(_past.c.number.desc())
            if table in (booking_requests, claims):  # which go in time
                taken = taken.where(_past.c.starts_at > bridge.context.now() - KEPT)
            connection.execute(insert(table).from_select(list(row), taken))
        # Nothing may seem newer than the last change.
        last = {"value": revisions.c.value + count}
        connection.execute(update(revisions).where(revisions.c.name == LOCAL).values(last))
        enforce(connection, read_revision(connection) or "")
        _past.drop(connection)
        if connection.dialect.name == "postgresql":  # as it does by itself in time; SQLite never does
            connection.exec_driver_sql("ANALYZE")
    engine.dispose()
    # As if it had been followed all the time: a first following reads all there ever was.
    with bridge.store.write() as connection:
        current = write_cursor(read_number(connection, LOCAL))
        for calendar in ("*", *(f"host{number}" for number in range(HOSTS))):
            cursors.put(connection, CalendarName("local", "", calendar), current, bridge.context.now())


def _number(connection: Connection, count: int, now: datetime) -> None:
    """Make the table of what took place when, the latest first."""
    _past.create(connection)
    last = now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=1)
    unit = "interval '15 minutes'" if connection.dialect.name == "postgresql" else "900000000"
    counted = (
        "WITH RECURSIVE counted (number) AS"  # noqa: S608 - our own words
        " (SELECT 1 UNION ALL SELECT number + 1 FROM counted WHERE number < :count),"
        f" timed AS (SELECT number, number % {HOSTS} AS host,"
        f" number / {HOSTS} * {unit} AS ago, {unit} AS quarter FROM counted)"
    )
    filled = text(
        f"{counted} INSERT INTO past SELECT number, 'past-' || number, 'host' || host,"  # noqa: S608 - ours
        " 'local:host' || host, :last - ago - quarter, :last - ago, :last - ago - 192 * quarter"
        " FROM timed WHERE :count > 0"
    )
    connection.execute(filled.bindparams(bindparam("last", type_=Instant())), {"count": count, "last": last})


def _valued(table: Table, name: str, value: Any) -> ColumnElement[Any]:
    return value if isinstance(value, ColumnElement) else literal(value, table.c[name].type)


def _rows() -> Mapping[Table, Mapping[str, Any]]:
    """Return what to insert, by table: columns of the past, or what is the same in all rows."""
    it = _past.c
    times = {"starts_at": it.starts_at, "ends_at": it.ends_at}
    of_booking = {"booking_id": it.id}
    attended = {"position": 0, "host": it.host, "event_type": "quarter", "is_live": True}
    claimed = {"host": it.host, "pending": False, "calendar": it.calendar, "checked_calendar": it.calendar}
    written = {"number": 1, "state": "done", "is_move": False, "draft": _DRAFT, "resource": ""}
    where = {"calendar": it.calendar, "event_key": it.id, "event_id": it.id}
    return {
        bookings: _booking() | times,
        booking_hosts: of_booking | attended | {"made_at": it.made_at},
        booking_requests: of_booking | {"fingerprint": it.id},
        claims: of_booking | times | claimed,
        writes: of_booking | written | where | {"made_at": it.made_at},
        local_events: of_booking | times | _event(),
    }


def _booking() -> dict[str, Any]:
    it = _past.c
    constant = {"event_type": "quarter", "state": "confirmed", "version": 2, "external_contact_id": ""}
    empty = {"link": "", "location": "", "decision": [], "service": "", "told_version": 0, "resources": []}
    callers = {"contact_key": literal("contact:") + it.id, "contact_id": it.id, "attendee": _ATTENDEE}
    phone = {"phone": literal("+4930") + cast(it.number, Text)}
    made = {
        "id": it.id,
        "calendar": it.calendar,
        "made_at": it.made_at,
        "source": "telli",
        "by_person": False,
    }
    return constant | empty | callers | phone | made


def _event() -> dict[str, Any]:
    it = _past.c
    return {
        "calendar": it.host,
        "id": it.id,
        "ical_uid": it.id + literal("@calendar-bridge"),
        "content": _DRAFT,
        "cancelled": False,
        "version": 1,
        "changed": it.number,
        "changed_at": it.made_at,
    }
