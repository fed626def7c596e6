"""Looks at a booking's own event as it is now, and lets the booking follow: people's calendar wins.

Why it is looked at does not matter here: change feeds and pushes say where to look, what counts is the event.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bridge.booking import ledger
from bridge.booking.context import BookingContext
from bridge.booking.deletions import follow_deletion, missing_key
from bridge.booking.enter import tell_rooms
from bridge.booking.read_back import overlap_key
from bridge.booking.recheck import is_busy_beside
from bridge.booking.whereabouts import Found, Nowhere, whereabouts
from bridge.calendars.availability import OwnEvent
from bridge.errors import SlotTaken
from bridge.model import Booking, BookingState, DeletionState, Write, WriteState
from bridge.store.sql import bookings, deletions, writes
from providers.base import Deadline, Event

_ = str  # marks a text for the catalogues

_NOW = timedelta(0)
_SOON = timedelta(seconds=30)  # something of the booking is under way: a writer or the sweeper has it
# Graph's feed does not reach further than 400 days; who lies beyond is looked at without it.
_FAR, LOOK_AT_FAR = timedelta(days=360), timedelta(hours=6)

_ODDITIES = (
    (
        "declined",
        lambda event: event.declined,
        _("The appointment on {time} was declined in {calendar}. It stays booked: please cancel or move it."),
    ),
    (
        "all_day",
        lambda event: event.all_day,
        _("The appointment on {time} was made an all-day event in {calendar}. It stays booked for its time."),
    ),
    (
        "free",
        lambda event: not event.blocks,
        _("The appointment on {time} shows as free in {calendar}. It stays booked for its time."),
    ),
)


def look(context: BookingContext, booking_id: str, deadline: Deadline) -> timedelta | None:
    """Let a booking follow its event; return in how long to look again, None when that is not needed.

    OutcomeUnknown: its calendar did not answer.
    """
    with context.store.read() as connection:
        booking = bookings.get(connection, booking_id)
        found = ledger.at_rest(connection, booking_id)
    if booking is None or booking.interval.end <= context.now():
        return None  # whoever tidies up past appointments cancels nothing
    if booking.state.is_ended:
        _look_at_ended(context, booking, deadline)
        return None
    if found is None:
        return None
    if isinstance(found, ledger.Unsettled):
        return _SOON
    place = whereabouts(context, found.write, deadline)
    if isinstance(place, Nowhere):
        return follow_deletion(context, found, place, deadline)
    return _follow(context, found, place, deadline)


def _follow(
    context: BookingContext, found: ledger.Resting, place: Found, deadline: Deadline
) -> timedelta | None:
    """Let the booking go where its event is, and tell what is odd about it."""
    with context.store.read() as connection:
        is_in_doubt = deletions.get(connection, found.booking.id) is not None
    if is_in_doubt:
        ledger.withdraw(context, found.booking.id)
    event = place.event
    if (place.calendar, event.ref.event_id) != (found.write.calendar, found.write.event_id):
        # A calendar that no host is configured with: another account's may be the same one.
        if place.calendar not in context.identities.known([place.calendar]).known:
            context.identities.learn([place.calendar], deadline)
        # First where, then when: the next look reads the event where it now belongs.
        return _NOW if ledger.relocate(context, found, place.calendar, event) else _SOON
    # An all-day event says nothing about the hour; the appointment keeps the one it has.
    if (
        not event.all_day
        and event.interval != found.booking.interval
        and not _move_along(context, found, event)
    ):
        return _SOON
    _tell_oddities(context, found, event)
    tell_rooms(context, found, event)
    is_far = event.interval.start - context.now() > _FAR
    return LOOK_AT_FAR if is_far else None


def _move_along(context: BookingContext, found: ledger.Resting, event: Event) -> bool:
    """Let the booking follow its event; False when it changed meanwhile and must be looked at again."""
    try:
        is_followed = ledger.follow_move(context, found, event, is_claimed=True)
        if is_followed:
            _close(context, overlap_key(found.booking.id))  # a person has sorted it out
        return is_followed
    except SlotTaken:
        context.alerts.alert(
            overlap_key(found.booking.id),
            "An appointment was moved in {calendar} to {time}, where there is another one. "
            "Please look at both.",
            calendar=found.write.calendar,
            time=event.interval.start,
        )
    try:
        return ledger.follow_move(context, found, event, is_claimed=False)
    except SlotTaken:
        # The caller has another appointment at that very time; the owner was told, nothing can follow.
        return True


def _tell_oddities(context: BookingContext, found: ledger.Resting, event: Event) -> None:
    """Alert for what is odd about an event, and close what was told before and is so no longer."""
    booking = found.booking
    odd = next((each for each in _ODDITIES if each[1](event)), None)
    wanted = f"{odd[0]}:{booking.id}" if odd else ""
    known = {missing_key(booking.id), *(f"{name}:{booking.id}" for name, _is_so, _text in _ODDITIES)}
    for alert in context.alerts.open():
        if alert.key in known and alert.key != wanted:
            context.alerts.resolve(alert.key)
    if odd:
        context.alerts.alert(wanted, odd[2], time=booking.interval.start, calendar=found.write.calendar)


def _look_at_ended(context: BookingContext, booking: Booking, deadline: Deadline) -> None:
    """See whether the event of a booking that has ended is back: revive it, or delete the event again."""
    with context.store.read() as connection:
        made = writes.of_booking(connection, booking.id)
        known = deletions.get(connection, booking.id)
    if not made or any(write.state is not WriteState.GONE for write in made):
        return  # the sweeper is at it
    write = made[-1]
    place = whereabouts(context, write, deadline)
    if isinstance(place, Nowhere):
        _close(context, _returned_key(booking.id))
    elif known is None or known.state is not DeletionState.CANCELLED:
        # Cancelled by its caller or at the terminal, or never confirmed: nobody expects it.
        calendar = context.calendar(place.calendar, deadline)
        calendar.remove(replace(place.event.ref, etag=None), notify=write.invited)
    elif place.event.interval.start > context.now():
        _revive(context, booking, write, place, deadline)


def _revive(
    context: BookingContext, booking: Booking, write: Write, place: Found, deadline: Deadline
) -> None:
    try:
        # The claims are checked as it is revived; what people entered meanwhile is known to calendars alone.
        own = OwnEvent(booking.id, place.calendar, place.event.ref, place.event.interval)
        if is_busy_beside(context, booking, own, deadline):
            raise SlotTaken("something else was entered at this time")
        ledger.revive(context, booking, write, place.calendar, place.event)
    except SlotTaken:
        context.alerts.alert(
            _returned_key(booking.id),
            "The event of a cancelled appointment on {time} is back in {calendar}, but the time is taken. "
            "The appointment stays cancelled; please delete the event or book another time.",
            time=place.event.interval.start,
            calendar=place.calendar,
        )
    else:
        _close(context, _returned_key(booking.id))


def _returned_key(booking_id: str) -> str:
    return f"returned:{booking_id}"


def close_outlived(context: BookingContext) -> None:
    """Close what was told of events whose bookings are over, or have ended since."""
    # Of what is past nothing is looked at any more, so nothing else would close these.
    kinds = {missing_key(""), _returned_key(""), *(f"{name}:" for name, _is_so, _text in _ODDITIES)}
    for alert in context.alerts.open():
        kind, colon, booking_id = alert.key.partition(":")
        if kind + colon not in kinds:
            continue
        with context.store.read() as connection:
            booking = bookings.get(connection, booking_id)
        is_told_of = BookingState.CANCELLED if kind == "returned" else BookingState.CONFIRMED
        is_over = booking is None or booking.interval.end <= context.now()
        if is_over or (booking is not None and booking.state is not is_told_of):
            context.alerts.resolve(alert.key)


def _close(context: BookingContext, key: str) -> None:
    if context.alerts.is_open(key):
        context.alerts.resolve(key)
