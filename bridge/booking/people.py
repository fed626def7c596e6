"""Follows what people do in their calendars: a moved event moves its booking, a deleted one cancels it.

Their calendar wins. Absence never cancels: only an explicit deletion, confirmed by reading that event
and by not finding the booking elsewhere in the account.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from bridge.booking import hold as holding
from bridge.booking import vendor
from bridge.booking.cancel import cancel_in
from bridge.booking.context import BookingContext
from bridge.model import Booking, BookingState, CalendarName, Write, WriteState
from bridge.store.engine import ConstraintViolated
from bridge.store.sql import bookings, claims, follow, writes
from providers.base import CalendarProvider, Changes, Deadline, Event, EventRef
from providers.errors import EventNotFound

MOST_CANCELLATIONS = 3  # more in one reading look like an accident: a person must look


@dataclass(frozen=True, slots=True)
class _Known:
    """A confirmed booking with the write of its event, nothing of it under way."""

    booking: Booking
    write: Write


def follow_calendar(context: BookingContext, calendar: CalendarName, deadline: Deadline) -> None:
    """Read what changed in a calendar and let the bookings follow. OutcomeUnknown: it did not answer."""
    with context.store.read() as connection:
        cursor = follow.cursor(connection, calendar)
    changes = vendor.ask(
        context,
        calendar,
        lambda provider: provider.changes(calendar.calendar, cursor, deadline=deadline),
        deadline,
    )
    for event in changes.events:
        if event.booking_id and not event.cancelled:
            _follow_event(context, calendar, event)
    if _follow_deletions(context, calendar, changes, deadline):
        with context.store.write() as connection:
            follow.set_cursor(connection, calendar, changes.cursor, context.now())


def _follow_event(context: BookingContext, calendar: CalendarName, event: Event) -> None:
    with context.store.read() as connection:
        known = _known(connection, context, calendar, event)
    if known is None or event.interval == known.booking.interval:
        return
    try:
        with context.store.write_alone() as connection:
            known = _known(connection, context, calendar, event)
            if known is not None:
                _move_along(connection, context, known, event)
    except ConstraintViolated:
        _move_without_claim(context, calendar, event)
    context.checkpoint("followed")
    context.wake()


def _move_along(
    connection: Connection, context: BookingContext, known: _Known, event: Event, *, claimed: bool = True
) -> None:
    booking = known.booking
    after = replace(
        booking,
        interval=event.interval,
        moved_from=booking.interval.start,
        moved_at=context.now(),
        by_person=True,
    )
    values = bookings.moved_values(after, link=event.link or booking.link)
    if not bookings.change(connection, booking.id, states=(BookingState.CONFIRMED,), values=values):
        return
    claims.drop(connection, booking.id)
    if claimed:
        claims.add(connection, holding.claims_of(context, after, after.interval))
    draft = replace(writes.draft_of(connection, known.write), interval=event.interval)
    writes.set_wanted(connection, known.write, draft, event.ref.etag)


def _move_without_claim(context: BookingContext, calendar: CalendarName, event: Event) -> None:
    with context.store.write_alone() as connection:
        known = _known(connection, context, calendar, event)
        if known is None:
            return
        _move_along(connection, context, known, event, claimed=False)
    context.alerts.alert(
        f"overlap:{known.booking.id}",
        f"An appointment was moved in {calendar} to where there is another one. Please look at both.",
    )


def _known(
    connection: Connection, context: BookingContext, calendar: CalendarName, event: Event
) -> _Known | None:
    """Return the booking an event of ours belongs to, None if it is not to be followed now."""
    known = _at_rest(connection, context, event.booking_id or "")
    if known is None or known.write.calendar != calendar:
        return None
    is_its_event = event.event_key == known.write.event_key and event.ref.event_id == known.write.event_id
    return known if is_its_event else None


def _at_rest(connection: Connection, context: BookingContext, booking_id: str) -> _Known | None:
    """Return a confirmed booking that nobody is working on and whose events are all accounted for."""
    booking = bookings.get(connection, booking_id)
    if booking is None or booking.state is not BookingState.CONFIRMED:
        return None
    owner, _ = bookings.lease_of(connection, booking_id)
    made = writes.of_booking(connection, booking_id)
    done = [write for write in made if write.state is WriteState.DONE]
    if owner is not None or len(done) != 1:
        return None
    is_open = any(write.state in (WriteState.OPEN, WriteState.UNWANTED) for write in made)
    return None if is_open else _Known(booking, done[0])


def _follow_deletions(
    context: BookingContext, calendar: CalendarName, changes: Changes, deadline: Deadline
) -> bool:
    """Cancel the bookings whose events were deleted; False when there are too many to be meant."""
    gone = {event.ref.event_id for event in changes.events if event.cancelled} | set(changes.deleted)
    deleted = [known for event_id in sorted(gone) for known in _of_event(context, calendar, event_id)]
    confirmed = [known for known in deleted if _is_deleted(context, known, deadline)]
    key = f"deletions:{calendar}"
    if len(confirmed) > MOST_CANCELLATIONS:
        context.alerts.alert(
            key,
            f"{len(confirmed)} appointments disappeared from {calendar} at once. They were not cancelled: "
            "please restore them, or cancel them one by one.",
        )
        return False
    for known in confirmed:
        with context.store.write() as connection:
            if _at_rest(connection, context, known.booking.id) == known:
                cancel_in(connection, context, known.booking.id, by_person=True)
    context.alerts.resolve(key)
    return True


def _of_event(context: BookingContext, calendar: CalendarName, event_id: str) -> list[_Known]:
    with context.store.read() as connection:
        ids = {write.booking_id for write in writes.by_event(connection, calendar, event_id)}
        at_rest = [_at_rest(connection, context, booking_id) for booking_id in sorted(ids)]
        return [known for known in at_rest if known and known.write.event_id == event_id]


def _is_deleted(context: BookingContext, known: _Known, deadline: Deadline) -> bool:
    """Confirm a deletion: the event itself is gone, and it was not put into another calendar."""
    ref = replace(vendor.reference(known.write), etag=None)
    event = _read_event(context, known.write.calendar, ref, deadline)
    if event is not None and not event.cancelled:
        return False
    for calendar in _calendars_of_account(context, known.write.calendar):
        found = _find_booking(context, calendar, known.booking.id, deadline)
        if found:
            _relocate(context, known, calendar, found[0])
            return False
    return True


def _read_event(
    context: BookingContext, calendar: CalendarName, ref: EventRef, deadline: Deadline
) -> Event | None:
    def question(provider: CalendarProvider) -> Event | None:
        try:
            return provider.read_event(ref, deadline=deadline)
        except EventNotFound:
            return None

    return vendor.ask(context, calendar, question, deadline)


def _find_booking(
    context: BookingContext, calendar: CalendarName, booking_id: str, deadline: Deadline
) -> Sequence[Event]:
    return vendor.ask(
        context,
        calendar,
        lambda provider: provider.find_booking(calendar.calendar, booking_id, deadline=deadline),
        deadline,
    )


def _calendars_of_account(context: BookingContext, calendar: CalendarName) -> list[CalendarName]:
    named = {name for host in context.hosts.values() for name in host.calendars}
    same = [name for name in named if (name.provider, name.account) == (calendar.provider, calendar.account)]
    return sorted(name for name in {*same, calendar} if name.schedule_of is None)


def _relocate(context: BookingContext, known: _Known, calendar: CalendarName, event: Event) -> None:
    """Let the booking refer to where a person put its event."""
    with context.store.write() as connection:
        if _at_rest(connection, context, known.booking.id) != known:
            return
        writes.relocate(connection, known.write, calendar, event.ref)
        bookings.change(
            connection,
            known.booking.id,
            states=(BookingState.CONFIRMED,),
            values={"calendar": str(calendar), "by_person": True},
        )
