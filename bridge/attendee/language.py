"""Reads which language a call is in, as far as the request says so."""

from __future__ import annotations

from collections.abc import Iterator

from bridge.attendee.request import CallerRequest
from bridge.attendee.text import spelled

_NAMES = ("language", "locale", "lang", "sprache")
_LONGEST = 40


def said_languages(request: CallerRequest) -> Iterator[str]:
    """Yield what may be a language, by its code or name: the agent's before the contact's own."""
    details = request.contact_details
    for source in (details, *(each for each in request.descriptions() if each is not details)):
        for value in spelled(source, _NAMES):
            if isinstance(value, str) and len(value) <= _LONGEST:
                yield value
