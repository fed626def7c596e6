"""Statements on the history of bookings: each change that people notice, when, and asked for where."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, insert, select

from bridge.model import Booking, Source
from bridge.store.statements import send
from bridge.store.tables import booking_changes


@dataclass(frozen=True, slots=True)
class Noted:
    """A change that a booking has had; `starts_at` and `hosts` are as it left them. None: nobody knows."""

    change: str
    source: Source | None
    at: datetime
    starts_at: datetime | None
    hosts: tuple[str, ...]


def add(connection: Connection, booking: Booking, change: str, source: Source, now: datetime) -> None:
    """Add a change to a booking that is as the change left it."""
    row = {
        "booking": booking.id,
        "change": change,
        "source": source,
        "at": now,
        "starts_at": booking.interval.start,
        "hosts": list(booking.hosts),
    }
    send(connection, _ADD, row)


def of_booking(connection: Connection, booking_id: str) -> list[Noted]:
    """Return what became of a booking, the oldest first."""
    query = select(booking_changes).where(booking_changes.c.booking_id == booking_id)
    return [
        Noted(row.change, Source(row.source) if row.source else None, row.at, row.starts_at, tuple(row.hosts))
        for row in connection.execute(query.order_by(booking_changes.c.number))
    ]


# Whoever changes a booking has locked its row: nobody else counts at the same time.
_NUMBER = select(func.coalesce(func.max(booking_changes.c.number), 0) + 1).where(
    booking_changes.c.booking_id == bindparam("booking")
)
_ADD = (
    insert(booking_changes)
    .values(booking_id=bindparam("booking"), number=_NUMBER.scalar_subquery())
    .inline()  # its number is nobody's concern
)
