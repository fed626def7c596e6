"""The four questions a caller can put about an event type: what is free, book it, move it, cancel it.

Whoever answers them is a desk. Ours computes slots from calendars and books into them; a scheduling
service that makes slots and bookings itself can stand behind the same questions, and so can a desk that asks
ours for some event types and a service for others. Reception asks the desk, and finds the words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection

from bridge.booking import ledger
from bridge.booking.book import book_appointment, rehearse
from bridge.booking.caller_lock import turn
from bridge.booking.context import BookingContext
from bridge.booking.correct import Who
from bridge.booking.move import move_booking
from bridge.booking.replay import booked_before
from bridge.model import Booking, EventType, MoveWish, Source, Wish
from bridge.service.kept_offers import Bookable, Offer, Offers
from providers.base import Deadline, Interval


class Desk(Protocol):
    """Answers for its event types. A BridgeError says why not, and then nothing has changed."""

    def offer(
        self,
        event_type: EventType,
        *,
        now: datetime | None = None,
        seconds: float | None = None,
        left_to_others: Sequence[Interval] = (),
    ) -> Offer:
        """Return what any caller may be told; the same object as long as it holds.

        `now` asks for another moment than this one; `seconds` are all the time there is. `left_to_others`
        is told only where nothing else is free.
        """

    def at_hand(self, event_type: EventType) -> Offer | None:
        """Return what any caller may be told without a wait, None where that is nothing."""

    def every_start(self, event_type: EventType, *, seconds: float | None = None) -> Bookable:
        """Return all that is bookable now, for a caller with a wish."""

    def book(self, wish: Wish, who: Who, deadline: Deadline) -> Booking:
        """Return the caller's confirmed booking; a repeat of an earlier request is that booking."""

    def booked_before(self, wish: Wish) -> Booking | None:
        """Return what this very request has booked and stands, as far as one short question tells."""

    def rehearse(self, wish: Wish, who: Who, deadline: Deadline) -> None:
        """Raise what would keep `book` from succeeding, changing nothing."""

    def move(
        self, booking: Booking, start: datetime, deadline: Deadline, source: Source = Source.TELLI
    ) -> Booking:
        """Return the booking at its new start."""

    def cancel(self, booking: Booking, deadline: Deadline, source: Source = Source.TELLI) -> Booking:
        """Return the booking, cancelled; one that is already is done."""


@dataclass(frozen=True)
class OurDesk:
    """Answers from the calendars themselves. The requests of one caller run one after another."""

    context: BookingContext
    offers: Offers

    def offer(
        self,
        event_type: EventType,
        *,
        now: datetime | None = None,
        seconds: float | None = None,
        left_to_others: Sequence[Interval] = (),
    ) -> Offer:
        """Return the kept offer, or a new one; one for another moment or one caller alone is never kept."""
        if left_to_others:
            return self.offers.beside(event_type, left_to_others)
        return self.offers.as_of(event_type, now) if now else self.offers.current(event_type, seconds=seconds)

    def at_hand(self, event_type: EventType) -> Offer | None:
        """Return the kept offer, if there is one."""
        return self.offers.at_hand(event_type)

    def every_start(self, event_type: EventType, *, seconds: float | None = None) -> Bookable:
        """Look at the whole grid up to the horizon."""
        return self.offers.every_start(event_type, seconds=seconds)

    def book(self, wish: Wish, who: Who, deadline: Deadline) -> Booking:
        """Book into the chosen host's calendar."""
        return book_appointment(self.context, wish, who, deadline)

    def booked_before(self, wish: Wish) -> Booking | None:
        """Ask for what bears the request's mark."""
        return booked_before(self.context, wish)

    def rehearse(self, wish: Wish, who: Who, deadline: Deadline) -> None:
        """Ask the calendars as a booking would."""
        rehearse(self.context, wish, who, deadline)

    def move(
        self, booking: Booking, start: datetime, deadline: Deadline, source: Source = Source.TELLI
    ) -> Booking:
        """Change the booking's event, or make it anew with other hosts."""
        with turn(self.context, booking.contact, deadline, _nothing):
            return move_booking(self.context, booking, MoveWish(start, source=source), deadline)

    def cancel(self, booking: Booking, deadline: Deadline, source: Source = Source.TELLI) -> Booking:
        """Cancel at once; the event is removed in the background until it is gone."""
        with turn(self.context, booking.contact, deadline, _nothing):
            return ledger.cancel(self.context, booking, source)


def _nothing(_connection: Connection) -> None:
    """Look at nothing: the booking was found before."""
