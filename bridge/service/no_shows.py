"""Records who did not come, and says how often that was, over all event types."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC

from bridge.booking import ledger
from bridge.booking.context import BookingContext
from bridge.errors import BridgeError, NoAppointment
from bridge.model import Booking, Source
from bridge.service.outcome import BookOutcome
from bridge.speech.reasons import Speech
from bridge.store.sql import bookings, counts


@dataclass(frozen=True)
class NoShows:
    """What the office says and hears of callers who did not come."""

    context: BookingContext
    speech: Speech

    def record(self, booking_id: str, source: Source = Source.OFFICE) -> BookOutcome:
        """Record that the caller of a booking did not come; said twice it is done."""
        return self._changed(booking_id, lambda found: ledger.mark_no_show(self.context, found, source))

    def take_back(self, booking_id: str, source: Source) -> BookOutcome:
        """Record that the caller came after all; said twice it is done."""
        return self._changed(booking_id, lambda found: ledger.undo_no_show(self.context, found, source))

    def count(self, booking: Booking) -> int:
        """Return how often the caller of a booking did not come."""
        with self.context.store.read() as connection:
            return counts.no_shows_of_caller(connection, booking.contact, booking.attendee.phone)

    def _changed(self, booking_id: str, change: Callable[[Booking], Booking]) -> BookOutcome:
        try:
            with self.context.store.read() as connection:
                found = bookings.get(connection, booking_id)
            if found is None:
                raise NoAppointment
            return BookOutcome(True, booking=change(found))
        except BridgeError as error:
            return BookOutcome(False, self.speech.reason(error, zone=UTC), kind=error.code)
