"""Statements on who works on a booking: its owner, by a token with a lease."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, or_, select, update

from bridge.model import Booking
from bridge.store.dialects import CLOCK_SLACK
from bridge.store.tables import bookings


def seize(
    connection: Connection,
    booking: Booking,
    *,
    owner: str,
    now: datetime,
    lease: timedelta,
    from_nobody: bool = False,
) -> bool:
    """Become the owner of a booking that is as it was read and whose owner's lease is over.

    `from_nobody`: of one that nobody works on, instead.
    """
    seized = connection.execute(
        update(bookings)
        .where(
            bookings.c.id == booking.id,
            bookings.c.state == booking.state,
            # Somebody may have seized it and let it go since it was read: then it is another booking by now.
            bookings.c.version == booking.version,
            bookings.c.owner.is_(None) if from_nobody else HAS_LEFT,
        )
        .values(owner=owner, lease_until=now + lease, version=bookings.c.version + 1),
        {} if from_nobody else at(now, lease),
    )
    return seized.rowcount == 1


def lease_of(connection: Connection, booking_id: str) -> tuple[str | None, datetime | None]:
    """Return who works on the booking, and until when."""
    row = connection.execute(_LEASE, {"booking": booking_id}).one_or_none()
    return (row.owner, row.lease_until) if row else (None, None)


def is_left(connection: Connection, booking_id: str, now: datetime, lease: timedelta) -> bool:
    """Tell whether a booking has an owner whose lease is over."""
    found = select(bookings.c.id).where(bookings.c.id == booking_id, bookings.c.owner.is_not(None))
    return connection.execute(found.where(HAS_LEFT), at(now, lease)).first() is not None


def at(now: datetime, lease: timedelta) -> dict[str, datetime]:
    """Return the moments for `HAS_LEFT`."""
    return {"now": now, "latest": now + lease + CLOCK_SLACK}


_LEASE = select(bookings.c.owner, bookings.c.lease_until).where(bookings.c.id == bindparam("booking"))
# The owner of a booking has left it. A lease that would last longer than any was taken before the clock was
# set back.
HAS_LEFT = or_(bookings.c.lease_until <= bindparam("now"), bookings.c.lease_until > bindparam("latest"))
