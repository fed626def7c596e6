"""Cancels the bookings whose events people deleted, after making sure that they meant it.

Absence never cancels: only an explicit deletion, confirmed by reading that one event and by not finding
the booking elsewhere in the account. Many at once are taken for an accident.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from bridge.booking import ledger
from bridge.booking.calendar import BookingCalendar, reference
from bridge.booking.context import BookingContext
from bridge.errors import EventGone
from bridge.model import BookingState, CalendarName
from bridge.store.sql import bookings, writes
from providers.base import Changes, Event

# More in one reading: a calendar was emptied, unshared or synchronised badly, and a person must look.
MOST_CANCELLATIONS = 3


def follow_deletions(context: BookingContext, calendar: BookingCalendar, changes: Changes) -> bool:
    """Cancel what was deleted; False when something has to be looked at again."""
    reported = {event.ref.event_id for event in changes.events if event.cancelled} | set(changes.deleted)
    found = [each for event_id in sorted(reported) for each in _of_event(context, calendar.name, event_id)]
    resting = [each for each in found if isinstance(each, ledger.Resting)]
    # A full listing comes when a cursor has expired; deletions in between are reported nowhere.
    missing = _missing(context, calendar.name, changes) if changes.complete else []
    deleted = _deleted(context, calendar, resting, missing)
    if not _may_cancel(context, calendar.name, len(deleted)):
        return False
    cancelled = [ledger.cancel_deleted(context, each) for each in deleted]
    return all(cancelled) and len(resting) == len(found)


def _of_event(
    context: BookingContext, calendar: CalendarName, event_id: str
) -> list[ledger.Resting | ledger.Unsettled]:
    """Return the confirmed bookings to come that this event belongs, or may belong, to.

    Whoever tidies up past appointments cancels nothing.
    """
    with context.store.read() as connection:
        ids = {write.booking_id for write in writes.by_event(connection, calendar, event_id)}
        looked_at = [ledger.at_rest(connection, booking_id) for booking_id in sorted(ids)]
    return [
        each
        for each in looked_at
        if each is not None
        and each.booking.interval.end > context.now()
        and (isinstance(each, ledger.Unsettled) or each.write.event_id == event_id)
    ]


def _missing(context: BookingContext, calendar: CalendarName, changes: Changes) -> list[ledger.Resting]:
    """Return bookings to come whose event a full listing does not hold; that alone means nothing."""
    listed = {event.ref.event_id for event in changes.events}
    with context.store.read() as connection:
        to_come = bookings.listed(connection, since=context.now(), states=(BookingState.CONFIRMED,))
        looked_at = [ledger.at_rest(connection, each.id) for each in to_come if each.calendar == calendar]
    resting = [each for each in looked_at if isinstance(each, ledger.Resting)]
    return [each for each in resting if each.write.event_id not in listed]


def _deleted(
    context: BookingContext,
    calendar: BookingCalendar,
    reported: list[ledger.Resting],
    missing: list[ledger.Resting],
) -> list[ledger.Resting]:
    """Return what was really deleted; no more than it takes to see that it is too much."""
    deleted: list[ledger.Resting] = []
    for each in (*reported, *missing):
        if len(deleted) <= MOST_CANCELLATIONS and _is_deleted(
            context, calendar, each, is_reported=each in reported
        ):
            deleted.append(each)
    return deleted


def _is_deleted(
    context: BookingContext, calendar: BookingCalendar, found: ledger.Resting, *, is_reported: bool
) -> bool:
    """Confirm a deletion: the event itself says so, and it was not put into another calendar.

    If no deletion was reported, an event that cannot be found is a question to the owner, not an answer.
    """
    event: Event | None
    try:
        event = calendar.read(reference(found.write))
    except EventGone:
        event = None
    if event is not None and not event.cancelled:
        return False
    # An event that was put into another calendar is reported as deleted in the first.
    if _put_elsewhere(context, calendar, found):
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


def _put_elsewhere(context: BookingContext, calendar: BookingCalendar, found: ledger.Resting) -> bool:
    """Let the booking refer to another calendar of the account, if a person put its event there."""
    for name in _calendars_of_account(context, calendar.name):
        events = replace(calendar, name=name).find_booking(found.booking.id)
        if events:
            ledger.relocate(context, found, name, events[0])
            return True
    return False


def _calendars_of_account(context: BookingContext, calendar: CalendarName) -> Iterable[CalendarName]:
    named = {name for host in context.hosts.values() for name in host.calendars}
    same = [name for name in named if (name.provider, name.account) == (calendar.provider, calendar.account)]
    return sorted(name for name in {*same, calendar} if not context.vendor(name).only_shows_busy(name))


def _may_cancel(context: BookingContext, calendar: CalendarName, count: int) -> bool:
    """Tell whether so many deletions are meant. After too many, none counts until all are sorted out."""
    # An open alert keeps the next reading from cancelling the rest, three by three.
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
