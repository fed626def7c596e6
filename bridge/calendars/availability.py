"""Gathers what is known of hosts' time: busy intervals, claims and bookings. Never guesses.

A host is known only when every one of its calendars answered; of the others it says which did not.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import chain

from sqlalchemy import Connection

from bridge.calendars.free_busy import FreeBusy, has_timed_out
from bridge.calendars.health import Health
from bridge.calendars.identities import Identified, Identities
from bridge.calendars.kept_answers import Answer, Asked
from bridge.calendars.set_days import KeptSetDays
from bridge.model import CalendarName, EventType, Host, WayEnd
from bridge.scheduling.slots import HostTime
from bridge.store.engine import Store
from bridge.store.patience import repeated
from bridge.store.sql import attendances, claims, identities
from providers.base import BusyQuery, Deadline, EventRef, Interval
from providers.errors import ProviderError
from providers.intervals import Span, union

_LIMITS_REACH = timedelta(days=8)  # a booking that counts in the same ISO week, in any zone


@dataclass(frozen=True, slots=True)
class Busy:
    """The busy time of hosts as their calendars told it.

    `by_host` is None for a host with a calendar that did not answer; `failures` says which did not, and why.
    The booking calendars of those `refusing` take no appointments.
    `answered_at` tells of each host when the oldest of its answers came, in monotonic time; `window` is
    what was asked for. `by_calendar` holds what each calendar said by itself. All of it holds until one of
    the calendars of these `identities` has changed since `version`; embedded ones' changes up to the one
    numbered `counted` are in it.
    """

    by_host: Mapping[str, Sequence[Span] | None]
    failures: Mapping[CalendarName, ProviderError]
    answered_at: Mapping[str, float]
    window: Interval
    by_calendar: Mapping[CalendarName, tuple[Interval, ...]] = field(default_factory=dict)
    version: int = 0
    counted: int = 0
    identities: frozenset[str] = frozenset()
    refusing: frozenset[str] = frozenset()

    def to_book(self, host: str) -> Sequence[Span] | None:
        """Return a host's busy time, None if it is unknown or nothing could be written into its calendar."""
        return None if host in self.refusing else self.by_host[host]

    def renewed(self, again: Busy) -> Busy:
        """Return this with what some hosts' calendars said later."""
        still = {name: error for name, error in self.failures.items() if name not in again.by_calendar}
        return replace(
            self,
            by_host={**self.by_host, **again.by_host},
            failures={**still, **again.failures},
            answered_at={**self.answered_at, **again.answered_at},
            by_calendar={**self.by_calendar, **again.by_calendar},
            refusing=(self.refusing - again.by_host.keys()) | again.refusing,
        )


@dataclass(frozen=True, slots=True)
class OwnEvent:
    """The event of a booking that is being moved, which does not block that booking; nor do its `entries`,

    which stand for it in the calendars of its resources. A calendar that `is_read`, event by event, is not
    asked.
    """

    booking_id: str
    calendar: CalendarName
    ref: EventRef
    interval: Interval
    entries: Mapping[CalendarName, EventRef] = field(default_factory=dict)
    is_read: bool = False


