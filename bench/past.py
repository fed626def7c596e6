"""Fills a measured salon with bookings that took place: a quarter of an hour each, ten hosts in turn."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert

from bench.salon import HOSTS
from bridge.parts import Bridge
from bridge.store.tables import booking_hosts, booking_requests, bookings, claims, local_events, writes

_AT_ONCE = 500
_QUARTER = timedelta(minutes=15)
_DRAFT: dict[str, Any] = {
    "title": "A quarter",
    "timezone": "UTC",
    "description": "Kim Example",
    "location": "",
    "attendees": [],
    "conference": None,
    "private": {},
}
_WRITTEN = {"number": 1, "state": "done", "is_move": False}


def fill(bridge: Bridge, count: int) -> None:
    """Insert so many confirmed bookings of the last weeks, each of another caller, with all their rows."""
    rows: dict[Any, list[dict[str, Any]]] = {
        table: [] for table in (bookings, booking_hosts, booking_requests, claims, writes, local_events)
    }
    for each in _rows(count, bridge.context.now()):
        for table, row in each.items():
            rows[table].append(row)
    for table, found in rows.items():
        for first in range(0, count, _AT_ONCE):
            with bridge.store.write() as connection:
                connection.execute(insert(table), found[first : first + _AT_ONCE])
    with bridge.store.write() as connection:
        connection.exec_driver_sql("ANALYZE")  # as PostgreSQL does by itself in time


def _rows(count: int, now: datetime) -> Iterator[dict[Any, dict[str, Any]]]:
    last = now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=1)
    for number in range(count):
        start = last - _QUARTER * (number // HOSTS + 1)
        yield _rows_of(number, start, start - timedelta(days=2))


def _rows_of(number: int, start: datetime, made_at: datetime) -> dict[Any, dict[str, Any]]:
    booking_id, host = f"past-{number}", f"host{number % HOSTS}"
    times = {"starts_at": start, "ends_at": start + _QUARTER}
    of_booking = {"booking_id": booking_id}
    where = {"calendar": f"local:{host}"}
    attended = {"event_type": "quarter", "made_at": made_at, "is_live": True}
    claimed = {"host": host, "pending": False, "checked_calendar": f"local:{host}"}
    draft = {**_DRAFT, **{name.removesuffix("s_at"): moment.isoformat() for name, moment in times.items()}}
    return {
        bookings: _booking(number, made_at) | times | where,
        booking_hosts: of_booking | attended | {"position": 0, "host": host},
        booking_requests: of_booking | {"fingerprint": booking_id},
        claims: of_booking | times | where | claimed,
        writes: of_booking | where | _WRITTEN | {"event_key": booking_id, "draft": draft, "made_at": made_at},
        local_events: of_booking | times | _event(number, host, made_at),
    }


def _booking(number: int, made_at: datetime) -> dict[str, Any]:
    phone = f"+4930{number:07}"
    return {
        "id": f"past-{number}",
        "event_type": "quarter",
        "state": "confirmed",
        "version": 2,
        "contact_key": f"contact:past-{number}",
        "contact_id": f"past-{number}",
        "external_contact_id": "",
        "attendee": {"name": "Kim Example", "email": "kim@example.com", "phone": phone, "answers": []},
        "phone": phone,
        "source": "telli",
        "made_at": made_at,
        "by_person": False,
        "link": "",
        "location": "",
        "decision": [],
    }


def _event(number: int, host: str, made_at: datetime) -> dict[str, Any]:
    return {
        "calendar": host,
        "id": f"past-{number}",
        "ical_uid": f"past-{number}@calendar-bridge",
        "content": _DRAFT,
        "cancelled": False,
        "version": 1,
        "changed": number + 1,
        "changed_at": made_at,
    }
