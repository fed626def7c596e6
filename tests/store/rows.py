"""Rows for tests of the store, written by plain inserts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, insert, select

from bridge.store.engine import ConstraintViolated, Store
from bridge.store.tables import bookings, claims

NINE = datetime(2026, 11, 24, 9, tzinfo=UTC)


def at(hour: float) -> datetime:
    """Return an instant of one day by its hour."""
    return NINE + timedelta(hours=hour - 9)


def add_booking(connection: Connection, booking_id: str, **differing: Any) -> None:
    """Insert a held booking, of nobody's contact."""
    row: dict[str, Any] = {
        "id": booking_id,
        "event_type": "consultation",
        "state": "held",
        "version": 1,
        "starts_at": NINE,
        "ends_at": at(9.5),
        "calendar": "local:anna",
        "contact_key": None,
        "contact_id": "",
        "external_contact_id": "",
        "attendee": {},
        "source": "telli",
        "made_at": NINE,
        "by_person": False,
        "link": "",
        "location": "",
        "decision": [],
    }
    connection.execute(insert(bookings).values({**row, **differing}))


def add_claim(
    connection: Connection,
    booking_id: str,
    start: datetime,
    end: datetime,
    *,
    host: str = "anna",
    **differing: Any,
) -> None:
    """Insert a claim on a host's time."""
    row: dict[str, Any] = {
        "booking_id": booking_id,
        "host": host,
        "pending": False,
        "starts_at": start,
        "ends_at": end,
        "calendar": f"local:{host}",
    }
    connection.execute(insert(claims).values({**row, **differing}))


def take_slot(connection: Connection, booking_id: str, start: datetime, end: datetime) -> None:
    """Insert a booking with its claim, as a hold does."""
    add_booking(connection, booking_id, starts_at=start, ends_at=end)
    add_claim(connection, booking_id, start, end)


def take_slots(connection: Connection, slots: Mapping[str, tuple[datetime, datetime]]) -> None:
    """Insert several bookings with their claims, one after another."""
    for booking_id, (start, end) in slots.items():
        take_slot(connection, booking_id, start, end)


def outcome(store: Store, booking_id: str, start: datetime, end: datetime) -> str:
    """Try to take a slot; return "won", or the name of the constraint that refuses it."""
    try:
        with store.write_alone() as connection:
            take_slot(connection, booking_id, start, end)
    except ConstraintViolated as refusal:
        return refusal.name
    return "won"


def count_claims(connection: Connection) -> int:
    """Return how many claims there are."""
    return int(connection.execute(select(func.count()).select_from(claims)).scalar_one())
