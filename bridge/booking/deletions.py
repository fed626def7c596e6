"""Cancels the bookings whose events people deleted, after making sure that they meant it.

Absence never cancels: only an explicit deletion, confirmed by reading that one event and by not finding
the booking elsewhere in the account. Many at once are taken for an accident.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from bridge.booking import calendar as vendor
from bridge.booking.cancel import cancel_in
from bridge.booking.context import BookingContext
from bridge.booking.ledger.at_rest import Resting, Unsettled, look
from bridge.model import BookingState, CalendarName
from bridge.store.sql import bookings, writes
from providers.base import CalendarProvider, Changes, Deadline, Event
from providers.errors import EventNotFound

MOST_CANCELLATIONS = 3  # more in one reading: a person must look


def follow_deletions(
    context: BookingContext, calendar: CalendarName, changes: Changes, deadline: Deadline
) -> bool:
    """Cancel what was deleted; False when something has to be looked at again."""
    reported = {event.ref.event_id for event in changes.events if event.cancelled} | set(changes.deleted)
    found = [each for event_id in sorted(reported) for each in _of_event(context, calendar, event_id)]
    resting = [each for each in found if isinstance(each, Resting)]
    missing = _missing(context, calendar, changes) if changes.complete else []
    deleted = _deleted(context, resting, missing, deadline)
    if not _may_cancel(context, calendar, len(deleted)):
        return False
    cancelled = [_cancel(context, each) for each in deleted]
    return all(cancelled) and len(resting) == len(found)


def _deleted(
    context: BookingContext, reported: list[Resting], missing: list[Resting], deadline: Deadline
) -> list[Resting]:
    """Return what was really deleted; no more than it takes to see that it is too much."""
    deleted: list[Resting] = []
    for each in (*reported, *missing):
        if len(deleted) <= MOST_CANCELLATIONS and _is_deleted(
            context, each, deadline, is_reported=each in reported
        ):
            deleted.append(each)
    return deleted


def _cancel(context: BookingContext, found: Resting) -> bool:
    with context.store.write() as connection:
        is_same = look(connection, found.booking.id) == found
        return is_same and cancel_in(connection, context, found.booking.id, by_person=True)


def _may_cancel(context: BookingContext, calendar: CalendarName, count: int) -> bool:
    """Tell whether so many deletions are meant. After too many, none counts until all are sorted out."""
    key = f"deletions:{calendar}"
    if count == 0:
        context.alerts.resolve(key)
        return True
    if count <= MOST_CANCELLATIONS and not context.alerts.is_open(key):
        return True
    context.alerts.alert(
        key,
        "Many appointments disappeared from {calendar} at once. They were not cancelled: "
        "please restore them, or cancel them one by one.",
        calendar=calendar,
    )
    return False


def _of_event(context: BookingContext, calendar: CalendarName, event_id: str) -> list[Resting | Unsettled]:
    """Return the confirmed bookings to come that this event belongs, or may belong, to.

    Whoever tidies up past appointments cancels nothing.
    """
    with context.store.read() as connection:
        ids = {write.booking_id for write in writes.by_event(connection, calendar, event_id)}
        looked_at = [look(connection, booking_id) for booking_id in sorted(ids)]
    return [
        each
        for each in looked_at
        if each is not None
        and each.booking.interval.end > context.now()
        and (isinstance(each, Unsettled) or each.write.event_id == event_id)
    ]


def _missing(context: BookingContext, calendar: CalendarName, changes: Changes) -> list[Resting]:
    """Return bookings to come whose event a full listing does not hold; that alone means nothing."""
    listed = {event.ref.event_id for event in changes.events}
    with context.store.read() as connection:
        to_come = bookings.listed(connection, since=context.now(), states=(BookingState.CONFIRMED,))
        looked_at = [look(connection, booking.id) for booking in to_come if booking.calendar == calendar]
    resting = [each for each in looked_at if isinstance(each, Resting)]
    return [each for each in resting if each.write.event_id not in listed]


def _is_deleted(
    context: BookingContext, found: Resting, deadline: Deadline, *, is_reported: bool = True
) -> bool:
    """Confirm a deletion: the event itself says so, and it was not put into another calendar.

    If no deletion was reported, an event that cannot be found is a question to the owner, not an answer.
    """
    event = _read_event(context, found, deadline)
    if event is not None and not event.cancelled:
        return False
    if _put_elsewhere(context, found, deadline):
        return False
    if event is None and not is_reported:
        context.alerts.alert(
            f"missing:{found.booking.id}",
            "The event of the appointment on {time} cannot be found in {calendar}. "
            "If it was deleted, please cancel the appointment too.",
            time=found.booking.interval.start,
            calendar=found.write.calendar,
        )
        return False
    return True


def _read_event(context: BookingContext, found: Resting, deadline: Deadline) -> Event | None:
    ref = replace(vendor.reference(found.write), etag=None)

    def question(provider: CalendarProvider) -> Event | None:
        try:
            return provider.read_event(ref, deadline=deadline)
        except EventNotFound:
            return None

    return vendor.ask(context, found.write.calendar, question, deadline)


def _put_elsewhere(context: BookingContext, found: Resting, deadline: Deadline) -> bool:
    """Let the booking refer to another calendar of the account, if a person put its event there."""
    for calendar in _calendars_of_account(context, found.write.calendar):
        events = _find_booking(context, calendar, found.booking.id, deadline)
        if events:
            _relocate(context, found, calendar, events[0])
            return True
    return False


def _calendars_of_account(context: BookingContext, calendar: CalendarName) -> Iterable[CalendarName]:
    named = {name for host in context.hosts.values() for name in host.calendars}
    same = [name for name in named if (name.provider, name.account) == (calendar.provider, calendar.account)]
    return sorted(name for name in {*same, calendar} if not context.vendor(name).only_shows_busy(name))


def _find_booking(
    context: BookingContext, calendar: CalendarName, booking_id: str, deadline: Deadline
) -> Sequence[Event]:
    return vendor.ask(
        context,
        calendar,
        lambda provider: provider.find_booking(calendar.calendar, booking_id, deadline=deadline),
        deadline,
    )


def _relocate(context: BookingContext, found: Resting, calendar: CalendarName, event: Event) -> None:
    with context.store.write() as connection:
        if look(connection, found.booking.id) != found:
            return
        writes.relocate(connection, found.write, calendar, event.ref)
        bookings.change(
            connection,
            found.booking.id,
            states=(BookingState.CONFIRMED,),
            values={"calendar": str(calendar), "by_person": True},
        )
