"""Words the title and description of the event that people see in their calendars.

Plain text, which the caller can read when invited: no answer goes in that is not public.
"""

from __future__ import annotations

from collections.abc import Iterator

from bridge.model import Attendee, EventType
from bridge.speech.language import Language, language


def event_text(event_type: EventType, attendee: Attendee, locale: str) -> tuple[str, str]:
    """Return title and description of the event."""
    who = attendee.name or attendee.phone or attendee.phone_as_said
    title = f"{event_type.title}: {who}" if who else event_type.title
    lines = "\n".join(_lines(attendee, language(locale)))
    return title, "\n\n".join(filter(None, (event_type.description, lines)))


def _lines(attendee: Attendee, words: Language) -> Iterator[str]:
    known = {
        words.translate("Name"): attendee.name,
        words.translate("Phone"): attendee.phone,
        words.translate("Phone (not checked)"): attendee.phone_as_said,
        words.translate("E-mail"): attendee.email,
        words.translate("E-mail (not checked)"): attendee.email_as_said,
    }
    yield from (f"{label}: {value}" for label, value in known.items() if value)
    truths = {"true": words.translate("yes"), "false": words.translate("no")}
    yield from (f"{label}: {truths.get(text, text)}" for label, text, public in attendee.answers if public)
