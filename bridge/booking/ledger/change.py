"""What every change of a booking's state shares: the rows it leaves, and what follows from it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from enum import StrEnum
from functools import partial
from typing import Any

from sqlalchemy import Connection

from bridge import log
from bridge.attendee.mail_domains import is_known_to_take_mail
from bridge.booking.context import LedgerContext
from bridge.booking.event import draft_event, event_key, location_of
from bridge.booking.job_names import AMEND, ENTER, LOOK, MAIL_DOMAIN, READ_BACK, REMOVE
from bridge.calendars.set_days import as_set
from bridge.model import (
    Booking,
    BookingState,
    CalendarName,
    Claim,
    Host,
    Source,
    Write,
    WriteState,
)
from bridge.model.places import NOWHERE
from bridge.scheduling.hours import place_at, places_of
from bridge.store.engine import after_commit
from bridge.store.patience import is_repeat
from bridge.store.sql import bookings, cursors, history, identities, jobs, owners, writes
from providers.base import EventDraft, Interval

_ROOMS_ANSWER_IN = timedelta(minutes=1)  # by themselves, as a rule within seconds
NOBODYS: dict[str, Any] = {"owner": None, "lease_until": None}  # nobody works on the booking any more


class Change(StrEnum):
    """What a caller or an owner can notice of a booking; a hold and its failure they cannot."""

    BOOKED = "booked"
    MOVED = "moved"
    MOVED_BY_PERSON = "moved_by_person"
    CORRECTED = "corrected"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"
    NO_SHOW_UNDONE = "no_show_undone"
    REVIVED = "revived"
    PUT_BACK = "put_back"
    LINKED = "linked"


def record_change(
    context: LedgerContext,
    connection: Connection,
    booking: Booking,
    change: Change,
    source: Source,
    *,
    counted: int = 0,
) -> None:
    """Add to the transaction of a change whatever follows from it, and to the booking's history the change.

    The one place for that: a mail or a job planned anywhere else would be lost when the process dies
    between the two commits, or sent for a change that was rolled back. `booking` is as it is now, `source`
    where the change was asked for, `counted` the number of the last change that a new one's answers hold.
    """
    history.add(connection, booking, change, source, context.now())
    is_new = change is Change.BOOKED
    # After a move always: what was told of the place it left is told no more.
    is_put_there = is_new or change in (Change.MOVED, Change.REVIVED, Change.PUT_BACK)
    if is_put_there and not (is_new and _is_told_of_others(context, connection, booking, counted)):
        jobs.schedule(connection, READ_BACK, booking.id, context.now())
    if change in (Change.MOVED, Change.CORRECTED, Change.LINKED):
        jobs.schedule(connection, AMEND, booking.id, context.now())
    # What was said of an earlier address may stand no longer; for a new booking most domains are known.
    address = booking.attendee.email or ""
    is_unknown = is_new and address and not is_known_to_take_mail(address)
    if is_unknown or change in (Change.MOVED, Change.CORRECTED):
        jobs.schedule(connection, MAIL_DOMAIN, booking.id, context.now())
    if context.resources:
        jobs.schedule(connection, ENTER, booking.id, context.now())
    if context.invited_resources(booking) and booking.state is BookingState.CONFIRMED:
        jobs.schedule(connection, LOOK, booking.id, context.now() + _ROOMS_ANSWER_IN)
    context.follow_up(connection, booking, change)
    log_change(connection, booking, change)


def _is_told_of_others(
    context: LedgerContext, connection: Connection, booking: Booking, counted: int
) -> bool:
    """Tell whether all that could lie beside a new event comes into one embedded calendar.

    Then following it (`bridge/booking/follow.py`) sees what comes. A missing link is seen by reading back.
    """
    event_type, host = context.find_event_type(booking), context.hosts.get(booking.hosts[0])
    if host is None or len(booking.taken) > 1 or event_type is None or event_type.conference:
        return False
    if set(host.calendars) != {booking.calendar} or not context.vendor(booking.calendar).is_surveyed:
        return False
    if (cursor := cursors.get(connection, booking.calendar)) is None:
        return cursors.read_at(connection, booking.calendar) is None
    # What came after the calendar was asked about its time, and was read before it knew of this event.
    return not context.vendor(booking.calendar).has_read_past(cursor, counted)


def log_change(connection: Connection, booking: Booking, change: Change) -> None:
    """Write a line of the log once the transaction has committed: what was rolled back has not happened.

    By itself where a repeated transaction finds the change made, by a commit that was not heard of.
    """
    line = partial(
        log.event,
        f"booking_{change}",
        booking=booking.id,
        event_type=booking.event_type,
        host=",".join(booking.hosts),
        calendar=booking.calendar,
        start=booking.interval.start.isoformat(),
        asked_by=booking.source,
    )
    after_commit(connection, line)


def become_owner(
    context: LedgerContext,
    connection: Connection,
    booking: Booking,
    owner: str,
    *,
    from_nobody: bool = False,
) -> bool:
    """Own a booking that is as it was read, by this token; False when somebody else works on it.

    `from_nobody` leaves alone what another left half-done: that has to be given up first.
    """
    if is_repeat() and owners.lease_of(connection, booking.id)[0] == owner:
        return True  # by an earlier try that was not heard of
    # By the database's clock: those of two machines may differ by more than a lease.
    return owners.seize(
        connection,
        booking,
        owner=owner,
        now=context.lease_now(connection),
        lease=context.lease,
        from_nobody=from_nobody,
    )


def claims_of(
    context: LedgerContext, connection: Connection, booking: Booking, *, pending: bool = False
) -> list[Claim]:
    """Return what a booking claims: the time of each attending host, buffers included.

    The organiser's claim is on the event's calendar too, where the organiser checks that.
    """
    event_type, interval = context.find_event_type(booking), booking.interval
    taken = event_type.padded(interval.start) if event_type else interval
    if event_type and interval.end - interval.start != event_type.duration:
        # A person made the appointment longer or shorter in the calendar.
        taken = Interval(taken.start, interval.end + event_type.buffer_after)
    organiser = booking.hosts[0]
    checked = checked_calendars(context, connection, [(organiser, booking.calendar)])
    places = event_type.places if event_type else NOWHERE
    place_of = {
        host.id: place_at(host.schedule, interval) for host in on_the_day(context, connection, booking)
    }
    return [
        Claim(
            booking.id,
            host,
            taken,
            booking.calendar,
            pending,
            checked.get((host, booking.calendar)),
            places.ends_at(place_of.get(host, ""), taken),
        )
        for host in booking.hosts
    ] + _claims_of_resources(context, connection, booking, taken, pending=pending)


def _claims_of_resources(
    context: LedgerContext, connection: Connection, booking: Booking, taken: Interval, *, pending: bool
) -> list[Claim]:
    """Return the claims on a booking's resources, but those taken out of the configuration."""
    places = [(each.id, each.booking_calendar) for each in context.known_resources(booking)]
    checked = checked_calendars(context, connection, places) if places else {}
    return [
        Claim(booking.id, name, taken, calendar, pending, checked.get((name, calendar)))
        for name, calendar in places
    ]


