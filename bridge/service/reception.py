"""The front desk: answers telli's questions with offers, bookings, or a sentence that can be spoken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime

from bridge.attendee import CallerRequest, read_attendee
from bridge.attendee.language import said_languages, said_zone
from bridge.attendee.services import read_service
from bridge.attendee.wishes import Wished, read_host, read_wish
from bridge.booking.context import BookingContext
from bridge.errors import (
    BridgeError,
    CalendarRefused,
    NotBookable,
    NotFound,
    ServiceUnknown,
    SlotNotOffered,
    SlotTaken,
    StoreUnavailable,
)
from bridge.model import Attendee, Booking, EventType, Slot, Source, Wish
from bridge.scheduling.days import date_of
from bridge.service.asked_back import AskedBack
from bridge.service.booked_before import BookedBefore
from bridge.service.contacts import Contacts
from bridge.service.desk import Desk
from bridge.service.kept_offers import Offer
from bridge.service.outcome import BookOutcome
from bridge.service.search import Found, nearest_to, search
from bridge.service.told_offers import ToldOffers
from bridge.speech.language import spoken_locale
from bridge.speech.reasons import MOST_OFFERS, Refusal, Speech, speech_of
from bridge.store.sql import bookings
from providers.base import Deadline
from providers.errors import ProviderError


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
        contacts: Contacts,
    ) -> None:
        """Ask the desk; `country` is where callers' numbers belong."""
        self._context = context
        self._desk = desk
        self._speech = speech
        self._default = default
        self._country = country
        self._contacts = contacts
        self._host_names = {host.id: host.name for host in context.hosts.values()}
        self._before = BookedBefore(context, desk)
        self._asked_back = AskedBack(context.store, context.now)
        self._told = ToldOffers(context.store, context.now)

    def speech_for(
        self, request: CallerRequest, event_type: EventType | None = None, *, ask: bool = True
    ) -> Speech:
        """Return the sentences in the language of the call, else in the configured one.

        The caller's own clock counts beside the event type's, unless they are to come. `ask` whether telli
        may be asked who is calling.
        """
        request = self._contacts.known(request) if ask else request
        usual = self._context.locale
        spoken = (spoken_locale(said, usual) for said in said_languages(request))
        speech = speech_of(next(filter(None, spoken), usual), said_zone(request))
        return speech.here() if event_type and event_type.is_in_person else speech

    def completed(self, request: CallerRequest) -> CallerRequest:
        """Return the request with what telli knows of the contact, as far as it says so in time."""
        return self._contacts.begin(request)()

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
        """Return the offer, to a caller with a wish the slots nearest to it. ServiceUnknown: as it says."""
        request = self._contacts.known(request)  # asked now, known when it comes to booking
        wanted = read_service(request.contact_details, event_type) or event_type
        wished = self._wished(wanted, request.contact_details)
        told: Offer | Found
        if wished.is_empty:
            left = self._told.left_to_others(wanted, request.contact)
            told = self._desk.offer(wanted, left_to_others=tuple(left))
        else:
            speech = self.speech_for(request, wanted)
            told = search(self._desk, wanted, wished, speech, limit=wanted.offer.most)
        if event_type.services or event_type.keep_offer:
            self._told.note(wanted, request.contact, told.slots)
        return told

    def at_hand(self, event_type: EventType, request: CallerRequest) -> Offer | None:
        """Return what can be told without a wait; None: nothing, or the caller hears what others do not."""
        if event_type.services or event_type.keep_offer:
            return None
        wished = self._wished(event_type, request.contact_details)
        return self._desk.at_hand(event_type) if wished.is_empty else None

    def find(
        self,
        event_type: EventType,
        members: Mapping[str, object],
        *,
        limit: int | None = None,
        speech: Speech | None = None,
    ) -> Found:
        """Return the slots nearest to a wish, and a sentence about them."""
        speech = speech or self.speech_for(CallerRequest.from_flat(members), event_type)
        try:
            wanted = read_service(members, event_type) or event_type
        except ServiceUnknown as error:
            return Found((), speech.reason(error, zone=event_type.timezone))
        return search(self._desk, wanted, self._wished(wanted, members), speech, limit=limit)

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
        if start is None:
            return self._refusal(event_type, Refusal.START, speech=self.speech_for(request, event_type))
        completed = self._contacts.begin(request)

        def who(known: Attendee | None) -> Attendee:
            # What telli has on record is older than what was said and known since.
            described = request if known else completed()
            attendee = read_attendee(event_type, described, country=self._country, known=known)
            if known and attendee.email_as_said == known.email_as_said:
                return attendee  # asked about before, and said again
            return self._asked_back.have_spelled(event_type, request, start, attendee, dry_run=dry_run)

        with self._context.in_time() as deadline:
            try:
                has_services = bool(event_type.services)
                event_type = self._service(event_type, request)
                wish = self._wish(event_type, request, start, source)
                if dry_run:
                    self._desk.rehearse(wish, who, deadline)
                    return BookOutcome(True)
                booking = self._desk.book(wish, who, deadline)
            except BridgeError as error:
                speech = self.speech_for(request, event_type)
                return self._refusal(event_type, error, speech=speech, instead_of=start, deadline=deadline)
            # From now on what was told is left to others, and what is said next is of what was booked.
            if has_services or event_type.keep_offer:
                self._told.note(event_type, request.contact, ())
            return BookOutcome(True, booking=booking)

    def booked_before(
        self, event_type: EventType, request: CallerRequest, start: datetime | None
    ) -> BookOutcome | None:
        """Return that this very request was booked, without a wait; None: nothing is known of that."""
        wish = self._wish(event_type, request, start, Source.TELLI) if start else None
        found = self._before.look(wish) if wish and wish.fingerprint else None
        return BookOutcome(True, booking=found) if found else None

    def _wish(self, event_type: EventType, request: CallerRequest, start: datetime, source: Source) -> Wish:
        host = read_host(request.contact_details, event_type, self._host_names)
        fingerprint = request.fingerprint(event_type.id, start)
        return Wish(event_type, request.contact, start, host=host, source=source, fingerprint=fingerprint)

    def _service(self, event_type: EventType, request: CallerRequest) -> EventType:
        """Return the service that a booking is for: said now, else told of to its caller or booked last."""
        if not event_type.services:
            return event_type
        said = read_service(request.contact_details, event_type)
        return said or self._told.service(event_type, request.contact)

    def move(
        self,
        booking: Booking,
        start: datetime,
        *,
        speech: Speech | None = None,
        source: Source = Source.TELLI,
    ) -> BookOutcome:
        """Move a booking to another start, or say why it stays."""
        with self._context.in_time() as deadline:
            try:
                moved = self._desk.move(booking, start, deadline, source)
                return BookOutcome(True, booking=moved)
            except BridgeError as error:
                event_type = self._context.find_event_type(booking)
                return self._refusal(event_type, error, speech=speech, instead_of=start, deadline=deadline)

    def cancel(
        self, booking: Booking, *, speech: Speech | None = None, source: Source = Source.TELLI
    ) -> BookOutcome:
        """Cancel a booking, or say why it cannot be."""
        try:
            with self._context.in_time() as deadline:
                cancelled = self._desk.cancel(booking, deadline, source)
            return BookOutcome(True, booking=cancelled)
        except BridgeError as error:
            return self._refusal(self._context.find_event_type(booking), error, speech=speech)

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

    def bookings(
        self,
        *,
        since: datetime | None = None,
        before: datetime | None = None,
        states: Sequence[str] = (),
    ) -> list[Booking]:
        """Return bookings by start, in one of the states: that end after `since`, begin before `before`."""
        with self._context.store.read() as connection:
            return bookings.listed(connection, since=since, before=before, states=states)

    def has_booked(self, source: Source) -> bool:
        """Tell whether an appointment was ever made from there."""
        with self._context.store.read() as connection:
            return bookings.is_any_from(connection, source)

    def _refusal(
        self,
        event_type: EventType | None,
        refusal: BridgeError | Refusal,
        *,
        speech: Speech | None = None,
        instead_of: datetime | None = None,
        deadline: Deadline | None = None,
    ) -> BookOutcome:
        """Say why not, with what is free nearest to a start where that helps and can be told in time."""
        speech = speech or self._speech
        kind = refusal.code if isinstance(refusal, BridgeError) else str(refusal)
        if event_type is None:
            return BookOutcome(False, speech.reason(refusal, zone=UTC), kind=kind)
        slots: Sequence[Slot] = ()
        if instead_of and deadline and isinstance(refusal, SlotTaken | SlotNotOffered | CalendarRefused):
            with suppress(StoreUnavailable):  # the reason counts, and is told without
                slots = nearest_to(self._desk, event_type, instead_of, seconds=deadline.remaining())
        reason = speech.reason(refusal, zone=event_type.timezone, slots=slots)
        return BookOutcome(
            False, reason, kind=kind, told=slots[:MOST_OFFERS], explanation=_explanation(refusal)
        )


def _explanation(refusal: BridgeError | Refusal) -> Sequence[Mapping[str, object]]:
    """Return what stood in the way: rules and calendars of each host, or what the calendar answered."""
    if isinstance(refusal, NotBookable):
        return refusal.explanation
    cause = refusal.__cause__ if isinstance(refusal, BridgeError) else None
    if isinstance(cause, ProviderError):  # never its detail: a vendor's words may repeat an address
        return [{"vendor": cause.provider, "operation": cause.operation, "answer": type(cause).__name__}]
    return ()
