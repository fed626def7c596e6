"""Explains a start: for every host what rule holds or fails, and which calendar is busy, never with what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bridge.booking.context import BookingContext
from bridge.calendars.judging import HostExplanation, judge
from bridge.model import Booking, BookingState, EventType
from bridge.scheduling.offers import window_around
from bridge.scheduling.team import pool_for
from bridge.store.sql import bookings
from providers.base import Deadline

_MADE = (BookingState.HELD, BookingState.CONFIRMED, BookingState.NO_SHOW)


@dataclass(frozen=True, slots=True)
class Explanation:
    """Whether a start can be booked now, by host; `booked` are bookings made for it, with their figures."""

    event_type: EventType
    start: datetime
    is_bookable: bool
    hosts: tuple[HostExplanation, ...]
    booked: tuple[Booking, ...]


def explain(
    context: BookingContext, event_type: EventType, start: datetime, deadline: Deadline
) -> Explanation:
    """Ask every calendar now and judge the start by the one predicate."""
    now = context.now()
    window = window_around(event_type, start)
    availability = context.availability
    busy = availability.busy(event_type.team.hosts, window, max_age=0, deadline=deadline)
    times = availability.times(event_type, busy)
    with context.store.read() as connection:
        made = [
            booking
            for booking in bookings.listed(connection, since=start, states=_MADE)
            if (booking.interval.start, booking.event_type, booking.service)
            == (start, event_type.id, event_type.service)
        ]
    hosts = [judge(event_type, times[host], busy, start, now) for host in event_type.team.hosts]
    is_bookable = pool_for(event_type, times, start, now) is not None
    return Explanation(event_type, start, is_bookable, tuple(hosts), tuple(made))
