"""Compares what a backup knows with what the calendars hold: what happened after it was made.

The bridge's own events bear their booking's id, so that a booking made later is found again by its event.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from bridge.booking.context import BookingContext
from bridge.model import Booking, CalendarName
from providers.base import Deadline, Event, Interval
from providers.errors import ProviderError

_SECONDS = 20.0
_BEYOND_THE_HORIZON = timedelta(days=60)  # what staff moved further ahead than callers may book


class Change(StrEnum):
    """What became of an appointment after the backup."""

    MADE = "made"
    MOVED = "moved"
    GONE = "gone"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Difference:
    """A difference between backup and calendar; without an appointment the calendar could not be read."""

    change: Change
    calendar: CalendarName
    booking_id: str = ""
    interval: Interval | None = None


def differences(context: BookingContext, bookings: Mapping[str, Booking]) -> Iterator[Difference]:
    """Yield what changed since; `bookings` are the backup's live ones by id, those to come."""
    now = context.now()
    horizon = max((each.horizon_days for each in context.event_types.values()), default=0)
    window = Interval(now, now + timedelta(days=horizon) + _BEYOND_THE_HORIZON)
    for calendar in dict.fromkeys(host.booking_calendar for host in context.hosts.values()):
        known = {each.id: each for each in bookings.values() if each.calendar == calendar}
        try:
            events = _our_events(context, calendar, window)
        except ProviderError:
            yield Difference(Change.UNKNOWN, calendar)
            continue
        for name, event in events.items():
            if name not in bookings:
                yield Difference(Change.MADE, calendar, name, event.interval)
        for booking in known.values():
            if booking.interval.start < window.end:
                yield from _since(booking, events.get(booking.id))


def _our_events(context: BookingContext, calendar: CalendarName, window: Interval) -> dict[str, Event]:
    deadline = Deadline(_SECONDS, context.monotonic)
    provider = context.accounts.provider(calendar)
    found = provider.list_events(calendar.calendar, window, deadline=deadline)
    return {event.booking_id: event for event in found if event.booking_id and not event.cancelled}


def _since(booking: Booking, event: Event | None) -> Iterator[Difference]:
    if event is None:
        yield Difference(Change.GONE, booking.calendar, booking.id, booking.interval)
    elif event.interval != booking.interval:
        yield Difference(Change.MOVED, booking.calendar, booking.id, event.interval)