class Availability:
    """What is known of hosts' time, for offering, booking and explaining alike."""

    def __init__(
        self,
        free_busy: FreeBusy,
        identities: Identities,
        store: Store,
        hosts: Mapping[str, Host],
        health: Health,
    ) -> None:
        self._free_busy = free_busy
        self._identities = identities
        self._store = store
        self._hosts = hosts
        self._health = health
        self._set_days = KeptSetDays()

    def busy(
        self,
        host_ids: Sequence[str],
        window: Interval,
        *,
        deadline: Deadline,
        max_age: float | None = None,
        own: OwnEvent | None = None,
    ) -> Busy:
        """Ask every calendar of the hosts, all accounts at once.

        An answer at most `max_age` seconds old will do; without it, none but what holds now.
        """
        hosts = [self._hosts[each] for each in dict.fromkeys(host_ids)]
        wanted, unmet = self._questions(hosts, own, deadline)
        every = [asked for group in wanted.values() for asked in group]
        told = self._free_busy.ask(every, window, max_age=max_age, deadline=deadline)
        answers = told.by_question
        failures = {asked.name: answer.error for asked, answer in answers.items() if answer.error} | unmet
        refusing = frozenset(host.id for host in hosts if self._health.refusal(host.booking_calendar))
        return Busy(
            by_host={host.id: _busy_of(host, wanted[host.id], answers, unmet) for host in hosts},
            failures=failures,
            answered_at={
                host: min(answers[asked].answered_at for asked in group)
                for host, group in wanted.items()
                if group
            },
            window=window,
            by_calendar={asked.name: answer.busy for asked, answer in answers.items() if not answer.error},
            version=told.version,
            counted=told.counted,
            identities=frozenset(asked.identity for asked in every),
            refusing=refusing,
        )

    def _questions(
        self,
        hosts: Sequence[Host],
        own: OwnEvent | None,
        deadline: Deadline,
    ) -> tuple[Mapping[str, Sequence[Asked]], dict[CalendarName, ProviderError]]:
        """Return what to ask for each host, and the calendars that cannot be asked about."""
        names = {name for host in hosts for name in host.calendars}
        met, unmet = self._meet(names, deadline)
        # Of calendars that no host has any more it is enough what is known.
        apart = {own.calendar} - names if own else set()
        if apart:
            met = Identified({**self._identities.known(apart).known, **met.known})
        leave_out = own.calendar if own and own.is_read else None
        wanted = {
            host.id: [
                self._asked(host, name, own, met)
                for name in host.calendars
                if name not in unmet and (leave_out is None or not met.same(name, leave_out))
            ]
            for host in hosts
        }
        return wanted, unmet

    def questions(self, host_ids: Collection[str]) -> dict[str, Sequence[Asked]]:
        """Return what to ask for the busy time of each host; of calendars that are not known yet nothing."""
        hosts = [self._hosts[each] for each in host_ids]
        met = self._identities.known({name for host in hosts for name in host.calendars})
        return {
            host.id: [self._asked(host, name, None, met) for name in host.calendars if name in met.known]
            for host in hosts
        }

    def look_again(self, names: Sequence[CalendarName], now: datetime, deadline: Deadline) -> None:
        """Ask calendars of one account for a week's busy time, even if calls are to leave it alone now."""
        host_of = {name: host for host in self._hosts.values() for name in host.calendars}
        met, unmet = self._meet(names, deadline, is_probe=True)
        wanted = [self._asked(host_of[name], name, None, met) for name in names if name not in unmet]
        window = Interval(now, now + timedelta(days=7))
        self._free_busy.ask(wanted, window, deadline=deadline, is_probe=True)

    def _meet(
        self, names: Collection[CalendarName], deadline: Deadline, *, is_probe: bool = False
    ) -> tuple[Identified, dict[CalendarName, ProviderError]]:
        """Return which calendars names mean, after asking about new ones, and why some are unknown."""
        met = self._identities.known(names)
        new = [name for name in names if name not in met.known]
        if not new:
            return met, {}
        silent = {} if is_probe else {name: why for name in new if (why := self._health.silence(name))}
        # Half the time at most: one whose vendor hangs must not cost the others their answer.
        asking = deadline.less(deadline.remaining() / 2)
        told, failures = self._identities.learn([name for name in new if name not in silent], asking)
        for name, error in failures.items():
            self._health.answered(name, error, is_hanging=has_timed_out(error))
        return Identified({**met.known, **told}), {**silent, **failures}

    def _asked(self, host: Host, name: CalendarName, own: OwnEvent | None, met: Identified) -> Asked:
        # A co-host's calendar holds a copy of the invitation, known by the same iCalendar UID.
        is_there = own is not None and (met.same(name, own.calendar) or own.ref.ical_uid is not None)
        without, at = (own.ref, own.interval) if own and is_there else (None, None)
        if own and name in own.entries:
            without, at = own.entries[name], own.interval
        query = BusyQuery(name.calendar, host.busy_policy, str(host.schedule.timezone), without, at)
        return Asked(name, query, self._identities.kept_by(name, met))

    @repeated
    def times(
        self, event_type: EventType, busy: Busy, *, days_revision: int | None = None
    ) -> dict[str, HostTime]:
        """Add to the hosts' busy time what the database holds now.

        Set days are read again only where their revision, if it is known, is another one.
        """
        hosts = [self._hosts[each] for each in busy.by_host]
        with self._store.look() as connection:
            as_set = self._set_days.as_set(connection, hosts, busy.window, days_revision)
            return host_times(connection, as_set, event_type, busy)


