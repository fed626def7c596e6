"""Looks whether calls that nobody has time for were answered before: in a moment, or not at all."""

from __future__ import annotations

from contextlib import suppress

from bridge.booking.context import BookingContext
from bridge.errors import StoreUnavailable
from bridge.model import Booking, Wish
from bridge.service.desk import Desk
from bridge.store.patience import within
from providers.base import Deadline

_SECONDS = 0.25


class BookedBefore:
    """Asks the desk what a request has booked before, at most half of the time."""

    def __init__(self, context: BookingContext, desk: Desk) -> None:
        self._context = context
        self._desk = desk
        self._rests_until = float("-inf")

    def look(self, wish: Wish) -> Booking | None:
        """Return what this very request has booked; None: nothing, or there is no time to find out."""
        began = self._context.monotonic()
        # One thread answers all calls that nobody has time for: a database that is slow or away, as it may
        # well be then, must not keep the others of them waiting.
        if began < self._rests_until:
            return None
        deadline = Deadline(_SECONDS, self._context.monotonic)
        try:
            with within(deadline, self._context.sleep), suppress(StoreUnavailable):
                return self._desk.booked_before(wish)
        finally:
            ended = self._context.monotonic()
            self._rests_until = ended + (ended - began)
        return None
