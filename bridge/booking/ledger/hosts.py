"""Chooses who attends, by what the transaction that claims their time sees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from bridge.booking.context import LedgerContext
from bridge.calendars.availability import Busy, host_times
from bridge.calendars.judging import judge
from bridge.calendars.set_days import as_set
from bridge.errors import (
    AvailabilityUnknown,
    BridgeError,
    SlotNotOffered,
    SlotTaken,
    TakesNoAppointments,
    TooManyBookings,
    TooManyNoShows,
)
from bridge.model import Contact, EventType, Schedule, Wish
from bridge.scheduling.fair_share import month_start
from bridge.scheduling.round_robin import Choice, choose, needs_shares
from bridge.scheduling.slots import HostTime, Rule, as_offered_lately, failing_rules
from bridge.scheduling.team import Pool, pool_for, with_host
from bridge.store.sql import attendances, counts, round_robin
from providers.base import Interval

_NOBODY = Contact()
_TIMETABLE = frozenset({Rule.OPEN, Rule.STEP, Rule.NOTICE, Rule.START_DATE, Rule.HORIZON})


def pool_of(
    context: LedgerContext,
    connection: Connection,
    wish: Wish,
    busy: Busy,
    *,
    refused: frozenset[str] = frozenset(),
    without: str | None = None,
) -> Pool:
    """Return who could attend. SlotTaken, SlotNotOffered, AvailabilityUnknown: nobody, and why.

    `refused` are hosts that shall not be asked, `without` is a booking that does not count. A wish for one
    more appointment is refused by TooManyBookings where its caller has as many as one may have, and by
    TooManyNoShows where they did not come as often as one may.
    """
    if without is None:
        _refuse_too_many(context, connection, wish)
    wanted = with_host(wish.event_type, wish.host) if wish.host else wish.event_type
    now, event_type = context.now(), as_offered_lately(wanted)
    hosts = as_set(connection, [context.attending[each] for each in busy.by_host], busy.window)
    known = host_times(connection, hosts, event_type, busy, without=without)
    # A move also asks the calendars of hosts who have left the team: they keep nobody's place here.
    times = {host: time for host, time in known.items() if host in event_type.team.asked}
    pool = pool_for(event_type, times, wish.start, now, without=refused)
    if pool is None:
        told = [judge(event_type, time, busy, wish.start, now).as_json() for time in times.values()]
        raise _why_not(event_type, times, wish.start, now, refused, told)
    return pool


def _refuse_too_many(context: LedgerContext, connection: Connection, wish: Wish) -> None:
    event_type, phone = wish.event_type, wish.attendee.phone
    if event_type.max_no_shows:
        missed = counts.no_shows_of_caller(connection, wish.contact, phone)
        if missed >= event_type.max_no_shows:
            raise TooManyNoShows("the caller did not come too often")
    most = event_type.max_bookings_per_contact
    if not most:
        return
    count = counts.ahead_of_caller(connection, wish.contact, phone, event_type.id, context.now())
    if count >= most:
        raise TooManyBookings("the caller has too many appointments ahead")


def choose_from(
    context: LedgerContext,
    connection: Connection,
    event_type: EventType,
    pool: Pool,
    *,
    contact: Contact = _NOBODY,
    without: str | None = None,
) -> Choice:
    """Return whom the team's rules choose, with the figures that decided, for a returning contact too."""
    now, hosts = context.now(), event_type.team.hosts
    # Everybody else who books waits for this transaction: what was given all month is read for shares alone.
    since = month_start(event_type, now) if needs_shares(event_type) else None
    given = round_robin.records(connection, event_type.id, hosts, since, without=without)
    schedules = schedules_since(context, connection, event_type, since) if since else {}
    last: Sequence[str] = ()
    if event_type.keep_host and contact.key:
        last = attendances.last_hosts_of_contact(connection, contact.key, event_type.id, without=without)
    return choose(event_type, pool, given, now, schedules=schedules, keep=frozenset(last))


def schedules_since(
    context: LedgerContext, connection: Connection, event_type: EventType, since: datetime
) -> dict[str, Schedule]:
    """Return the schedules of a team, for the days off that count in its shares since then."""
    hosts = [context.hosts[each] for each in event_type.team.hosts]
    found = as_set(connection, hosts, Interval(since, context.now()))
    return {name: host.schedule for name, host in found.items()}


def _why_not(
    event_type: EventType,
    times: Mapping[str, HostTime],
    start: datetime,
    now: datetime,
    refused: frozenset[str],
    told: Sequence[Mapping[str, object]],
) -> BridgeError:
    # Were the silent calendars empty, could the team take it? Then it is they who stand in the way.
    supposed = {host: replace(time, busy=time.busy or ()) for host, time in times.items()}
    if pool_for(event_type, supposed, start, now, without=refused) is not None:
        closed = {host for host, time in times.items() if time.takes_none}
        if pool_for(event_type, supposed, start, now, without=refused | closed) is None:
            return TakesNoAppointments("the calendar takes no appointments at present", told)
        return AvailabilityUnknown("a calendar could not be read", told)
    failing = [set(failing_rules(event_type, time, start, now)) & _TIMETABLE for time in times.values()]
    idle = {host: HostTime(time.host, busy=()) for host, time in times.items()}
    if pool_for(event_type, idle, start, now) is None:
        rules = set.intersection(*failing) or set.union(*failing)
        return SlotNotOffered("this start is not offered", sorted(rules), told)
    return SlotTaken("the slot is no longer free", told)
