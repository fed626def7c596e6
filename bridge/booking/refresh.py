"""Has calendars read beforehand that are too slow for a call, and tells at once what cannot be read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

from bridge.booking.context import BookingContext
from bridge.model import CalendarName
from bridge.store.sql import published
from providers.base import Deadline

_SECONDS = 2.0
Refreshed = Mapping[str, Callable[[], timedelta]]


def refresh(context: BookingContext, refreshed: Refreshed, subject: str) -> timedelta | None:
    """Read a calendar and look what came of it; return when to do so again, None if nobody names it now."""
    read = refreshed.get(subject)
    if read is None:
        with context.store.write() as connection:
            published.forget(connection, subject)
        return None
    again = read()
    deadline = Deadline(_SECONDS, context.monotonic)
    context.availability.look_again([CalendarName.parse(subject)], context.now(), deadline)
    context.health.write_down()
    return again
