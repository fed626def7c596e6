"""What the business sees and does of its appointments: finds them, learns how they came to be, makes some."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from bridge.attendee import CallerRequest
from bridge.booking.context import BookingContext
from bridge.errors import NotFound
from bridge.follow_ups.outbox import Outbox
from bridge.model import Booking, BookingFilter, BookingState, EventType, FollowUp, Source
from bridge.service.no_shows import NoShows
from bridge.service.outcome import BookOutcome
from bridge.service.reception import Reception
from bridge.service.search import MOST
from bridge.speech.reasons import Speech
from bridge.store.sql import booking_search, bookings, follow_ups, history, journal
from bridge.store.sql.history import Noted

AT_ONCE = 50
_LONGEST_CALL = timedelta(minutes=1)  # the journal dates a call by when it began


@dataclass(frozen=True, slots=True)
class Past:
    """How an appointment came to be as it is: its changes, its follow-ups, and calls of the last week."""

    changes: Sequence[Noted]
    follow_ups: Sequence[FollowUp]
    calls: Sequence[Mapping[str, Any]]
    no_shows: int


@dataclass(frozen=True)
class Appointments:
    """All appointments, for those who work there."""

    context: BookingContext
    reception: Reception
    no_shows: NoShows
    outbox: Outbox

    def listed(self, which: BookingFilter, *, skip: int = 0, most: int | None = None) -> list[Booking]:
        """Return what is to come, soonest first, or others, latest first."""
        with self.context.store.read() as connection:
            return booking_search.page(connection, self.context.now(), which, skip=skip, most=most)

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
            changes = history.of_booking(connection, booking.id)
            told = follow_ups.of_booking(connection, booking.id)
            calls = journal.of_booking(connection, booking.id, since=booking.made_at - _LONGEST_CALL)
        return Past(changes, told, calls, self.no_shows.count(booking))

    def may_change(self, booking: Booking) -> bool:
        """Tell whether it can be cancelled or moved: it is not over, and is still offered."""
        is_ahead = booking.state is BookingState.CONFIRMED and booking.interval.end > self.context.now()
        return is_ahead and self.context.find_event_type(booking) is not None

    def may_be_missed(self, booking: Booking) -> bool:
        """Tell whether it can be said that its caller did not come."""
        return booking.state is BookingState.CONFIRMED and booking.interval.start <= self.context.now()

    def times(
        self, event_type: EventType, day: date, clock: str, speech: Speech
    ) -> tuple[Sequence[datetime], str]:
        """Return free starts of a day, else those nearest to its `clock` (HH:MM), and words for them."""
        wish = {"preferred_date": day.isoformat(), "preferred_time": clock}
        found = self.reception.find(event_type, wish, limit=MOST, speech=speech)
        return sorted(slot.start for slot in found.slots), found.spoken

    def book(self, event_type: EventType, request: CallerRequest, start: datetime | None) -> BookOutcome:
        """Book for somebody, as a call would, at any start that can be booked now."""
        return self.reception.book(event_type, request, start, source=Source.PAGE)

    def cancel(self, booking: Booking) -> BookOutcome:
        """Cancel it for the business."""
        return self.reception.cancel(booking, source=Source.PAGE)

    def move(self, booking: Booking, start: datetime) -> BookOutcome:
        """Move it for the business, to a start that can be booked now."""
        return self.reception.move(booking, start, source=Source.PAGE)

    def miss(self, booking: Booking) -> BookOutcome:
        """Note that its caller did not come."""
        return self.no_shows.record(booking.id, Source.PAGE)

    def unmiss(self, booking: Booking) -> BookOutcome:
        """Note that its caller came after all."""
        return self.no_shows.take_back(booking.id, Source.PAGE)

    def send_again(self, booking: Booking, follow_up_id: str) -> bool:
        """Deliver one of its follow-ups once more; False: that one cannot be."""
        with self.context.store.read() as connection:
            told = follow_ups.of_booking(connection, booking.id)
        found = next((each for each in told if each.id == follow_up_id), None)
        if found is None or not self.outbox.may_send_again(found, booking):
            return False
        self.outbox.send_again(found, booking)
        self.context.wake()
        return True