def on_the_day(context: LedgerContext, connection: Connection, booking: Booking) -> list[Host]:
    """Return a booking's hosts, but those taken out of the configuration, with their hours of its days."""
    hosts = [context.hosts[each] for each in context.known_hosts(booking)]
    if all(places_of(host.schedule) == ("",) for host in hosts):
        return hosts  # when they are open was decided; that they are nowhere is known
    return list(as_set(connection, hosts, booking.interval).values())


def located(context: LedgerContext, connection: Connection, booking: Booking) -> Booking:
    """Return the booking with where it takes place by what is known of it now."""
    event_type = context.find_event_type(booking)
    if event_type is None:
        return booking
    hosts = on_the_day(context, connection, booking)
    organiser = next((host for host in hosts if host.id == booking.hosts[0]), None)
    place = location_of(event_type, booking.attendee, organiser, booking.interval)
    return replace(booking, location=place or booking.location)


def checked_calendars(
    context: LedgerContext, connection: Connection, places: Iterable[tuple[str, CalendarName]]
) -> dict[tuple[str, CalendarName], str]:
    """Return the identities of calendars, by organiser and name, where the organiser checks that calendar.

    A resource checks its own. Who only writes into a calendar does not mind what else is there.
    """
    known = [(host, calendar) for host, calendar in set(places) if host in context.attending]
    names = {name for host, calendar in known for name in (calendar, *context.attending[host].busy_calendars)}
    identity = identities.alike(connection, sorted(names))
    return {
        (host, calendar): identity[calendar]
        for host, calendar in known
        if identity[calendar] in {identity[name] for name in context.attending[host].busy_calendars}
    }


def open_write(
    context: LedgerContext,
    connection: Connection,
    booking: Booking,
    made: EventDraft | None = None,
    *,
    number: int | None = None,
) -> tuple[Write, EventDraft]:
    """Record that an event for the booking is about to be made, or made again as it was `made` before.

    Committed before the request: a process that dies in between leaves behind what to look for. `number` is
    the write's, where it is known.
    """
    number = number or writes.next_number(connection, booking.id)
    key = event_key(booking.id, number)
    if made:
        draft = replace(made, interval=booking.interval, private={**made.private, "event_key": key})
    else:
        event_type = context.event_type_of(booking)
        link = context.own_link(booking.id)
        attending = [*on_the_day(context, connection, booking), *context.known_resources(booking)]
        draft = draft_event(event_type, booking, attending, key=key, locale=context.locale, own_link=link)
    write = Write(
        booking_id=booking.id,
        number=number,
        calendar=booking.calendar,
        event_key=key,
        wanted=booking.interval,
        state=WriteState.OPEN,
        made_at=context.now(),
        invited=bool(draft.attendees),
    )
    writes.add(connection, write, draft)
    return write, draft


def disown(context: LedgerContext, connection: Connection, write: Write) -> None:
    """Mark a write unwanted, and plan to remove what it made or may still make."""
    writes.set_state(connection, write, WriteState.UNWANTED)
    jobs.schedule(connection, REMOVE, f"{write.booking_id}/{write.number}", context.now())


def disown_open(context: LedgerContext, connection: Connection, booking_id: str) -> None:
    """Mark every write unwanted whose request is, or was, under way."""
    for write in writes.of_booking(connection, booking_id):
        if write.state is WriteState.OPEN:
            disown(context, connection, write)


def is_done(connection: Connection, write: Write) -> bool:
    """Tell whether the write is recorded as done."""
    now = writes.get(connection, write.booking_id, write.number)
    return now is not None and now.state is WriteState.DONE


def standing_write(made: list[Write]) -> Write | None:
    """Return the write of the event that the booking refers to now, None when it has none."""
    done = [write for write in made if write.state is WriteState.DONE]
    return done[-1] if done else None


def with_event(connection: Connection, booking_id: str) -> tuple[Booking, Write] | None:
    """Return a confirmed booking as it is, with the write of its event; None when it is neither."""
    booking = bookings.get(connection, booking_id)
    if booking is None or booking.state is not BookingState.CONFIRMED:
        return None
    write = standing_write(writes.of_booking(connection, booking_id))
    return (booking, write) if write else None
