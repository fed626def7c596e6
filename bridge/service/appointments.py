"""What the business sees and does of its appointments: finds them, learns how they came to be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from bridge.booking.context import BookingContext
from bridge.errors import NotFound
from bridge.model import Booking, BookingState, FollowUp
from bridge.service.no_shows import NoShows
from bridge.service.outcome import BookOutcome
from bridge.service.own_appointments import OwnAppointments
from bridge.service.reception import Reception
from bridge.speech.reasons import Speech
from bridge.store.sql import booking_search, bookings, follow_ups, journal

AT_ONCE = 50
_LONGEST_CALL = timedelta(minutes=1)  # the journal dates a call by when it began


@dataclass(frozen=True, slots=True)
class Past:
    """What is known of how an appointment came to be as it is: its follow-ups, and calls of the last week."""

    follow_ups: Sequence[FollowUp]
    calls: Sequence[Mapping[str, Any]]
    no_shows: int


@dataclass(frozen=True)
class Appointments:
    """All appointments, for those who work there."""

    context: BookingContext
    reception: Reception
    own: OwnAppointments
    no_shows: NoShows

    def listed(self, *, past: bool, host: str = "", skip: int = 0, most: int | None = None) -> list[Booking]:
        """Return what is to come, soonest first, or what is over, latest first; of a host, or all."""
        with self.context.store.read() as connection:
            now = self.context.now()
            return booking_search.page(connection, now, past=past, host=host, skip=skip, most=most)

    def search(self, text: str) -> list[Booking]:
        """Return the appointments of whoever has this text in their name or number, the latest first."""
        with self.context.store.read() as connection:
            return booking_search.search(connection, text, most=AT_ONCE)

    def one(self, booking_id: str) -> Booking:
        """Return an appointment by its whole id. NotFound: there is none."""
        with self.context.store.read() as connection:
            # Of an address that was typed in; PostgreSQL takes no text with a NUL.
            found = bookings.get(connection, booking_id) if booking_id.isalnum() else None
        if found is None:
            raise NotFound("there is no such appointment")
        return found

    def past_of(self, booking: Booking) -> Past:
        """Return what is remembered of an appointment beside itself."""
        with self.context.store.read() as connection:
            told = follow_ups.of_booking(connection, booking.id)
            calls = journal.of_booking(connection, booking.id, since=booking.made_at - _LONGEST_CALL)
        return Past(told, calls, self.no_shows.count(booking))

    def may_change(self, booking: Booking) -> bool:
        """Tell whether it can be cancelled or moved: it is not over, and is still offered."""
        is_ahead = booking.state is BookingState.CONFIRMED and booking.interval.end > self.context.now()
        return is_ahead and self.context.find_event_type(booking) is not None

    def may_be_missed(self, booking: Booking) -> bool:
        """Tell whether it can be said that its caller did not come."""
        return booking.state is BookingState.CONFIRMED and booking.interval.start <= self.context.now()

    def times(self, booking: Booking, day: date | None, speech: Speech) -> tuple[Sequence[datetime], str]:
        """Return free starts to move it to, what is said of them. NotFound: it is offered no more."""
        if self.context.find_event_type(booking) is None:
            raise NotFound("this appointment is not offered any more")
        return self.own.other_times(booking, day, speech)

    def cancel(self, booking: Booking) -> BookOutcome:
        """Cancel it for the business."""
        return self.reception.cancel(booking, by_staff=True)

    def move(self, booking: Booking, start: datetime) -> BookOutcome:
        """Move it for the business, to a start that can be booked now."""
        return self.reception.move(booking, start, by_staff=True)

    def miss(self, booking: Booking) -> BookOutcome:
        """Note that its caller did not come."""
        return self.no_shows.record(booking.id)
