"""Takes a slot for a caller: chooses hosts, claims their time and records the coming write, in one go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from bridge.booking.calendar import event_key
from bridge.booking.context import BookingContext
from bridge.booking.event import draft_event
from bridge.booking.round_robin import records, schedules_of
from bridge.calendars.availability import Busy
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
from bridge.scheduling.round_robin import Choice, choose
from bridge.scheduling.slots import HostTime, Rule, failing_rules
from bridge.scheduling.team import pool_for
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
            choice = choose_hosts(context, connection, wish, busy)
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
    event_type, mine = context.event_types[hold.booking.event_type], hold.booking.id
    wish = Wish(event_type, hold.booking.contact, hold.booking.interval.start)
    with context.store.write_alone() as connection:
        claims.drop(connection, mine)
        writes.set_state(connection, hold.write, WriteState.GONE)
        choice = choose_hosts(context, connection, wish, busy, refused=refused, without=mine)
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
    wish: Wish,
    busy: Busy,
    *,
    refused: frozenset[str] = frozenset(),
    without: str | None = None,
) -> Choice:
    """Return who attends by what this transaction sees. Raises why nobody can.

    `refused` are hosts that shall not be asked, `without` is a booking that does not count.
    """
    now, event_type = context.now(), wish.event_type
    times = context.availability.times_in(connection, event_type, busy, without=without)
    pool = pool_for(event_type, times, wish.start, now, without=refused)
    if pool is None:
        raise why_not(event_type, times, wish.start, now, refused=refused)
    given = records(connection, event_type, now, without=without)
    return choose(event_type, pool, given, now, schedules=schedules_of(context, event_type))


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
    event_type: EventType,
    times: Mapping[str, HostTime],
    start: datetime,
    now: datetime,
    *,
    refused: frozenset[str] = frozenset(),
) -> BridgeError:
    """Return the error that says why the team cannot take this start."""
    supposed = {host: replace(time, busy=time.busy or ()) for host, time in times.items()}
    if pool_for(event_type, supposed, start, now, without=refused) is not None:
        return AvailabilityUnknown("a calendar could not be read")
    failing = [set(failing_rules(event_type, time, start, now)) & _TIMETABLE for time in times.values()]
    idle = {host: HostTime(time.host, busy=()) for host, time in times.items()}
    if pool_for(event_type, idle, start, now) is None:
        rules = set.intersection(*failing) or set.union(*failing)
        return SlotNotOffered("this start is not offered", sorted(rules))
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
