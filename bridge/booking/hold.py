"""Takes a slot for a caller: chooses hosts, claims their time and records the coming write, in one go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from bridge.availability import Busy
from bridge.booking.context import BookingContext
from bridge.booking.draft import draft_event
from bridge.booking.vendor import event_key
from bridge.errors import (
    AvailabilityUnknown,
    BridgeError,
    HoldLost,
    SlotNotOffered,
    SlotTaken,
)
from bridge.model import (
    Attendee,
    Booking,
    BookingState,
    Claim,
    Contact,
    EventType,
    Host,
    Write,
    WriteState,
)
from bridge.scheduling.fairness import HostRecord, month_start
from bridge.scheduling.slots import HostTime, Rule, failing_rules
from bridge.scheduling.team import Choice, choose, pool_for
from bridge.store.engine import ConstraintViolated
from bridge.store.sql import bookings, claims, writes
from providers.base import EventDraft, Interval

_TIMETABLE = frozenset({Rule.OPEN, Rule.STEP, Rule.NOTICE, Rule.START_DATE, Rule.HORIZON})


@dataclass(frozen=True, slots=True)
class Wish:
    """What a caller asks for; `attendee` is filled in once nothing earlier has answered it."""

    event_type: EventType
    contact: Contact
    start: datetime
    attendee: Attendee = Attendee()
    source: str = "telli"

    @property
    def interval(self) -> Interval:
        """Return the appointment's time, without buffers."""
        return Interval(self.start, self.start + self.event_type.duration)


@dataclass(frozen=True, slots=True)
class Hold:
    """A slot taken by this process: the held booking, its recorded write, and whose hold it is."""

    booking: Booking
    write: Write
    draft: EventDraft
    owner: str


def take(context: BookingContext, wish: Wish, busy: Busy) -> Hold:
    """Hold the slot for the caller, hosts chosen by the team's rules.

    SlotTaken, SlotNotOffered, AvailabilityUnknown: it cannot be had (any more).
    """
    owner, booking_id = context.new_id(), context.new_id()
    try:
        with context.store.write_alone() as connection:
            choice = choose_hosts(context, connection, wish.event_type, wish.start, busy)
            booking = held_booking(context, wish, choice, booking_id=booking_id)
            lease_until = context.lease_now(connection) + context.lease
            bookings.insert_held(connection, booking, owner=owner, lease_until=lease_until)
            hold = _record(context, connection, booking, owner)
    except ConstraintViolated as error:
        raise SlotTaken("the slot was taken in this moment") from error
    context.checkpoint("held")
    return hold


def take_other(context: BookingContext, hold: Hold, busy: Busy, refused: frozenset[str]) -> Hold:
    """Choose anew without the hosts that turned out not to be free, or whose calendar refused.

    HoldLost: another process took over. SlotTaken: nobody else is free.
    """
    event_type = context.event_types[hold.booking.event_type]
    start = hold.booking.interval.start
    with context.store.write_alone() as connection:
        claims.drop(connection, hold.booking.id)
        writes.set_state(connection, hold.write, WriteState.GONE)
        choice = choose_hosts(context, connection, event_type, start, busy, refused=refused)
        calendar = context.hosts[choice.hosts[0]].booking_calendar
        booking = replace(hold.booking, hosts=choice.hosts, calendar=calendar, decision=choice.decision)
        changed = {"calendar": str(calendar), "decision": list(choice.decision)}
        if not bookings.change(
            connection, booking.id, states=(BookingState.HELD,), owner=hold.owner, values=changed
        ):
            raise HoldLost("another process took this booking over")
        bookings.replace_hosts(connection, booking.id, booking.hosts)
        return _record(context, connection, booking, hold.owner)


