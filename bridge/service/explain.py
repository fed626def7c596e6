"""Explains a start: for every host what rule holds or fails, and which calendar is busy, never with what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from bridge.booking.context import BookingContext
from bridge.calendars.availability import Busy
from bridge.calendars.judging import HostExplanation, judge
from bridge.calendars.kept_busy import KeptTime
from bridge.model import Booking, BookingState, EventType, Host, WallRange
from bridge.scheduling.days import date_of
from bridge.scheduling.hours import HoursFrom, hours_of
from bridge.scheduling.offers import window_around
from bridge.scheduling.team import is_apart, pool_for
from bridge.store.sql import bookings, set_days
from bridge.store.sql.set_days import DayChange
from providers.base import Deadline

_MADE = (BookingState.HELD, BookingState.CONFIRMED, BookingState.NO_SHOW)


@dataclass(frozen=True, slots=True)
class HostDay:
    """What decides about a host's hours on a day; `change` tells of a day set by hand who set it."""

    day: date
    source: HoursFrom
    hours: tuple[WallRange, ...]
    change: DayChange | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Whether a start can be booked now, by host; `booked` are bookings made for it, with their figures.

    `is_apart` says that only its hosts' places keep it from being booked: they are not all at one.
    """

    event_type: EventType
    start: datetime
    is_bookable: bool
    hosts: tuple[HostExplanation, ...]
    days: Mapping[str, HostDay]
    booked: tuple[Booking, ...]
    is_apart: bool


def explain(
    context: BookingContext, event_type: EventType, start: datetime, deadline: Deadline
) -> Explanation:
    """Ask every calendar now and judge the start by the one predicate."""
    asked, window = event_type.team.asked, window_around(event_type, start)
    busy = context.availability.busy(asked, window, deadline=deadline)
    return explain_by(context, event_type, start, busy, context.now())


def explain_kept(
    context: BookingContext, event_type: EventType, start: datetime, now: datetime, deadline: Deadline
) -> Explanation:
    """Judge the start by what the calendars answered last, as at a moment; no vendor is asked."""
    hosts = [context.attending[each] for each in event_type.team.asked]
    window = window_around(event_type, start)
    kept_time = KeptTime(context.store, context.accounts, context.health, context.identities)
    kept = kept_time.of(hosts, window, deadline)
    return explain_by(context, event_type, start, kept.within(window), now)


def explain_by(
    context: BookingContext, event_type: EventType, start: datetime, busy: Busy, now: datetime
) -> Explanation:
    """Judge the start by what is known of the hosts' busy time, as at a moment."""
    times = context.availability.times(event_type, busy)
    with context.store.read() as connection:
        made = [
            booking
            for booking in bookings.listed(
                connection, since=start, before=start + timedelta.resolution, states=_MADE
            )
            if (booking.interval.start, booking.event_type, booking.service)
            == (start, event_type.id, event_type.service)
        ]
        days = _days(connection, [time.host for time in times.values()], start)
    hosts = [judge(event_type, times[each], busy, start, now) for each in event_type.team.asked]
    is_bookable = pool_for(event_type, times, start, now) is not None
    apart = is_apart(event_type, times, start, now)
    return Explanation(event_type, start, is_bookable, tuple(hosts), days, tuple(made), apart)


def _days(connection: Connection, hosts: Sequence[Host], start: datetime) -> dict[str, HostDay]:
    days = {host.id: date_of(host.schedule.timezone, start) for host in hosts}
    held = set_days.holding(connection, list(days), min(days.values()), max(days.values()))
    found = {}
    for host in hosts:
        day = days[host.id]
        source, hours = hours_of(host.schedule, day)
        said, number = held.get(host.id, {}).get(day, (None, 0))
        if said is None:  # set back to what the configuration says
            number = 0
        found[host.id] = HostDay(day, source, hours, set_days.get(connection, number) if number else None)
    return found
