"""Reads which language and time zone a caller has, as far as the request says so."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bridge.attendee.request import CallerRequest
from bridge.attendee.text import spelled

_NAMES = ("language", "locale", "lang", "sprache")
_ZONES = ("timezoneiana", "timezone", "zeitzone")
_LONGEST = 40


def said_languages(request: CallerRequest) -> Iterator[str]:
    """Yield what may be a language, by its code or name: the agent's before the contact's own."""
    details = request.contact_details
    for source in (details, *(each for each in request.descriptions() if each is not details)):
        for value in spelled(source, _NAMES):
            if isinstance(value, str) and len(value) <= _LONGEST:
                yield value


def said_zone(request: CallerRequest) -> ZoneInfo | None:
    """Return the caller's own time zone, None where nothing names one by its IANA name."""
    for source in request.descriptions():
        for value in spelled(source, _ZONES):
            if isinstance(value, str) and len(value) <= _LONGEST and (zone := _zone(value.strip())):
                return zone
    return None


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: a folder such as "Europe"
        return None