def choose_hosts(
    context: BookingContext,
    connection: Connection,
    event_type: EventType,
    start: datetime,
    busy: Busy,
    *,
    refused: frozenset[str] = frozenset(),
) -> Choice:
    """Return who attends by what this transaction sees. Raises why nobody can."""
    now = context.now()
    times = context.availability.times_in(connection, event_type, busy)
    pool = pool_for(event_type, times, start, now, without=refused)
    if pool is None:
        raise why_not(event_type, times, start, now)
    schedules = {each: context.hosts[each].schedule for each in event_type.team.hosts}
    return choose(event_type, pool, records(connection, event_type, now), now, schedules=schedules)


def records(
    connection: Connection, event_type: EventType, now: datetime, *, without: str | None = None
) -> dict[str, HostRecord]:
    """Return what was booked with each host of the event type, for choosing fairly."""
    hosts = event_type.team.hosts
    made = bookings.made_by_host(
        connection, event_type.id, hosts, month_start(event_type, now), without=without
    )
    last = bookings.last_made_by_host(connection, event_type.id, hosts, without=without)
    joined = bookings.joined(connection, event_type.id)
    return {
        host: HostRecord(
            host=host,
            booked_at=tuple(made[host]),
            last_booked_at=last.get(host),
            joined_at=joined.get(host),
        )
        for host in hosts
    }


def claims_of(
    context: BookingContext, booking: Booking, interval: Interval, *, pending: bool = False
) -> list[Claim]:
    """Return the claims of a booking at a time: one for each attending host, buffers included."""
    event_type = context.event_types.get(booking.event_type)
    taken = event_type.padded(interval.start) if event_type else interval
    if event_type and interval.end - interval.start != event_type.duration:
        taken = Interval(taken.start, interval.end + event_type.buffer_after)
    return [Claim(booking.id, host, taken, booking.calendar, pending) for host in booking.hosts]


def why_not(
    event_type: EventType, times: Mapping[str, HostTime], start: datetime, now: datetime
) -> BridgeError:
    """Return the error that says why nobody can be booked at this start."""
    failing = [set(failing_rules(event_type, time, start, now)) for time in times.values()]
    if any(rules == {Rule.KNOWN} for rules in failing):
        return AvailabilityUnknown("a calendar could not be read")
    timetable = set.intersection(*(rules & _TIMETABLE for rules in failing)) if failing else set()
    if timetable:
        return SlotNotOffered("this start is not offered", sorted(timetable))
    return SlotTaken("the slot is no longer free")


def held_booking(context: BookingContext, wish: Wish, choice: Choice, *, booking_id: str) -> Booking:
    """Return the booking that a hold of these hosts makes."""
    organiser = context.hosts[choice.hosts[0]]
    return Booking(
        id=booking_id,
        event_type=wish.event_type.id,
        state=BookingState.HELD,
        interval=wish.interval,
        hosts=choice.hosts,
        calendar=organiser.booking_calendar,
        contact=wish.contact,
        attendee=wish.attendee,
        version=1,
        made_at=context.now(),
        source=wish.source,
        decision=choice.decision,
    )


def _record(context: BookingContext, connection: Connection, booking: Booking, owner: str) -> Hold:
    claims.add(connection, claims_of(context, booking, booking.interval))
    write, draft = record_write(context, connection, booking, booking.interval)
    return Hold(booking, write, draft, owner)


def record_write(
    context: BookingContext, connection: Connection, booking: Booking, interval: Interval
) -> tuple[Write, EventDraft]:
    """Record that an event for the booking is about to be made, before any request."""
    number = writes.next_number(connection, booking.id)
    key = event_key(booking.id, number)
    hosts: Sequence[Host] = [context.hosts[each] for each in booking.hosts]
    event_type = context.event_types[booking.event_type]
    draft = draft_event(event_type, booking, hosts, interval, key=key, locale=context.locale)
    write = Write(
        booking_id=booking.id,
        number=number,
        calendar=booking.calendar,
        event_key=key,
        wanted=interval,
        state=WriteState.OPEN,
        made_at=context.now(),
        invited=bool(draft.attendees),
    )
    writes.add(connection, write, draft)
    return write, draft
