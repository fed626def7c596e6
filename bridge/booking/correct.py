"""Corrections: a caller who says something else of themselves than before, and has the appointment already.

The booking follows at once, its event in the background: the appointment stands whatever becomes of its text.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

from sqlalchemy import Connection

from bridge.attendee.corrections import corrected
from bridge.booking import ledger
from bridge.booking.context import BookingContext
from bridge.errors import AlreadyMoved, CancelledByStaff, HoldLost, MissingField, StoreUnavailable
from bridge.model import Attendee, Booking, BookingState, Wish
from bridge.store.patience import repeated
from bridge.store.sql import bookings, requests
from providers.base import Deadline

_WAIT_SECONDS = 0.1
_STAFF_MEMORY = timedelta(minutes=15)  # telli repeats a request within one call

Who = Callable[[Attendee | None], Attendee]  # reads the attendee, given who was known


def correct_booking(
    context: BookingContext, booking: Booking, wish: Wish, who: Who, deadline: Deadline
) -> Booking:
    """Return the booking with what its caller says now; a request it has had before changes nothing.

    EmailDoubtful: what is new has to be asked for again. What cannot be noted in time alerts the owner: the
    appointment stands, and its caller must not hear otherwise.
    """
    try:
        if has_had(context, booking, wish):
            return booking
        said = corrected(booking.attendee, who(booking.attendee))
        return _correct(context, booking, said, wish, deadline)
    except MissingField:  # the appointment is made; whatever is asked for since, it had not to say
        return booking
    except (HoldLost, StoreUnavailable):
        with suppress(StoreUnavailable):
            context.alerts.alert(
                f"correction:{booking.id}",
                "The caller of the appointment on {time} in {calendar} gave other details, which could not "
                "be noted. Ask for them before the appointment.",
                time=booking.interval.start,
                calendar=booking.calendar,
            )
        return booking


def _correct(
    context: BookingContext, booking: Booking, said: Attendee, wish: Wish, deadline: Deadline
) -> Booking:
    """Wait while somebody else changes the booking, a moment as a rule."""
    while True:
        try:
            return ledger.correct(context, booking, said, wish)
        except HoldLost:
            if deadline.remaining() < _WAIT_SECONDS:
                raise
        context.sleep(_WAIT_SECONDS)
        booking = _as_it_is(context, booking)


@repeated
def _as_it_is(context: BookingContext, booking: Booking) -> Booking:
    with context.store.read() as connection:
        return bookings.get(connection, booking.id) or booking


@repeated
def has_had(context: BookingContext, booking: Booking, wish: Wish) -> bool:
    """Tell whether this request was answered with this booking before."""
    with context.store.read() as connection:
        return requests.is_known(connection, booking.id, wish.fingerprint)


def earlier(
    context: BookingContext, connection: Connection, wish: Wish
) -> tuple[list[Booking], Booking | None]:
    """Return a caller's live bookings of this kind, and what this very request booked and staff has changed.

    The business has moved or cancelled that just now.
    """
    since = context.now() - _STAFF_MEMORY
    return requests.earlier(connection, wish.contact, wish.event_type.id, wish.fingerprint, since)


def refuse_what_staff_changed(changed: Booking | None, wish: Wish) -> None:
    """Raise what holds now: AlreadyMoved, CancelledByStaff."""
    if changed is None or (changed.interval.start == wish.start and changed.state is BookingState.CONFIRMED):
        return
    if changed.state is BookingState.CONFIRMED:
        raise AlreadyMoved("this appointment was moved", changed.interval.start)
    if changed.state is BookingState.CANCELLED:
        raise CancelledByStaff("this appointment was cancelled", changed.interval.start)
