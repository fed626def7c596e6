"""Statements that count a caller's bookings; who it is decides the contact, or else the number."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, select, union

from bridge.model import BookingState, Contact
from bridge.store.tables import IS_LIVE, bookings


def ahead_of_caller(
    connection: Connection, contact: Contact, phone: str | None, event_type: str, now: datetime
) -> int:
    """Return how many live bookings of the event type a caller has ahead, by contact or by number."""
    live = (IS_LIVE, bookings.c.ends_at > now, bookings.c.event_type == event_type)
    return _count_of_caller(connection, contact, phone, *live)


def no_shows_of_caller(connection: Connection, contact: Contact, phone: str | None) -> int:
    """Return how often a caller did not come, by contact or by number, to whatever it was."""
    return _count_of_caller(connection, contact, phone, bookings.c.state == BookingState.NO_SHOW)


def _count_of_caller(
    connection: Connection, contact: Contact, phone: str | None, *which: ColumnElement[bool]
) -> int:
    is_callers = [bookings.c.contact_key == contact.key] if contact.key else []
    if phone:
        is_callers.append(bookings.c.phone == phone)
    if not is_callers:
        return 0
    # First the caller's, by an index each: `or_` would have SQLite look through all of the event type.
    callers = union(*(select(bookings.c.id).where(each) for each in is_callers))
    query = select(func.count()).select_from(bookings).where(*which, bookings.c.id.in_(callers))
    return connection.execute(query).scalar_one()
