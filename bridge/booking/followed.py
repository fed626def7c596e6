"""Which calendars' changes by people matter: those that take bookings, and those to which events went.

Each is asked for by itself as often as it is read, so that must not grow with how many there are.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection

from bridge.booking.context import BookingContext
from bridge.model import CalendarName
from bridge.store.sql import deletions, to_come, writes


def followed(context: BookingContext) -> set[CalendarName]:
    """Return the calendars whose changes by people matter: that take bookings, or to which events went."""
    with context.store.read() as connection:
        went = _of_bookings(context, connection)
    return _readable(context, went) | set(_taking(context))


def is_followed(context: BookingContext, name: CalendarName) -> bool:
    """Tell the same of one calendar, however many there are."""
    if name in _taking(context):
        return True
    with context.store.read() as connection:
        return is_of_bookings(context, connection, name) and bool(_readable(context, {name}))


def _taking(context: BookingContext) -> Iterator[CalendarName]:
    """Yield the calendars that take bookings."""
    yield from (each.booking_calendar for each in context.hosts.values())
    yield from (each.booking_calendar for each in context.resources.values() if not each.email)


def _readable(context: BookingContext, names: set[CalendarName]) -> set[CalendarName]:
    # Of an account taken out of the configuration nothing can be read; asking would fail for ever.
    accounts = {
        (name.provider, name.account) for host in context.attending.values() for name in host.calendars
    }
    return {name for name in names if (name.provider, name.account) in accounts}


def _of_bookings(context: BookingContext, connection: Connection) -> set[CalendarName]:
    """Return the calendars that hold what stands for bookings to come, or held events that may return."""
    held = to_come.calendars(connection, context.now()) | deletions.calendars(connection)
    return held | writes.calendars_of_entries(connection, context.now()) if context.resources else held


def is_of_bookings(context: BookingContext, connection: Connection, name: CalendarName) -> bool:
    """Tell whether a calendar holds what stands for a booking to come, or held an event that may return."""
    if to_come.is_any_in(connection, name, context.now()) or name in deletions.calendars(connection):
        return True
    return bool(context.resources) and name in writes.calendars_of_entries(connection, context.now())
