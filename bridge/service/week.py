"""Shows a week of hosts as the rules see it: open hours, busy time, appointments, what callers can be told.

It asks no vendor: busy time is what calendars answered last. Another moment moves only the clock.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import chain
from typing import Any, TypeVar

from sqlalchemy import Connection

from bridge.booking.context import BookingContext
from bridge.calendars.kept_busy import KeptBusy, KeptCalendar, KeptTime
from bridge.journal import REFUSALS
from bridge.model import Booking, BookingState, EventType, Host
from bridge.scheduling.days import date_of, later_day, local_days
from bridge.scheduling.hours import HoursFrom, hours_of, open_between, own_schedule
from bridge.scheduling.offers import busy_window, offer
from bridge.scheduling.slots import HostTime
from bridge.scheduling.team import bookable_days, with_host
from bridge.store.sql import attendances, bookings, claims, journal
from bridge.store.sql.attendances import Attendance
from bridge.store.sql.claims import Taken
from providers.base import Deadline, Interval
from providers.intervals import intersect

DAYS = 7
_SUNDAY = 6
_SHOWN = (BookingState.HELD, BookingState.CONFIRMED, BookingState.NO_SHOW)
_SECONDS = 2.5  # for the database: nobody else is asked


@dataclass(frozen=True, slots=True)
class HostWeek:
    """A host's week: appointments have the time that is `taken`, `claims` hold it with their buffers.

    `bookings` are told of a single host alone. `starts` can be booked with this host; `sources` tell what
    decides about each day's hours.
    """

    host: Host
    opened: Sequence[Interval]
    calendars: tuple[KeptCalendar, ...]
    claims: Sequence[Taken]
    taken: Sequence[Interval]
    bookings: Sequence[Booking]
    starts: Sequence[datetime]
    sources: Mapping[date, HoursFrom]

    @property
    def is_known(self) -> bool:
        """Tell whether every calendar answered when it was asked last."""
        return not any(each.problem or each.known is None for each in self.calendars)


@dataclass(frozen=True, slots=True)
class Week:
    """Days of an event type's clock; `told` are the starts that callers are told at `now`.

    `refused` are entries of the journal: calls that wanted a start in these days and did not get it.
    """

    event_type: EventType
    days: tuple[date, ...]
    now: datetime
    hosts: tuple[HostWeek, ...]
    told: frozenset[datetime]
    refused: Sequence[Mapping[str, Any]]

    @property
    def window(self) -> Interval:
        """Return the time of all days."""
        return local_days(self.event_type.timezone, self.days[0], self.days[-1])


@dataclass(frozen=True)
class Weeks:
    """Draws weeks from what is kept."""

    context: BookingContext

    def event_types(self) -> dict[str, EventType]:
        """Return all that can be shown, services too, by what names them in an address."""
        kinds = chain.from_iterable(each.kinds for each in self.context.event_types.values())
        return {f"{each.id}/{each.service}" if each.service else each.id: each for each in kinds}

    def week(
        self,
        event_type: EventType,
        monday: date,
        *,
        now: datetime,
        hosts: Sequence[str] = (),
        supposed: Mapping[str, Host] | None = None,
    ) -> Week:
        """Return the week from a day on, of some hosts or the whole team; `supposed` are as they would be."""
        zone = event_type.timezone
        days = tuple(later_day(monday, ahead) for ahead in range(DAYS))
        window = local_days(zone, days[0], days[-1])
        times, kept = self._times(event_type, window, now, supposed or {})
        told = frozenset(slot.start for slot in offer(event_type, times, now))
        shown = [host for host in event_type.team.hosts if not hosts or host in hosts]
        with self.context.store.read() as connection:
            held = claims.overlapping(connection, hosts=shown, calendars=[], window=window)
            attended = attendances.within(connection, shown, window, _SHOWN)
            # A whole team's weeks are drawn too small for names.
            booked = _booked(connection, shown, window) if len(shown) == 1 else []
            refused = _refused(connection, event_type, window)
        held_by, taken_of = _by_host(held), _by_host(attended)
        weeks = [
            HostWeek(
                times[name].host,
                _opened(event_type, times[name].host, window),
                kept.calendars[name],
                held_by[name],
                [each.interval for each in taken_of[name]],
                booked,
                _starts(event_type, times, name, window, now),
                {day: hours_of(times[name].host.schedule, day)[0] for day in days},
            )
            for name in shown
        ]
        return Week(event_type, days, now, tuple(weeks), told, refused)

    def refused(self, event_type: EventType, start: datetime) -> list[Mapping[str, Any]]:
        """Return the entries of the journal of calls that wanted a start and did not get it."""
        moment = Interval(start, start + timedelta.resolution)
        with self.context.store.read() as connection:
            return _refused(connection, event_type, moment)

    def _times(
        self, event_type: EventType, window: Interval, now: datetime, supposed: Mapping[str, Host]
    ) -> tuple[dict[str, HostTime], KeptBusy]:
        """Return what is kept of the team's time in the week, and as far ahead as an offer looks."""
        context = self.context
        ahead = busy_window(event_type, now)
        whole = Interval(min(window.start, ahead.start), max(window.end, ahead.end))
        hosts = [context.attending[each] for each in event_type.team.asked]
        deadline = Deadline(_SECONDS, context.monotonic)
        kept_time = KeptTime(context.store, context.accounts, context.health, context.identities)
        kept = kept_time.of(hosts, whole, deadline, at_least=ahead)
        times = context.availability.times(event_type, kept.as_far_as_known())
        return {
            name: replace(time, host=supposed[name]) if name in supposed else time
            for name, time in times.items()
        }, kept


def monday_of(event_type: EventType, day: date | None, now: datetime) -> date:
    """Return the Monday of a day's week; by default of today's, and on a Sunday of the one that begins."""
    today = date_of(event_type.timezone, now)
    shown = day or (later_day(today, 1) if today.weekday() == _SUNDAY else today)
    return date.fromordinal(shown.toordinal() - shown.weekday())


_OfHost = TypeVar("_OfHost", Taken, Attendance)


def _by_host(every: Sequence[_OfHost]) -> Mapping[str, Sequence[_OfHost]]:
    found: dict[str, list[_OfHost]] = defaultdict(list)
    for each in every:
        found[each.host].append(each)
    return found


def _booked(connection: Connection, hosts: Sequence[str], window: Interval) -> list[Booking]:
    return bookings.listed(connection, since=window.start, before=window.end, states=_SHOWN, hosts=hosts)


def _refused(connection: Connection, event_type: EventType, window: Interval) -> list[Mapping[str, Any]]:
    return journal.wanted_between(connection, event_type.id, window, [str(each) for each in REFUSALS])


def _opened(event_type: EventType, host: Host, window: Interval) -> list[Interval]:
    opened = open_between(host.schedule, window)
    own = own_schedule(event_type)
    both = opened if own is None else intersect(opened, open_between(own, window))
    return [Interval(*span) for span in both]


def _starts(
    event_type: EventType, times: Mapping[str, HostTime], host: str, window: Interval, now: datetime
) -> list[datetime]:
    """Return the starts in the window that can be booked with a host."""
    needed = {*event_type.team.fixed, host} if len(event_type.team.groups) < 2 else times.keys()
    of_these = {name: times[name] for name in needed}
    days = bookable_days(with_host(event_type, host), of_these, now, before=window.end)
    return [start for start in chain.from_iterable(days) if start >= window.start]
