"""Enters bookings into the calendars of the resources they take: made, moved, and removed with the booking.

A room that its organiser's vendor can invite is invited by the event instead, and answers for itself. The
claims keep a resource from being taken twice; entry and invitation are for whoever else looks there.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bridge.booking import ledger
from bridge.booking.calendar import reference
from bridge.booking.context import BookingContext
from bridge.booking.job_names import AMEND, FOLLOW
from bridge.errors import CalendarRefused, EventGone, OutcomeUnknown
from bridge.model import CalendarName, WriteState
from bridge.store.sql import jobs
from bridge.store.sql.alerts import Alert
from providers.base import Deadline, Event

_ = str  # marks a text for the catalogues

_AT_ONCE, _LATER = timedelta(0), timedelta(minutes=10)
_PATIENCE = timedelta(minutes=15)
_UNTAKEN, _CHANGED, _DECLINED = "entry:", "entry_changed:", "room_declined:"
# Before "<booking>/<resource>".
ABOUT_RESOURCES = (_UNTAKEN, _CHANGED, _DECLINED)
_REMOVED = _(
    "The appointment on {time} was removed from {calendar}, the calendar of a room or device. It stays "
    "booked and takes the room: please cancel or move the appointment if it shall not."
)
_MOVED = _(
    "The appointment on {time} was moved in {calendar}, the calendar of a room or device. It stays booked "
    "for its time: please move the appointment itself if it shall be at another."
)


def enter(context: BookingContext, booking_id: str, deadline: Deadline) -> timedelta | None:
    """Bring the entries of a booking's resources into line with it; return when to do so again.

    What a person did to an entry is told and left, until the booking changes. OutcomeUnknown,
    CalendarRefused: it is not certain that all is in line.
    """
    for entry in ledger.wanted_entries(context, booking_id):
        if entry.write.state is WriteState.DONE and entry.was == entry.wanted:
            _tell_of_people(context, entry, deadline)
            continue
        key = _untaken_key(booking_id, entry.write.resource)
        try:
            event = _entered(context, entry, deadline)
        except EventGone:
            ledger.record_entry_gone(context, entry)
            return _AT_ONCE  # the appointment takes the resource all the same: another entry is made
        except (CalendarRefused, OutcomeUnknown) as error:
            if isinstance(error, OutcomeUnknown) and context.now() - entry.write.made_at < _PATIENCE:
                raise  # one answer that was lost is nothing to tell
            context.alerts.alert(
                key,
                "The appointment on {time} takes a room or device whose calendar, {calendar}, did not take "
                "the entry: the bridge books nobody else there, but people cannot see it. It keeps trying.",
                time=entry.wanted.interval.start,
                calendar=entry.write.calendar,
            )
            raise
        context.checkpoint("entered")
        ledger.record_entry(context, entry, event)
        _follow_closely(context, entry.write.calendar)
        context.alerts.resolve(key)
        context.alerts.resolve(_changed_key(booking_id, entry.write.resource))
    return _invited_again(context, booking_id)


def _follow_closely(context: BookingContext, calendar: CalendarName) -> None:
    """Plan to follow a calendar that was followed rarely, now that it holds an entry."""
    if not context.vendor(calendar).is_surveyed:
        with context.store.write() as connection:
            soon = context.now() + context.vendor(calendar).follow_every
            jobs.schedule(connection, FOLLOW, str(calendar), soon)


def _invited_again(context: BookingContext, booking_id: str) -> timedelta | None:
    """Have rooms invited that no calendar entry can stand for, where nobody could be; return when to look."""
    uninvited = ledger.not_reserved(context, booking_id)
    for room in uninvited:
        context.alerts.alert(
            _untaken_key(booking_id, room.id),
            "{room} could not be invited to an appointment, so that people cannot see it in {calendar}: the "
            "bridge books nobody else there, and keeps trying.",
            room=room.name,
            calendar=room.booking_calendar,
        )
    if not uninvited:
        return None
    with context.store.write() as connection:
        jobs.schedule(connection, AMEND, booking_id, context.now())
    return _LATER


def _tell_of_people(context: BookingContext, entry: ledger.Entry, deadline: Deadline) -> None:
    """Tell what a person did to an entry; nothing is written over it."""
    key = _changed_key(entry.write.booking_id, entry.write.resource)
    try:
        event = context.calendar(entry.write.calendar, deadline).read(reference(entry.write))
    except EventGone:
        is_there, is_as_wanted = False, False
    else:
        is_there = not event.cancelled
        is_as_wanted = is_there and event.interval == entry.wanted.interval
    if is_as_wanted:
        context.alerts.resolve(key)
        return
    context.alerts.alert(
        key,
        _MOVED if is_there else _REMOVED,
        time=entry.wanted.interval.start,
        calendar=entry.write.calendar,
    )


def tell_rooms(context: BookingContext, found: ledger.Resting, event: Event) -> None:
    """Alert for each room that its appointment's event invites and that does not take it; close what is over.

    Its claim stands: the bridge books nobody else there, and somebody else has it from elsewhere.
    """
    booking = found.booking
    invited = context.invited_resources(booking) if found.write.invited else []
    outside = [room for room in invited if room.email.lower() not in event.rooms]
    lacking = {f"{_DECLINED}{booking.id}/{room.id}": room for room in outside}
    for alert in context.alerts.open():
        if alert.key.startswith(f"{_DECLINED}{booking.id}/") and alert.key not in lacking:
            context.alerts.resolve(alert.key)
    for key, room in lacking.items():
        context.alerts.alert(
            key,
            "{room} does not take the appointment on {time}: somebody else has it then, or took it off the "
            "event in {calendar}. The appointment stays booked: please find another room, or move it.",
            room=room.name,
            time=booking.interval.start,
            calendar=found.write.calendar,
        )


def is_about_entry(alert: Alert) -> bool:
    """Tell whether an alert says what a person did to an entry."""
    return alert.key.startswith(_CHANGED)


def _untaken_key(booking_id: str, resource: str) -> str:
    return f"{_UNTAKEN}{booking_id}/{resource}"


def _changed_key(booking_id: str, resource: str) -> str:
    return f"{_CHANGED}{booking_id}/{resource}"


def _entered(context: BookingContext, entry: ledger.Entry, deadline: Deadline) -> Event:
    calendar, wanted = context.calendar(entry.write.calendar, deadline), entry.wanted
    if entry.write.state is WriteState.OPEN:
        # Under the same key, however often: what an earlier try made is found, as it was then.
        event = calendar.create(entry.write.event_key, wanted, waits=True)
    else:
        ref = replace(reference(entry.write), etag=None)  # nobody's words in it matter to the bridge
        event = calendar.amend(ref, entry.was, wanted)
    if event.interval == wanted.interval:
        return event
    return calendar.move(replace(event.ref, etag=None), wanted.interval, timezone=wanted.timezone)
