"""Statements on where events of bookings to come lie: told by one index, without a look at a booking."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from bridge.model import BookingState, CalendarName
from bridge.store.tables import bookings


def calendars(connection: Connection, now: datetime) -> set[CalendarName]:
    """Return the calendars in which events of bookings to come lie."""
    found = connection.execute(_CALENDARS, {"now": now})
    return {CalendarName.parse(name) for name in found.scalars()}


def is_any_in(connection: Connection, calendar: CalendarName, now: datetime) -> bool:
    """Tell whether an event of a booking to come lies in a calendar."""
    return connection.execute(_ANY_IN, {"calendar": str(calendar), "now": now}).first() is not None


_COMING = select(bookings.c.calendar).where(
    bookings.c.state == BookingState.CONFIRMED, bookings.c.ends_at > bindparam("now")
)
_CALENDARS = _COMING.distinct()
_ANY_IN = _COMING.where(bookings.c.calendar == bindparam("calendar")).limit(1)
