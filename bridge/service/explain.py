"""Explains a start: for every host what rule holds or fails, and which calendar is busy, never with what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bridge.booking.context import BookingContext
from bridge.model import Booking, BookingState, CalendarName, EventType
from bridge.scheduling.offers import window_around
from bridge.scheduling.slots import HostTime, Rule, failing_rules
from bridge.scheduling.team import pool_for
from bridge.store.sql import bookings
from providers.base import Deadline
from providers.errors import ProviderError
from providers.intervals import overlaps

_MADE = (BookingState.HELD, BookingState.CONFIRMED, BookingState.NO_SHOW)


@dataclass(frozen=True, slots=True)
class HostExplanation:
    """What speaks for and against a host: the rules that fail, calendars that are busy or silent."""

    host: str
    failing: tuple[Rule, ...]
    busy_calendars: tuple[CalendarName, ...]
    silent_calendars: Mapping[CalendarName, str]
    is_claimed: bool


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
    taken = [
        name for name, intervals in busy.by_calendar.items() if overlaps(intervals, event_type.padded(start))
    ]
    with context.store.read() as connection:
        made = [
            booking
            for booking in bookings.listed(connection, since=start, states=_MADE)
            if booking.interval.start == start and booking.event_type == event_type.id
        ]
    hosts = [
        _explain_host(context, event_type, times[host], start, taken, busy.failures)
        for host in event_type.team.hosts
    ]
    is_bookable = pool_for(event_type, times, start, now) is not None
    return Explanation(event_type, start, is_bookable, tuple(hosts), tuple(made))


def _explain_host(
    context: BookingContext,
    event_type: EventType,
    time: HostTime,
    start: datetime,
    busy: Sequence[CalendarName],
    failures: Mapping[CalendarName, ProviderError],
) -> HostExplanation:
    mine = context.hosts[time.host.id]
    return HostExplanation(
        host=mine.id,
        failing=failing_rules(event_type, time, start, context.now()),
        busy_calendars=tuple(name for name in mine.busy_calendars if name in busy),
        silent_calendars={name: failures[name].detail for name in mine.calendars if name in failures},
        is_claimed=overlaps(time.claims, event_type.padded(start)),
    )
