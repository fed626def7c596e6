"""Compares what telli says of an ended call with what is booked. Keeps nothing of what was said in it.

A call may end while its booking is still held: whether that stands is looked at again, in the background.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bridge import log
from bridge.alerts import Alerts
from bridge.attendee.phones import read_phone
from bridge.attendee.text import clean
from bridge.background import Work
from bridge.booking.context import BookingContext
from bridge.model import Booking, BookingState, Contact
from bridge.speech.instants import parse_instant
from bridge.store.sql import bookings, jobs

_STOOD = (BookingState.CONFIRMED, BookingState.CANCELLED, BookingState.NO_SHOW)
_LONGEST_ID = 100
_LOOK_AGAIN = "promised"  # subject: the booking's id, the alert's key and telli's call
_SOON = timedelta(seconds=30)  # the owner knows within a minute


@dataclass(frozen=True, slots=True)
class EndedCall:
    """What of a call counts here; `booked_for` is the time it booked, None where that can't be read."""

    id: str
    contact: Contact
    numbers: tuple[object, ...]
    has_booked: bool
    booked_for: datetime | None

    @classmethod
    def read(cls, call: Mapping[str, object]) -> EndedCall:
        """Return it from the member `call` of a webhook; members of other shapes say nothing."""
        slot = call.get("booked_slot_for")
        return cls(
            id=_text(call.get("call_id")),
            contact=Contact(_text(call.get("contact_id")), _text(call.get("external_contact_id"))),
            numbers=(call.get("to_number"), call.get("from_number")),
            has_booked=bool(slot),
            booked_for=parse_instant(slot),
        )


@dataclass(frozen=True, slots=True)
class Compared:
    """Which booking a call made; `is_missing` where it says so and there is none."""

    booking: Booking | None = None
    is_missing: bool = False


class EndedCalls:
    """The calls of one telli account."""

    def __init__(self, context: BookingContext, country: str | None) -> None:
        """`country` is where numbers without country code belong."""
        self._context = context
        self._country = country

    def compare(self, call: EndedCall) -> Compared:
        """Return what became of a call; where it booked and nothing stands there, the owner is alerted."""
        if not call.has_booked:
            return Compared()
        found, key = self._bookings(call), _alert_key(call)
        booking = next((each for each in found if each.state in _STOOD), None)
        if booking is not None:
            self._context.alerts.resolve(key)
        elif found:
            self._look_again(f"{found[0].id} {key} {call.id}")
        else:
            _alert(self._context.alerts, key, call)
        log.event(
            "call_ended",
            call=call.id or None,
            start=call.booked_for.isoformat() if call.booked_for else None,
            booking=found[0].id if found else None,
        )
        return Compared(booking or next(iter(found), None), is_missing=not found)

    def _bookings(self, call: EndedCall) -> list[Booking]:
        with self._context.store.read() as connection:
            if call.booked_for is None:  # some appointment it must be
                found = bookings.live_of_contact(connection, call.contact, None) if call.contact.key else []
            else:
                found = bookings.at_start(connection, call.booked_for, (*_STOOD, BookingState.HELD))
        return [booking for booking in found if self._is_callers(booking, call)]

    def _look_again(self, subject: str) -> None:
        with self._context.store.write() as connection:
            jobs.schedule(connection, _LOOK_AGAIN, subject, self._context.now() + _SOON)

    def _is_callers(self, booking: Booking, call: EndedCall) -> bool:
        known, said = booking.contact, call.contact
        by_id = bool(said.contact_id) and said.contact_id == known.contact_id
        by_own_id = bool(said.external_contact_id) and said.external_contact_id == known.external_contact_id
        phone = booking.attendee.phone
        numbers = (read_phone(each, self._country) for each in call.numbers)
        return by_id or by_own_id or (phone is not None and phone in numbers)


def promise_chores(context: BookingContext) -> Mapping[str, Work]:
    """Return what to do for each kind of job."""

    def look(subject: str) -> timedelta | None:
        booking_id, key, call_id = subject.split(" ", 2)
        with context.store.read() as connection:
            booking = bookings.get(connection, booking_id)
        if booking is None:  # its caller was forgotten
            return None
        if booking.state in _STOOD:
            context.alerts.resolve(key)
            return None
        call = EndedCall(call_id, booking.contact, (), has_booked=True, booked_for=booking.interval.start)
        _alert(context.alerts, key, call)
        return _SOON if booking.state is BookingState.HELD else None

    return {_LOOK_AGAIN: look}


def _alert_key(call: EndedCall) -> str:
    # The same call may be told again, for hours: it is one matter.
    return f"promised:{hashlib.sha256(f'{call.id}/{_who(call)}/{call.booked_for}'.encode()).hexdigest()[:32]}"


def _who(call: EndedCall) -> str:
    return call.contact.external_contact_id or call.contact.contact_id or "–"


def _alert(alerts: Alerts, key: str, call: EndedCall) -> None:
    who, call_id = _who(call), call.id or "–"
    if call.booked_for is None:
        alerts.alert(
            key,
            "In a call an appointment was promised to contact {contact}, but none is booked. "
            "Please call back. (telli's call {call})",
            is_private=True,
            contact=who,
            call=call_id,
        )
    else:
        alerts.alert(
            key,
            "In a call the appointment of {start} was promised to contact {contact}, but none is booked. "
            "Please call back. (telli's call {call})",
            is_private=True,
            contact=who,
            call=call_id,
            start=call.booked_for,
        )


def _text(value: object) -> str:
    return clean(value, _LONGEST_ID) if isinstance(value, str) else ""