def host_times(
    connection: Connection,
    hosts: Mapping[str, Host],
    event_type: EventType,
    busy: Busy,
    *,
    without: str | None = None,
) -> dict[str, HostTime]:
    """Add to the busy time of hosts, with their set days, what this transaction sees: claims, limits, ways.

    `without` is the booking that is being moved.
    """
    ids, asked = list(hosts), hosts.values()
    # As it is in this transaction: what a calendar is called must not decide whether it is free.
    identity = identities.alike(connection, {name for host in asked for name in host.busy_calendars})
    taken = claims.time_taken(
        connection, hosts=ids, calendars=sorted(identity), window=busy.window, without=without
    )
    starts: Mapping[str, Sequence[datetime]] = {}
    if event_type.max_bookings_per_day or event_type.max_bookings_per_week:
        reach = Interval(busy.window.start - _LIMITS_REACH, busy.window.end + _LIMITS_REACH)
        starts = attendances.starts_by_host(connection, event_type.id, ids, reach, without=without)
    ways = _ways(connection, event_type, ids, busy, without)
    claimed = _claimed(asked, taken, identity)
    return {
        host.id: HostTime(
            host=host,
            busy=busy.to_book(host.id),
            claims=claimed[host.id],
            booked=tuple(starts.get(host.id, ())),
            takes_none=host.id in busy.refusing,
            ways=ways.get(host.id, ()),
        )
        for host in asked
    }


def _claimed(
    hosts: Iterable[Host],
    taken: Mapping[tuple[str, str], Sequence[Span]],
    identity: Mapping[CalendarName, str],
) -> dict[str, Sequence[Span]]:
    """Return the claims of each host, or of an event in one of the calendars the host checks."""
    meant = {str(name): each for name, each in identity.items()}
    of_host, in_calendar = defaultdict(set), defaultdict(set)
    for key in taken:  # once over all: each of 1,000 hosts would else look at what is of the others
        whose, calendar = key
        of_host[whose].add(key)
        in_calendar[meant.get(calendar)].add(key)
    found: dict[str, Sequence[Span]] = {}
    for host in hosts:
        checked = (in_calendar[identity[name]] for name in host.busy_calendars)
        found[host.id] = union(chain.from_iterable(taken[key] for key in of_host[host.id].union(*checked)))
    return found


def _ways(
    connection: Connection, event_type: EventType, hosts: Sequence[str], busy: Busy, without: str | None
) -> Mapping[str, tuple[WayEnd, ...]]:
    if not event_type.places.longest_way:
        return {}
    return claims.ways_of(connection, hosts, busy.window, without=without)


def _busy_of(
    host: Host,
    wanted: Sequence[Asked],
    answers: Mapping[Asked, Answer],
    unmet: Collection[CalendarName],
) -> Sequence[Span] | None:
    if any(name in unmet for name in host.calendars):
        return None
    told = {asked.name: answers[asked] for asked in wanted}
    if any(answer.error for answer in told.values()):
        return None
    busy = [told[name].busy for name in host.busy_calendars if name in told]
    return busy[0] if len(busy) == 1 else union(chain.from_iterable(busy))  # each is merged as it comes
