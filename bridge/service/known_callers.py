"""Tells who calls from a number, by what they booked before, before the call begins. Asks no calendar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bridge.attendee.corrections import is_somebody_else
from bridge.attendee.phones import read_phone
from bridge.booking.context import BookingContext
from bridge.model import Booking, BookingState
from bridge.store.patience import within
from bridge.store.sql import bookings
from providers.base import Deadline

_SECONDS = 0.25  # the agent picks up without an answer
_SHOWN = (BookingState.CONFIRMED, BookingState.CANCELLED, BookingState.NO_SHOW)


@dataclass(frozen=True, slots=True)
class KnownCaller:
    """Who has booked from a number; of several people only the next appointment is told.

    `upcoming` is that one, `hosts` its hosts' names.
    """

    phone: str
    name: str = ""
    email: str = ""
    external_contact_id: str = ""
    upcoming: Booking | None = None
    hosts: tuple[str, ...] = ()


class KnownCallers:
    """Callers by their numbers."""

    def __init__(self, context: BookingContext, country: str | None) -> None:
        """`country` is where numbers without country code belong."""
        self._context = context
        self._country = country

    def by_number(self, said: object) -> KnownCaller | None:
        """Return who calls from a number, None for a stranger. StoreUnavailable: nobody knows in time."""
        phone = read_phone(said, self._country)
        if phone is None:
            return None
        context = self._context
        with within(Deadline(_SECONDS, context.monotonic), context.sleep), context.store.read() as connection:
            found = bookings.of_number(connection, phone, _SHOWN)
        return self._described(phone, found) if found else None

    def _described(self, phone: str, latest_first: Sequence[Booking]) -> KnownCaller:
        coming = [
            booking
            for booking in latest_first
            if booking.state is BookingState.CONFIRMED and booking.interval.end > self._context.now()
        ]
        upcoming = min(coming, key=lambda booking: booking.interval.start, default=None)
        known = self._context.hosts
        hosts = [known[host].name for host in (upcoming.hosts if upcoming else ()) if host in known]
        latest = latest_first[0]
        people = [booking.attendee.name for booking in latest_first]
        # Who shares a number must not be greeted by another's name.
        if any(is_somebody_else(latest.attendee.name, name) for name in people):
            return KnownCaller(phone, upcoming=upcoming, hosts=tuple(hosts))
        return KnownCaller(
            phone,
            name=next(filter(None, people), ""),
            email=next((each.attendee.email for each in latest_first if each.attendee.email), ""),
            external_contact_id=latest.contact.external_contact_id,
            upcoming=upcoming,
            hosts=tuple(hosts),
        )
