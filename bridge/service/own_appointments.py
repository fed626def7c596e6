"""What a caller may learn and change of their own appointments to come, through a tool or their own link.

Nobody reaches anybody else's: whose an appointment is decides who telli says is calling; a telephone number
alone only where the configuration trusts it, since an agent can be told any. What is not the caller's own is
answered like what does not exist.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import Connection

from bridge.attendee import CallerRequest, read_attendee_name
from bridge.attendee.corrections import share_a_name
from bridge.attendee.emails import email_of
from bridge.attendee.phones import phone_of
from bridge.attendee.text import clean
from bridge.booking.context import BookingContext
from bridge.config import Config
from bridge.errors import BookingClosed, NoAppointment, SeveralAppointments, TooLateToChange
from bridge.model import Booking, BookingState, Proof, Source
from bridge.service.outcome import BookOutcome
from bridge.service.reception import Reception
from bridge.speech.appointments import Spoken, cancelled, coming, moved, which
from bridge.speech.language import spoken_locale
from bridge.speech.reasons import Speech
from bridge.store.sql import bookings
from bridge.store.sql.personal import CALLBACK

_LONGEST_REASON = 200
_MOST_SHOWN = 12


# Adds to a transaction that telli shall call: by the alert's key, telli's contact and its agent.
PlanCall = Callable[[Connection, str, str, str], None]


@dataclass(frozen=True, slots=True)
class Trust:
    """How callers are known: `country` is where their numbers belong, `proofs` go with a number alone."""

    country: str | None
    by_number: bool = False
    proofs: tuple[Proof, ...] = ()

    @classmethod
    def of(cls, config: Config) -> Trust:
        """Return what the configuration says."""
        return cls(config.bridge.country, config.telli.trust_phone_number, config.telli.verify)


class OwnAppointments:
    """The caller's own appointments; every refusal is a BridgeError with a sentence of its own."""

    def __init__(
        self, context: BookingContext, reception: Reception, trust: Trust, plan_call: PlanCall
    ) -> None:
        self._plan_call = plan_call
        self._context = context
        self._reception = reception
        self._trust = trust

    def speech_for(self, request: CallerRequest) -> Speech:
        """Return the sentences in the language of the call."""
        return self._reception.speech_for(request)

    def coming(self, request: CallerRequest, state: BookingState = BookingState.CONFIRMED) -> list[Booking]:
        """Return the caller's appointments that are not over, soonest first."""
        with self._context.store.read() as connection:
            found = bookings.listed(connection, since=self._context.now(), states=[state])
        return [booking for booking in found if self._is_callers(booking, request)]

    def one(self, request: CallerRequest, booking_id: str) -> Booking:
        """Return the appointment meant. NoAppointment; SeveralAppointments: it was not said which."""
        own = _named(self.coming(request), booking_id)
        if not own:
            raise NoAppointment
        if len(own) > 1:
            raise SeveralAppointments(which(self.speech_for(request), list(map(self.spoken, own))))
        return own[0]

    def to_come(self, booking_id: str) -> Booking | None:
        """Return an appointment that is not over, cancelled ones too, for whoever has its address."""
        with self._context.store.read() as connection:
            booking = bookings.get(connection, booking_id)
        is_shown = booking is not None and booking.state in (BookingState.CONFIRMED, BookingState.CANCELLED)
        return booking if booking and is_shown and booking.interval.end > self._context.now() else None

    def other_times(
        self, booking: Booking, day: date | None, speech: Speech
    ) -> tuple[tuple[datetime, ...], str]:
        """Return free starts nearest to an appointment, or of another day, and what is said of them."""
        event_type = self._context.event_type_of(booking)
        begins = booking.interval.start.astimezone(event_type.timezone)
        wish = {"preferred_date": (day or begins.date()).isoformat(), "preferred_time": f"{begins:%H:%M}"}
        found = self._reception.find(event_type, wish, limit=_MOST_SHOWN, speech=speech)
        starts = {slot.start for slot in found.slots} - {booking.interval.start}
        return tuple(sorted(starts)), found.spoken

    def spoken_locale(self, wanted: Iterable[str]) -> str | None:
        """Return the first locale of those wanted that is spoken here."""
        return next(filter(None, (spoken_locale(each, self._context.locale) for each in wanted)), None)

    def cancel_one(self, request: CallerRequest, booking_id: str) -> BookOutcome:
        """Cancel the appointment meant; a repeat finds none any more, and is done. Raises as `one` does."""
        speech = self.speech_for(request)
        try:
            booking = self.one(request, booking_id)
        except NoAppointment:
            over = _named(self.coming(request, BookingState.CANCELLED), booking_id)
            if not over:
                raise
            said = cancelled(speech, self.spoken(over[0])) if len(over) == 1 else coming(speech, ())
            return BookOutcome(True, said, booking=over[0] if len(over) == 1 else None)
        return self.cancel(booking, speech)

    def cancel(self, booking: Booking, speech: Speech, source: Source = Source.TELLI) -> BookOutcome:
        """Cancel an appointment of the caller's, with a sentence to say."""
        self.require_open(booking)
        done = self._reception.cancel(booking, speech=speech, source=source)
        said = cancelled(speech, self.spoken(booking)) if done.success else done.reason
        return BookOutcome(done.success, said, booking=done.booking, kind=done.kind)

    def move(
        self, booking: Booking, start: datetime, speech: Speech, source: Source = Source.TELLI
    ) -> BookOutcome:
        """Move an appointment of the caller's; where that can't be, with the nearest free times."""
        if booking.interval.start != start:  # else a repeat of what is done already
            self.require_open(booking)
        done = self._reception.move(booking, start, speech=speech, source=source)
        said = moved(speech, self.spoken(done.booking)) if done.booking else done.reason
        return BookOutcome(done.success, said, booking=done.booking, kind=done.kind, told=done.told)

    def may_change(self, booking: Booking) -> bool:
        """Tell whether its caller may still move or cancel an appointment without asking anybody."""
        event_type = self._context.find_event_type(booking)
        notice = event_type.change_notice if event_type else None
        return notice is not None and self._context.now() + notice < booking.interval.start

    def call_back(self, request: CallerRequest, reason: str, wanted: str, agent: str = "") -> bool:
        """Let the owner know that somebody waits for a call; False where there is no number to call.

        An `agent` of telli's calls too, where no time was wanted: telli's plan of calls knows none.
        """
        request = self._reception.completed(request)
        phone = phone_of(request, self._trust.country)
        number = phone.e164 or phone.as_said
        if not number:
            return False
        name, about, when = (
            clean(text, _LONGEST_REASON) or "–" for text in (read_attendee_name(request), reason, wanted)
        )
        # Agents repeat what took long; asked for again another day it is asked for again.
        day = self._context.now().date().isoformat()
        key = hashlib.sha256(f"{day}/{name}/{number}/{about}/{when}".encode()).hexdigest()[:32]
        with self._context.store.write() as connection:
            is_new = self._context.alerts.alert(
                f"{CALLBACK}{key}",
                "Please call {name} back at {number}. About: {reason}. When: {wanted}.",
                within=connection,
                is_private=True,
                name=name,
                number=number,
                reason=about,
                wanted=when,
            )
            if is_new and agent and not wanted.strip():
                contact_id = request.contact.contact_id
                self._plan_call(connection, f"{CALLBACK}{key}", contact_id, agent)
        return True

    def spoken(self, booking: Booking) -> Spoken:
        """Return what is said of an appointment."""
        event_type = self._context.find_event_type(booking)
        host = self._context.hosts.get(booking.hosts[0])
        zone = event_type.timezone if event_type else UTC
        title = event_type.title if event_type else booking.event_type
        in_person = event_type is not None and event_type.is_in_person
        return Spoken(title, host.name if host else "", booking.interval.start, zone, in_person)

    def told(self, own: Sequence[Booking], speech: Speech) -> str:
        """Return the sentence that tells a caller's appointments."""
        return coming(speech, list(map(self.spoken, own)))

    def require_open(self, booking: Booking) -> None:
        """Raise BookingClosed or TooLateToChange where its caller can't change an appointment any more."""
        if booking.state is not BookingState.CONFIRMED:
            raise BookingClosed("this appointment is not open any more")
        if not self.may_change(booking):
            raise TooLateToChange

    def _is_callers(self, booking: Booking, request: CallerRequest) -> bool:
        said, known = request.contact, booking.contact
        if said.key is not None:
            same_id = bool(said.contact_id) and said.contact_id == known.contact_id
            external = said.external_contact_id
            return same_id or (bool(external) and external == known.external_contact_id)
        if not self._trust.by_number:
            return False
        number = phone_of(request, self._trust.country).e164
        return number is not None and number == booking.attendee.phone and self._is_proven(booking, request)

    def _is_proven(self, booking: Booking, request: CallerRequest) -> bool:
        """Tell whether whoever calls from this number says what only the booking's caller would."""
        known = booking.attendee
        email = email_of(request).address
        shown = {
            Proof.NAME: share_a_name(known.name, read_attendee_name(request)),
            Proof.EMAIL: email is not None
            and known.email is not None
            and email.lower() == known.email.lower(),
        }
        return all(shown[proof] for proof in self._trust.proofs)


def _named(own: list[Booking], booking_id: str) -> list[Booking]:
    """Return the booking of this id, all of them where none is named."""
    wanted = booking_id.strip().lower()
    return [booking for booking in own if booking.id == wanted] if wanted else own
