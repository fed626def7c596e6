"""What every page of appointments says in the same words: when, what, with whom, in which state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from bridge.booking.context import BookingContext
from bridge.model import Booking
from bridge.speech import explained
from bridge.speech.language import Language


@dataclass(frozen=True)
class AppointmentWords:
    """Times are told in the event type's zone, else in `zone`."""

    context: BookingContext
    language: Language
    zone: ZoneInfo

    def zone_of(self, booking: Booking) -> ZoneInfo:
        """Return where the appointment's clock is."""
        event_type = self.context.event_types.get(booking.event_type)
        return event_type.timezone if event_type else self.zone

    def title(self, booking: Booking) -> str:
        """Return what was booked, by the name that people know."""
        event_type = self.context.find_event_type(booking)
        return event_type.title if event_type else booking.event_type

    def host_name(self, host: str) -> str:
        """Return a host's or a resource's name, of one who is gone the id."""
        known = self.context.attending
        return known[host].name if host in known else host

    def hosts_of(self, booking: Booking) -> str:
        """Return who attends."""
        return ", ".join(map(self.host_name, booking.hosts))

    def state(self, booking: Booking) -> str:
        """Return what a booking is."""
        return explained.in_words(self.language, explained.STATES, booking.state)

    def _days_of(self, found: Sequence[Booking]) -> Sequence[tuple[date, Sequence[Booking]]]:
        """Return the appointments of each day by their own clocks, in the order in which they come."""
        days = groupby(found, lambda each: each.interval.start.astimezone(self.zone_of(each)).date())
        return [(day, list(group)) for day, group in days]

    def for_templates(self) -> Mapping[str, Any]:
        """Return what templates call."""
        language = self.language

        def at(booking: Booking, instant: datetime) -> str:
            return language.moment(instant, self.zone_of(booking))

        return {
            "at": at,
            "clock": lambda booking, instant: language.clock(instant, self.zone_of(booking)),
            "day_of": lambda booking, instant: language.day(instant, self.zone_of(booking)),
            "title": self.title,
            "host_name": self.host_name,
            "hosts_of": self.hosts_of,
            "state_of": self.state,
            "days_of": self._days_of,
            "instant_of": datetime.fromisoformat,
            "decimal": lambda number: language.number(float(Fraction(number))),
            "words": explained,
            "in_words": lambda words, name: explained.in_words(language, words, name),
        }
