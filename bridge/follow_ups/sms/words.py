"""Words the SMS about an appointment, by the owner's template or the usual one."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bridge.follow_ups.places import places
from bridge.model import Booking, EventType, Host
from bridge.speech.language import Language

_SPACES = re.compile(r"[ \t]{2,}")


@dataclass(frozen=True)
class SmsWords:
    """The texts of one business; `own_link` is the address of a booking's page for its caller."""

    language: Language
    own_link: Callable[[str], str]
    hosts: Mapping[str, Host]

    def appointment(self, event_type: EventType, booking: Booking, *, was_told: bool) -> str:
        """Return how an appointment is now."""
        text, say = self._text(event_type, booking), self.language.translate
        if was_told:
            return say("Changed: {text}").format(text=text)
        return text if event_type.sms.template else say("Your appointment: {text}").format(text=text)

    def reminder(self, event_type: EventType, booking: Booking) -> str:
        """Return what reminds of an appointment, always with the way to the caller's own page."""
        text, own_page = self._text(event_type, booking), self.own_link(booking.id)
        reminder = self.language.translate("Reminder: {text}").format(text=text)
        return reminder if own_page in text else f"{reminder} {own_page}"

    def cancellation(self, event_type: EventType, booking: Booking) -> str:
        """Return that an appointment is cancelled."""
        say = self.language.translate("Your appointment {title} {when} was cancelled.")
        when = self.language.dated(booking.interval.start, event_type.timezone)
        return say.format(title=event_type.title, when=when)

    def _text(self, event_type: EventType, booking: Booking) -> str:
        template = event_type.sms.template or self.language.translate(
            # With the way to one's own page all of them fit one segment, as a rule.
            "{date} at {time}, {duration} minutes. {link}{location} {change}"
        )
        own_page = self.own_link(booking.id)
        said = template.format(**places(self.language, self.hosts, event_type, booking, own_page))
        return _SPACES.sub(" ", said).strip()
