"""The front desk: answers telli's questions with offers, bookings, or a sentence that can be spoken."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime

from bridge.attendee import CallerRequest, read_attendee
from bridge.attendee.wishes import Wished, read_host, read_wish
from bridge.booking.context import BookingContext
from bridge.errors import (
    BridgeError,
    CalendarRefused,
    NotFound,
    SlotNotOffered,
    SlotTaken,
    StoreUnavailable,
)
from bridge.model import Attendee, Booking, EventType, Slot, Source, Wish
from bridge.scheduling.days import date_of
from bridge.service.asked_back import AskedBack
from bridge.service.desk import Desk
from bridge.service.kept_offers import Offer
from bridge.service.outcome import BookOutcome
from bridge.service.search import Found, nearest_to, search
from bridge.speech.reasons import Refusal, Speech
from bridge.store.sql import bookings
from providers.base import Deadline

_log = logging.getLogger(__name__)


class Reception:
    """What callers can ask for, through telli or a terminal."""

    def __init__(
        self,
        context: BookingContext,
        desk: Desk,
        speech: Speech,
        *,
        default: EventType | None,
        country: str | None,
    ) -> None:
        """Ask the desk; `country` is where callers' numbers belong."""
        self._context = context
        self._desk = desk
        self._speech = speech
        self._default = default
        self._country = country
        self._host_names = {host.id: host.name for host in context.hosts.values()}
        self._asked_back = AskedBack(context.store, context.now)

    def event_type(self, name: str | None) -> EventType:
        """Return the event type of this name, or the default one. NotFound: there is none."""
        found = self._default if name is None else self._context.event_types.get(name)
        if found is None:
            known = ", ".join(sorted(self._context.event_types))
            raise NotFound(
                f"there is no event type {name!r}; there are: {known}"
                if name
                else f"no event type is marked as the default; there are: {known}"
            )
        return found

    def offer(self, event_type: EventType, *, now: datetime | None = None) -> Offer:
        """Return the offer of this moment, or what it would be at another."""
        return self._desk.offer(event_type, now=now)

    def available(self, event_type: EventType, request: CallerRequest) -> Offer | Found:
        """Return the offer, to a caller with a wish the slots nearest to it."""
        wished = self._wished(event_type, request.contact_details)
        if wished.is_empty:
            return self.offer(event_type)
        return search(self._desk, event_type, wished, self._speech, limit=event_type.offer.most)

    def find(
        self, event_type: EventType, members: Mapping[str, object], *, limit: int | None = None
    ) -> Found:
        """Return the slots nearest to a wish, and a sentence about them."""
        wished = self._wished(event_type, members)
        return search(self._desk, event_type, wished, self._speech, limit=limit)

    def _wished(self, event_type: EventType, members: Mapping[str, object]) -> Wished:
        return read_wish(
            members,
            event_type,
            host_names=self._host_names,
            today=date_of(event_type.timezone, self._context.now()),
            locale=self._context.locale,
        )

    def book(
        self,
        event_type: EventType,
        request: CallerRequest,
        start: datetime | None,
        *,
        dry_run: bool = False,
        source: Source = Source.TELLI,
    ) -> BookOutcome:
        """Book for a caller, or say in one sentence why not, with what is free instead."""
        deadline = self._context.deadline()
        if start is None:
            return self._refusal(event_type, Refusal.START)
        host = read_host(request.contact_details, event_type, self._host_names)
        wish = Wish(event_type, request.contact, start, source=source, host=host)

        def who() -> Attendee:
            attendee = read_attendee(event_type, request, country=self._country)
            return self._asked_back.have_spelled(event_type, request, start, attendee, dry_run=dry_run)

        try:
            if dry_run:
                self._desk.rehearse(wish, who, deadline)
                return BookOutcome(True)
            return BookOutcome(True, booking=self._desk.book(wish, who, deadline))
        except BridgeError as error:
            _log.info("not booked: %s", error.code)
            return self._refusal(event_type, error, instead_of=start, deadline=deadline)

    def move(self, booking: Booking, start: datetime) -> BookOutcome:
        """Move a booking to another start, or say why it stays."""
        deadline = self._context.deadline()
        try:
            moved = self._desk.move(booking, start, deadline)
            return BookOutcome(True, booking=moved)
        except BridgeError as error:
            event_type = self._context.event_types.get(booking.event_type)
            return self._refusal(event_type, error, instead_of=start, deadline=deadline)

    def cancel(self, booking: Booking) -> BookOutcome:
        """Cancel a booking, or say why it cannot be."""
        deadline = self._context.deadline()
        try:
            cancelled = self._desk.cancel(booking, deadline)
            return BookOutcome(True, booking=cancelled)
        except BridgeError as error:
            return self._refusal(self._context.event_types.get(booking.event_type), error)

    def booking(self, booking_id: str) -> Booking:
        """Return a booking by its id, or by the beginning of it if there is only one such.

        NotFound: there is none, or there are several.
        """
        with self._context.store.read() as connection:
            found = bookings.by_prefix(connection, booking_id)
        if len(found) == 1:
            return found[0]
        if found:
            raise NotFound(f"several bookings have ids that begin with {booking_id!r}; give more of it")
        raise NotFound(f"there is no booking with an id that begins with {booking_id!r}")

    def bookings(self, *, since: datetime | None = None, states: Sequence[str] = ()) -> list[Booking]:
        """Return bookings by start."""
        with self._context.store.read() as connection:
            return bookings.listed(connection, since=since, states=states)

    def _refusal(
        self,
        event_type: EventType | None,
        refusal: BridgeError | Refusal,
        *,
        instead_of: datetime | None = None,
        deadline: Deadline | None = None,
    ) -> BookOutcome:
        """Say why not, with what is free nearest to a start where that helps and can be told in time."""
        if event_type is None:
            return BookOutcome(False, self._speech.reason(refusal, zone=UTC))
        slots: Sequence[Slot] = ()
        if instead_of and deadline and isinstance(refusal, SlotTaken | SlotNotOffered | CalendarRefused):
            with suppress(StoreUnavailable):  # the reason counts, and is told without
                slots = nearest_to(self._desk, event_type, instead_of, seconds=deadline.remaining())
        return BookOutcome(False, self._speech.reason(refusal, zone=event_type.timezone, slots=slots))
